"""A browser's end of a call without a browser: it sends exactly the packets that a test says, from the address that it
says, and keeps every packet that comes.

STUN by aioice, DTLS and SRTP by aiortc; nothing of the server's own code.
"""

import asyncio
import re
import secrets
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, cast

from aioice.stun import Class, Message, Method, parse_message
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from aiortc.rtp import AnyRtcpPacket, RtcpPacket, RtpPacket

OPUS, RED, VP8, RTX = 111, 63, 96, 97
LEVEL = 1  # of the audio level among header extensions
PATIENCE = 10.0  # seconds
KEY_FRAME = bytes.fromhex("9080ac6f107c009d012a8002e001396b")
SMALL_KEY_FRAME = KEY_FRAME + b"small"
SMALL_FRAME = bytes.fromhex("9080ac70312200") + b"small"
DELTA_FRAME = bytes.fromhex("9080ac70312200e4e0afc10327a747a7")


async def until(done: Callable[[], Any], what: str, seconds: float = PATIENCE) -> None:
    """Returns when ``done()`` holds; fails with ``what`` otherwise."""
    try:
        async with asyncio.timeout(seconds):
            while not done():
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"{what} did not happen") from None


@dataclass
class Remote:
    """What a description of the server's says."""

    fragment: str
    password: str
    fingerprint: str
    port: int
    text: str

    @classmethod
    def read(cls, text: str) -> "Remote":
        def value(pattern: str) -> str:
            found = re.search(pattern, text, re.MULTILINE)
            assert found is not None, pattern
            return found[1].strip()

        return cls(
            value(r"^a=ice-ufrag:(.*)$"),
            value(r"^a=ice-pwd:(.*)$"),
            value(r"^a=fingerprint:sha-256 (.*)$"),
            int(value(r"^a=candidate:\S+ 1 udp \d+ \S+ (\d+) typ host")),
            text,
        )

    @property
    def sections(self) -> dict[str, str]:
        """The text of each section, by mid."""
        found = {}
        for section in self.text.split("\r\nm=")[1:]:
            mid = re.search(r"^a=mid:(.*)$", section, re.MULTILINE)
            assert mid is not None
            found[mid[1].strip()] = section
        return found

    def ssrcs(self, mid: str) -> list[int]:
        """The SSRC of a slot, and behind it that of its repairs."""
        return list(
            dict.fromkeys(int(ssrc) for ssrc in re.findall(r"^a=ssrc:(\d+) ", self.sections[mid], re.MULTILINE))
        )


class _Shim:
    role = "controlling"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._deliver = send
        self.queue: asyncio.Queue[bytes] = asyncio.Queue()

    async def _recv(self) -> bytes:
        return await self.queue.get()

    async def _send(self, datagram: bytes) -> None:
        self._deliver(datagram)


