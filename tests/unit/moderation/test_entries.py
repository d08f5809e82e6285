"""The data files hold what they promise: each entry finds its examples and leaves its counter-examples."""

import re
from collections import Counter
from itertools import chain
from pathlib import Path

import msgspec
import pytest

from server.moderation import lexicon
from server.moderation.clause_rules import RULES
from server.moderation.contexts import contexts
from server.moderation.data_files import DATA, merged
from server.moderation.entries import Entry, read_entries
from server.moderation.folding import fold
from server.moderation.patterns import families
from server.moderation.policy import table

ENTRIES = [(name, entry) for name, entries in read_entries().items() for entry in entries]


def found(entry: Entry, sentence: str) -> list[tuple[str, int | None]]:
    """What ``entry`` by itself makes of ``sentence``."""
    hits = lexicon.hits(lexicon.words(sentence, fold(sentence)))
    return [(hit.outcome.category, hit.outcome.severity) for hit in hits if hit.entry.id == entry.id]


def matters(name: str, result: tuple[str, int | None]) -> bool:
    category, severity = result
    return category == name.split(".")[0] and (severity is None or severity >= 2)


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=[entry.id for _, entry in ENTRIES])
def test_an_entry_finds_its_examples_and_only_them(name: str, entry: Entry) -> None:
    weak = entry.severity is not None and entry.severity < 2
    assert entry.examples
    assert entry.counter
    missed = [
        sentence
        for sentence in entry.examples
        if not any(category == name.split(".")[0] and (weak or matters(name, (category, severity)))
                   for category, severity in found(entry, sentence))
    ]  # fmt: skip
    alarms = [sentence for sentence in entry.counter if any(matters(name, result) for result in found(entry, sentence))]
    assert (missed, alarms) == ([], [])


def test_identifiers_are_unique_and_begin_with_their_file() -> None:
    assert [entry.id for _, entry in ENTRIES if Counter(e.id for _, e in ENTRIES)[entry.id] > 1] == []
    assert [entry.id for name, entry in ENTRIES if not entry.id.startswith(name)] == []


def test_every_rule_that_an_entry_names_exists() -> None:
    known = set(RULES) | contexts().names
    named = {
        part.rpartition(":")[2]
        for _, entry in ENTRIES
        for rule in (*entry.needs, *entry.unless, *entry.soften)
        for part in rule.split(" & ")
    }
    assert named - known == set()


def test_every_context_is_used() -> None:
    used = {
        part.rpartition(":")[2]
        for _, entry in ENTRIES
        for rule in (*entry.needs, *entry.unless, *entry.soften)
        for part in rule.split(" & ")
    }
    # Asked for by the rules "reported", "told_me", "past", "peers_alone" and "home_alone".
    by_code = {"saying", "told_me", "past_time", "to_this_day", "at_home", "at_school", "they"}
    assert contexts().names - used == by_code


def test_every_family_is_used() -> None:
    written = chain((entry.match for _, entry in ENTRIES), families().values(), *merged("contexts", list[str]).values())
    used = {name for pattern in written for name in re.findall(r"@([^\s()|?]+)", pattern)}
    assert families().keys() - used == set()


@pytest.mark.parametrize("path", sorted(DATA.glob("*_words.json")), ids=lambda path: path.stem)
def test_a_list_of_words_has_each_once(path: Path) -> None:
    lists = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    twice = {name: [word for word, times in Counter(line.split()).items() if times > 1] for name, line in lists.items()}
    assert {name: words for name, words in twice.items() if words} == {}


def test_every_category_that_an_entry_can_have_is_in_the_policy() -> None:
    categories = {name.split(".")[0] for name, _ in ENTRIES}
    categories |= {entry.reported for _, entry in ENTRIES if entry.reported}
    assert categories - set(table()) == set()


def test_each_file_is_a_category_and_a_language() -> None:
    stems = {path.name.removesuffix(".jsonl") for path in (DATA / "lexicon").iterdir()}
    assert stems - {f"{category}.{language}" for category in table() for language in ("fr", "en")} == set()


def test_short_forms_stand_for_words_and_not_for_short_forms() -> None:
    short = lexicon.short_forms().written
    assert {key: value for key, value in short.items() if any(word in short for word in value.split())} == {}
    assert [key for key in short if " " in key or not key] == []
