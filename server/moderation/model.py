"""The small linear model under the rules. It agrees with weak entries of the lexicon, or not, and asks for a look at
what no rule has words for; it never holds anything. Without its file, data/model.bin, there is none.

A message is read sentence by sentence. A feature is a word, three to five letters in a row of it, or two words that
follow one another; each is a row of weights, found by its CRC-32 (ISO 3309). What a word contributes is remembered, so
that a message costs microseconds.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from math import exp, sqrt
from typing import Annotated
from zlib import crc32

import msgspec
from msgspec import Meta

from server.moderation.data_files import DATA
from server.moderation.slots import ENDS
from server.moderation.verdict import Finding
from server.moderation.words import Words

MAGIC = b"binome model 1\n"
RULE = "model."  # and the class
REVIEW = 2  # the severity from which a finding is more than a note
SHORTEST, LONGEST = 3, 5  # letters of the parts of a word
FEWEST = 4  # words that a shorter sentence is taken to have: one word alone is not an opinion
LONGEST_KEY = 40  # bytes read of a word or a pair
REMEMBERED = 20_000  # words and pairs of words, about 8 MB at the most
READ = 300  # words of a message that are read; each that was never seen before costs some 10 µs

Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class Class(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``agrees`` is the likelihood from which a weak entry of ``categories`` counts fully, ``alone`` that from which
    the model speaks up by itself, with ``severity``, for the first of them. ``scale`` is what a weight of 1 stands
    for."""

    name: str
    categories: Annotated[list[str], Meta(min_length=1)]
    severity: Annotated[int, Meta(ge=2, le=3)]
    agrees: Share
    alone: Share
    bias: float
    scale: float


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of JSON behind ``MAGIC``. The weights follow: for each of 2^``bits`` features one signed byte a class.
    ``sources`` names what it was trained on, with the licences."""

    bits: Annotated[int, Meta(ge=4, le=20)]
    classes: Annotated[list[Class], Meta(min_length=1, max_length=16)]
    sources: list[str] = []


class Model:
    """Raises ValueError when ``data`` is not a model."""

    def __init__(self, data: bytes) -> None:
        line, _, weights = data.removeprefix(MAGIC).partition(b"\n")
        try:
            self.header = msgspec.json.decode(line, type=Header)
        except msgspec.DecodeError as error:
            raise ValueError(f"not a model: {error}") from error
        count = len(self.header.classes)
        if not data.startswith(MAGIC) or len(weights) != count << self.header.bits:
            raise ValueError("not a model: its weights are not whole")
        self.version = f"model-{hashlib.sha256(data).hexdigest()[:8]}"
        self._weights = memoryview(weights).cast("b")
        self._mask = (1 << self.header.bits) - 1
        self._nothing = (0.0,) * count
        self._of: dict[str, tuple[float, ...]] = {}

    def likelihoods(self, words: Sequence[str]) -> list[float]:
        """For each class the highest over the sentences of ``words``."""
        best = [0.0] * len(self._nothing)
        for sentence in sentences(words[:READ]):
            totals = list(self._nothing)
            before = ""
            for word in sentence:
                for contribution in (self._contribution(word), self._contribution(f"{before} {word}")):
                    for i, value in enumerate(contribution):
                        totals[i] += value
                before = word
            length = sqrt(max(len(sentence), FEWEST))
            for i, known in enumerate(self.header.classes):
                best[i] = max(best[i], _likelihood(known.bias + totals[i] / length))
        return best

    def _contribution(self, key: str) -> tuple[float, ...]:
        found = self._of.get(key)
        if found is None:
            found = self._summed(key)
            if len(self._of) < REMEMBERED:
                self._of[key] = found
        return found

    def _summed(self, key: str) -> tuple[float, ...]:
        totals = [0] * len(self._nothing)
        places = range(len(totals))
        for feature in features(key):
            at = (feature & self._mask) * len(totals)
            for i in places:
                totals[i] += self._weights[at + i]
        return tuple(total * known.scale for total, known in zip(totals, self.header.classes, strict=True))


def _likelihood(logit: float) -> float:
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, logit))))


def sentences(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """The words of each sentence, signs left out."""
    sentence: list[str] = []
    for word in words:
        if word in ENDS:
            if sentence:
                yield sentence
            sentence = []
        elif word[0].isalnum():
            sentence.append(word)
    if sentence:
        yield sentence


def features(key: str) -> Iterator[int]:
    """The CRC-32 of each feature: of a word itself and, begun with 1, of its parts; of two words, parted by a space,
    the pair."""
    raw = key.encode("utf-8", "replace")[:LONGEST_KEY]
    yield crc32(raw)
    if b" " not in raw:
        edged = b"<" + raw + b">"
        for size in range(SHORTEST, LONGEST + 1):
            for start in range(len(edged) - size + 1):
                yield crc32(edged[start : start + size], 1)


def encode(header: Header, weights: Sequence[Sequence[int]]) -> bytes:
    """The file of a model: ``weights[feature][class]``, each from -128 to 127."""
    flat = bytes(weight & 0xFF for row in weights for weight in row)
    return MAGIC + msgspec.json.encode(header) + b"\n" + flat


@cache
def load() -> Model | None:
    """The model of data/model.bin, if it is there. Raises ValueError when it is not one."""
    path = DATA / "model.bin"
    return Model(path.read_bytes()) if path.is_file() else None


def weighed(findings: Sequence[Finding], words: Words, model: Model | None) -> list[Finding]:
    """``findings``, those of weak entries as mere notes where the model does not agree, and what it finds alone where
    no rule has found anything of that class."""
    if model is None:
        return [_noted(finding) if finding.weak else finding for finding in findings]
    likely = model.likelihoods(words.words)
    agreed: Mapping[str, bool] = {
        category: any(
            likelihood >= known.agrees
            for known, likelihood in zip(model.header.classes, likely, strict=True)
            if category in known.categories
        )
        for category in {finding.category for finding in findings if finding.weak}
    }
    kept = [f if not f.weak or agreed[f.category] else _noted(f) for f in findings]
    full = {finding.category for finding in kept if finding.severity is None or finding.severity >= REVIEW}
    for known, likelihood in zip(model.header.classes, likely, strict=True):
        if likelihood >= known.alone and full.isdisjoint(known.categories):
            start, end = words.span(0, len(words.words))
            kept.append(
                Finding(
                    known.categories[0],
                    round(likelihood, 3),
                    start,
                    end,
                    RULE + known.name,
                    known.severity,
                    version=model.version,
                    advised=True,
                )
            )
            full.update(known.categories)
    return kept


def _noted(finding: Finding) -> Finding:
    return replace(finding, severity=1)
