"""The small linear model under the rules: it asks for a look at what no rule has words for, and never holds anything.
Without its file, data/model.bin, there is none.

A message is read sentence by sentence. A feature is a word, four or five letters in a row of it, two words that follow
one another, or two with one between them; each is a row of weights, found by its CRC-32 (ISO 3309). What a word
contributes is remembered, so that a message costs microseconds.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from math import exp, sqrt
from typing import Annotated, NamedTuple
from zlib import crc32

import msgspec
from msgspec import Meta

from server.moderation.data_files import DATA
from server.moderation.policy import ADVICE, REVIEW
from server.moderation.slots import ENDS
from server.moderation.verdict import Finding, Settled
from server.moderation.words import Words

MAGIC = b"binome model 2\n"
SHORTEST, LONGEST = 4, 5  # letters of the parts of a word
FEWEST = 7  # words that a shorter sentence is taken to have: one or two words are not an opinion
LONGEST_WORD = 40  # bytes read of a word
BEHIND, AROUND = b" ", b" * "  # between the words of a pair, and of one with a word between
LOWEST = -30.0  # a logit of no likelihood at all
REMEMBERED = 8_000  # words, about 4 MB at the most
NAMED = 60  # words of a sentence by which its category is chosen
READ = 300  # words of a message that are read; each that was never seen before costs some 10 µs

Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the categories that a class may be. ``scale`` is what a weight of 1 stands for."""

    category: str
    bias: float
    scale: float


