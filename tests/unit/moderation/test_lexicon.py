"""Several findings at one place: the most severe stands, whatever their lengths."""

from server.moderation.entries import Entry
from server.moderation.folding import fold
from server.moderation.gates import Line
from server.moderation.lexicon import Lexicon, words


def entry(name: str, match: str, severity: int | None) -> Entry:
    return Entry(name, match, examples=[], counter=[], severity=severity)


def severities(*entries: Entry) -> list[int | None]:
    text = "je veux mourir de rire depuis hier soir"
    lexicon = Lexicon(Line("suicide", one, "") for one in entries)
    return [finding.severity for finding in lexicon.find(words(text, fold(text)))]


def test_a_long_note_hides_no_short_severe_finding() -> None:
    note = entry("note", "veux mourir de rire depuis hier", 1)
    assert severities(note, entry("short", "mourir", None)) == [None]
    assert severities(note, entry("short", "mourir", 3)) == [3]


def test_a_weaker_finding_hides_no_severer_one() -> None:
    assert severities(entry("long", "veux mourir de rire", 2), entry("short", "mourir", 4)) == [4]
    assert severities(entry("long", "veux mourir de rire", 3), entry("short", "mourir", None)) == [None]


def test_of_equals_the_longest_stands() -> None:
    lexicon = Lexicon(Line("suicide", one, "") for one in (entry("a", "mourir", 3), entry("b", "veux mourir", 3)))
    text = "je veux mourir"
    assert [finding.rule for finding in lexicon.find(words(text, fold(text)))] == ["b"]
