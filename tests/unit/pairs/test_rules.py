from server.kernel.identifiers import new_id
from server.pairs.rules import Pair, State, answers_for, belongs, writable


def test_when_the_two_may_write() -> None:
    assert {state.value: writable(state) for state in State} == {
        "proposed": False,
        "agreed": False,
        "active": True,
        "paused": False,
        "probation": True,
        "closing": True,
        "closed": False,
    }
    assert writable("active") is True
    assert writable("something new") is False


def test_who_is_who() -> None:
    mentor, mentee, supervisor, stranger = (new_id() for _ in range(4))
    pair = Pair(new_id(), new_id(), mentor, mentee, supervisor, State.ACTIVE)
    everyone = (mentor, mentee, supervisor, stranger)
    assert [belongs(pair, person) for person in everyone] == [True, True, False, False]
    assert [answers_for(pair, person) for person in everyone] == [False, False, True, False]