class Class(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From the likelihood ``young`` on, where a young person writes, or ``adult``, the model speaks up, with
    ``severity``, unless a rule has found one of its kinds or what resembles them (``kin``). ``scale`` is what a weight
    of 1 stands for."""

    name: str
    kinds: Annotated[list[Kind], Meta(min_length=1)]
    kin: list[str]
    severity: Annotated[int, Meta(ge=2, le=3)]
    young: Share
    adult: Share
    bias: float
    scale: float


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of JSON behind ``MAGIC``. The weights follow: for each of 2^``bits`` features one signed byte a class,
    then for each of 2^``kind_bits`` one a kind. ``sources`` names what it was trained on, with the licences."""

    bits: Annotated[int, Meta(ge=4, le=20)]
    kind_bits: Annotated[int, Meta(ge=4, le=20)]
    classes: Annotated[list[Class], Meta(min_length=1, max_length=16)]
    sources: list[str] = []


class Sentence(NamedTuple):
    """Its words without signs, and where it begins and ends among the words of the message."""

    words: list[str]
    start: int
    end: int


class _Read(NamedTuple):
    """A word: its checksum, what stands of it in the name of a pair and of a pair around a word, and its weights."""

    checksum: int
    behind: bytes
    around: bytes
    row: Sequence[int]


class Guess(NamedTuple):
    """How likely a class is in the sentence in which it is likeliest."""

    likelihood: float
    sentence: Sentence | None


class Model:
    """Raises ValueError when ``data`` is not a model."""

    def __init__(self, data: bytes) -> None:
        line, _, weights = data.removeprefix(MAGIC).partition(b"\n")
        try:
            self.header = msgspec.json.decode(line, type=Header)
        except msgspec.DecodeError as error:
            raise ValueError(f"not a model: {error}") from error
        header = self.header
        self._count, self._kinds = len(header.classes), sum(len(known.kinds) for known in header.classes)
        size = self._count << header.bits
        if not data.startswith(MAGIC) or len(weights) != size + (self._kinds << header.kind_bits):
            raise ValueError("not a model: its weights are not whole")
        self.version = f"model-{hashlib.sha256(data).hexdigest()[:8]}"
        signed = memoryview(weights).cast("b")
        self._weights, self._kind_weights = signed[:size], signed[size:]
        self._terms = [(known.bias, known.scale) for known in header.classes]
        self._of: dict[str, _Read] = {}

    def guesses(self, words: Sequence[str], settled: Sequence[Settled] = ()) -> list[Guess]:
        """For each class the likeliest sentence of ``words``, but for those in which rules have ``settled`` it."""
        highest = [LOWEST] * self._count
        where: list[Sentence | None] = [None] * self._count
        for sentence in sentences(words[:READ]):
            share = 1 / sqrt(max(len(sentence.words), FEWEST))
            for i, total in enumerate(map(sum, zip(*self._rows(sentence.words), strict=True))):
                bias, scale = self._terms[i]
                logit = bias + scale * total * share
                if logit > highest[i] and not (settled and _is_settled(self.header.classes[i], sentence, settled)):
                    highest[i], where[i] = logit, sentence
        return [Guess(_likelihood(logit), sentence) for logit, sentence in zip(highest, where, strict=True)]

    def category(self, number: int, sentence: Sentence) -> str:
        """Which of its kinds the class ``number`` most likely is in ``sentence``."""
        kinds = self.header.classes[number].kinds
        first = sum(len(known.kinds) for known in self.header.classes[:number])
        weights, each, mask = self._kind_weights, self._kinds, (1 << self.header.kind_bits) - 1
        starts = [(feature & mask) * each + first for feature in features(sentence.words[:NAMED])]
        totals = map(sum, zip(*(weights[at : at + len(kinds)] for at in starts), strict=True))
        length = sqrt(max(min(len(sentence.words), NAMED), FEWEST))
        logits = [kind.bias + kind.scale * total / length for kind, total in zip(kinds, totals, strict=True)]
        return kinds[logits.index(max(logits))].category

    def _rows(self, words: Sequence[str]) -> list[Sequence[int]]:
        """For each word and pair its weights, one a class."""
        count, weights, mask, known = self._count, self._weights, (1 << self.header.bits) - 1, self._of
        rows: list[Sequence[int]] = []
        before = between = None  # the checksums of the last two words: that of a pair begins with its first word's
        for word in words:
            read = known.get(word) or self._read(word)
            rows.append(read.row)
            if between is not None:
                at = (crc32(read.behind, between) & mask) * count
                rows.append(weights[at : at + count])
                if before is not None:
                    at = (crc32(read.around, before) & mask) * count
                    rows.append(weights[at : at + count])
            before, between = between, read.checksum
        return rows

    def _read(self, word: str) -> _Read:
        raw, count, mask = _raw(word), self._count, (1 << self.header.bits) - 1
        places = [(feature & mask) * count for feature in _of_word(raw)]
        row = tuple(map(sum, zip(*(self._weights[at : at + count] for at in places), strict=True)))
        read = _Read(crc32(raw), BEHIND + raw, AROUND + raw, row)
        if len(self._of) < REMEMBERED:
            self._of[word] = read
        return read


def _is_settled(known: Class, sentence: Sentence, settled: Sequence[Settled]) -> bool:
    return any(
        sentence.start <= at < sentence.end and any(kind.category == category for kind in known.kinds)
        for at, category in settled
    )


def _likelihood(logit: float) -> float:
    return 1.0 / (1.0 + exp(-min(30.0, logit))) if logit > LOWEST else 0.0


def sentences(words: Sequence[str]) -> Iterator[Sentence]:
    """The sentences that have a word."""
    found: list[str] = []
    start = end = 0
    for i, word in enumerate(words):
        if word in ENDS:
            if found:
                yield Sentence(found, start, end)
            found = []
        elif word[0].isalnum():
            start, end = (start if found else i), i + 1
            found.append(word)
    if found:
        yield Sentence(found, start, end)


def features(words: Sequence[str]) -> Iterator[int]:
    """The CRC-32 of each feature of a sentence."""
    raws = [_raw(word) for word in words]
    for i, raw in enumerate(raws):
        yield from _of_word(raw)
        if i > 0:
            yield _pair(raws[i - 1], raw)
        if i > 1:
            yield _around(raws[i - 2], raw)


def _raw(word: str) -> bytes:
    return word.encode("utf-8", "replace")[:LONGEST_WORD]


def _of_word(raw: bytes) -> Iterator[int]:
    yield crc32(raw)
    edged = b"<" + raw + b">"
    for size in range(SHORTEST, LONGEST + 1):
        for start in range(len(edged) - size + 1):
            yield crc32(edged[start : start + size], 1)


def _pair(first: bytes, second: bytes) -> int:
    return crc32(first + BEHIND + second)


def _around(first: bytes, second: bytes) -> int:
    return crc32(first + AROUND + second)


def encode(header: Header, weights: Sequence[Sequence[int]], kind_weights: Sequence[Sequence[int]]) -> bytes:
    """The file of a model: ``weights[feature][class]`` and ``kind_weights[feature][kind]``, each from -128 to 127."""
    flat = bytes(weight & 0xFF for table in (weights, kind_weights) for row in table for weight in row)
    return MAGIC + msgspec.json.encode(header) + b"\n" + flat


@cache
def load() -> Model | None:
    """The model of data/model.bin, if it is there. Raises ValueError when it is not one."""
    path = DATA / "model.bin"
    return Model(path.read_bytes()) if path.is_file() else None


def told(
    findings: Sequence[Finding], words: Words, model: Model | None, *, young: bool, settled: Sequence[Settled] = ()
) -> Iterator[Finding]:
    """What the model finds alone, where no rule among ``findings`` has found anything of that class, nor ``settled`` it
    in that sentence. A disclosure is likelier from a ``young`` person, an approach from an adult: what it takes to
    speak up differs."""
    if model is None:
        return
    full = {finding.category for finding in findings if finding.severity is None or finding.severity >= REVIEW}
    for number, (known, guess) in enumerate(
        zip(model.header.classes, model.guesses(words.words, settled), strict=True)
    ):
        if guess.sentence is None or guess.likelihood < (known.young if young else known.adult):
            continue
        if full.isdisjoint(known.kin) and full.isdisjoint(kind.category for kind in known.kinds):
            category = model.category(number, guess.sentence)
            start, end = words.span(guess.sentence.start, guess.sentence.end)
            yield Finding(
                category,
                round(guess.likelihood, 3),
                start,
                end,
                ADVICE + known.name,
                known.severity,
                version=model.version,
            )
            full.add(category)
