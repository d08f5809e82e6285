"""Voices with the packet before them, as a browser reads them."""

from hypothesis import given
from hypothesis import strategies as st

from server.media import red
from server.media.codecs import OPUS
from server.media.rtp import Packet
from tests.unit.media.wire import Source, Wire

STEP = 960


def voice(number: int, *, timestamp: int | None = None, padding: int = 0) -> Packet:
    at = number * STEP if timestamp is None else timestamp
    return Packet(number, at & 0xFFFFFFFF, padding, 0, OPUS, b"voice %d" % number + (b"\1" if padding else b""))


def lossy() -> tuple[Wire, Source]:
    wire = Wire("audio")
    wire.voice.redundant = True
    return wire, Source(OPUS)


def read(wire: Wire) -> list[list[bytes]]:
    return [
        [block.data for block in red.unpack(packet.payload)] if packet.payload_type == 63 else [packet.payload]
        for packet in wire.media()
    ]


def test_each_packet_carries_the_one_before() -> None:
    wire, source = lossy()
    for number in (70000, 70001, 70002):
        wire.slot.forward(source.stream, voice(number), 1.0)
    assert [packet.payload_type for packet in wire.media()] == [111, 63, 63]
    assert read(wire) == [[b"voice 70000"], [b"voice 70000", b"voice 70001"], [b"voice 70001", b"voice 70002"]]
    assert {block.earlier for packet in wire.media()[1:] for block in red.unpack(packet.payload)} == {STEP, 0}
    assert wire.steps() == [1, 1]


def test_without_loss_or_without_a_browser_that_reads_it_there_is_none() -> None:
    wire, source = lossy()
    wire.voice.redundant = False
    wire.slot.forward(source.stream, voice(70000), 1.0)
    wire.slot.forward(source.stream, voice(70001), 1.0)
    wire.voice.redundant = True
    wire.voice.payload_types = {OPUS: (111, None)}
    wire.slot.forward(source.stream, voice(70002), 1.0)
    assert [packet.payload_type for packet in wire.media()] == [111, 111, 111]


def test_a_late_packet_goes_out_alone_and_at_its_place() -> None:
    wire, source = lossy()
    for number in (70000, 70002, 70001, 70003):
        wire.slot.forward(source.stream, voice(number), 1.0)
    assert read(wire) == [
        [b"voice 70000"],
        [b"voice 70000", b"voice 70002"],
        [b"voice 70001"],
        [b"voice 70002", b"voice 70003"],
    ]
    assert wire.steps() == [2, 0xFFFF, 2]


def test_after_a_pause_nothing_of_before_is_repeated() -> None:
    """What was said before the microphone was switched off is not sent again after."""
    wire, source = lossy()
    wire.slot.forward(source.stream, voice(70000), 1.0)
    wire.slot.pause()
    wire.slot.forward(source.stream, voice(70001), 1.02)
    assert read(wire) == [[b"voice 70000"], [b"voice 70001"]]


def test_another_person_does_not_repeat_the_first() -> None:
    wire, source = lossy()
    wire.slot.forward(source.stream, voice(70000), 1.0)
    wire.slot.forward(Source(OPUS, ssrc=9).stream, voice(90000), 1.02)
    assert read(wire) == [[b"voice 70000"], [b"voice 90000"]]


def test_what_is_too_far_back_or_padded_is_not_repeated() -> None:
    wire, source = lossy()
    wire.slot.forward(source.stream, voice(70000), 1.0)
    wire.slot.forward(source.stream, voice(70001, timestamp=70000 * STEP + 20000), 1.4)  # after silence (DTX)
    wire.slot.forward(source.stream, voice(70002, timestamp=70000 * STEP + 21000, padding=0x20), 1.42)
    wire.slot.forward(source.stream, voice(70003, timestamp=70000 * STEP + 22000), 1.44)
    assert [packet.payload_type for packet in wire.media()] == [111, 111, 111, 111]


@given(
    st.lists(st.tuples(st.integers(0, 300), st.booleans(), st.booleans()), max_size=60, unique_by=lambda one: one[0])
)
def test_no_number_ever_carries_two_packets(events: list[tuple[int, bool, bool]]) -> None:
    """Lost, late, switched and paused, with RED or without: AES-GCM allows each number once."""
    wire = Wire("audio")
    sources = [Source(OPUS, ssrc=1).stream, Source(OPUS, ssrc=2).stream]
    for number, other, redundant in events:
        wire.voice.redundant = redundant
        if number % 7 == 0:
            wire.slot.pause()
        wire.slot.forward(sources[other], voice(70000 + number), number / 50)
    numbers = [packet.sequence_number for packet in wire.media()]
    assert len(numbers) == len(set(numbers))
