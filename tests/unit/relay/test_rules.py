"""Who agrees to what leaves, and when the young person is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from server.kernel.errors import Conflict
from server.kernel.identifiers import new_id
from server.relay.rules import (
    PROVISIONAL,
    Dispatch,
    Kind,
    State,
    Telling,
    check_retelling,
    check_second,
    readings_told_at,
    seconds,
    sending_told_at,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CLAIRE, SAMIR, ADA = new_id(), new_id(), new_id()

BEGUN = Dispatch(
    id=new_id(), organisation_id=new_id(), case_id=new_id(), about_id=new_id(), kind=Kind.RELAY, outside=True,
    state=State.DRAFT, language="fr", version=1, made_by=CLAIRE, made_at=NOW, revision=0, tell="now", tell_on=None,
    tell_why=None, tell_words=None, told_at=None, proposed_by=None, proposed_at=None, asked_id=None, seconded_by=None,
    seconded_at=None, seconded_as=None, seconded_agrees=None, seconded_note=None, urgent_why=None, manifest=None,
    sent_by=None, sent_at=None, sent_how=None, sent_note=None, answer=None, answer_at=None, answer_by=None,
    answer_words=None,
)  # fmt: skip
UNTOLD = replace(BEGUN, tell="never", tell_why="danger")
LATER = replace(BEGUN, tell="later", tell_why="danger", tell_on=NOW + 9 * DAY)
AGREED: dict[str, Any] = {"state": State.AGREED, "proposed_by": CLAIRE, "seconded_by": SAMIR, "seconded_agrees": True}


@pytest.mark.parametrize(
    ("dispatch", "at"),
    [
        (BEGUN, NOW),
        (UNTOLD, NOW + PROVISIONAL),
        (LATER, NOW + PROVISIONAL),
        (replace(LATER, tell_on=NOW + DAY), NOW + DAY),
        (replace(UNTOLD, state=State.WITHDRAWN), NOW + 2 * DAY),
        (replace(UNTOLD, seconded_by=SAMIR, seconded_agrees=False), NOW + PROVISIONAL),
        (replace(UNTOLD, **AGREED), None),
        (replace(LATER, **AGREED), NOW + 9 * DAY),
        (replace(UNTOLD, state=State.AGREED, urgent_why="tonight"), None),
        (replace(UNTOLD, **AGREED | {"state": State.WITHDRAWN}), NOW + 2 * DAY),
    ],
)
def test_putting_off_lasts_once_a_second_person_agreed(dispatch: Dispatch, at: datetime | None) -> None:
    assert readings_told_at(dispatch, NOW + 2 * DAY) == at


@pytest.mark.parametrize(
    ("dispatch", "at"),
    [
        (BEGUN, None),
        (replace(BEGUN, sent_at=NOW + DAY), NOW + DAY),
        (replace(UNTOLD, sent_at=NOW + DAY), None),
        (replace(LATER, sent_at=NOW + DAY), NOW + 9 * DAY),
        (replace(LATER, sent_at=NOW + 10 * DAY), NOW + 10 * DAY),
    ],
)
def test_what_left_is_told_when_it_left_and_not_before_the_day(dispatch: Dispatch, at: datetime | None) -> None:
    assert sending_told_at(dispatch) == at


@pytest.mark.parametrize(
    ("dispatch", "me", "refused"),
    [
        (replace(BEGUN, state=State.PROPOSED, proposed_by=CLAIRE), SAMIR, None),
        (replace(BEGUN, state=State.PROPOSED, proposed_by=CLAIRE), CLAIRE, "dispatch_own"),
        (BEGUN, SAMIR, "dispatch_step"),
        (replace(BEGUN, **AGREED), SAMIR, "dispatch_step"),
        (replace(BEGUN, state=State.SENT, urgent_why="x", proposed_by=CLAIRE, sent_by=SAMIR), SAMIR, "dispatch_own"),
        (replace(BEGUN, state=State.SENT, urgent_why="x", proposed_by=CLAIRE, sent_by=CLAIRE), SAMIR, None),
    ],
)
def test_the_second_is_not_the_first(dispatch: Dispatch, me: UUID, refused: str | None) -> None:
    if refused is None:
        check_second(dispatch, me)
        return
    with pytest.raises(Conflict) as caught:
        check_second(dispatch, me)
    assert caught.value.detail == refused


@pytest.mark.parametrize(
    ("telling", "me", "may"),
    [
        (Telling("now"), CLAIRE, True),
        (Telling("later", NOW + 5 * DAY, "reason"), CLAIRE, True),
        (Telling("later", NOW + 12 * DAY, "reason"), CLAIRE, False),
        (Telling("later", NOW + 12 * DAY, "reason"), SAMIR, True),
        (Telling("never", None, "reason"), CLAIRE, False),
        (Telling("never", None, "reason"), SAMIR, True),
    ],
)
def test_sooner_is_everybodys_to_say_and_later_a_second_persons(telling: Telling, me: UUID, may: bool) -> None:
    dispatch = replace(LATER, state=State.SENT, proposed_by=CLAIRE, sent_by=CLAIRE, sent_at=NOW)
    if may:
        check_retelling(dispatch, telling, me)
        return
    with pytest.raises(Conflict):
        check_retelling(dispatch, telling, me)


def test_an_admin_is_asked_only_where_there_is_no_other_professional() -> None:
    assert seconds([CLAIRE, SAMIR], [ADA], [], CLAIRE) == ([SAMIR], "whole")
    assert seconds([CLAIRE, SAMIR], [ADA], [SAMIR], CLAIRE) == ([ADA], "outline")
    assert seconds([CLAIRE], [ADA], [ADA], CLAIRE) == ([], "outline")
