"""The model's card: what it is, what it was trained on, how well it does, what it must not be used for."""

from collections.abc import Sequence
from pathlib import Path

from load_tests.moderation.training.fitted import Fitted
from server.moderation.model import Header

CARD = Path(__file__).parents[3] / "docs" / "model-card.md"

TEXT = """# Model card: the linear model under the rules

Written by `python -m load_tests.moderation.training`, which also writes the model. Do not edit by hand.

**What it is.** One logistic regression for each class below, over words, pairs of words (one may stand between them)
and four or five letters of a word, hashed into 2^{bits} rows; weights of one byte. A second, smaller one says which
category of its class a sentence most likely is. `server/moderation/data/model.bin`, {size} bytes, SHA-256
`{digest}`. French and English. No neural network; nothing of it was made elsewhere.

**What it is for.** It stands under the written rules (`docs/moderation.md`). It asks a professional for a look when it
alone is sure and no rule has found anything of its class. It never hides, holds or blocks a message, and
never decides on a person.

**What it was trained on.** {count} sentences:

{sources}

The tweets are not part of the project; `training/examples.py` knows them by their SHA-256. Nobody's messages on any
instance were used, and none ever are: training never runs at install. Not used: sets whose licence forbids it, the
development set by which all of the moderation is judged, and 88milSMS.

**How well it does** on sentences of its training sets by others than those it had read (five parts, each file and each
set of tweets whole in one of them). What makes it sure is chosen by the alarms on everyday lines, apart for what a
young person writes, who rather discloses, and for an adult, who rather approaches:

| class | examples | a young person: from | recall | an adult: from | recall |
|---|---|---|---|---|---|
{rows}

The sentences were mostly written for this project, so real messages will do worse; see `docs/moderation.md` for what
the whole engine finds on sentences that were written apart.

**What it gets wrong.** Irony, quotations, dialects and words that it has not seen. Tweets are not chats: the class
*hostile* leans on how people wrote there. A word that often stands in bad company can be held against who
uses it plainly: this is why it never acts alone.
"""


def write(header: Header, results: Sequence[Fitted], count: int, digest: str, size: int) -> None:
    rows = [
        f"| {one.known.name} | {one.examples} | {one.known.young:.3f} | {one.young:.2f} | {one.known.adult:.3f} | "
        f"{one.adult:.2f} |"
        for one in results
    ]
    sources = "\n".join(f"- {source}" for source in header.sources)
    text = TEXT.format(bits=header.bits, size=size, digest=digest, count=count, sources=sources, rows="\n".join(rows))
    CARD.write_text(text, encoding="utf-8")
