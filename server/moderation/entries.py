"""The lexicon's data files: one entry on a line, with sentences that it must and must not find beside it."""

import msgspec

from server.moderation.data_files import DATA


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of ``data/lexicon``: ``examples`` it must find, ``counter`` it must not.

    ``needs`` names clause rules of which all must hold, ``unless`` of which none may, ``soften`` the severity it is
    lowered to when a rule holds; ``a & b`` holds when both do. ``severity`` is for an entry weaker than its category.
    ``reported`` is the category it falls to when it is told as another's words.
    """

    id: str
    match: str
    examples: list[str]
    counter: list[str]
    score: float = 0.9
    severity: int | None = None
    needs: list[str] = []
    unless: list[str] = []
    soften: dict[str, int] = {}
    reported: str = ""


def without_sentences(entry: Entry) -> Entry:
    """``entry`` as it is needed to find something."""
    return msgspec.structs.replace(entry, examples=[], counter=[])


def read_entries() -> dict[str, list[Entry]]:
    """The entries of all lexicon files by file name, which is ``<category>.<language>``."""
    decoder = msgspec.json.Decoder(Entry)
    files: dict[str, list[Entry]] = {}
    for path in sorted((DATA / "lexicon").glob("*.jsonl")):
        lines = path.read_bytes().splitlines()
        try:
            files[path.stem] = [decoder.decode(line) for line in lines if line.strip()]
        except msgspec.DecodeError as error:
            raise ValueError(f"{path.name}: {error}") from error
    return files
