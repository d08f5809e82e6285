import pytest

from server.kernel.errors import BadRequest
from server.kernel.permissions import Role
from server.moderation.verdict import ACTIONS, Label, Verdict
from server.rooms import rules
from server.rooms.rules import STATES, View

LABELS = (Label("contact", 3, 1.0, 0, 2, "test"),)


@pytest.mark.parametrize("text", ["a", " a ", "😀" * 4000, "\u200b", "a\nb\tc", "\u202e", "\U000e0001", "\x01"])
def test_texts_that_can_be_sent(text: str) -> None:
    rules.check_text(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" \n\t\r\u00a0\u2003\u3000\u2028", "empty"),
        ("a" * 4001, "too_long"),
        (" " * 4001, "too_long"),
        ("\x00", "nul"),
        ("a\x00b", "nul"),
        ("\ud83d", "surrogate"),
        ("a\udc00", "surrogate"),
    ],
)
def test_texts_that_cannot_be_sent(text: str, why: str) -> None:
    with pytest.raises(BadRequest) as refused:
        rules.check_text(text)
    assert (refused.value.detail, refused.value.field) == (why, "body")


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("action", ACTIONS)
def test_what_becomes_of_a_verdict(role: Role, action: str) -> None:
    given_verdict = Verdict(action, 3, LABELS, masked_text="••" if action == "mask" else None, flag=True)  # type: ignore[arg-type]
    settled = rules.settle(given_verdict, role)
    assert (settled.labels, settled.flag, settled.severity) == (LABELS, True, 3)  # whoever writes, it is flagged alike
    if role is Role.SUPERVISOR:
        assert (rules.state_of(settled), settled.masked_text) == ("delivered", None)
    else:
        states = {"deliver": "delivered", "mask": "masked", "hold": "held", "block": "blocked"}
        assert rules.state_of(settled) == states[action]


def test_nothing_is_masked_without_what_others_read() -> None:
    settled = rules.settle(Verdict("mask", 2, LABELS), Role.MENTEE)
    assert (settled.action, rules.state_of(settled)) == ("hold", "held")


def test_others_see_what_is_delivered_or_masked_and_nothing_else() -> None:
    assert [state for state in STATES if rules.visible(state, View.OTHERS)] == ["delivered", "masked"]
    for view in (View.AUTHOR, View.STAFF):
        assert [state for state in STATES if rules.visible(state, view)] == list(STATES)


def test_who_reads_what_of_a_masked_message() -> None:
    assert rules.body_for("raw", "••", "masked", View.OTHERS) == "••"
    assert rules.body_for("raw", "••", "masked", View.AUTHOR) == "raw"
    assert rules.body_for("raw", "••", "masked", View.STAFF) == "raw"
    assert rules.body_for("raw", None, "delivered", View.OTHERS) == "raw"
