"""What each of those who may know is shown of one young person's consent: the young person, their guardians, and the
professionals. A guardian sees words of others only where the law lets them decide together: while the child is under
15, and never another guardian's name. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec import UNSET, UnsetType

from server.people.consent.cards import (
    ConsentPage,
    GuardianCard,
    LineCard,
    PersonName,
    PurposeCard,
    Reader,
    SaidCard,
    TurnCard,
)
from server.people.consent.rules import (
    ALONE_AGE,
    GROWN_AGE,
    Band,
    Decision,
    File,
    Purpose,
    Word,
    birthday,
    last_word,
    said_already,
    state,
)
from server.people.consent.store import Entry, GuardianLink
from server.people.consent.texts import Version
from server.people.store import Person
from server.transport.wire import timestamp


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one young person. ``addable`` and ``lets_in`` are about the reader, one of the staff."""

    file: File
    texts: Mapping[Purpose, Version]
    ledger: Sequence[Entry]
    links: Sequence[GuardianLink]
    people: Mapping[UUID, Person]
    addable: Sequence[Person] = ()
    lets_in: bool = False


def page(known: Known, reader: Reader, me: UUID, now: datetime, language: str) -> ConsentPage:
    """As ``me``, who is ``reader``, is shown it, with the texts in ``language``."""
    return _Reading(known, reader, me, now).page(language)


@dataclass(frozen=True, slots=True)
class _Reading:
    known: Known
    reader: Reader
    me: UUID
    now: datetime

    @property
    def band(self) -> Band:
        return self.known.file.band(self.now)

    def page(self, language: str) -> ConsentPage:
        known, band = self.known, self.band
        addable: list[PersonName] | UnsetType = UNSET
        if self.reader == "staff" and band is not Band.ADULT:
            addable = [PersonName(one.id, one.name) for one in known.addable]
        return ConsentPage(
            mentee=self._name(known.file.mentee),
            reader=self.reader,
            band=band,
            may_answer=self._may_answer(),
            purposes=[self._purpose(known.texts[purpose], language) for purpose in Purpose],
            guardians=[self._guardian(link) for link in known.links if self._shows(link)],
            history=[
                self._line(entry)
                for entry in reversed(known.ledger)
                if self.reader != "guardian" or entry.by == self.me
            ],
            next=_next(known.file, band),
            addable=addable,
            lets_in=known.lets_in if self.reader == "staff" else UNSET,
        )

    def _may_answer(self) -> bool:
        if self.reader == "guardian":
            return self.band is Band.CHILD and self.me in self.known.file.holders(self.now)
        return self.reader == "self"

    def _purpose(self, version: Version, language: str) -> PurposeCard:
        file, now, child = self.known.file, self.now, self.band is Band.CHILD
        found = state(file, version.purpose, now)
        counting = {file.mentee: found.young, **found.holders}  # holders count while the young person is a child
        shown = counting if self.reader != "guardian" or child else {}
        said = [self._said(who, last_word(file, version.purpose, who, now), word) for who, word in shown.items()]
        again = version.asks_again_from
        wording = version.texts[language]
        return PurposeCard(
            purpose=version.purpose,
            on=found.on,
            why=found.why,
            version=version.version,
            text=wording.text,
            easy=wording.easy,
            ask=self._may_answer() and self._awaited(version.purpose),
            said=said,
            asks_again_from=timestamp(again) if again is not None and again > now else UNSET,
        )

    def _awaited(self, purpose: Purpose) -> bool:
        """Whether ``me`` has still to answer: they never did, or said yes to words that ask again, or at another age,
        or as a guardian before they were one again. Who said no is asked no more."""
        file, now = self.known.file, self.now
        last = last_word(file, purpose, self.me, now)
        if last is None:
            return True
        if not last.yes:
            return False
        if last.version < max((version for version, _ in file.asks.get(purpose, ())), default=1):
            return True
        if self.me == file.mentee:
            return file.band(last.at) is Band.CHILD and self.band is not Band.CHILD
        return not said_already(file, purpose, Word(self.me, Decision.GIVEN, last.version, now, now))

    def _said(self, who: UUID, last: Word | None, counting: Word | None) -> SaidCard:
        mentee = self.known.file.mentee
        named = self.reader != "guardian" or who in (mentee, self.me)
        return SaidCard(
            role="young" if who == mentee else "guardian",
            mine=who == self.me,
            decision=last.decision if last is not None else UNSET,
            at=timestamp(last.at) if last is not None else UNSET,
            counts=last is None or counting is not None,
            name=self.known.people[who].name if named else UNSET,
            account=who if self.reader == "staff" else UNSET,
        )

    def _shows(self, link: GuardianLink) -> bool:
        if self.reader == "staff":
            return True
        return link.link.open(self.now) and (self.reader == "self" or link.guardian_id == self.me)

    def _guardian(self, link: GuardianLink) -> GuardianCard:
        return GuardianCard(
            id=link.id,
            guardian=self._name(link.guardian_id),
            relation=link.relation,
            authority=link.authority,
            since=timestamp(link.since),
            paper=link.paper if self.reader == "staff" else UNSET,
            until=timestamp(link.until) if link.until is not None else UNSET,
            ended_why=link.ended_why or UNSET,
        )

    def _line(self, entry: Entry) -> LineCard:
        people = self.known.people
        return LineCard(
            at=timestamp(entry.at),
            recorded_at=timestamp(entry.recorded_at),
            purpose=entry.purpose,
            version=entry.version,
            decision=entry.decision,
            name=people[entry.by].name,
            capacity=entry.capacity,
            how=entry.how,
            recorded_by=people[entry.recorded_by].name if entry.recorded_by != entry.by else UNSET,
        )

    def _name(self, who: UUID) -> PersonName:
        return PersonName(who, self.known.people[who].name)


def _next(file: File, band: Band) -> TurnCard | UnsetType:
    if band is Band.ADULT:
        return UNSET
    age = ALONE_AGE if band is Band.CHILD else GROWN_AGE
    return TurnCard(age, birthday(file.born, age))
