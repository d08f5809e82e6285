"""The two ends of a person's call without a browser, lean enough for thousands of packets a second: real ICE, DTLS and
SRTP, voice packets that carry the moment they were sent, and the kernel's word for when they came."""

import asyncio
import random
import secrets
import socket
import struct
import time
from collections.abc import Callable
from typing import Final

from aiortc.rtp import RtcpRrPacket

from load_tests.chat.client import BinomeTalker
from load_tests.programs import LOOPBACK
from load_tests.seed import Seat
from tests.support.bare_browser import OPUS, BareBrowser, BareLeg

CONSENT_SECONDS: Final = 2.5  # between checks, as browsers do once connected (RFC 7675), and reports
FRAME_SAMPLES: Final = 960  # 20 ms at 48 kHz
FILLER: Final = secrets.token_bytes(52)  # with the 8 bytes of its moment, 20 ms of Opus at 24 kbit/s
_REPORT = bytes(RtcpRrPacket(ssrc=1))
_HEADER = struct.Struct("!BBHII")
_MOMENT = struct.Struct("!Q")
_SO_TIMESTAMPNS: Final = 35  # <asm-generic/socket.h>; its control message is two 64-bit numbers
_STAMP = struct.Struct("=qq")

Heard = Callable[[float], None]  # seconds on the way


class LoadLeg(BareLeg):
    """Keeps nothing of what comes; ``heard`` is told how long each voice packet was on its way."""

    heard: Heard | None = None

    def move(self) -> None:
        super().move()
        self.current.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.current.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(CONSENT_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311 - RFC 7675 section 5.1
            self.check()
            if self.dtls.state == "connected":
                self.send_rtcp(_REPORT)

    def _readable(self, sock: socket.socket) -> None:
        while True:
            try:
                datagram, control, _, _ = sock.recvmsg(2048, 64)
            except OSError:
                return
            first = datagram[0]
            if first < 4:
                self._stun(sock, datagram)
            elif first < 64:
                self._shim.queue.put_nowait(datagram)
            elif self.heard is not None and not 192 <= datagram[1] <= 223:
                packet = self.unprotect(datagram)
                seconds, nanoseconds = _STAMP.unpack(control[0][2])
                sent = _MOMENT.unpack_from(packet, len(packet) - len(FILLER) - _MOMENT.size)[0]
                self.heard((seconds * 1_000_000_000 + nanoseconds - sent) / 1e9)


class Voice:
    """A person in the call of their room, who may speak."""

    def __init__(self, seat: Seat, talker: BinomeTalker | None = None) -> None:
        """``talker`` is the socket that they come in by."""
        self.up, self.down = LoadLeg(), LoadLeg()
        self._seat = seat
        self._browser = BareBrowser(self.up, self.down)
        self._talker = talker or BinomeTalker(seat.token, seat.room)
        self._peer = ""
        self._number = secrets.randbits(15)

    async def join(self, port: int) -> None:
        """Raises ConnectionError, or AssertionError when the media does not connect."""
        await self._talker.connect(LOOPBACK, port)
        request = {
            "room": self._seat.room,
            "sdp": self._browser.offer(video=False),
            "caps": {"video": False},
            "mic": True,
            "camera": False,
        }
        joined = await self._talker.ask("call:join", request)
        self._peer = str(joined["peer"])
        answer = self._browser.answer(str(joined["offer"]))
        await self._talker.ask("call:answer", {"room": self._seat.room, "peer": self._peer, "sdp": answer})
        await self._browser.connect(str(joined["answer"]), str(joined["offer"]))

    def say(self) -> None:
        """One packet of voice."""
        number = self._number
        self._number = number + 1
        header = _HEADER.pack(
            0x80, OPUS, number & 0xFFFF, number * FRAME_SAMPLES & 0xFFFFFFFF, self._browser.voice_ssrc
        )
        self.up.send(self.up.protect(header + _MOMENT.pack(time.time_ns()) + FILLER))

    async def leave(self) -> None:
        """Hangs up."""
        await self._talker.ask("call:leave", {"room": self._seat.room, "peer": self._peer})

    async def close(self) -> None:
        """Leaves without a word, as a device that is switched off."""
        await self._browser.close()
        self._talker.close()
