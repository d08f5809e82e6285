"""Who speaks: quick to see it, slow to forget it."""

from hypothesis import given
from hypothesis import strategies as st

from server.media.speakers import ATTACK, DRONE, HOLD, LOUD, Speakers

SPEECH, QUIET = 30, 90
PACKET = 0.02


def talk(speakers: Speakers, peer: str, start: float, seconds: float, *, level: int = SPEECH) -> list[float]:
    """When the peer began to speak."""
    times = [start + step * PACKET for step in range(int(seconds / PACKET))]
    return [now for now in times if speakers.heard(peer, level, now)]


def test_one_speaks_after_a_third_of_a_second_and_begins_once() -> None:
    speakers = Speakers()
    (began,) = talk(speakers, "lea", 10.0, 5.0)
    assert ATTACK - PACKET <= began - 10.0 <= ATTACK + PACKET
    assert speakers.speaks("lea", 15.0)
    assert not speakers.speaks("lea", 15.0 + HOLD + PACKET)


def test_a_cough_and_a_quiet_room_are_no_speech() -> None:
    speakers = Speakers()
    assert talk(speakers, "lea", 0.0, 0.2) == []
    assert talk(speakers, "lea", 1.0, 0.2) == []
    assert talk(speakers, "lea", 2.0, 10.0, level=QUIET) == []
    assert talk(speakers, "lea", 20.0, 10.0, level=LOUD + 1) == []


def test_a_pause_for_breath_is_no_end() -> None:
    speakers = Speakers()
    talk(speakers, "lea", 0.0, 1.0)
    assert talk(speakers, "lea", 2.0, 0.5) == []
    assert speakers.speaks("lea", 3.0)


def test_packets_of_sixty_milliseconds_with_a_fifth_lost_are_speech() -> None:
    speakers = Speakers()
    began = [step for step in range(50) if step % 5 and speakers.heard("lea", SPEECH, step * 0.06)]
    assert len(began) == 1
    assert began[0] * 0.06 < 0.5


def test_a_speaker_takes_the_seat_of_who_was_silent_longest() -> None:
    speakers = Speakers()
    talk(speakers, "a", 0.0, 1.0)
    talk(speakers, "b", 1.0, 1.0)
    talk(speakers, "c", 2.0, 1.0)
    assert speakers.seat_for("d", ["c", "a", "b"], 10.0) == 1
    assert speakers.seat_for("d", ["c", None, "b"], 10.0) == 1
    assert speakers.seat_for("d", ["c", "never spoke", "b"], 10.0) == 1
    assert speakers.seat_for("c", ["c", "a", "b"], 10.0) is None  # sits there already


def test_nobody_who_speaks_loses_a_seat() -> None:
    speakers = Speakers()
    for peer in ("a", "b", "c"):
        talk(speakers, peer, 0.0, 2.0)
    assert speakers.seat_for("d", ["a", "b", "c"], 2.0) is None
    talk(speakers, "a", 2.0, 2.0)
    talk(speakers, "c", 2.0, 2.0)
    assert speakers.seat_for("d", ["a", "b", "c"], 4.0) == 1


def test_what_never_pauses_keeps_no_seat_from_who_speaks() -> None:
    speakers = Speakers()
    for peer in ("a", "b", "c"):
        talk(speakers, peer, 0.0, DRONE + 1.0)
    assert not speakers.speaks("a", DRONE + 1.0)
    talk(speakers, "d", DRONE, 1.0)
    assert speakers.seat_for("d", ["a", "b", "c"], DRONE + 1.0) is not None
    talk(speakers, "b", DRONE + 1.5, 0.1)  # a breath, and it is a person again
    assert speakers.speaks("b", DRONE + 1.6)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 127), st.floats(0.001, 1.0)), max_size=200))
def test_whatever_is_heard_a_seat_is_never_taken_within_the_hold(events: list[tuple[str, int, float]]) -> None:
    speakers = Speakers()
    seats: list[str | None] = [None, None, None]
    last_speech: dict[str, float] = {}
    now = 0.0
    for peer, level, passed in events:
        now += passed
        speakers.heard(peer, level, now)
        if speakers.speaks(peer, now):
            last_speech[peer] = now if level <= LOUD else last_speech.get(peer, now)
            index = speakers.seat_for(peer, seats, now)
            if index is not None:
                before = seats[index]
                assert before is None or now - last_speech.get(before, float("-inf")) > HOLD
                seats[index] = peer
    assert len({one for one in seats if one}) == len([one for one in seats if one])
