"""What the linear model is trained on: sentences of this project, and two sets of tweets under the MIT licence.

The sentences are ``corpus/training``, the cases of the unit tests, and the examples and counter-examples that stand
beside every entry of the lexicon. The tweets are not part of the project: whoever trains names their folder, and the
files are known by their digest. The development set is never among them.
"""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from load_tests.moderation.lines import read
from server.moderation.entries import read_entries
from server.moderation.policy import DISCLOSURES

ROOT = Path(__file__).parents[3]
TRAINING = ROOT / "load_tests" / "moderation" / "corpus" / "training"
CASES = ROOT / "tests" / "unit" / "moderation" / "cases"
TWEETS = {
    "ftr_french_racism/FTR_new_labels.csv": "40daddce8dbbad745713eec1cf666ef0278aca1a23bd9ca5116d420c7a630c7f",
    "mlma/fr_dataset.csv": "6b5cafa5f8986127639f973b2efa2e87419202af9cc121bef82ad0b010305af8",
    "mlma/en_dataset.csv": "2f0afb0dd5df6d88cb59b20998774b45cb7f55ac8ca99d17986681a503f014e5",
}
OWN = "this project's own: load_tests/moderation/corpus/training, tests/unit/moderation/cases, the lexicon's examples"
TWEETS_FROM = [
    "FTR, Vanetik and Mimoun 2022 (https://github.com/NataliaVanetik/FTR-dataset): MIT",
    "MLMA, Ousidhoum et al. 2019 (https://github.com/HKUST-KnowComp/MLMA_hate_speech): MIT",
]

HOSTILE = frozenset(("insult", "hate", "threat", "incitement", "weapons"))
SURELY_ABSENT = DISCLOSURES | {"secrecy", "photo_request", "meeting", "sexual_approach"}
"""What a public tweet about politics, religion or origin is hardly ever: real writing, so that the model knows some."""


@dataclass(frozen=True, slots=True)
class Example:
    """``known``: the categories whose presence or absence is known. Of a tweet that is not racist we do not know
    whether it insults. ``source`` is the file or set: what is checked is always by others than what was learnt."""

    text: str
    categories: frozenset[str]
    source: str
    known: frozenset[str] | None = None  # None: all
    everyday: bool = False  # not chosen because it resembles anything


def examples(tweets: Path | None) -> Iterator[Example]:
    """Raises ValueError when a file of tweets is not the one that is known."""
    yield from _ours()
    if tweets is not None:
        for name, digest in TWEETS.items():
            data = (tweets / name).read_bytes()
            if hashlib.sha256(data).hexdigest() != digest:
                raise ValueError(f"{name} is not the file that is known")
        yield from _racism(tweets / "ftr_french_racism" / "FTR_new_labels.csv")
        for language in ("fr", "en"):
            yield from _hatred(tweets / "mlma" / f"{language}_dataset.csv")


def _ours() -> Iterator[Example]:
    for path in (*sorted(TRAINING.glob("*.jsonl")), *sorted(CASES.glob("*.jsonl"))):
        for line in read(path):
            if line.room is None:  # what needs its conversation says nothing alone
                told = HOSTILE if path.stem.startswith("hostility") else None  # its ordinary lines are just not hostile
                yield Example(
                    line.text,
                    frozenset(line.categories),
                    path.stem,
                    told,
                    everyday=path.stem.startswith("ordinary"),
                )
    for name, entries in read_entries().items():
        category = name.split(".")[0]
        for entry in entries:
            for text in entry.examples:
                yield Example(text, frozenset((category,)), name)
            for text in entry.counter:
                # Not this, but perhaps something else.
                yield Example(text, frozenset(), name, frozenset((category,)))


def _racism(path: Path) -> Iterator[Example]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            found = frozenset(("hate",) if row["label"] == "1" else ())
            yield Example(row["tweet"], found, "ftr", SURELY_ABSENT | {"hate"})


def _hatred(path: Path) -> Iterator[Example]:
    """Of MLMA's own words only "hateful" is what we mean; what is merely offensive there is left out."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            said = row["sentiment"].split("_")
            if "hateful" in said or said == ["normal"]:
                found = frozenset(("hate",) if "hateful" in said else ())
                yield Example(row["tweet"], found, f"mlma {path.stem}", SURELY_ABSENT | {"hate"}, not found)
