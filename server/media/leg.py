"""One leg: the transport under one PeerConnection of a browser. Datagrams in, plain RTP and RTCP out, and back.

A leg moves between addresses (ICE) and keeps its keys (DTLS) while it does.
"""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final, Protocol

import pylibsrtp
from aiortc.rtcdtlstransport import RTCCertificate

from server.media.counters import Counters
from server.media.dtls import FIRST_RECORD, LAST_RECORD, Dtls, Fingerprint, Role
from server.media.engine import Credentials
from server.media.errors import UnusableDescription
from server.media.ice import HEADERS, Address, IceLite, Path, PathKind, SendTo
from server.media.rtcp import FIRST_PACKET_TYPE, LATEST_PACKET_TYPE
from server.media.rtp import HEADER_LENGTH
from server.media.srtp import Srtp

# What one leg may send in a second. Far beyond any browser, and little enough that nobody else is slowed down.
ALLOWANCE: Final = 1_000_000  # bytes: 8 Mbit/s, five times what we ever ask for
DATAGRAM: Final = 200  # bytes that each datagram counts for on top: reading it costs as much as those
RECORD: Final = 5_000  # bytes that a DTLS record counts for: OpenSSL works on it; a handshake has about ten
MOST_RTCP: Final = 400  # compounds, which are parsed; a browser sends a tenth of it
# SSRCs in the life of a leg. SRTP keeps state for each, from the first packet on; a browser uses three, and keeps them.
MOST_STREAMS: Final = 32
# What may go to an address at which some ICE agent answers, before it is known to be the browser's: a second of
# pictures, then half a minute of voice. It is paid back while media goes to an address that is proved.
LOAN: Final = 300_000  # bytes, headers included
PAID_BACK: Final = 10_000  # bytes a second
FIRST_LOAN: Final = 20_000  # bytes: one may join every two seconds, and it brings no more than to wait
VOICE: Final = 700  # bytes that a voice with the packet before it, or a report, has at most; for those half is kept
SETTLED: Final = 5.0  # seconds of media after a handshake: no flight is repeated that long when its answer was read
FIRST_RTP: Final = 128  # RFC 7983 section 7
LAST_RTP: Final = 191


class Traffic(Protocol):
    """Who takes what comes out of a leg."""

    def receive_rtp(self, packet: bytes, now: float) -> None: ...
    def receive_rtcp(self, compound: bytes, now: float) -> None: ...
    def leg_connected(self) -> None: ...
    def leg_closed(self) -> None: ...


