"""The one port on which everything arrives, UDP and TCP (RFC 7983): packets to legs, by address, or by the user
fragment of a STUN request from an address not known yet.

Datagrams are read in batches until the socket is empty; nothing is awaited between a packet and its copies.
"""

import asyncio
import errno
import socket
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final

from server.kernel.ground import GroundError
from server.media import stun
from server.media.connection import Connection
from server.media.counters import Counters
from server.media.ice import FRAGMENT_LENGTH, Address, PathKind, SendTo
from server.media.leg import Leg
from server.media.tcp import TcpListeners

BATCH: Final = 256  # datagrams read before timers and other sockets have their turn
LARGEST_DATAGRAM: Final = 2048  # bytes; browsers keep to 1,200, and more than SRTP's 1,500 is cut and refused
BUFFER: Final = 4 * 1024 * 1024  # bytes asked of the kernel: a second of 30 Mbit/s, should this process be held up
PORTS_TRIED: Final = 10  # when any will do: one free for UDP may be taken for TCP
OWNED_FOR: Final = 10.0  # seconds after its last STUN that an address belongs to a leg and to no other


class MediaPort:
    """``counters`` are shared with whoever owns the port."""

    def __init__(self, counters: Counters) -> None:
        self.number = 0
        self._counters = counters
        self._sockets: list[socket.socket] = []
        self._by_address: dict[Address, Leg] = {}
        self._by_fragment: dict[str, Leg] = {}
        self._tcp = TcpListeners(counters, self._framed, self._lost)

    def open(self, hosts: Sequence[str], port: int) -> None:
        """Binds the port on each of ``hosts``, for UDP and for TCP; 0 is any port that is free for both. An address
        family that this machine does not have is left out, unless it is the only one. Raises GroundError."""
        for last in (*[False] * (PORTS_TRIED - 1 if port == 0 else 0), True):
            try:
                self._open(hosts, port)
            except GroundError:
                if last:
                    raise
            else:
                return

    def _open(self, hosts: Sequence[str], port: int) -> None:
        loop = asyncio.get_running_loop()
        self.number = port
        for host in hosts:
            protocol = "UDP"
            try:
                sock = _bound(host, self.number)
                self._sockets.append(sock)
                self.number = sock.getsockname()[1]
                loop.add_reader(sock.fileno(), self._reader(sock))
                protocol = "TCP"
                self._tcp.open(host, self.number)
            except OSError as error:
                if protocol == "UDP" and self._sockets and ":" in host and error.errno != errno.EADDRINUSE:
                    continue
                self.close()
                raise GroundError(
                    f"{protocol} port {self.number} cannot be had on {host} ({error.strerror}); stop the program that "
                    "uses it, or set BINOME_MEDIA_PORT to another port"
                ) from error

    @property
    def hosts(self) -> list[str]:
        return [sock.getsockname()[0] for sock in self._sockets]

    def close(self) -> None:
        loop = asyncio.get_running_loop()
        for sock in self._sockets:
            loop.remove_reader(sock.fileno())
            sock.close()
        self._sockets.clear()
        self._tcp.close()

    def add(self, leg: Leg) -> None:
        """The leg is found by its user fragment from now on."""
        self._by_fragment[leg.ice.local.fragment] = leg

    def restart(self, leg: Leg, now: float) -> None:
        """Gives the leg new credentials; those that the browser uses are good until it nominates with the new ones."""
        before = leg.ice.fragments
        leg.ice.restart(now)
        for fragment in before - leg.ice.fragments:
            self._by_fragment.pop(fragment, None)
        self._by_fragment[leg.ice.local.fragment] = leg

    def remove(self, leg: Leg) -> None:
        for fragment in leg.ice.fragments:
            self._by_fragment.pop(fragment, None)
        for address in leg.ice.paths:
            if self._by_address.get(address) is leg:
                del self._by_address[address]
            self._tcp.finish(address)

    def forget(self, address: Address) -> None:
        self._by_address.pop(address, None)
        self._tcp.finish(address)

    def _reader(self, sock: socket.socket) -> Callable[[], None]:
        receive_from = sock.recvfrom
        by_address = self._by_address
        counters = self._counters

        def read() -> None:
            now = monotonic()
            for _ in range(BATCH):
                try:
                    datagram, address = receive_from(LARGEST_DATAGRAM)
                except BlockingIOError:
                    return
                except OSError:
                    continue  # an ICMP error for something sent before
                if not datagram:
                    continue
                if datagram[0] < 4:
                    if stun.is_stun(datagram):
                        self._stun(datagram, address, sock.sendto, now)
                    continue
                leg = by_address.get(address)
                if leg is None:
                    counters.packets_unknown += 1
                    continue
                leg.receive(datagram, address, now)

        return read

    def _framed(self, connection: Connection, packet: bytes, now: float) -> None:
        """A packet that came over TCP."""
        address = connection.address
        if packet[0] < 4:
            if stun.is_stun(packet) and self._stun(packet, address, connection.sendto, now, "tcp"):
                self._tcp.authentic(address)
            else:
                connection.refuse()
            return
        leg = self._by_address.get(address)
        if leg is None:
            self._counters.packets_unknown += 1
            connection.close()  # a browser begins with STUN
            return
        leg.receive(packet, address, now)

    def _lost(self, address: Address) -> None:
        """A connection ended: a path less, nothing more."""
        leg = self._by_address.pop(address, None)
        if leg is not None:
            leg.ice.lose(address)

    def _stun(self, datagram: bytes, address: Address, sendto: SendTo, now: float, kind: PathKind = "udp") -> bool:
        """Returns whether it was authentic."""
        counters = self._counters
        owner = self._by_address.get(address)
        fragment = stun.local_fragment(datagram)
        if fragment is None:
            answered = owner is not None and owner.ice.response(datagram, address, now)
            counters.stun_refused += not answered
            return answered
        leg = self._by_fragment.get(fragment[:FRAGMENT_LENGTH])
        if (
            leg is None
            or not leg.ice.admit(address, now)
            # Nobody takes over an address that another leg is heard on, forged source or not.
            or (owner is not None and owner is not leg and now - owner.ice.paths[address].heard_at < OWNED_FOR)
            or not leg.ice.request(datagram, address, sendto, now, kind)
        ):
            counters.stun_refused += 1
            return False
        counters.stun_answered += 1
        if owner is not leg:
            if owner is not None:
                owner.ice.lose(address)
            self._by_address[address] = leg
        return True


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            sock.setsockopt(socket.SOL_SOCKET, option, BUFFER)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock
