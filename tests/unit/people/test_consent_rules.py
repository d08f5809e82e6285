"""What is on, whatever was said in whatever order: never without what the law asks, and never against somebody's no."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.people.consent.rules import (
    Band,
    Decision,
    File,
    Link,
    Purpose,
    Why,
    Word,
    birthday,
    said_already,
    state,
    states,
)
from server.people.consent.standing import ConsentStanding, standing_of

BORN = date(2011, 6, 10)
ZONE = ZoneInfo("Europe/Paris")
CHILD, MUM, DAD, AUNT = (UUID(int=number) for number in range(1, 5))
START = datetime(2026, 5, 1, 12, tzinfo=UTC)  # aged 14
FIFTEEN = datetime(2026, 6, 10, tzinfo=ZONE)
EIGHTEEN = datetime(2029, 6, 10, tzinfo=ZONE)
YES, NO, BACK = Decision.GIVEN, Decision.REFUSED, Decision.WITHDRAWN
PURPOSE = Purpose.VIDEO


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def word(by: UUID, decision: Decision, hours: float, *, version: int = 1, recorded: float | None = None) -> Word:
    return Word(by, decision, version, at(hours), at(hours if recorded is None else recorded))


def a_file(
    *words: Word, links: Sequence[Link] | None = None, asks: Sequence[tuple[int, datetime]] = (), born: date = BORN
) -> File:
    if links is None:
        links = [Link(MUM, True, at(-1)), Link(AUNT, False, at(-1))]
    return File(CHILD, born, ZONE, links, {PURPOSE: words}, {PURPOSE: asks})


BOTH = (Link(MUM, True, at(-1)), Link(DAD, True, at(-1)))


def stands(file: File, hours: float | datetime) -> tuple[bool, Why]:
    found = state(file, PURPOSE, hours if isinstance(hours, datetime) else at(hours))
    return found.on, found.why


@pytest.mark.parametrize(
    ("words", "links", "expected"),
    [
        ((), BOTH, (False, Why.ASK_BOTH)),
        ((word(CHILD, YES, 0),), BOTH, (False, Why.ASK_GUARDIAN)),
        ((word(MUM, YES, 0),), BOTH, (False, Why.ASK_YOUNG)),
        ((word(CHILD, YES, 0), word(MUM, YES, 1)), BOTH, (True, Why.AGREED)),
        ((word(CHILD, YES, 0), word(AUNT, YES, 1)), None, (False, Why.ASK_GUARDIAN)),  # no parental authority
        ((word(CHILD, YES, 0), word(AUNT, NO, 1), word(MUM, YES, 2)), None, (True, Why.AGREED)),
        ((word(CHILD, NO, 0), word(MUM, YES, 1), word(DAD, YES, 1)), BOTH, (False, Why.REFUSED)),
        ((word(CHILD, YES, 0), word(MUM, NO, 1)), BOTH, (False, Why.REFUSED)),
        ((word(CHILD, YES, 0), word(MUM, YES, 1), word(DAD, NO, 2)), BOTH, (False, Why.DISAGREED)),
        ((word(CHILD, YES, 0), word(DAD, NO, 1), word(MUM, YES, 2)), BOTH, (False, Why.DISAGREED)),
        ((word(CHILD, YES, 0), word(MUM, YES, 1), word(CHILD, BACK, 2)), BOTH, (False, Why.REFUSED)),
        ((word(CHILD, YES, 0), word(MUM, YES, 1), word(MUM, BACK, 2)), BOTH, (False, Why.REFUSED)),
        ((word(CHILD, NO, 0), word(CHILD, YES, 1), word(MUM, YES, 1)), BOTH, (True, Why.AGREED)),
    ],
)
def test_under_15_both_must_say_yes_and_nobody_no(
    words: Sequence[Word], links: Sequence[Link] | None, expected: tuple[bool, Why]
) -> None:
    assert stands(a_file(*words, links=links), 3) == expected


def test_from_15_on_the_young_person_alone_decides() -> None:
    after = (FIFTEEN - START) / timedelta(hours=1) + 1
    assert stands(a_file(word(MUM, NO, 0), word(CHILD, YES, after)), after) == (True, Why.AGREED)
    assert stands(a_file(word(MUM, YES, 0), word(CHILD, NO, after)), after) == (False, Why.REFUSED)
    assert stands(a_file(word(MUM, YES, 0)), after) == (False, Why.ASK_YOUNG)


def test_what_both_agreed_to_goes_on_at_15_by_the_young_persons_own_yes_until_they_answer() -> None:
    file = a_file(word(CHILD, YES, 0), word(MUM, YES, 1))
    assert stands(file, FIFTEEN - timedelta(seconds=1)) == (True, Why.AGREED)
    assert stands(file, FIFTEEN) == (True, Why.CARRIED)
    after = (FIFTEEN - START) / timedelta(hours=1) + 1
    confirmed = a_file(word(CHILD, YES, 0), word(MUM, YES, 1), word(CHILD, YES, after))
    assert stands(confirmed, after) == (True, Why.AGREED)
    taken_back = a_file(word(CHILD, YES, 0), word(MUM, YES, 1), word(CHILD, BACK, after))
    assert stands(taken_back, after) == (False, Why.REFUSED)


def test_a_birthday_switches_nothing_on_that_a_parent_had_refused() -> None:
    file = a_file(word(CHILD, YES, 0), word(MUM, NO, 1))
    assert stands(file, FIFTEEN) == (False, Why.ASK_YOUNG)
    assert stands(file, EIGHTEEN) == (False, Why.ASK_YOUNG)


def test_a_paper_of_a_parent_that_arrives_after_the_birthday_changes_nothing() -> None:
    late = (FIFTEEN - START) / timedelta(hours=1) + 5
    file = a_file(word(CHILD, YES, 0), word(MUM, YES, 1, recorded=late))
    assert stands(file, late) == (False, Why.ASK_YOUNG)


def test_a_paper_of_last_week_stands_before_what_was_said_since() -> None:
    file = a_file(word(CHILD, YES, 0), word(MUM, NO, 5), word(MUM, YES, 2, recorded=8))
    assert stands(file, 9) == (False, Why.REFUSED)


def test_a_text_that_asks_again_does_so_from_its_day_on_and_a_no_stays_a_no() -> None:
    asks = [(2, at(10))]
    file = a_file(word(CHILD, YES, 0), word(MUM, YES, 1), asks=asks)
    assert stands(file, 9) == (True, Why.AGREED)
    assert stands(file, 10) == (False, Why.ASK_BOTH)
    early = a_file(word(CHILD, YES, 0), word(MUM, YES, 1), word(CHILD, YES, 5, version=2), asks=asks)
    assert stands(early, 10) == (False, Why.ASK_GUARDIAN)
    refused = a_file(word(CHILD, YES, 11, version=2), word(MUM, NO, 1), asks=asks)
    assert stands(refused, 12) == (False, Why.REFUSED)


def test_to_end_a_link_and_make_it_anew_washes_nothing_out() -> None:
    again = [Link(MUM, True, at(-1), at(5)), Link(MUM, True, at(6))]
    agreed = a_file(word(CHILD, YES, 0), word(MUM, YES, 1), links=again)
    assert [stands(agreed, hours) for hours in (4, 5, 7)] == [
        (True, Why.AGREED), (False, Why.ASK_GUARDIAN), (False, Why.ASK_GUARDIAN),
    ]  # fmt: skip
    refused = a_file(word(CHILD, YES, 0), word(MUM, NO, 1), links=again)
    assert stands(refused, 7) == (False, Why.REFUSED)


@pytest.mark.parametrize(("born", "fifteenth"), [(date(2012, 2, 29), date(2027, 3, 1)), (BORN, FIFTEEN.date())])
def test_the_day_begins_where_the_organisation_is(born: date, fifteenth: date) -> None:
    assert birthday(born, 15) == fifteenth
    for zone in ("Indian/Reunion", "America/Martinique", "Pacific/Noumea"):
        file = replace(a_file(born=born), zone=ZoneInfo(zone))
        midnight = datetime(fifteenth.year, fifteenth.month, fifteenth.day, tzinfo=ZoneInfo(zone))
        assert [file.band(midnight - timedelta(seconds=1)), file.band(midnight)] == [Band.CHILD, Band.YOUTH]


@given(
    st.dates(date(2000, 1, 1), date(2022, 12, 31)) | st.just(date(2008, 2, 29)),
    st.sampled_from(sorted(available_timezones() - {"localtime"})),
    st.sampled_from([15, 18]),
)
def test_a_birthday_begins_with_its_day_in_every_zone(born: date, zone: str, age: int) -> None:
    """Also where the clocks change at midnight, and where the day begins before that of UTC, or long after."""
    file = replace(a_file(born=born), zone=ZoneInfo(zone))
    begins = file.turns(age).astimezone(UTC)
    assert begins.astimezone(ZoneInfo(zone)).date() == birthday(born, age)
    assert (begins - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() < birthday(born, age)
    before, after = file.band(begins - timedelta(seconds=1)), file.band(begins)
    assert (before, after) == {15: (Band.CHILD, Band.YOUTH), 18: (Band.YOUTH, Band.ADULT)}[age]


def test_now_is_the_clock_where_nothing_was_written_yet() -> None:
    assert File(CHILD, BORN, ZONE).now(START) == START


def test_nobody_grows_up_by_a_clock_that_is_ahead() -> None:
    """A machine that was years ahead for a day wrote something down; the child is protected as a child all the same."""
    ahead = a_file(word(CHILD, NO, 24 * 800))
    assert ahead.band(ahead.now(START)) is Band.CHILD
    assert ahead.now(START + timedelta(days=365)) < EIGHTEEN
    assert ahead.now(EIGHTEEN) == EIGHTEEN


# Orders of events, over years: words of each person, links that begin and end, texts that ask again.

# Few moments and people, so that much happens to the same ones: most before and around 15, some at nearly 18.
HOURS = st.sampled_from([*range(0, 960, 80), 959, 961, 1_200, 27_300])
PEOPLE = st.sampled_from([CHILD, MUM, CHILD, MUM, DAD, DAD, AUNT])
WORDS = st.builds(
    lambda by, decision, said, late, version: word(by, decision, said, version=version, recorded=said + late),
    PEOPLE, st.sampled_from([YES, YES, YES, NO, BACK]), HOURS, st.sampled_from([0, 0, 0, 0, 50, 400]),
    st.sampled_from([1, 1, 1, 2, 3]),
)  # fmt: skip
LINKS = st.builds(
    lambda who, authority, since, lasts: Link(who, authority, at(since), None if lasts is None else at(since + lasts)),
    st.sampled_from([MUM, MUM, DAD, AUNT]), st.sampled_from([True, True, True, False]),
    st.sampled_from([-1, -1, -1, 100, 400]), st.sampled_from([None, None, None, 200, 900]),
)  # fmt: skip
ASKS = st.lists(st.tuples(st.integers(2, 3), HOURS.map(at)), max_size=1)
FILES = st.builds(
    lambda words, links, asks: a_file(*sorted(words, key=lambda one: one.recorded_at), links=links, asks=asks),
    st.lists(WORDS, min_size=3, max_size=9), st.lists(LINKS, min_size=1, max_size=3), ASKS,
)  # fmt: skip
MOMENTS = st.sampled_from([300, 700, 900, 958, 958, 959, 960, 961, 1_000, 1_600, 40_000]).map(at)


@dataclass(frozen=True)
class Oracle:
    """The law, said once more and in another way: by going through what was said in the order in which it counts."""

    file: File
    now: datetime

    def last(self, who: UUID) -> Word | None:
        found = None
        for one in self.file.words[PURPOSE]:
            known = one.by == who and one.recorded_at <= self.now and one.at <= self.now
            if known and (found is None or one.at >= found.at):
                found = one
        return found

    def holders(self) -> set[UUID]:
        return {
            link.guardian
            for link in self.file.links
            if link.authority and link.since <= self.now and (link.until is None or self.now < link.until)
        }

    def nos(self) -> set[UUID]:
        return {who for who in (CHILD, *self.holders()) if (one := self.last(who)) is not None and not one.yes}


@settings(max_examples=400)
@given(FILES, MOMENTS)
def test_never_on_without_what_the_law_asks(file: File, now: datetime) -> None:
    if not state(file, PURPOSE, now).on:
        return
    oracle = Oracle(file, now)
    own = oracle.last(CHILD)
    assert own is not None
    assert own.yes
    if now < FIFTEEN:
        assert any((one := oracle.last(who)) is not None and one.yes for who in oracle.holders())
    elif own.at < FIFTEEN:  # it was on the evening before, with a parent
        assert state(file, PURPOSE, FIFTEEN - timedelta(microseconds=1)).on


@settings(max_examples=400)
@given(FILES, MOMENTS)
def test_a_no_of_who_counts_is_never_overridden(file: File, now: datetime) -> None:
    oracle = Oracle(file, now)
    counting = oracle.nos() if now < FIFTEEN else oracle.nos() & {CHILD}
    if counting:
        assert not state(file, PURPOSE, now).on


@given(FILES, MOMENTS, PEOPLE)
def test_a_withdrawal_by_who_counts_cuts_in_that_moment(file: File, now: datetime, who: UUID) -> None:
    counts = who == CHILD or (now < FIFTEEN and who in Oracle(file, now).holders())
    words = [*file.words[PURPOSE], Word(who, BACK, 1, now, now)]
    after = replace(file, words={PURPOSE: words})
    if counts:
        assert not state(after, PURPOSE, now).on
    else:
        assert state(after, PURPOSE, now) == state(file, PURPOSE, now)


@given(FILES, st.sampled_from([FIFTEEN, EIGHTEEN]))
def test_no_birthday_switches_anything_on_or_off(file: File, day: datetime) -> None:
    eve = day - timedelta(microseconds=1)
    quiet = [one for one in file.words[PURPOSE] if one.at <= eve and one.recorded_at <= eve]
    links = [link for link in file.links if link.since <= eve and link.until is None]
    file = replace(
        file, words={PURPOSE: quiet}, links=links, asks={PURPOSE: [a for a in file.asks[PURPOSE] if a[1] < eve]}
    )
    assert state(file, PURPOSE, day).on == state(file, PURPOSE, eve).on


def test_a_yes_to_other_words_in_the_same_moment_is_another_a_no_is_not() -> None:
    """As of two papers of one day."""
    yes, no = a_file(word(CHILD, YES, 10)), a_file(word(CHILD, NO, 10))
    assert said_already(yes, PURPOSE, word(CHILD, YES, 10))
    assert not said_already(yes, PURPOSE, word(CHILD, YES, 10, version=2))
    assert said_already(no, PURPOSE, word(CHILD, NO, 10, version=2))


@given(FILES, MOMENTS)
def test_saying_the_same_again_changes_nothing(file: File, now: datetime) -> None:
    """What is not written down because it was said already, would not have changed anything."""
    for who in (CHILD, MUM, DAD):
        if who != CHILD and who not in file.holders(now):
            continue
        for decision, version in ((YES, 1), (YES, 2), (YES, 3), (NO, 1)):
            again = Word(who, decision, version, now, now)
            known = replace(file, words={PURPOSE: [one for one in file.words[PURPOSE] if one.recorded_at <= now]})
            if said_already(known, PURPOSE, again):
                written = replace(known, words={PURPOSE: [*known.words[PURPOSE], again]})
                assert state(written, PURPOSE, now).on == state(known, PURPOSE, now).on


@given(FILES, MOMENTS, st.randoms(use_true_random=False))
def test_the_order_of_the_ledger_counts_only_for_words_of_the_same_moment(
    file: File, now: datetime, random: object
) -> None:
    words = list(file.words[PURPOSE])
    moments: dict[tuple[UUID, datetime], int] = defaultdict(int)
    for one in words:
        moments[one.by, one.at] += 1
    if max(moments.values(), default=0) > 1:
        return
    random.shuffle(words)  # type: ignore[attr-defined]  # random.Random, which hypothesis does not name
    assert states(replace(file, words={PURPOSE: words}), now) == states(file, now)


def test_what_other_parts_ask_is_the_same() -> None:
    file = a_file(word(CHILD, YES, 0), word(MUM, YES, 1))
    assert standing_of(file, at(2)) == ConsentStanding(video=True)


def test_a_no_of_a_machine_whose_clock_is_ahead_counts_at_once() -> None:
    """Read by another machine, for which it has not been said yet."""
    agreed = (word(CHILD, YES, 0), word(MUM, YES, 1))
    assert standing_of(a_file(*agreed, word(MUM, BACK, 3)), at(2)) == ConsentStanding()
    ended = [Link(MUM, True, at(-1), until=at(3))]
    assert standing_of(a_file(*agreed, links=ended), at(2)) == ConsentStanding()
    asks_again = replace(a_file(*agreed, asks=[(2, at(3))]), begun=at(3))
    assert standing_of(asks_again, at(2)) == ConsentStanding()


def test_of_who_has_said_nothing_now_is_now() -> None:
    assert a_file(links=[]).now(at(2)) == at(2)
