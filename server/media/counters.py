"""What the forwarding unit counts, for metrics and for benchmarks. Only ever grows."""

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Counters:
    packets_received: int = 0
    bytes_received: int = 0
    packets_forwarded: int = 0  # copies of RTP packets sent to receivers
    bytes_forwarded: int = 0
    packets_repaired: int = 0  # copies sent again, as RTX
    packets_unsent: int = 0  # the socket took no more, or the network was unreachable
    packets_unknown: int = 0  # from an address nobody proved to be theirs
    packets_refused: int = 0  # failed authentication, replayed, malformed, or more than a person may send
    stun_answered: int = 0
    stun_refused: int = 0
    connections: int = 0  # TCP connections that came
    connections_refused: int = 0  # of those, turned away or closed to make room before they proved anything
    handshakes: int = 0
    handshakes_failed: int = 0

    def snapshot(self) -> dict[str, int]:
        return asdict(self)
