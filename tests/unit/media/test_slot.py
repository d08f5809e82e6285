"""One outgoing stream, as the browser at its end sees it."""

from aiortc.rtp import RtcpSrPacket

from server.media import rtcp, vp8
from server.media.cache import Cache
from server.media.codecs import H264, OPUS, VP8
from server.media.picture_slot import MOST_REPAIRS
from server.media.timeline import Timeline
from tests.unit.media.wire import Source, Wire


def pictures(wire: Wire) -> list[int]:
    ids = [vp8.picture_ids(packet.payload) for packet in wire.media()]
    return [found[0] for found in ids if found is not None]


def test_pictures_start_at_a_key_frame_and_go_on_without_a_gap() -> None:
    wire, source = Wire(), Source(VP8)
    for key in (False, False, True, False, False):
        wire.slot.forward(source.stream, source.packet(key=key), 1.0)
    media = wire.media()
    assert len(media) == 3
    assert wire.steps() == [1, 1]
    assert {packet.payload_type for packet in media} == {96}
    assert media[0].payload[4] & 1 == 0


def test_a_voice_starts_at_once_with_the_marker_set() -> None:
    wire, source = Wire("audio"), Source(OPUS)
    for _ in range(3):
        wire.slot.forward(source.stream, source.packet(marker=False), 1.0)
    assert [packet.marker for packet in wire.media()] == [1, 0, 0]
    assert [packet.payload for packet in wire.media()] == [b"voice 65536", b"voice 65537", b"voice 65538"]
    assert all(len(data) == 12 + 11 for data in wire.sent)  # nothing but the fixed header: bytes are dear


def test_pictures_carry_the_time_of_sending_in_our_clock() -> None:
    wire, source = Wire(), Source(VP8)
    wire.slot.forward(source.stream, source.packet(key=True), 1.0)
    wire.slot.forward(source.stream, source.packet(), 1.5)
    first, second = (packet.extensions.abs_send_time for packet in wire.media())
    assert first is not None
    assert second is not None
    assert (second - first) & 0xFFFFFF == 1 << 17  # half a second in 6.18 fixed point


def test_another_person_on_the_slot_is_not_a_seam() -> None:
    wire = Wire()
    one, other = Source(VP8, ssrc=1, start=70000), Source(VP8, ssrc=2, start=90000)
    wire.slot.forward(one.stream, one.packet(key=True), 1.0)
    wire.slot.forward(one.stream, one.packet(), 1.1)
    wire.slot.pause()
    wire.slot.forward(other.stream, other.packet(), 1.2)  # waits for a key frame
    wire.slot.forward(other.stream, other.packet(key=True), 1.3)
    wire.slot.forward(other.stream, other.packet(), 1.4)
    assert len(wire.media()) == 4
    assert wire.steps() == [1, 1, 1]
    first = pictures(wire)[0]
    assert pictures(wire) == [(first + offset) & 0x7FFF for offset in range(4)]
    assert len({packet.ssrc for packet in wire.media()}) == 1
    times = [packet.timestamp for packet in wire.media()]
    assert abs((times[2] - times[1] & 0xFFFFFFFF) - 18000) <= 1  # 0.2 s


def test_after_a_pause_the_same_voice_comes_back_in_its_own_time() -> None:
    wire, source = Wire("audio"), Source(OPUS)
    wire.slot.forward(source.stream, source.packet(), 1.0)
    wire.slot.pause()
    for _ in range(10):
        source.packet()
    wire.slot.forward(source.stream, source.packet(), 1.22)
    media = wire.media()
    assert wire.steps() == [1]
    assert (media[1].timestamp - media[0].timestamp) & 0xFFFFFFFF == 11 * 3000
    assert media[1].marker == 1


def test_what_the_browser_did_not_accept_is_not_for_it() -> None:
    wire = Wire()
    wire.slot.payload_types = {VP8: (96, 97)}
    source = Source(H264)
    wire.slot.forward(source.stream, source.packet(payload=b"\x67sps"), 1.0)
    assert wire.sent == []


def repaired(wire: Wire, source: Source, count: int) -> Cache:
    cache = Cache()
    for index in range(count):
        packet = source.packet(key=index == 0)
        cache.put(source.stream, packet, 1.0)
        wire.slot.forward(source.stream, packet, 1.0)
    return cache