class BareLeg:
    """One PeerConnection's transport, on one of the two loopback addresses, over UDP or TCP."""

    def __init__(self, loopback: str = "127.0.0.1", over: Literal["udp", "tcp"] = "udp") -> None:
        self._loopback = loopback
        self.over = over  # what the next ``move`` opens
        self.certificate = RTCCertificate.generateCertificate()
        self.rtp: list[RtpPacket] = []
        self.rtcp: list[AnyRtcpPacket] = []
        self.answers_checks = True
        self.grants_everything = False  # as an open STUN server, which knows no passwords
        self.refusals = 0  # checks that came with a password that is not ours
        self.generation = 0
        self.datagrams: list[bytes] = []  # everything that came, as it came
        self.arrivals: list[int] = []  # media datagrams that came to each of its addresses
        self.remote: Remote | None = None
        self._shim = _Shim(self.send)
        self.dtls = RTCDtlsTransport(cast("Any", self._shim), [self.certificate])
        self.dtls._set_role("client")
        self._sockets: list[socket.socket] = []
        self._streams: dict[socket.socket, bytes] = {}  # of TCP: what came of a packet that is not complete
        self._handshake: asyncio.Task[None] | None = None
        self._pings: asyncio.Task[None] | None = None
        self.renew()
        if over == "udp":
            self.move()

    def renew(self) -> None:
        """New ICE credentials, as ``restartIce`` makes."""
        self.fragment, self.password = secrets.token_hex(4), secrets.token_hex(12)

    def restart(self) -> dict[str, str]:
        """An ICE restart that nobody is asked for, on sockets of its own; what the server may be told of it."""
        self.generation += 1
        self.renew()
        self.move()
        return {"ufrag": self.fragment, "pwd": self.password}

    def move(self) -> None:
        """To another address; what is sent from now on comes from there, a check before all else."""
        family = socket.AF_INET6 if ":" in self._loopback else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM if self.over == "udp" else socket.SOCK_STREAM)
        if self.over == "udp":
            sock.bind((self._loopback, 0))
        else:
            assert self.remote is not None
            sock.connect((self._loopback, self.remote.port))
            self._streams[sock] = b""
        sock.setblocking(False)
        self._sockets.append(sock)
        self.arrivals.append(0)
        asyncio.get_running_loop().add_reader(sock, self._readable, sock)
        if self.remote is not None:
            self.check()

    def cut(self) -> None:
        """The newest connection is gone, as if it never was: no goodbye."""
        sock = self._sockets.pop()
        asyncio.get_running_loop().remove_reader(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()

    @property
    def current(self) -> socket.socket:
        return self._sockets[-1]

    def send(self, datagram: bytes, source: socket.socket | None = None) -> None:
        assert self.remote is not None
        sock = source or self.current
        if sock in self._streams:
            with suppress(OSError):
                sock.sendall(struct.pack("!H", len(datagram)) + datagram)
        else:
            sock.sendto(datagram, (self._loopback, self.remote.port))

    def request(self, *, nominate: bool = True, password: str | None = None) -> bytes:
        """A connectivity check, authentic unless ``password`` is another."""
        assert self.remote is not None
        message = Message(Method.BINDING, Class.REQUEST)
        number = self.generation or ""
        message.attributes["USERNAME"] = f"{self.remote.fragment}{number}:{self.fragment}"
        message.attributes["PRIORITY"] = 1
        message.attributes["ICE-CONTROLLING"] = 1
        if nominate:
            message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity((password or self.remote.password).encode())
        return bytes(message)

    def check(self, **how: Any) -> None:
        self.send(self.request(**how))

    async def connect(self, remote: Remote) -> None:
        """ICE and DTLS; checks go on until ``close``."""
        self.remote = remote
        if self._sockets:
            self.check()
        else:
            self.move()
        self._pings = asyncio.create_task(self._ping())
        parameters = RTCDtlsParameters([RTCDtlsFingerprint("sha-256", remote.fingerprint)])
        self._handshake = asyncio.create_task(self.dtls.start(parameters))
        await until(lambda: self.dtls.state == "connected", "the handshake")

    def restarted(self, remote: Remote) -> None:
        self.remote = remote
        self.generation = 0

    def silence(self) -> None:
        """No checks any more: the device is gone, or its network."""
        if self._pings is not None:
            self._pings.cancel()

    def resume(self) -> None:
        self._pings = asyncio.create_task(self._ping())

    def protect(self, packet: bytes) -> bytes:
        return self.dtls._tx_srtp.protect(packet)

    def unprotect(self, datagram: bytes) -> bytes:
        return self.dtls._rx_srtp.unprotect(datagram)

    def send_rtp(
        self, payload_type: int, number: int, timestamp: int, ssrc: int, payload: bytes, marker: int = 1
    ) -> None:
        packet = RtpPacket(payload_type, marker, number & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc, payload)
        self.send(self.protect(packet.serialize()))

    def send_rtcp(self, compound: bytes) -> None:
        self.send(self.dtls._tx_srtp.protect_rtcp(compound))

    async def close(self) -> None:
        for task in (self._pings, self._handshake):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if self.remote is not None:
            await self.dtls.stop()
        for sock in self._sockets:
            asyncio.get_running_loop().remove_reader(sock)
            sock.close()

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            self.check()

    def _readable(self, sock: socket.socket) -> None:
        while True:
            try:
                datagram = sock.recv(4096)
            except OSError:
                return
            if sock not in self._streams:
                self._received(sock, datagram)
                continue
            if not datagram:  # the server closed it
                asyncio.get_running_loop().remove_reader(sock)
                return
            stream = self._streams[sock] + datagram
            while len(stream) >= 2 and len(stream) >= 2 + int.from_bytes(stream[:2], "big"):
                end = 2 + int.from_bytes(stream[:2], "big")
                self._received(sock, stream[2:end])
                stream = stream[end:]
            self._streams[sock] = stream

    def _received(self, sock: socket.socket, datagram: bytes) -> None:
        self.datagrams.append(datagram)
        first = datagram[0]
        if first < 4:
            self._stun(sock, datagram)
        elif first < 64:
            self._shim.queue.put_nowait(datagram)
        elif self.dtls._rx_srtp is not None:
            self.arrivals[self._sockets.index(sock)] += 1
            if 192 <= datagram[1] <= 223:
                self.rtcp += RtcpPacket.parse(self.dtls._rx_srtp.unprotect_rtcp(datagram))
            else:
                self.rtp.append(RtpPacket.parse(self.dtls._rx_srtp.unprotect(datagram)))

    def _stun(self, sock: socket.socket, datagram: bytes) -> None:
        message = parse_message(datagram)
        if message.message_class is not Class.REQUEST or not self.answers_checks:
            return
        if self.grants_everything:
            response = Message(Method.BINDING, Class.RESPONSE, transaction_id=message.transaction_id)
            response.attributes["XOR-MAPPED-ADDRESS"] = ("127.0.0.1", 1)
        elif message.check_message_integrity(self.password.encode()):
            response = Message(Method.BINDING, Class.RESPONSE, transaction_id=message.transaction_id)
            response.attributes["XOR-MAPPED-ADDRESS"] = ("127.0.0.1", 1)
            response.add_message_integrity(self.password.encode())
        else:  # as libwebrtc does
            assert self.generation > 0
            self.refusals += 1
            response = Message(Method.BINDING, Class.ERROR, transaction_id=message.transaction_id)
            response.attributes["ERROR-CODE"] = (401, "Unauthorized")
        self.send(bytes(response), sock)


@dataclass
class BareBrowser:
    """Two legs, and what they send and got. Publishes one voice and one picture stream; where ``small`` is set, also
    small pictures in a second section."""

    up: BareLeg = field(default_factory=BareLeg)
    down: BareLeg = field(default_factory=BareLeg)
    voice_ssrc: int = field(default_factory=lambda: secrets.randbits(32))
    picture_ssrc: int = field(default_factory=lambda: secrets.randbits(32))
    start: int = field(default_factory=lambda: secrets.randbits(16))  # of both streams' numbers
    small: bool = False
    small_ssrc: int = field(default_factory=lambda: secrets.randbits(32))
    said: int = 0
    shown: int = 0
    shown_small: int = 0

    def restart(self) -> dict[str, dict[str, str]]:
        """As ``BareLeg.restart``, of both."""
        return {"up": self.up.restart(), "down": self.down.restart()}

    def offer(self, *, video: bool = True) -> str:
        """The offer of *up*."""
        pictures = {"1": self.picture_ssrc, "2": self.small_ssrc} if self.small else {"1": self.picture_ssrc}
        lines = [
            *("v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0"),
            f"a=group:BUNDLE {' '.join(['0', *pictures])}" if video else "a=group:BUNDLE 0",
            *self._section(self.up, "audio", "0", f"{OPUS} {RED}", "actpass", "sendonly"),
            *(f"a=extmap:{LEVEL} urn:ietf:params:rtp-hdrext:ssrc-audio-level", f"a=rtpmap:{OPUS} opus/48000/2"),
            *(f"a=rtpmap:{RED} red/48000/2", f"a=fmtp:{RED} {OPUS}/{OPUS}"),
        ]
        for mid, ssrc in pictures.items() if video else ():
            lines += [
                *self._section(self.up, "video", mid, f"{VP8} {RTX}", "actpass", "sendonly"),
                *(f"a=rtpmap:{VP8} VP8/90000", f"a=rtpmap:{RTX} rtx/90000", f"a=fmtp:{RTX} apt={VP8}"),
            ]
            if self.small:
                lines.append(f"a=ssrc:{ssrc} cname:{self.up.fragment}")
        return "\r\n".join(lines) + "\r\n"

    def answer(self, offer: str) -> str:
        """The answer for *down*, which takes all that is offered."""
        sections = Remote.read(offer).sections
        lines = [*("v=0", "o=- 2 1 IN IP4 127.0.0.1", "s=-", "t=0 0"), f"a=group:BUNDLE {' '.join(sections)}"]
        for mid, section in sections.items():
            kind, _, _, payload_types = section.split("\r\n", 1)[0].split(" ", 3)
            lines += self._section(self.down, kind, mid, payload_types, "active", "recvonly")
            lines += re.findall(r"^a=(?:rtpmap|fmtp):[^\r\n]*", section, re.MULTILINE)
        return "\r\n".join(lines) + "\r\n"

    async def connect(self, answer: str, offer: str) -> None:
        self.remote_offer = Remote.read(offer)
        await asyncio.gather(self.up.connect(Remote.read(answer)), self.down.connect(self.remote_offer))

    def say(self, *words: bytes) -> None:
        """One voice packet each."""
        for word in words:
            number = self.start + self.said
            self.said += 1
            self.up.send_rtp(OPUS, number, number * 960, self.voice_ssrc, word)

    def speak(self, word: bytes, level: int) -> None:
        """A voice packet that tells how loud it is (RFC 6464)."""
        number = self.start + self.said
        self.said += 1
        header = struct.pack("!BBHII", 0x90, OPUS, number & 0xFFFF, number * 960 & 0xFFFFFFFF, self.voice_ssrc)
        element = struct.pack("!HHBBH", 0xBEDE, 1, LEVEL << 4, level, 0)
        self.up.send(self.up.protect(header + element + word))

    def show_small(self, *, key: bool = False) -> None:
        """The next frame of small pictures."""
        number = self.start + self.shown_small
        self.shown_small += 1
        self.up.send_rtp(VP8, number, number * 3000, self.small_ssrc, SMALL_KEY_FRAME if key else SMALL_FRAME)

    def picture(self, *, key: bool = False) -> bytes:
        """The next frame, of one packet, as plain RTP; to be sent or to be lost."""
        number = self.start + self.shown
        self.shown += 1
        payload = KEY_FRAME if key else DELTA_FRAME
        return RtpPacket(VP8, 1, number & 0xFFFF, number * 3000 & 0xFFFFFFFF, self.picture_ssrc, payload).serialize()

    def show(self, *, key: bool = False, count: int = 1) -> None:
        """Sends the next frames."""
        for index in range(count):
            self.up.send(self.up.protect(self.picture(key=key and index == 0)))

    def got(self, mid: str) -> list[RtpPacket]:
        """What came on a slot, without repairs."""
        ssrc = self.remote_offer.ssrcs(mid)[0]
        return [packet for packet in self.down.rtp if packet.ssrc == ssrc]

    def repairs(self, mid: str) -> list[RtpPacket]:
        ssrc = self.remote_offer.ssrcs(mid)[1]
        return [packet for packet in self.down.rtp if packet.ssrc == ssrc]

    def heard(self, mid: str) -> list[bytes]:
        return [packet.payload for packet in self.got(mid)]

    def gaps(self, mid: str) -> int:
        """How many numbers are missing or repeated on a slot."""
        numbers = [packet.sequence_number for packet in self.got(mid)]
        return sum((later - earlier) & 0xFFFF != 1 for earlier, later in pairwise(numbers))

    async def close(self) -> None:
        await asyncio.gather(self.up.close(), self.down.close())

    @staticmethod
    def _section(leg: BareLeg, kind: str, mid: str, payload_types: str, setup: str, direction: str) -> list[str]:
        fingerprint = next(f.value for f in leg.certificate.getFingerprints() if f.algorithm == "sha-256")
        return [
            f"m={kind} 9 UDP/TLS/RTP/SAVPF {payload_types}",
            "c=IN IP4 0.0.0.0",
            f"a=ice-ufrag:{leg.fragment}",
            f"a=ice-pwd:{leg.password}",
            f"a=fingerprint:sha-256 {fingerprint}",
            f"a=setup:{setup}",
            f"a=mid:{mid}",
            f"a={direction}",
            "a=rtcp-mux",
        ]
