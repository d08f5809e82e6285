"""One message in, one verdict out. Pure and synchronous: no input or output, no clock of its own; raises nothing but
Overtime.

The pipeline: the text is folded, its words are read, one automaton and the contact detectors that the text wakes look
at it, clause rules weigh what they found, policy decides.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from server.moderation import lexicon
from server.moderation.contacts import email, handles, numbers, phones, urls
from server.moderation.contacts.numbers import Span
from server.moderation.contacts.spaced import close_up
from server.moderation.contexts import contexts
from server.moderation.conversation import Conversation
from server.moderation.data_files import engine_version, version_of
from server.moderation.folding import fold
from server.moderation.masking import mask, placeholders
from server.moderation.own_lexicon import ready
from server.moderation.policy import ORDINARY, acts, decide
from server.moderation.stopwatch import Stopwatch
from server.moderation.verdict import DELIVER, Circumstances, Finding, Speaker, Verdict
from server.moderation.words import Words, looks_alike

MAX_LENGTH = 10_000  # code points that are read; the chat takes 4,000
PIECES = 3  # earlier messages that an e-mail address may begin in
_WORD = re.compile(r"[a-z0-9]+")
_OVERRIDES = "\u202d\u202e"  # marks that show text in another order than it is written


def warm() -> None:
    """Loads all data, so that the first message does not wait for it."""
    lexicon.load()
    contexts()
    handles.names()
    placeholders()
    phones.load_metadata()
    decide([], Speaker("mentor"))
    engine_version()


def assess(
    text: str,
    speaker: Speaker,
    conversation: Conversation | None = None,
    *,
    now: datetime,
    language: str | None = None,
    circumstances: Circumstances = ORDINARY,
) -> Verdict:
    """What to do with ``text``, by whom it is written, in which pair, and what they wrote in the last ten minutes.

    ``language`` ("fr", "en") only chooses the words that stand for hidden parts: every rule of every language always
    runs. Spans of the labels are code points of ``text``. The conversation is read, not changed. Raises Overtime when
    it has taken 50 ms of processor time.
    """
    watch = Stopwatch()
    own = ready(circumstances.own) if circumstances.own is not None else None
    read = text[:MAX_LENGTH]
    folded = fold(read)
    watch.check()
    words = lexicon.words(read, folded, own.vocabulary if own else None)
    findings = [*lexicon.find(words, watch), *(own.find(words, watch) if own else ())]
    watch.check()
    findings += [*_contacts(words, folded, speaker, conversation, now, watch), *_hidings(text)]
    if own and findings:
        findings = own.left(findings, read)
    if not findings:
        return DELIVER
    watch.check()
    verdict = decide(findings, speaker, circumstances)
    course = conversation.course(speaker, verdict.labels, now) if conversation is not None else None
    if course is not None:
        verdict = decide([*findings, course], speaker, circumstances)
    if verdict.action != "mask":
        return verdict
    hidden = [label for label in verdict.labels if acts(label, speaker, circumstances) == "mask"]
    return replace(verdict, masked_text=mask(text, hidden, language))


def _hidings(text: str) -> Iterator[Finding]:
    """Ways of writing that only serve to hide something, whatever it is."""
    if len(text) > MAX_LENGTH:
        yield Finding("evasion", 1.0, MAX_LENGTH, len(text), "evasion.length", version=version_of("assess.py"))
    if not text.isascii():
        for mark in _OVERRIDES:
            if (place := text.find(mark)) >= 0:
                yield Finding("evasion", 0.9, place, place + 1, "evasion.order", version=version_of("assess.py"))


def _contacts(
    words: Words,
    folded: str,
    speaker: Speaker,
    conversation: Conversation | None,
    now: datetime,
    watch: Stopwatch,
) -> Iterator[Finding]:
    """Contact details; what lies inside one already found is not told twice."""
    seen: list[Span] = []

    def told(rule: str, spans: Iterable[Span]) -> Iterator[Finding]:
        for span in spans:
            if not any(span.start < other.end and other.start < span.end for other in seen):
                seen.append(span)
                start, end = words.raw_span(span.start, span.end)
                hidden = looks_alike(words.raw[start:end])
                yield Finding("contact", 0.95, start, end, rule, disguised=hidden, version=version_of("contacts"))
        watch.check()

    own = conversation.of_author(speaker, now) if conversation is not None else []
    if own and ("@" in folded or not email.SIGNS.isdisjoint(words.words)):
        earlier = [fold(piece) for piece in own[-PIECES:]]
        yield from told("contact.email.split", numbers.across(earlier, folded, email.find))
    for rule, span in _details(words.words, folded):
        yield from told(rule, [span])
    if words.spelled and (closed := close_up(folded)) is not None:
        text, indices = closed
        for rule, span in _details(_WORD.findall(text), text):
            yield from told(rule, [Span(indices[span.start], indices[span.end - 1] + 1, True)])
    digits = numbers.weight(folded, words.words)
    if digits >= numbers.ENOUGH:
        yield from told("contact.phone", numbers.find(folded))
    if own and digits and not seen:
        yield from told("contact.phone.split", numbers.find_split(folded, map(fold, reversed(own))))
    question = conversation.last_of_others(speaker, now) if conversation is not None and not seen else None
    if question is not None:
        yield from told("contact.handle.answer", handles.find_answer(folded, fold(question)))


def _details(words: Sequence[str], folded: str) -> Iterator[tuple[str, Span]]:
    at = "@" in folded
    if at or not email.SIGNS.isdisjoint(words):
        for span in email.find(folded):
            yield "contact.email", span
    for span in urls.find(folded, words):
        yield "contact.url", span
    if at:
        for span in handles.find_at(folded):
            yield "contact.handle", span
    if not handles.names().isdisjoint(words):
        for span in handles.find_named(folded):
            yield "contact.handle", span
