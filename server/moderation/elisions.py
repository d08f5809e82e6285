"""Short forms, and words run together as they are heard: "jveux", "jdors", "davoir", "mavait", for every word that the
lexicon knows. Like the table of folding, it fills itself as words are met: most of what could be written never is.
"""

from collections.abc import Container, Mapping

VOWELS = frozenset("aeiouyh")
LEAST = 4  # letters of a word that "d", "l" … may be stuck to: with fewer, too many other words look like it
KEPT = 10_000  # words remembered, about 1 MB
_BEFORE_VOWELS = ("d", "l", "m", "n", "s", "t", "qu")


class ShortForms(dict[str, str]):
    """For each word what it stands for, itself if nothing else. ``written`` are the short forms of data/short_forms,
    ``vocabulary`` the words that may be stuck together with a pronoun. Indexed by any word; ``get`` knows less."""

    def __init__(self, vocabulary: Container[str], written: Mapping[str, str]) -> None:
        super().__init__(written)
        self._vocabulary = vocabulary
        self.written = written

    def __missing__(self, word: str) -> str:
        stands_for = word if word in self._vocabulary else self._parted(word)
        if len(self) < KEPT + len(self.written):
            self[word] = stands_for
        return stands_for

    def _parted(self, word: str) -> str:
        if word.startswith("j") and (rest := self._known(word[1:])):
            if word[1] in VOWELS:
                return f"j {rest}" if len(word) > LEAST else word
            return f"je {rest}" if len(word) > 2 and word[1] != "j" else word
        for before in _BEFORE_VOWELS:
            behind = word.removeprefix(before)
            if behind != word and len(behind) >= LEAST and behind[0] in VOWELS and (rest := self._known(behind)):
                return f"{before} {rest}"
        return word

    def _known(self, word: str) -> str:
        """What ``word`` stands for, where it is one; nothing otherwise."""
        if not word.isalpha():
            return ""
        return self.written.get(word, word if word in self._vocabulary else "")
