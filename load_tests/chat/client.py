"""A lean Socket.IO client of Binôme's compact form (docs/protocol.md): hand-made frames out, minimal parsing in."""

import asyncio
import base64
import json
import random
import time
from collections.abc import Mapping

import msgspec

from load_tests.chat.talker import Talker

SOCKET_PATH = "/socket.io/?EIO=4&transport=websocket"
_MESSAGE = b'42["chat:message",'
_SYNC = b'42["room:sync",'


def fast_id(counter: int) -> bytes:
    """A UUIDv7 (RFC 9562) as 22 characters of base64url, unique for a ``counter`` that is unique."""
    value = (time.time_ns() // 1_000_000) << 80 | 0x7 << 76 | 0x2 << 62 | counter & (1 << 62) - 1
    return base64.urlsafe_b64encode(value.to_bytes(16, "big"))[:22]


class BinomeTalker(Talker):
    """One person in one room. ``last_seq`` is the cursor that they hold."""

    def __init__(self, token: str, room: int, cursor: int | None = None) -> None:
        super().__init__()
        self._token = token
        self._room = room
        self._cursor = cursor
        self.last_seq = cursor or 0
        self._ids = random.getrandbits(62)
        self._sent_events = 0
        self._acknowledged_events = 0
        self._answers: dict[int, asyncio.Future[object]] = {}
        self.synchronised: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def connect(self, host: str, port: int) -> None:
        await self.open(host, port, SOCKET_PATH)
        async with asyncio.timeout(20):
            await self.ready

    def say(self) -> None:
        assert self.outgoing is not None
        self._ids += 1
        number = self._sent_events
        self._sent_events = number + 1
        self.send_text(
            b'42%d["chat:send",[%d,"%s","%s"]]'
            % (number, self._room, fast_id(self._ids), self.outgoing.next_text().encode())
        )

    async def ask(self, event: str, payload: Mapping[str, object]) -> dict[str, object]:
        """Sends ``event`` and waits for its acknowledgement. Not to be mixed with ``say`` on one connection."""
        number = self._sent_events
        self._sent_events = number + 1
        self._answers[number] = asyncio.get_running_loop().create_future()
        self.send_text(b"42%d%s" % (number, json.dumps([event, payload]).encode()))
        async with asyncio.timeout(20):
            answer = await self._answers[number]
        if not isinstance(answer, dict) or not answer.get("ok"):
            raise ConnectionError(f"{event}: {answer}")
        return answer

    def text_received(self, payload: bytes) -> None:
        if payload.startswith(_MESSAGE):
            message = msgspec.json.decode(payload[2:])[1]
            self._hear(message)
        elif payload.startswith(b"43"):
            start = payload.index(b"[")
            self._acknowledged(int(payload[2:start]), msgspec.json.decode(payload[start:])[0])
        elif payload == b"2":  # Engine.IO ping
            self.send_text(b"3")
        elif payload.startswith(_SYNC):
            self._synchronise(msgspec.json.decode(payload[2:])[1])
        elif payload.startswith(b"40"):
            self.ready.set_result(None)
        elif payload.startswith(b"0"):  # Engine.IO open: say who we are
            auth: dict[str, object] = {"token": self._token, "compact": 1}
            if self._cursor is not None:
                auth["cursors"] = {str(self._room): self._cursor}
            self.send_text(b"40" + json.dumps(auth, separators=(",", ":")).encode())
        elif payload.startswith((b"41", b"44", b'42["session:ended"')):
            self.refuse(payload.decode(errors="replace"))

    def _hear(self, message: list[object]) -> None:
        seq, body = message[1], message[4]
        assert isinstance(seq, int)
        assert isinstance(body, str)
        if seq > self.last_seq:
            self.last_seq = seq
        if self.incoming is not None:
            self.incoming.hears(body, seq)

    def _acknowledged(self, number: int, answer: dict[str, object]) -> None:
        if number != self._acknowledged_events:
            self.refuse(f"event {number} acknowledged after {self._acknowledged_events} others")
            return
        self._acknowledged_events = number + 1
        waiting = self._answers.pop(number, None)
        if waiting is not None:
            waiting.set_result(answer)
            return
        assert self.outgoing is not None
        if not answer.get("ok") or answer.get("state", "delivered") != "delivered":
            self.refuse(f"not delivered: {answer}")
            return
        seq = answer["seq"]
        assert isinstance(seq, int)
        if seq > self.last_seq:
            self.last_seq = seq
        self.outgoing.acknowledged(len(self.outgoing.acks), seq)

    def _synchronise(self, rooms: list[list[object]]) -> None:
        for number, upto, _more, messages in rooms:
            if number == self._room:
                assert isinstance(upto, int)
                assert isinstance(messages, list)
                self.last_seq = upto
                self.missed.extend(message[3] for message in messages)
        if not self.synchronised.done():
            self.synchronised.set_result(None)
