"""DTLS-SRTP (RFC 5764) for one leg: aiortc's transport, unmodified, over a shim that stands for its ICE transport.

aiortc does the handshake, checks the fingerprint and derives the SRTP sessions; packets never pass through it.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, cast

from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AEAD_AES_256_GCM,
    SRTP_AES128_CM_SHA1_80,
    SRTP_PROFILES,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    SRTPProtectionProfile,
)
from OpenSSL import SSL

from server.media.srtp import Srtp

RELEASE_BUFFERS: Final = 0x10  # SSL_MODE_RELEASE_BUFFERS: after the handshake next to nothing is read or written

Role = Literal["client", "server"]
Fingerprint = tuple[str, str]  # algorithm, value, as in a=fingerprint

WAITING_RECORDS: Final = 32  # datagrams: several flights of a handshake; what comes on top is repeated by the peer
FIRST_RECORD: Final = 20  # first byte of a DTLS datagram, RFC 7983 section 7
LAST_RECORD: Final = 63

# AES-GCM costs a third of AES-CM with HMAC-SHA1 for each packet, and 128 bits are the strength of the rest.
PROFILES: Final[list[SRTPProtectionProfile]] = [
    profile
    for profile in (SRTP_AEAD_AES_128_GCM, SRTP_AEAD_AES_256_GCM, SRTP_AES128_CM_SHA1_80)
    if profile in SRTP_PROFILES
]


class ProcessCertificate(RTCCertificate):
    """The one certificate of a process, with one OpenSSL context for all associations: one each would cost 20 kB."""

    _context: SSL.Context | None = None

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        if self._context is None:
            context = super()._create_ssl_context(srtp_profiles)
            # What would be kept of each association for a resumption that browsers never ask for.
            context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
            context.set_mode(RELEASE_BUFFERS)
            self._context = context
        return self._context


class _Datagrams:
    """What RTCDtlsTransport uses of its RTCIceTransport: ``role``, ``_recv`` and ``_send``."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._deliver = send
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING_RECORDS)

    async def _recv(self) -> bytes:
        datagram = await self.queue.get()
        if datagram is None:
            raise ConnectionError
        return datagram

    async def _send(self, datagram: bytes) -> None:
        self._deliver(datagram)


class Dtls:
    """One DTLS association. ``on_done(True)`` when the keys are there, ``on_done(False)`` when it failed or, later,
    when the browser closed it."""

    def __init__(
        self, certificate: RTCCertificate, role: Role, send: Callable[[bytes], None], on_done: Callable[[bool], None]
    ) -> None:
        self._datagrams = _Datagrams(send)
        self._transport = RTCDtlsTransport(cast("Any", self._datagrams), [certificate])
        self._transport._set_role(role)  # noqa: SLF001 (the role is negotiated in SDP, of which aiortc's caller is in charge)
        self._transport._srtp_profiles = PROFILES  # noqa: SLF001 (its own order prefers 256 bits)
        self._on_done = on_done
        self._task: asyncio.Task[None] | None = None
        self._closed = self._forgotten = False

    @property
    def started(self) -> bool:
        return self._task is not None

    def start(self, fingerprints: Sequence[Fingerprint]) -> None:
        parameters = RTCDtlsParameters([RTCDtlsFingerprint(algorithm, value) for algorithm, value in fingerprints])
        self._task = asyncio.get_running_loop().create_task(self._run(parameters))

    async def _run(self, parameters: RTCDtlsParameters) -> None:
        await self._transport.start(parameters)
        if self._closed:
            return
        connected = self._transport.state == "connected"
        if connected:
            self._transport.on("statechange", self._state_changed)
        self._on_done(connected)

    def _state_changed(self) -> None:
        if self._transport.state in ("closed", "failed") and not self._closed:
            self._on_done(False)

    def receive(self, datagram: bytes) -> None:
        if self._forgotten:
            return
        try:
            self._datagrams.queue.put_nowait(datagram)
        except asyncio.QueueFull:
            return  # the browser repeats its flight

    def sessions(self) -> tuple[Srtp, Srtp]:
        """The SRTP sessions, receiving and sending; only after ``on_done(True)``."""
        return Srtp(self._transport._rx_srtp), Srtp(self._transport._tx_srtp)  # noqa: SLF001 (aiortc gives them to nobody)

    def forget(self) -> None:
        """Lets go of the association and keeps its keys: what OpenSSL holds for one is 80 kB. From here on nobody hears
        of its end, and it says no goodbye. Only when the browser surely has finished the handshake."""
        if self._forgotten or self._closed or self._transport.state != "connected":
            return
        self._forgotten = True
        self._transport.remove_all_listeners()
        pump = self._transport._task  # noqa: SLF001 (aiortc knows no half of an end)
        if pump is not None:
            pump.cancel()
        self._transport._task = self._transport._ssl = None  # noqa: SLF001

    async def close(self) -> None:
        """Says goodbye (close_notify) and ends."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._transport.stop()
        # Not left to the collector of cycles, which comes seldom: these hold 80 kB that it does not know of.
        for name in ("_ssl", "_rx_srtp", "_tx_srtp"):
            setattr(self._transport, name, None)
