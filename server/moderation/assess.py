"""One message in, one verdict out. Pure and synchronous: no input or output, no clock of its own, never raises.

The pipeline: the text is folded, its words are read, one automaton and the contact detectors that the text wakes look
at it, clause rules weigh what they found, policy decides.
"""

from collections.abc import Iterator
from datetime import datetime

from server.moderation import lexicon
from server.moderation.contacts import email, handles, numbers, urls
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
    digits = numbers.weight(folded, words.words)
    found = False
    if digits >= numbers.ENOUGH:
        for span in numbers.find(folded):
            found = True
            yield _finding("contact.phone", words, span)
    if digits and not found and conversation is not None:
        earlier = [fold(piece) for piece in conversation.of_author(speaker, now)]
        for span in numbers.find_split(folded, earlier):
            yield _finding("contact.phone.split", words, span)
    at = "@" in folded
    addresses: list[numbers.Span] = []
    if at or not email.SIGNS.isdisjoint(words.words):
        addresses = email.find(folded)
        for span in addresses:
            yield _finding("contact.email", words, span)
    taken = {i for span in addresses for i in range(span.start, span.end)}
    for span in urls.find(folded, words.words):
        if span.start not in taken:
            yield _finding("contact.url", words, span)
    if at:
        for span in handles.find_at(folded):
            if span.start not in taken:
                yield _finding("contact.handle", words, span)
    if not handles.names().isdisjoint(words.words):
        for span in handles.find_named(folded):
            if span.start not in taken:
                yield _finding("contact.handle", words, span)


def _finding(rule: str, words: Words, span: numbers.Span) -> Finding:
    start, end = words.raw_span(span.start, span.end)
    return Finding("contact", 0.95, start, end, rule, disguised=looks_alike(words.raw[start:end]))
