"""The channel between server and worker, over a real socket pair: whole messages, in order, bounded."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from server.media.engine import Joined, PeerState
from server.media.worker import channel as channel_module
from server.media.worker import messages
from server.media.worker.channel import LARGEST, MOST_BEFORE_VOICE, MOST_WAITING, Channel
from tests.support.bare_browser import until

STATE = PeerState(mic=True, camera=False, voice_only=False)
JOIN = messages.Join(7, "room", "julien", "v=0\r\n" * 100, STATE, True, 12, None)


@dataclass
class Pair:
    """``worker`` is a channel that keeps what it gets; ``server`` the bare socket of the other end."""

    server: socket.socket
    worker: "Channel[messages.ToWorker, messages.FromWorker]"
    got: list[messages.ToWorker] = field(default_factory=list)
    closed: list[bool] = field(default_factory=list)

    def write(self, *raw: bytes) -> None:
        for data in raw:
            self.server.sendall(data)


def frame(message: Any) -> bytes:
    encoded = msgspec.msgpack.encode(message)
    return len(encoded).to_bytes(4, "big") + encoded


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    made: Pair
    worker: Channel[messages.ToWorker, messages.FromWorker] = Channel(
        messages.ToWorker, lambda message: made.got.append(message), lambda: made.closed.append(True)
    )
    made = Pair(ours, worker)
    await worker.open(theirs)
    yield made
    worker.close()
    ours.close()
    await asyncio.sleep(0)


async def test_messages_arrive_whole_and_in_order_however_they_are_cut(pair: Pair) -> None:
    said = [messages.Ping(1), JOIN, messages.Feed("room", "lea", 960, [b"\0" * 80, b""]), messages.Stop(2)]
    raw = b"".join(map(frame, said))
    for start in range(0, len(raw), 7):
        pair.write(raw[start : start + 7])
        await asyncio.sleep(0)
    await until(lambda: len(pair.got) == 4, "all of them")
    assert pair.got == said


@pytest.mark.parametrize(
    "raw",
    [
        b"\0\0\0\1\xc1",  # no msgpack
        frame(["shutdown", 1]),  # no message of ours
        frame(["joined", 1, None]),  # one of the other end's
        frame(["leave", 1, "room"]),  # a part is missing
        frame(["leave", "1", "room", "julien"]),  # of another type
        frame(["join", 1, "room", "peer", "sdp", {"mic": 1, "camera": 1, "voice_only": 1}, True, 4, None]),
        (LARGEST + 1).to_bytes(4, "big"),  # larger than any can be
    ],
)
async def test_what_is_no_message_ends_the_channel(pair: Pair, raw: bytes) -> None:
    pair.write(frame(messages.Ping(1)), raw, frame(messages.Ping(2)))
    await until(lambda: pair.closed, "the end")
    assert (pair.got, pair.closed) == ([messages.Ping(1)], [True])


async def test_the_end_of_the_other_is_noticed_once(pair: Pair) -> None:
    pair.write(frame(messages.Ping(1))[:3])
    pair.server.close()
    await until(lambda: pair.closed, "the end")
    pair.worker.send(messages.Done(1))  # into nowhere
    pair.worker.close()
    assert (pair.got, pair.closed) == ([], [True])


async def test_voice_is_dropped_when_nobody_reads_but_nothing_else_is(pair: Pair) -> None:
    voice = messages.WebVoice("room", "lea", "julien", 0, b"\0" * 1000)
    for _ in range(2000):
        pair.worker.send_or_drop(voice)
    for number in range(100):
        pair.worker.send(messages.Done(number))
    decoder: msgspec.msgpack.Decoder[messages.FromWorker] = msgspec.msgpack.Decoder(messages.FromWorker)
    told, raw = [], bytearray()
    while messages.Done(99) not in told:
        raw += await asyncio.to_thread(pair.server.recv, 65536)
        while len(raw) >= 4 and len(raw) >= 4 + int.from_bytes(raw[:4], "big"):
            end = 4 + int.from_bytes(raw[:4], "big")
            told.append(decoder.decode(raw[4:end]))
            del raw[:end]
    assert [message for message in told if message != voice] == [messages.Done(number) for number in range(100)]
    assert MOST_BEFORE_VOICE // 1100 < told.count(voice) < 2000


async def test_an_end_that_reads_no_more_is_hung_up_on(pair: Pair) -> None:
    large = messages.Refused(1, "RoomFull", "x" * (LARGEST // 2))
    for _ in range(2 * MOST_WAITING // LARGEST + 20):
        pair.worker.send(large)
    await until(lambda: pair.closed, "the end")


async def test_a_message_that_is_too_large_is_not_even_begun(pair: Pair) -> None:
    with pytest.raises(ValueError, match="larger than any"):
        pair.worker.send(messages.Refused(1, "RoomFull", "x" * LARGEST))
    assert pair.closed == []


async def test_who_waits_for_an_answer_runs_before_what_was_said_after_it() -> None:
    """Else a person would be told of slots in a call that they do not know they are in."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    order: list[str] = []
    answer = asyncio.get_running_loop().create_future()

    def receive(message: messages.FromWorker) -> bool:
        if isinstance(message, messages.Done):
            answer.set_result(None)
            return True
        order.append("event")
        return False

    async def wait() -> None:
        await answer
        order.append("answer")

    waiting = asyncio.create_task(wait())
    channel: Channel[messages.FromWorker, messages.ToWorker] = Channel(messages.FromWorker, receive)
    await channel.open(theirs)
    ours.sendall(frame(messages.Done(1)) + frame(messages.Quiet("room", "lea")) * 2)
    await until(lambda: len(order) == 3, "both")
    assert order == ["answer", "event", "event"]
    await waiting
    channel.close()
    ours.close()
    await asyncio.sleep(0)


def test_the_bounds_leave_room_for_the_largest_description() -> None:
    largest = messages.HasJoined(1, Joined("x" * 65536, "x" * 65536, ()))
    assert len(frame(largest)) < channel_module.LARGEST
