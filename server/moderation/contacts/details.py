"""All contact details and what identifies a young person in one message, read together with what its author wrote just
before. Each detector is asked only when the text holds its signs."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from server.moderation.contacts import addresses, email, handles, identifying, numbers, pieces, urls
from server.moderation.contacts.numbers import Span
from server.moderation.contacts.platforms import may_name, platforms
from server.moderation.contacts.spelled import close_up, with_signs
from server.moderation.conversation import Conversation
from server.moderation.data_files import version_of
from server.moderation.stopwatch import Stopwatch
from server.moderation.verdict import Finding, Speaker
from server.moderation.words import Words, looks_alike

PIECES = 3  # earlier messages that an e-mail address, a name elsewhere or a street may begin in
_WORD = re.compile(r"[a-z0-9]+")

Found = tuple[str, Span]


def load() -> None:
    """Loads all data, so that the first message does not wait for it."""
    platforms()
    urls.is_public("")
    version_of("contacts")


def find(
    words: Words,
    folded: str,
    speaker: Speaker,
    conversation: Conversation | None,
    now: datetime,
    watch: Stopwatch,
) -> Iterator[Finding]:
    """What lies inside a detail already found of its category is not told twice. Raises Overtime as ``watch`` says."""
    seen = bytearray(len(folded))  # 1 where a detail was found

    def told(found: Iterable[Found]) -> Iterator[Finding]:
        for rule, span in found:
            if 1 not in seen[span.start : span.end]:
                seen[span.start : span.end] = b"\1" * (span.end - span.start)
                start, end = words.raw_span(span.start, span.end)
                hidden = looks_alike(words.raw[start:end])
                category = rule.partition(".")[0]
                yield Finding(category, 0.95, start, end, rule, disguised=hidden, version=version_of("contacts"))
            watch.check()
        watch.check()

    own = conversation.of_author(speaker, now) if conversation is not None else []
    earlier = own[-PIECES:]
    if own and email.wakes(folded, words.words):
        yield from told(("contact.email.split", span) for span in pieces.across(earlier, folded, email.find))
    written = list(_written(words.words, folded, words))
    if (words.spelled or " _ " in folded or " . " in folded) and (closed := close_up(folded)) is not None:
        written.extend(
            (rule, Span(*closed.back(span.start, span.end), True))
            for rule, span in _written(_WORD.findall(closed.text), closed.text)
        )
    if written:
        yield from told(_whole(written))
    digits = numbers.weight(folded, words.words)
    if digits >= numbers.ENOUGH:
        yield from told(("contact.phone", span) for span in numbers.find(folded))
    if own and digits and 1 not in seen:
        yield from told(("contact.phone.split", span) for span in pieces.find(folded, reversed(own)))
    if own and 1 not in seen:
        yield from told(("contact.handle.split", span) for span in handles.find_split(folded, words.words, earlier))
    question = conversation.last_of_others(speaker, now) if conversation is not None and 1 not in seen else None
    if question is not None:
        yield from told(("contact.handle.answer", span) for span in handles.find_answer(folded, question))
    if speaker.role == "mentee":
        seen = bytearray(len(folded))  # where they live is told of in its own right, be it an address too
    yield from told(identifying.find(words, folded, speaker))


def _written(words: Sequence[str], folded: str, view: Words | None = None) -> Iterator[Found]:
    """Details that stand in one text as it is, or with its signs in words."""
    yield from _plain(words, folded)
    if addresses.wakes(folded, words):
        for span in addresses.find(folded, view):
            yield "contact.address", span
    if (signed := with_signs(folded, words)) is not None:
        for rule, span in _plain(words, signed.text):
            yield rule, Span(*signed.back(span.start, span.end), True)


def _whole(found: list[Found]) -> Iterator[Found]:
    """What overlaps as one, by the rule of the longest: "lea" of "insta point com slash lea" is not told alone."""
    found.sort(key=lambda each: (each[1].start, -each[1].end))
    together: list[Found] = []
    for rule, span in found:
        if not together or span.start >= together[-1][1].end:
            together.append((rule, span))
            continue
        before_rule, before = together[-1]
        longest = rule if span.end - span.start > before.end - before.start else before_rule
        both = Span(before.start, max(before.end, span.end), before.spelled or span.spelled)
        together[-1] = (longest, both)
    yield from together


def _plain(words: Sequence[str], folded: str) -> Iterator[Found]:
    if email.wakes(folded, words):
        for span in email.find(folded):
            yield "contact.email", span
    for span in urls.find(folded):
        yield "contact.url", span
    if not urls.MEETINGS.isdisjoint(words):
        for span in urls.find_room_numbers(folded):
            yield "contact.meeting", span
    if "@" in folded:
        for span in handles.find_at(folded):
            yield "contact.handle", span
    if "#" in folded:
        for span in handles.find_tagged(folded):
            yield "contact.handle", span
    if may_name(folded, words):
        for span in handles.find_named(folded):
            yield "contact.handle", span
