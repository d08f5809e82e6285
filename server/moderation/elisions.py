"""Words run together as they are heard: "jveux", "jdors", "davoir", "mavait", for every word that the lexicon knows.

Worked out once at start, as short forms like those of data/short_forms, so that no message pays for it.
"""

from collections.abc import Iterable, Mapping

VOWELS = frozenset("aeiouyh")
LEAST = 4  # letters of a word that "d", "l" … may be stuck to: with fewer, too many other words look like it
_BEFORE_VOWELS = ("d", "l", "m", "n", "s", "t", "qu")


def run_together(vocabulary: Iterable[str], short: Mapping[str, str]) -> dict[str, str]:
    """What each run-together spelling stands for, where it is neither a word nor a short form itself."""
    known = frozenset(vocabulary)
    made: dict[str, str] = {}
    for word in sorted(known | short.keys()):
        if not word.isalpha() or not short.get(word, word):
            continue
        parted = short.get(word, word)
        if word[0] not in VOWELS:
            if len(word) > 1 and word[0] != "j":
                made[f"j{word}"] = f"je {parted}"
        elif len(word) >= LEAST:
            made[f"j{word}"] = f"j {parted}"
            made.update((before + word, f"{before} {parted}") for before in _BEFORE_VOWELS)
    return {key: value for key, value in made.items() if key not in known and key not in short}
