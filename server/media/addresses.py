"""Where browsers can reach the media port: the candidates of our descriptions (RFC 8839 section 5.1)."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Final

from aioice.ice import get_host_addresses

from server.kernel.ground import GroundError

EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 (bound only when the operator asks for all addresses)
HOST_PREFERENCE: Final = 126  # RFC 8445 section 5.1.2.1
HOST_TCP_PREFERENCE: Final = 90  # below all UDP (RFC 6544 section 4.2); what browsers give theirs
PASSIVE: Final = 4  # direction preference of a host candidate that waits to be connected to, in the same place
LOOPBACK: Final = {4: "127.0.0.1", 6: "::1"}
MOST_CANDIDATES: Final = 8  # a machine full of container bridges would otherwise fill the descriptions


async def bindings(host: str) -> list[str]:
    """The addresses to bind for ``host``: both families for all addresses, else its own. Raises GroundError."""
    if host in EVERYWHERE:
        return list(EVERYWHERE)
    return (await _resolve(host, "BINOME_HOST"))[:1]


async def reachable(hosts: Sequence[str], public_address: str | None) -> list[str]:
    """The addresses to name, best first.

    ``hosts`` is what the port is bound to; ``public_address`` what the operator set, one or more addresses or names
    with commas between them, behind which a 1:1 NAT or nothing stands. Without it: this machine's own addresses, the
    loopback last, so that trials on one machine or one local network work with nothing set. Raises GroundError when
    a name cannot be resolved.
    """
    if public_address:
        found: list[str] = []
        for name in public_address.split(","):
            found += await _resolve(name.strip(), "BINOME_PUBLIC_ADDRESS")
        bound = {ipaddress.ip_address(host).version for host in hosts}
        # A name may have an address of a version that we do not listen on: a browser would try it in vain.
        there = [address for address in found if ipaddress.ip_address(address).version in bound]
        return _unique(there or found)[:MOST_CANDIDATES]
    found = []
    for host in hosts:
        address = ipaddress.ip_address(host)
        if not address.is_unspecified:
            found.append(host)
        else:
            local = get_host_addresses(use_ipv4=address.version == 4, use_ipv6=address.version == 6)
            found += [*(one for one in local if not ipaddress.ip_address(one).is_link_local)]
    loopback = [LOOPBACK[address.version] for address in map(ipaddress.ip_address, hosts) if address.is_unspecified]
    return _unique([*found[: MOST_CANDIDATES - len(loopback)], *loopback])


async def _resolve(name: str, setting: str) -> list[str]:
    try:
        return [str(ipaddress.ip_address(name))]
    except ValueError:
        loop = asyncio.get_running_loop()
    try:
        return [str(info[4][0]) for info in await loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM)]
    except OSError as error:
        raise GroundError(f"{setting} names {name}, which cannot be resolved; set an address instead") from error


def _unique(addresses: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(addresses))


def candidate_lines(addresses: Sequence[str], port: int) -> list[str]:
    """``a=candidate`` lines: host candidates of component 1, in order of preference; UDP, then passive TCP on the same
    port (RFC 6544 section 4.5)."""
    udp = [
        f"a=candidate:{index + 1} 1 udp {HOST_PREFERENCE << 24 | (65535 - index) << 8 | 255} {address} {port} typ host"
        for index, address in enumerate(addresses)
    ]
    tcp = [
        f"a=candidate:{len(addresses) + index + 1} 1 tcp "
        f"{HOST_TCP_PREFERENCE << 24 | (PASSIVE << 13 | 8191 - index) << 8 | 255} {address} {port} typ host "
        "tcptype passive"
        for index, address in enumerate(addresses)
    ]
    return [*udp, *tcp]
