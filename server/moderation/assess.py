"""One message in, one verdict out. Pure and synchronous: no input or output, no clock of its own, never raises.

The pipeline: the text is folded, its words are read, one automaton and the contact detectors that the text wakes look
at it, clause rules weigh what they found, policy decides.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from server.moderation import lexicon
from server.moderation.contacts import email, handles, numbers, urls
from server.moderation.contacts.spaced import close_up
from server.moderation.conversation import Conversation
from server.moderation.folding import fold
from server.moderation.masking import mask
from server.moderation.policy import acts, decide
from server.moderation.verdict import DELIVER, Finding, Speaker, Verdict
from server.moderation.words import Words, looks_alike

MAX_LENGTH = 10_000  # code points that are read; the chat takes 4,000


def assess(
    text: str,
    speaker: Speaker,
    conversation: Conversation | None = None,
    *,
    now: datetime,
    language: str | None = None,
) -> Verdict:
    """What to do with ``text``, by whom it is written and what they wrote in the last ten minutes.

    ``language`` ("fr", "en") only chooses the words that stand for hidden parts: every rule of every language always
    runs. Spans of the labels are code points of ``text``. The conversation is read, not changed.
    """
    read = text[:MAX_LENGTH]
    folded = fold(read)
    words = lexicon.words(read, folded)
    findings = list(lexicon.find(words))
    findings.extend(_contacts(words, folded, speaker, conversation, now))
    if len(text) > MAX_LENGTH:
        findings.append(Finding("evasion", 1.0, MAX_LENGTH, len(text), "length"))
    if not findings:
        return DELIVER
    verdict = decide(findings, speaker)
    if verdict.action != "mask":
        return verdict
    hidden = [label for label in verdict.labels if acts(label, speaker) == "mask"]
    return Verdict(
        verdict.action, verdict.severity, verdict.labels, mask(text, hidden, language), verdict.show_help, verdict.flag
    )


def _contacts(
    words: Words, folded: str, speaker: Speaker, conversation: Conversation | None, now: datetime
) -> Iterator[Finding]:
    """Contact details; what lies inside one already found is not told twice."""
    seen: list[numbers.Span] = []
    for rule, span in _details(words.words, folded):
        if not _overlaps(span, seen):
            seen.append(span)
            yield _finding(rule, words, span)
    if (closed := close_up(folded)) is not None:
        text, indices = closed
        for rule, span in _details(re.findall(r"[a-z0-9]+", text), text):
            spread = numbers.Span(indices[span.start], indices[span.end - 1] + 1, True)
            if not _overlaps(spread, seen):
                seen.append(spread)
                yield _finding(rule, words, spread)
    digits = numbers.weight(folded, words.words)
    phones = [span for span in numbers.find(folded) if not _overlaps(span, seen)] if digits >= numbers.ENOUGH else []
    for span in phones:
        yield _finding("contact.phone", words, span)
    if digits and not phones and conversation is not None:
        earlier = [fold(piece) for piece in conversation.of_author(speaker, now)]
        for span in numbers.find_split(folded, earlier):
            yield _finding("contact.phone.split", words, span)


def _details(words: Sequence[str], folded: str) -> Iterator[tuple[str, numbers.Span]]:
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


def _overlaps(span: numbers.Span, others: list[numbers.Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _finding(rule: str, words: Words, span: numbers.Span) -> Finding:
    start, end = words.raw_span(span.start, span.end)
    return Finding("contact", 0.95, start, end, rule, disguised=looks_alike(words.raw[start:end]))
