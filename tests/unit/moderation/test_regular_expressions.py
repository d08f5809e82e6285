"""No regular expression of the engine can run away: each is fed pages that lead it on and then fail it."""

import importlib
import pkgutil
import re
import time
from collections import deque

import pytest

import server.moderation

PAGE = 2_000
LIMIT = 0.1  # seconds of processor time for a page: a hundred times what they take, far below a square of its length
ENDINGS = ("", "!")
UNITS = (
    "a", "a ", "a.", "a-", "a_", "0", "0 ", "01", "0-", "a0", "0a", "@", "a@", "@a", ".", "..", "-", "_", "/", "//",
    ":", " ", "\n", " \n", "h", "http", "http:/", "http://", "www.", "a.a", "point ", " point", "a point ", " dot ",
    "at ", "arobase", "[at]", "(", "((", "[", "{", "<", "o", "oh ", "zero", "zerosix", "zerosixsept", "un", "vingt",
    "1h", "1/", "1/1/", "20", "+", "+3", "|", "$", "€", "!", "aa", "aaa", "ab", "c o n ", "x . ", "a b ", "l.e.a.",
    "0o1l", "#", "a#0", "'", "é", "rue ", "12 rue ", "de la ", "snap ", "mon snap : ",
)  # fmt: skip
# These are asked of one word, or of what stands before a sign, which is never longer than this.
SHORT = {
    "contacts.chosen_names._HYPHENED": 31,
    "contacts.chosen_names._MARKED": 31,
    "contacts.chosen_names._MEASURE": 31,
    "contacts.email._JOINT": 90,
    "contacts.email._STEP": 90,
    "contacts.numerals._BEHIND_WORD": 80,
    "contacts.numerals._GLUED": 80,
    "contacts.numerals._LOOKS": 80,
    "contacts.numerals._MORE_LOOKS": 80,
}
ONCE = frozenset(("live._FINISHED",))  # asked from the beginning of a text and from nowhere else


def expressions() -> dict[str, re.Pattern[str]]:
    found = {}
    for module in pkgutil.walk_packages(server.moderation.__path__, "server.moderation."):
        loaded = importlib.import_module(module.name)
        for name, value in vars(loaded).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                found[f"{module.name.removeprefix('server.moderation.')}.{name}"] = value
    return found


EXPRESSIONS = expressions()


def seconds(name: str, text: str) -> float:
    expression = EXPRESSIONS[name]
    start = time.thread_time()
    if name not in ONCE:
        deque(expression.finditer(text), maxlen=0)
    expression.match(text)
    expression.fullmatch(text)
    return time.thread_time() - start


@pytest.mark.parametrize("name", sorted(EXPRESSIONS))
def test_no_expression_runs_away(name: str) -> None:
    slow = []
    for unit in UNITS:
        for ending in ENDINGS:
            text = (unit * PAGE)[: SHORT.get(name, PAGE)] + ending
            if seconds(name, text) > LIMIT and min(seconds(name, text) for _ in range(3)) > LIMIT:
                slow.append(unit + ending)
    assert slow == []


def test_there_are_expressions_to_look_at() -> None:
    assert len(EXPRESSIONS) > 20
