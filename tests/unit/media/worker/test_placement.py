"""Which worker carries which room: always one, and the people are spread evenly."""

from hypothesis import given
from hypothesis import strategies as st

from server.media.worker.placement import Placement

ALL = {0, 1, 2}


def test_a_room_stays_where_its_first_person_was_put() -> None:
    placement = Placement(3)
    placement.add("a", "julien", 1)
    assert placement.choose("a", ALL) == 1
    placement.add("a", "lea", 1)
    placement.remove("a", "julien")
    assert (placement.of("a"), placement.choose("a", {0, 2})) == (1, 1)  # also while its worker is down
    placement.remove("a", "lea")
    assert (placement.of("a"), placement.choose("a", {0, 2})) == (None, 0)


def test_the_least_loaded_of_those_that_run_is_next() -> None:
    placement = Placement(3)
    for peer in ("julien", "lea"):
        placement.add("a", peer, 0)
    placement.add("b", "nadia", 1)
    assert [placement.choose("c", running) for running in (ALL, {0, 1}, {0}, set())] == [2, 1, 0, None]


def test_a_worker_that_dies_takes_its_rooms_and_its_load_with_it() -> None:
    placement = Placement(2)
    placement.add("a", "julien", 0)
    placement.add("b", "nadia", 1)
    placement.add("c", "ines", 0)
    assert placement.drop(0) == ["a", "c"]
    assert (placement.of("a"), placement.of("b"), placement.choose("a", {0, 1})) == (None, 1, 0)
    assert placement.drop(0) == []


def test_coming_twice_and_leaving_twice_count_once() -> None:
    placement = Placement(2)
    for _ in range(2):
        placement.add("a", "julien", 0)
    placement.remove("a", "julien")
    placement.remove("a", "julien")
    placement.remove("nowhere", "julien")
    placement.add("b", "lea", 1)
    assert placement.choose("c", {0, 1}) == 0
    assert not placement.holds("a", "julien")


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3), st.booleans()), max_size=60))
def test_the_load_is_always_that_of_the_people_there(acts: list[tuple[str, int, bool]]) -> None:
    placement, there = Placement(3), set()
    for room, peer, comes in acts:
        if comes:
            worker = placement.choose(room, ALL)
            assert worker is not None
            placement.add(room, str(peer), worker)
            there.add((room, peer))
        else:
            placement.remove(room, str(peer))
            there.discard((room, peer))
        load = [0, 0, 0]
        for room, _ in there:
            carrier = placement.of(room)
            assert carrier is not None
            load[carrier] += 1
        fresh = placement.choose("new", ALL)
        assert fresh is not None
        assert load[fresh] == min(load)