def test_a_lost_packet_is_brought_again_under_its_own_number() -> None:
    wire, source = Wire(), Source(VP8)
    cache = repaired(wire, source, 5)
    lost = wire.media()[2]
    wire.pictures.resend([lost.sequence_number], cache, 1.1)
    (repair,) = wire.repairs()
    assert repair.payload_type == 97
    assert repair.payload == lost.sequence_number.to_bytes(2, "big") + lost.payload
    assert (repair.timestamp, repair.marker) == (lost.timestamp, lost.marker)


def test_repairs_match_what_was_sent_also_after_a_switch() -> None:
    wire = Wire()
    repaired(wire, Source(VP8, ssrc=1, start=70000), 3)
    wire.slot.pause()
    source = Source(VP8, ssrc=2, start=90000)
    cache = repaired(wire, source, 4)
    for lost in wire.media():
        wire.pictures.resend([lost.sequence_number], cache, 1.1)
    originals = {packet.sequence_number: packet.payload for packet in wire.media()[3:]}
    assert {int.from_bytes(r.payload[:2], "big"): r.payload[2:] for r in wire.repairs()} == originals


def test_a_repair_has_its_own_numbers() -> None:
    wire, source = Wire(), Source(VP8)
    cache = repaired(wire, source, 4)
    wire.pictures.resend([packet.sequence_number for packet in wire.media()], cache, 1.1)
    first = wire.repairs()[0].sequence_number
    assert [repair.sequence_number for repair in wire.repairs()] == [(first + n) & 0xFFFF for n in range(4)]


def test_asking_too_often_costs_no_more_than_the_stream_itself() -> None:
    wire, source = Wire(), Source(VP8)
    cache = repaired(wire, source, 200)
    numbers = [packet.sequence_number for packet in wire.media()]
    for step in range(100):
        wire.pictures.resend(numbers, cache, 1.1 + step / 100)
    assert len(wire.repairs()) == MOST_REPAIRS


def test_a_packet_is_not_repeated_twice_in_the_same_instant() -> None:
    wire, source = Wire(), Source(VP8)
    cache = repaired(wire, source, 3)
    lost = wire.media()[1].sequence_number
    wire.pictures.resend([lost, lost], cache, 1.1)
    wire.pictures.resend([lost], cache, 1.105)
    assert len(wire.repairs()) == 1
    wire.pictures.resend([lost], cache, 1.2)
    assert len(wire.repairs()) == 2


def test_nothing_is_repaired_while_nothing_is_shown() -> None:
    wire, source = Wire(), Source(VP8)
    cache = repaired(wire, source, 3)
    numbers = [packet.sequence_number for packet in wire.media()]
    wire.slot.pause()
    wire.pictures.resend(numbers, cache, 1.1)
    assert wire.repairs() == []


def test_what_was_never_sent_cannot_be_asked_for() -> None:
    wire, source = Wire(), Source(VP8)
    cache = repaired(wire, source, 3)
    last = wire.media()[-1].sequence_number
    wire.pictures.resend([(last + 1) & 0xFFFF, (last - 30000) & 0xFFFF], cache, 1.1)
    assert wire.repairs() == []


def test_the_report_gives_the_outgoing_stream_its_own_counts_and_time() -> None:
    wire, source = Wire(), Source(VP8)
    timeline = Timeline()
    clock = rtcp.NtpClock(1_764_000_000.0, 0.0)
    timeline.heard(clock.at(1.0), clock.at(1.0))
    packet = source.packet(key=True)
    source.stream.last_sender_report = (clock.at(1.0), packet.timestamp, 1.0)
    wire.slot.forward(source.stream, packet, 1.0)
    (sender, _) = rtcp.parse(wire.slot.report(timeline, 2.0))
    assert isinstance(sender, RtcpSrPacket)
    assert sender.ssrc == wire.slot.ssrc
    info = sender.sender_info
    assert (info.ntp_timestamp, info.packet_count, info.octet_count) == (clock.at(2.0), 1, len(packet.payload))
    assert (info.rtp_timestamp - wire.media()[0].timestamp) & 0xFFFFFFFF == 90000


def test_a_silent_slot_reports_nothing() -> None:
    wire, source = Wire(), Source(VP8)
    assert wire.slot.report(Timeline(), 1.0) == b""
    wire.slot.forward(source.stream, source.packet(key=True), 1.0)
    assert wire.slot.report(Timeline(), 1.0) == b""  # the publisher's own report has not come
    wire.slot.pause()
    assert wire.slot.report(Timeline(), 1.0) == b""
