"""Takes ports at the very start, so that one in use is told before anything else has been done."""

import asyncio
import errno
import os
import socket
import sys
from collections.abc import Iterable
from time import monotonic
from typing import Final

from server.kernel.ground import GroundError

# Linux, tcp(7): a connection with hardly anything under way, as ours are, repeats a lost segment at an even pace for
# six times, not at doubled distances: at 20 % loss and 800 ms a reply is there in seconds, not in a minute. Inherited
# by the connections that a listening socket accepts. Python has no name for it.
TCP_THIN_LINEAR_TIMEOUTS: Final = 16

LETS_GO_WITHIN: Final = 2.0  # seconds for the media workers of a killed server to notice, see media/worker


def take_tcp(host: str, port: int, setting: str) -> socket.socket:
    """A listening-to-be TCP socket. Raises GroundError naming ``setting``. Port 0 takes any."""
    return _take(host, port, setting, socket.SOCK_STREAM)


def take_udp(host: str, port: int, setting: str) -> socket.socket:
    """Likewise for UDP."""
    return _take(host, port, setting, socket.SOCK_DGRAM)


async def look_at_media(host: str, ports: Iterable[int]) -> None:
    """Raises GroundError unless the media workers can have ``ports``. What is left of a server that was killed a moment
    ago is given time to let go."""
    until = monotonic() + LETS_GO_WITHIN
    for port in ports:
        for take in (take_udp, take_tcp):
            while True:
                try:
                    take(host, port, "BINOME_MEDIA_PORT").close()
                    break
                except GroundError as error:
                    in_use = isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.EADDRINUSE
                    if not in_use or monotonic() > until:
                        raise
                await asyncio.sleep(0.1)


def _take(host: str, port: int, setting: str, kind: socket.SocketKind) -> socket.socket:
    word = "TCP" if kind == socket.SOCK_STREAM else "UDP"
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=kind, flags=socket.AI_PASSIVE)[0]
    except socket.gaierror as error:
        raise GroundError(
            f"BINOME_HOST is {host}, which is no address of this machine; set one, or 127.0.0.1"
        ) from error
    taken = socket.socket(family, kind)
    try:
        if kind == socket.SOCK_STREAM and os.name == "posix":
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of before a restart linger
        if kind == socket.SOCK_STREAM and sys.platform == "linux":
            taken.setsockopt(socket.IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1)
        taken.bind(address)
        taken.setblocking(False)
    except OSError as error:
        taken.close()
        raise GroundError(_explain(error, host, port, word, setting)) from error
    return taken


def _explain(error: OSError, host: str, port: int, word: str, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"{word} port {port} is in use on {host}; stop the program that uses it, or set {setting} to another port"
        )
    if error.errno == errno.EACCES:
        return f"{word} port {port} is for the system's own programs; set {setting} to one above 1023"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"BINOME_HOST is {host}, which is no address of this machine; set one, or 127.0.0.1"
    return f"cannot listen on {word} port {port} of {host}: {error.strerror}; see BINOME_HOST and {setting}"
