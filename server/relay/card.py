"""What leaves the house, as it goes over the wire. Types, and making them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from server.escalation.card import CasePerson
from server.people.store import Person
from server.relay.fields import Fields
from server.relay.rules import Dispatch, SeenAs, State
from server.transport.wire import Timestamp, moment, timestamp


class TellingCard(Struct, frozen=True):
    """When the young person is told; ``told_at``: that it left."""

    when: str
    on: Timestamp | UnsetType = UNSET
    why: str | UnsetType = UNSET
    words: str | UnsetType = UNSET
    told_at: Timestamp | UnsetType = UNSET


class SecondCard(Struct, frozen=True):
    """The second pair of eyes. ``seen_as`` ``outline``: an admin, who saw none of the words."""

    by: str
    at: Timestamp
    agrees: bool
    seen_as: SeenAs
    note: str | UnsetType = UNSET


class SendingCard(Struct, frozen=True):
    by: str
    at: Timestamp
    how: str
    note: str | UnsetType = UNSET


class AnswerCard(Struct, frozen=True):
    answer: str
    by: str
    at: Timestamp
    words: str | UnsetType = UNSET


class ContentsCard(Struct, frozen=True):
    """How much of what is in the file, and to whom it goes, without a word of it."""

    files: list[str]
    bytes: int
    to: str | UnsetType = UNSET
    messages: int | UnsetType = UNSET
    notes: int | UnsetType = UNSET
    words: int | UnsetType = UNSET


class DispatchCard(Struct, frozen=True):
    """``can``: what the reader may do now: ``save``, ``propose``, ``urgent``, ``second``, ``download``, ``send``,
    ``answer``, ``retell``, ``withdraw``. ``unseen``: it left in haste, and nobody has looked at it since."""

    id: UUID
    case: UUID
    reference: str
    kind: str
    outside: bool
    state: str
    language: str
    version: int
    revision: int
    made_by: str
    made_at: Timestamp
    needs_second: bool
    unseen: bool
    telling: TellingCard
    can: list[str]
    proposed_by: str | UnsetType = UNSET
    proposed_at: Timestamp | UnsetType = UNSET
    asked: str | UnsetType = UNSET
    second: SecondCard | UnsetType = UNSET
    urgent_why: str | UnsetType = UNSET
    contents: ContentsCard | UnsetType = UNSET
    manifest: str | UnsetType = UNSET
    sent: SendingCard | UnsetType = UNSET
    answer: AnswerCard | UnsetType = UNSET


class VersionLine(Struct, frozen=True):
    version: int
    at: Timestamp
    by: str


class DispatchFile(Struct, frozen=True):
    """All of one. ``missing``: the fields without which it may not leave."""

    dispatch: DispatchCard
    fields: Fields
    missing: list[str]
    versions: list[VersionLine]


class DispatchList(Struct, frozen=True):
    """``seconds``: who can be the second pair of eyes beside the reader; ``seen_as``: what of it they see; ``sees``:
    those of them who see the case already, and need not be asked."""

    dispatches: list[DispatchCard]
    seconds: list[CasePerson]
    sees: list[UUID]
    seen_as: SeenAs


class WaitingList(Struct, frozen=True):
    dispatches: list[DispatchCard]


def people_in(dispatches: Sequence[Dispatch]) -> set[UUID]:
    """Everybody whom their cards name."""
    named = {
        one
        for each in dispatches
        for one in (each.made_by, each.proposed_by, each.asked_id, each.seconded_by, each.sent_by, each.answer_by)
    }
    return {one for one in named if one is not None}


def card(
    dispatch: Dispatch,
    reference: str,
    people: Mapping[UUID, Person],
    outline: Mapping[str, Any] | None,
    can: list[str],
    *,
    whole: bool,
) -> DispatchCard:
    """``outline``: of the file, where there is one. Who does not see the ``whole`` of the case is shown reasons, which
    they are asked about, and nothing of what is said to the young person, on the way, or in answer."""

    def name(who: UUID | None) -> str | UnsetType:
        return people[who].name if who is not None and who in people else UNSET

    return DispatchCard(
        id=dispatch.id,
        case=dispatch.case_id,
        reference=reference,
        kind=dispatch.kind.value,
        outside=dispatch.outside,
        state=dispatch.state.value,
        language=dispatch.language,
        version=dispatch.version,
        revision=dispatch.revision,
        made_by=people[dispatch.made_by].name,
        made_at=timestamp(dispatch.made_at),
        needs_second=dispatch.needs_second,
        unseen=dispatch.unseen and dispatch.state is not State.WITHDRAWN,
        telling=TellingCard(
            dispatch.tell,
            moment(dispatch.tell_on),
            dispatch.tell_why or UNSET,
            dispatch.tell_words or UNSET if whole else UNSET,
            moment(dispatch.told_at),
        ),
        can=can,
        proposed_by=name(dispatch.proposed_by),
        proposed_at=moment(dispatch.proposed_at),
        asked=name(dispatch.asked_id),
        second=_second(dispatch, people),
        urgent_why=dispatch.urgent_why or UNSET,
        contents=_contents(outline),
        manifest=dispatch.manifest.hex() if dispatch.manifest is not None else UNSET,
        sent=_sent(dispatch, people, whole=whole),
        answer=_answer(dispatch, people, whole=whole),
    )


def _second(one: Dispatch, people: Mapping[UUID, Person]) -> SecondCard | UnsetType:
    if one.seconded_by is None or one.seconded_at is None or one.seconded_as is None:
        return UNSET
    by, note = people[one.seconded_by].name, one.seconded_note or UNSET
    return SecondCard(by, timestamp(one.seconded_at), bool(one.seconded_agrees), one.seconded_as, note)


def _sent(one: Dispatch, people: Mapping[UUID, Person], *, whole: bool) -> SendingCard | UnsetType:
    if one.sent_by is None or one.sent_at is None or one.sent_how is None:
        return UNSET
    note = one.sent_note or UNSET if whole else UNSET
    return SendingCard(people[one.sent_by].name, timestamp(one.sent_at), one.sent_how, note)


def _answer(one: Dispatch, people: Mapping[UUID, Person], *, whole: bool) -> AnswerCard | UnsetType:
    if one.answer is None or one.answer_by is None or one.answer_at is None:
        return UNSET
    words = one.answer_words or UNSET if whole else UNSET
    return AnswerCard(one.answer, people[one.answer_by].name, timestamp(one.answer_at), words)


def _contents(outline: Mapping[str, Any] | None) -> ContentsCard | UnsetType:
    if not outline:
        return UNSET
    files = outline["files"]
    return ContentsCard(
        [one["name"] for one in files],
        sum(one["bytes"] for one in files),
        outline.get("to", UNSET) or UNSET,
        outline.get("messages", UNSET),
        outline.get("notes", UNSET),
        outline.get("words", UNSET),
    )
