"""The language of the lexicon's patterns, and where a pattern stands among words."""

import pytest

from server.moderation.pattern_nodes import VERB_ENDINGS
from server.moderation.patterns import PatternError, alternatives, families, phrases, plain


def stretches(pattern: str, sentence: str) -> list[str]:
    """Each alternative's stretch of ``sentence``, searched for around every place of its anchor."""
    words = plain(sentence).split()
    found = []
    for alternative in alternatives(pattern):
        anchor = alternative.slots[alternative.anchor]
        for first in range(len(words)):
            for phrase in anchor.phrases:
                if tuple(words[first : first + len(phrase)]) == phrase:
                    place = alternative.around(words, first, first + len(phrase))
                    if place is not None:
                        found.append(" ".join(words[slice(*place)]))
    return found


@pytest.mark.parametrize(
    ("pattern", "stands_for"),
    [
        ("mot", ["mot"]),
        ("un mot", ["un mot"]),
        ("(a|b c) d", ["a d", "b c d"]),
        ("a (b)? c", ["a b c", "a c"]),
        ("a (b (c|d)? e|f)", ["a b c e", "a b d e", "a b e", "a f"]),
        ("((a|b))", ["a", "b"]),
        ("a|b c", ["a", "b c"]),
        ("idiot+", ["idiot", "idiote", "idiots", "idiotes"]),
        ("Élève d'été", ["eleve d ete"]),
        ("frapp* fort", [f"frapp{end} fort" for end in VERB_ENDINGS]),
    ],
)
def test_what_a_pattern_stands_for(pattern: str, stands_for: list[str]) -> None:
    assert phrases(pattern) == stands_for


@pytest.mark.parametrize(
    ("pattern", "sentence", "expected"),
    [
        ("veux (bien)? partir", "je veux partir", ["veux partir"]),
        ("veux (bien)? partir", "je veux bien partir", ["veux bien partir"]),
        ("veux (bien)? partir", "je veux mal partir", []),
        ("(je)? veux (partir|aller (loin|ici))", "oui je veux aller loin d'ici", ["je veux aller loin"]),
        ("veux ~ partir", "je veux dès demain partir", ["veux des demain partir"]),
        ("veux ~ partir", "je veux un deux trois quatre partir", ["veux un deux trois quatre partir"]),
        ("veux ~ partir", "je veux un deux trois quatre cinq partir", []),
        ("veux ~ partir", "je veux . partir", []),
        ("(a ~ b|c) d", "a x y b d et c d", ["a x y b d", "c d"]),
        ("(a (b|c) ~ d|e) f", "a c d f puis e f", ["a c d f", "e f"]),
        ("x (a (b)? c)? y", "x a c y", ["x a c y"]),
        ("x (a (b)? c)? y", "x y", ["x y"]),
    ],
)
def test_where_a_pattern_stands(pattern: str, sentence: str, expected: list[str]) -> None:
    assert sorted(set(stretches(pattern, sentence))) == sorted(expected)


def test_a_family_is_written_out() -> None:
    name = next(iter(families()))
    assert phrases(f"x @{name}")[0].startswith("x ")


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "(a",
        "a)",
        "(a|)",
        "()",
        "(a)?",
        "(a)? (b)?",
        "a || b",
        "(" + "|".join(f"w{i}" for i in range(80)) + ") " * 3,
    ],
)
def test_what_is_not_a_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        alternatives(pattern)
        phrases(pattern)


def test_an_unknown_family_is_refused() -> None:
    with pytest.raises(PatternError, match="no family"):
        alternatives("@nobody_knows_this")


def test_large_patterns_cost_the_sum_of_their_choices() -> None:
    choice = "(" + "|".join(f"w{i}" for i in range(100)) + ")"
    (alternative,) = alternatives(" ".join([choice] * 6))  # 10^12 phrases
    assert sum(len(slot.phrases) for slot in alternative.slots) == 600
