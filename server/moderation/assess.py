"""One message in, one verdict out. Pure and synchronous: no input or output, no clock of its own; raises nothing but
Overtime.

The pipeline: the text is folded, its words are read, one automaton and the contact detectors that the text wakes look
at it, clause rules weigh what they found, policy decides.
"""

import ctypes
import gc
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from server.moderation import lexicon, model
from server.moderation.contacts import details
from server.moderation.contexts import contexts
from server.moderation.conversation import Conversation
from server.moderation.data_files import engine_version, version_of
from server.moderation.folding import fold
from server.moderation.masking import mask, placeholders
from server.moderation.own_lexicon import ready
from server.moderation.patterns import forget
from server.moderation.policy import ORDINARY, REVIEW, acts, decide
from server.moderation.squeezed import squeezed
from server.moderation.stopwatch import Stopwatch
from server.moderation.verdict import DELIVER, Circumstances, Finding, Label, Settled, Speaker, Verdict
from server.moderation.words import Words

MAX_LENGTH = 10_000  # code points that are read; the chat takes 4,000
ROUNDS = 3  # times that a masked text is looked at again before all of it is hidden
_OVERRIDES = "\u202d\u202e"  # marks that show text in another order than it is written


def warm() -> None:
    """Loads all data, so that the first message does not wait for it."""
    collecting = gc.isenabled()
    gc.disable()  # nothing of it is garbage: looking for some takes a third of the time
    try:
        lexicon.load()
        lexicon.short_forms()
        contexts()
        squeezed()
        placeholders()
        details.load()
        decide([], Speaker("mentor"))
        model.load()
        engine_version()
        forget()
        _give_back()
        gc.freeze()  # else a full collection walks all of it in the middle of an assessment, longer than that may take
    finally:
        if collecting:
            gc.enable()


def _give_back() -> None:
    """Hands what building took and no longer needs back to the system: 6 MB, where the C library is GNU's."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


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
    findings = _findings(text, speaker, conversation, now, circumstances, watch)
    if not findings:
        return DELIVER
    watch.check()
    verdict = decide(findings, speaker, circumstances)
    course = conversation.course(speaker, verdict.labels, now) if conversation is not None else None
    if course is not None:
        course = replace(course, version=version_of("data", "conversation.json"))
        verdict = decide([*findings, course], speaker, circumstances)
    if verdict.action != "mask":
        return verdict

    def hidden(labels: Iterable[Label]) -> list[Label]:
        return [label for label in labels if acts(label, speaker, circumstances) == "mask"]

    masked = mask(text, hidden(verdict.labels), language)
    for _ in range(ROUNDS):  # what stood apart may come together where something was taken out
        left = hidden(
            decide(_findings(masked, speaker, None, now, circumstances, watch), speaker, circumstances).labels
        )
        if not left:
            return replace(verdict, masked_text=masked)
        masked = mask(masked, left, language)
    return replace(verdict, masked_text=mask(text, [replace(left[0], start=0, end=len(text))], language))


def _findings(
    text: str,
    speaker: Speaker,
    conversation: Conversation | None,
    now: datetime,
    circumstances: Circumstances,
    watch: Stopwatch,
) -> list[Finding]:
    own = ready(circumstances.own) if circumstances.own is not None else None
    text = text.rstrip()  # a space at its end changes nothing, whatever the detectors look ahead to
    read = text[:MAX_LENGTH]
    folded = fold(read)
    watch.check()
    words = lexicon.words(read, folded, own.vocabulary if own else None)
    settled: list[Settled] = []
    findings = [*lexicon.find(words, watch, settled), *(own.find(words, watch) if own else ())]
    watch.check()
    findings += [*model.told(findings, words, model.load(), young=speaker.role == "mentee", settled=settled)]
    findings += [*details.find(words, folded, speaker, conversation, now, watch), *_hidings(text, words)]
    if own and findings:
        findings = own.left(findings, read, watch)
    return [*findings, *_disguises(findings)]


def _disguises(findings: Iterable[Finding]) -> Iterator[Finding]:
    """For each finding that was hidden a note that says so: policy counts what it hides one higher."""
    for finding in findings:
        if finding.disguised and (finding.severity is None or finding.severity >= REVIEW):
            version = version_of("folding.py")
            yield Finding("evasion", 0.9, finding.start, finding.end, "evasion.disguise", 1, version=version)


def _hidings(text: str, words: Words) -> Iterator[Finding]:
    """Ways of writing that only serve to hide something, whatever it is."""
    version = version_of("assess.py")
    if len(text) > MAX_LENGTH:
        yield Finding("evasion", 1.0, MAX_LENGTH, len(text), "evasion.length", version=version)
    if lexicon.flooded(words):
        yield Finding("evasion", 0.9, *words.span(0, len(words.words)), "evasion.flood", version=version)
    if not text.isascii():
        for mark in _OVERRIDES:
            if (place := text.find(mark)) >= 0:
                yield Finding("evasion", 0.9, place, place + 1, "evasion.order", version=version)
