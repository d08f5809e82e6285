"""What of an IP packet decides whether a firewall lets it pass (RFC 791, RFC 8200: no extension headers)."""

from dataclasses import dataclass

TCP, UDP = 6, 17
_PORTS = {4: (9, None), 6: (6, 40)}  # by IP version: where the protocol stands, and where its header starts


@dataclass(frozen=True, slots=True)
class Firewall:
    """What passes: UDP or not; TCP on all ports or only to and from these. All else (ICMP) passes."""

    udp: bool = True
    tcp_ports: frozenset[int] | None = None

    def passes(self, packet: bytes) -> bool:
        version = packet[0] >> 4
        at, start = _PORTS[version]
        protocol = packet[at]
        if protocol == UDP:
            return self.udp
        if protocol != TCP or self.tcp_ports is None:
            return True
        if start is None:
            start = (packet[0] & 0x0F) * 4
        ports = {int.from_bytes(packet[start : start + 2], "big"), int.from_bytes(packet[start + 2 : start + 4], "big")}
        return not ports.isdisjoint(self.tcp_ports)


def is_ipv4(packet: bytes) -> bool:
    return len(packet) >= 20 and packet[0] >> 4 == 4
