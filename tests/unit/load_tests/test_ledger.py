"""The ledger must notice each way in which a chat can break its word: a load test that cannot fail proves nothing."""

import pytest

from load_tests.chat.ledger import Broken, Direction, check
from load_tests.chat.texts import LENGTH, text


def conversation() -> tuple[Direction, Direction]:
    return Direction(0, acknowledges=True), Direction(1, acknowledges=True)


def exchange(one: Direction, other: Direction) -> None:
    """Three messages there and one back, as they should be."""
    said = [one.next_text(), one.next_text(), one.next_text()]
    for count, (seq, body) in enumerate(zip((5, 6, 8), said, strict=True)):
        one.acknowledged(count, seq)
        one.hears(body, seq)
    body = other.next_text()
    other.hears(body, 7)
    other.acknowledged(0, 7)


def test_a_whole_conversation_passes() -> None:
    one, other = conversation()
    exchange(one, other)
    assert check([(one, other)]) == 4
    assert (one.waiting, other.waiting, len(one.latencies)) == (0, 0, 3)


def test_lost() -> None:
    one, other = conversation()
    exchange(one, other)
    one.next_text()
    with pytest.raises(Broken, match="1 of 4 lost"):
        check([(one, other)])


def test_heard_but_never_acknowledged() -> None:
    one, other = conversation()
    one.hears(one.next_text(), 1)
    with pytest.raises(Broken, match="1 of 1 lost"):
        check([(one, other)])


def test_doubled() -> None:
    one, other = conversation()
    body = one.next_text()
    one.next_text()
    one.hears(body, 1)
    one.hears(body, 1)
    with pytest.raises(Broken, match="something else than message 1"):
        check([(one, other)])


def test_reordered() -> None:
    one, other = conversation()
    first, second = one.next_text(), one.next_text()
    one.hears(second, 2)
    one.hears(first, 1)
    with pytest.raises(Broken, match="something else than message 0"):
        check([(one, other)])


def test_changed() -> None:
    one, other = conversation()
    one.hears(one.next_text().replace("merci", "MERCI"), 1)
    with pytest.raises(Broken, match="something else"):
        check([(one, other)])


def test_heard_without_being_said() -> None:
    one, other = conversation()
    one.hears(text(0, 0), 1)
    with pytest.raises(Broken, match="something else"):
        check([(one, other)])


def test_numbers_that_fall() -> None:
    one, other = conversation()
    bodies = [one.next_text(), one.next_text()]
    one.hears(bodies[0], 2)
    one.hears(bodies[1], 1)
    with pytest.raises(Broken, match="heard as 1 after 2"):
        check([(one, other)])


def test_two_ends_that_disagree() -> None:
    one, other = conversation()
    one.hears(one.next_text(), 1)
    one.acknowledged(0, 2)
    with pytest.raises(Broken, match="disagree"):
        check([(one, other)])


def test_a_number_given_twice_in_a_room() -> None:
    one, other = conversation()
    for direction in (one, other):
        direction.hears(direction.next_text(), 1)
        direction.acknowledged(0, 1)
    with pytest.raises(Broken, match="gap or a double"):
        check([(one, other)])


def test_progress_is_told_when_a_message_is_heard_and_acknowledged() -> None:
    one, _ = conversation()
    through: list[int] = []
    one.on_progress = lambda direction: through.append(direction.through)
    bodies = [one.next_text(), one.next_text()]
    one.acknowledged(0, 1)
    one.acknowledged(1, 2)
    assert through == []
    one.hears(bodies[0], 1)
    one.hears(bodies[1], 2)
    assert through == [1, 2]


def test_without_acknowledgements_hearing_is_all() -> None:
    direction = Direction(3, acknowledges=False)
    direction.hears(direction.next_text(), 0)
    assert check([(direction, Direction(4, acknowledges=False))]) == 1


def test_texts_are_of_one_length_and_differ() -> None:
    texts = [text(speaker, count) for speaker in (0, 1, 63, 64, 4095) for count in (0, 1, 63, 64, 4096, 262_143)]
    assert {len(one) for one in texts} == {LENGTH}
    assert len(set(texts)) == len(texts)
    assert "".join(texts).isascii()
