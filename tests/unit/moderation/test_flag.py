"""What becomes a flag, with which evidence, and by when it wants to be looked at."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.identifiers import new_id
from server.moderation.data_files import engine_version
from server.moderation.flag import (
    MAX_EXCERPT,
    MAX_LABELS,
    NewFlag,
    flag_of,
    help_flag,
    needs_flag,
    storable,
    within,
)
from server.moderation.verdict import Label, Verdict

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
LABEL = Label("contact", 3, 0.9, 0, 10, "contact.phone")


def flag(verdict: Verdict, text: str = "0612345678") -> NewFlag:
    some = new_id()
    return flag_of(
        verdict,
        text,
        organisation_id=some,
        supervisor_id=some,
        pair_id=some,
        room_id=some,
        seq=7,
        author_id=some,
        at=NOW,
    )


@pytest.mark.parametrize(
    ("verdict", "needed"),
    [
        (Verdict("deliver", 0, ()), False),
        (Verdict("deliver", 1, (LABEL,)), False),
        (Verdict("deliver", 2, (LABEL,), flag=True), True),
        (Verdict("mask", 2, (LABEL,), "x", flag=True), True),
        (Verdict("hold", 3, (LABEL,)), True),
        (Verdict("block", 1, ()), True),
    ],
)
def test_what_a_professional_is_to_see(verdict: Verdict, needed: bool) -> None:
    assert needs_flag(verdict) is needed


def test_the_flag_is_about_the_gravest_label() -> None:
    grave = Label("suicide", 4, 0.9, 3, 5, "suicide.fr.die")
    made = flag(Verdict("hold", 4, (grave, LABEL), flag=True))
    assert (made.category, made.severity, made.action, made.labels) == ("suicide", 4, "hold", (grave, LABEL))
    assert (made.seq, made.raised_at, made.excerpt, made.engine) == (7, NOW, "0612345678", engine_version())


def test_a_hold_without_a_reason_still_has_a_severity_the_queue_can_sort() -> None:
    made = flag(Verdict("hold", 0, ()))
    assert (made.category, made.severity) == ("policy", 1)


def test_a_call_for_help_is_of_the_highest_severity_and_not_judged() -> None:
    some = new_id()
    made = help_flag(
        "06 12 34 56 78", organisation_id=some, supervisor_id=some, pair_id=None, room_id=None, author_id=some, at=NOW
    )
    assert (made.category, made.severity, made.action, made.labels) == ("help", 4, "help", ())
    assert (made.excerpt, made.seq) == ("06 12 34 56 78", None)


def test_labels_beyond_the_excerpt_are_left_out_and_their_number_is_bounded() -> None:
    inside, outside = Label("contact", 3, 0.9, 0, MAX_EXCERPT, "a"), Label("contact", 3, 0.9, 0, MAX_EXCERPT + 1, "b")
    assert within([outside, inside], MAX_EXCERPT) == (inside,)
    assert within([inside] * 200, MAX_EXCERPT) == (inside,) * MAX_LABELS


@given(st.text(st.characters(codec=None), max_size=100))
def test_evidence_can_be_stored_and_keeps_its_places(text: str) -> None:
    kept = storable(text)
    assert len(kept) == len(text)
    assert "\x00" not in kept
    kept.encode()
    for before, after in zip(text, kept, strict=True):
        assert after in (before, "\ufffd")


def test_evidence_is_bounded() -> None:
    assert storable("é" * 100_000) == "é" * MAX_EXCERPT


@pytest.mark.parametrize(
    ("severity", "deadline"), [(1, None), (2, timedelta(days=1)), (3, timedelta(hours=1)), (4, timedelta(minutes=5))]
)
def test_the_graver_the_sooner(severity: int, deadline: timedelta | None) -> None:
    made = flag(Verdict("deliver", severity, (LABEL,), flag=True, alert=severity == 4))
    assert made.due_at == (NOW + deadline if deadline is not None else None)
    assert made.alert is (severity == 4)


def test_a_flag_names_the_rules_and_the_change_that_it_is_about() -> None:
    some = new_id()
    who = {"organisation_id": some, "supervisor_id": some, "pair_id": some, "room_id": some, "author_id": some}
    made = flag_of(Verdict("mask", 2, (LABEL,), "x"), "a", seq=7, at=NOW, changed=12, rules_version=3, **who)
    assert (made.seq, made.changed, made.rules_version, made.message) == (7, 12, 3, "masked")
    assert flag(Verdict("hold", 3, (LABEL,))).changed == 7


def test_the_engine_has_one_name() -> None:
    assert engine_version() == engine_version()
    assert engine_version().startswith("m1-")
    assert len(engine_version()) == 15