class Leg:
    """``on_forgotten`` is told each address that is no longer the leg's. ``traffic`` is set before anything comes."""

    traffic: Traffic

    def __init__(
        self,
        certificate: RTCCertificate,
        role: Role,
        counters: Counters,
        on_forgotten: Callable[[Address], None],
        now: float,
    ) -> None:
        self.ice = IceLite(now, self._selected, on_forgotten)
        self.connected = False
        self._media_at = self._connected_at = now
        self._dtls = Dtls(certificate, role, self._send_plain, self._dtls_done)
        self._fingerprints: tuple[Fingerprint, ...] = ()
        self._counters = counters
        self._allowance = ALLOWANCE
        self._rtcp_left = MOST_RTCP
        self._streams: set[bytes] = set()
        self._receiving: Srtp | None = None
        self._sending: Srtp | None = None
        self._sendto: SendTo | None = None
        self._address: Address = ()
        self._loan = FIRST_LOAN

    @property
    def heard_at(self) -> float:
        """When anything authentic came last, media or STUN."""
        return max(self._media_at, self.ice.heard_at)

    @property
    def consented_at(self) -> float:
        """When the browser last said that it wants anything (RFC 7675): by STUN from an address that is known to be its
        own. While that cannot be known, because it restarted ICE and has no socket to tell its password, what its keys
        protect says so too: nobody else can make that, or have it taken twice."""
        selected = self.ice.selected
        return self.heard_at if selected is not None and not selected.verified else self.ice.heard_at

    @property
    def path(self) -> PathKind | None:
        """What media to this leg travels on; None before there is anything, or when the last connection broke."""
        return self.ice.selected.kind if self.ice.selected is not None else None

    def set_remote(self, credentials: Credentials, fingerprints: Sequence[Fingerprint]) -> None:
        """What the browser's description says of its end. Raises UnusableDescription when a later one changes the
        fingerprint: the association is kept, so its certificate must be too."""
        if self._fingerprints and self._fingerprints != tuple(fingerprints):
            raise UnusableDescription("the fingerprint cannot change")
        self._fingerprints = tuple(fingerprints)
        self.ice.set_remote(credentials)
        self._start_dtls()

    def receive(self, datagram: bytes, address: Address, now: float) -> None:
        """A datagram that is not STUN, from an address of this leg."""
        first = datagram[0]
        size = len(datagram)
        counters = self._counters
        if FIRST_RTP <= first <= LAST_RTP:
            receiving = self._receiving
            if receiving is None or size < HEADER_LENGTH:
                return
            self._allowance -= size + DATAGRAM
            rtcp = FIRST_PACKET_TYPE <= datagram[1] <= LATEST_PACKET_TYPE
            ssrc = datagram[4:8] if rtcp else datagram[8:12]
            streams = self._streams
            if self._allowance < 0 or (ssrc not in streams and len(streams) >= MOST_STREAMS):
                counters.packets_refused += 1
                return
            try:
                packet = receiving.unprotect_rtcp(datagram) if rtcp else receiving.unprotect(datagram)
            except (pylibsrtp.Error, ValueError):
                counters.packets_refused += 1
                return
            streams.add(ssrc)
            self._media_at = now
            if rtcp:
                self._receive_rtcp(packet, now)
                return
            counters.packets_received += 1
            counters.bytes_received += size
            self.traffic.receive_rtp(packet, now)
        elif FIRST_RECORD <= first <= LAST_RECORD:
            self._allowance -= RECORD
            if self._allowance < 0:
                counters.packets_refused += 1
                return
            if self._sendto is None:
                self.ice.earn(address, size)  # the records wait until there is a path to answer on
            self._dtls.receive(datagram)

    def send_rtp(self, packet: bytes) -> None:
        """Protects and sends. Only once connected."""
        try:
            self._sendto(self._sending.protect(packet), self._address)  # type: ignore[misc, union-attr]  # hot path: connected means both are there
        except (OSError, pylibsrtp.Error, ValueError):
            self._counters.packets_unsent += 1

    def send_rtcp(self, compound: bytes) -> None:
        if self._sending is not None:
            self._send_plain(self._sending.protect_rtcp(compound))

    def refill(self) -> None:
        """Called each second: what this person may send until the next time."""
        self._allowance = ALLOWANCE
        self._rtcp_left = MOST_RTCP
        if self.ice.selected is not None and self.ice.selected.verified:
            self._loan = min(LOAN, self._loan + PAID_BACK)

    def settle(self, after: float, now: float) -> None:
        """Called each second for a leg whose end another one tells: once its browser speaks with the keys of the
        handshake, and long enough that nothing of it is sent again, only the keys are kept."""
        if self.connected and min(now, self._media_at) - self._connected_at > after:
            self._dtls.forget()

    async def close(self) -> None:
        self.connected = False
        await self._dtls.close()
        self._sendto = self._receiving = self._sending = None

    def _receive_rtcp(self, compound: bytes, now: float) -> None:
        self._rtcp_left -= 1
        if self._rtcp_left < 0:
            self._counters.packets_refused += 1
            return
        self.traffic.receive_rtcp(compound, now)

    def _selected(self, path: Path) -> None:
        self._address = path.address
        self._sendto = path.sendto if path.verified else self._lending(path.sendto)
        self._start_dtls()

    def _lending(self, sendto: SendTo) -> SendTo:
        def lend(datagram: bytes, address: Address) -> None:
            left = self._loan - len(datagram) - HEADERS
            if left < (0 if len(datagram) <= VOICE else LOAN // 2):
                self._counters.packets_unsent += 1
                return
            self._loan = left
            sendto(datagram, address)

        return lend

    def _start_dtls(self) -> None:
        if self._sendto is not None and self._fingerprints and not self._dtls.started:
            self._dtls.start(self._fingerprints)

    def _send_plain(self, datagram: bytes) -> None:
        if self._sendto is None:
            return
        try:
            self._sendto(datagram, self._address)
        except OSError:
            self._counters.packets_unsent += 1

    def _dtls_done(self, connected: bool) -> None:
        if not connected:
            if not self.connected:
                self._counters.handshakes_failed += 1
            self.connected = False
            self.traffic.leg_closed()
            return
        self._counters.handshakes += 1
        self._receiving, self._sending = self._dtls.sessions()
        self.connected = True
        self._connected_at = monotonic()
        self.traffic.leg_connected()
