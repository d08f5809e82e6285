"""What waits for a receiver that is slower than what is sent to it: two real sockets, of which one is not read."""

import socket
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.backlog import MOST_OTHERS, MOST_PICTURES, Backlog
from server.media.connection import Frames

VOICE = struct.pack("!BB", 0x80, 0x80 | 111) + b"voice"
PICTURE = struct.pack("!BB", 0x80, 96) + bytes(1100)
CHECK = b"\x00\x01" + bytes(90)


class Line:
    """A connection whose other end reads when it is told to."""

    def __init__(self, **patience: float) -> None:
        self.here, self.there = socket.socketpair()
        for sock in (self.here, self.there):
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.backlog = Backlog(self.here, **patience)
        self._frames = Frames()

    def fill(self) -> None:
        """Until the kernel takes no more."""
        while not self.backlog:
            assert self.backlog.send(bytes(1000)) == 0

    def read(self) -> list[bytes]:
        """Everything that came, as fast as it goes."""
        packets = []
        while True:
            self.backlog.flush()
            try:
                packets += self._frames.feed(self.there.recv(65536))
            except BlockingIOError:
                return packets

    def close(self) -> None:
        self.here.close()
        self.there.close()


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.close()


def test_what_the_line_takes_leaves_at_once_and_in_order(line: Line) -> None:
    for number in range(3):
        assert line.backlog.send(b"%d" % number) == 0
    assert not line.backlog
    assert line.read() == [b"0", b"1", b"2"]


def test_a_voice_overtakes_pictures_that_wait_and_pictures_stay_in_order(line: Line) -> None:
    line.fill()
    pictures = [PICTURE + b"%d" % number for number in range(5)]
    for picture in pictures:
        line.backlog.send(picture)
    line.backlog.send(VOICE)
    line.backlog.send(CHECK)
    came = [packet for packet in line.read() if packet.strip(b"\0")]
    assert came == [VOICE, CHECK, *pictures]


def test_of_pictures_the_newest_is_dropped_and_of_voices_the_oldest(line: Line) -> None:
    line.fill()
    sent = [PICTURE + b"%03d" % number for number in range(200)]
    dropped = sum(line.backlog.send(picture) for picture in sent)
    voices = [VOICE + b"%05d" % number for number in range(5000)]
    forgotten = sum(line.backlog.send(voice) for voice in voices)
    assert len(line.backlog) <= MOST_PICTURES + MOST_OTHERS + 1002
    came = [packet for packet in line.read() if packet.strip(b"\0")]
    assert came == voices[forgotten:] + sent[: 200 - dropped]
    assert 0 < dropped < 200
    assert 0 < forgotten < 5000
    assert len(line.backlog) == 0


def test_what_is_stale_is_not_sent() -> None:
    line = Line(stale=-1.0)
    line.fill()
    line.backlog.send(VOICE)
    assert VOICE not in line.read()
    assert not line.backlog
    line.close()


def test_a_line_that_takes_nothing_is_given_up() -> None:
    line = Line(stuck=-1.0)
    line.fill()
    with pytest.raises(TimeoutError):
        line.backlog.send(VOICE)
    line.close()


def test_a_line_that_broke_is_told(line: Line) -> None:
    line.there.close()
    with pytest.raises(OSError, match="pipe"):
        for _ in range(2):
            line.backlog.send(VOICE)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([VOICE, PICTURE, CHECK, None]), max_size=150))
def test_whatever_is_sent_and_read_frames_stay_whole(acts: list[bytes | None]) -> None:
    line = Line()
    try:
        came, sent, dropped = [], 0, 0
        for act in acts:
            if act is None:
                came += line.read()
            else:
                sent += 1
                dropped += line.backlog.send(act)
        came += line.read()
        assert set(came) <= {VOICE, PICTURE, CHECK}
        assert len(came) == sent - dropped
    finally:
        line.close()
