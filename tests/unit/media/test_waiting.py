"""Another quality of the same pictures: the one flows until the other can be joined."""

from dataclasses import dataclass, field

from server.media import vp8
from server.media.codecs import VP8
from server.media.picture_slot import PictureSlot
from server.media.reception import Reception
from server.media.track import Track
from tests.unit.media.test_down import Browser
from tests.unit.media.wire import Source


@dataclass
class Publisher:
    """Sends full and small pictures to one receiver."""

    browser: Browser = field(default_factory=Browser)

    def __post_init__(self) -> None:
        self.asked: list[bytes] = []
        self.full, self.small = (Track("p", "video", self.asked.append, lambda: 0.1) for _ in range(2))
        self.sources = {self.full: Source(VP8, ssrc=1, start=70000), self.small: Source(VP8, ssrc=2, start=90000)}
        self.browser.down.open(0.0)
        self.show(self.full, gently=False)
        self.send(self.full, key=True)

    @property
    def slot(self) -> PictureSlot:
        slot = self.browser.picture
        assert isinstance(slot, PictureSlot)
        return slot

    def show(self, track: Track | None, *, gently: bool = True) -> None:
        self.browser.down.show(self.slot, track, 1.0, gently=gently)

    def send(self, track: Track, *, key: bool = False) -> bool:
        """Whether it arrived."""
        before = len(self.browser.rtp)
        source = self.sources[track]
        packet = source.packet(key=key)
        source.stream.accept(packet.ext_seq & 0xFFFF, 1.0)
        track.publish(source.stream, packet, 1.0)
        assert len(self.browser.rtp) - before in (0, 1)
        return len(self.browser.rtp) > before


def test_the_one_flows_until_a_key_frame_of_the_other() -> None:
    publisher = Publisher()
    full, small = publisher.full, publisher.small
    publisher.show(small)
    assert publisher.send(full)
    assert not publisher.send(small)
    assert publisher.browser.down.looks_at() == {full, small}
    assert publisher.send(small, key=True)
    assert not publisher.send(full, key=True)
    assert publisher.send(small)
    assert publisher.browser.down.looks_at() == {small}
    numbers = publisher.browser.numbers()
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    ids = [vp8.picture_ids(packet[20:]) for packet in publisher.browser.rtp]
    first = ids[0]
    assert first is not None
    assert [found and found[0] for found in ids] == [(first[0] + step) & 0x7FFF for step in range(4)]


def test_who_changes_their_mind_waits_for_nothing() -> None:
    publisher = Publisher()
    publisher.show(publisher.small)
    publisher.show(publisher.full)
    assert not publisher.send(publisher.small, key=True)
    assert publisher.send(publisher.full)
    assert publisher.small.slots == ()


def test_what_must_stop_stops_before_the_other_begins() -> None:
    publisher = Publisher()
    publisher.show(publisher.small)
    publisher.show(publisher.small, gently=False)
    assert not publisher.send(publisher.full)
    assert publisher.send(publisher.small, key=True)
    publisher.show(publisher.full)
    publisher.show(None, gently=False)
    assert not publisher.send(publisher.full, key=True)
    assert not publisher.send(publisher.small, key=True)


def test_waiting_again_asks_no_twice_for_a_key_frame() -> None:
    publisher = Publisher()
    publisher.send(publisher.small)
    before = len(publisher.asked)
    for _ in range(5):
        publisher.show(publisher.small)
    assert len(publisher.asked) - before <= 1


def test_a_format_that_the_browser_did_not_accept_is_never_joined() -> None:
    publisher = Publisher()
    publisher.slot.payload_types = {}
    publisher.show(publisher.small)
    assert not publisher.send(publisher.small, key=True)
    assert isinstance(publisher.sources[publisher.small].stream, Reception)
