"""Details written letter by letter: "l e a @ g m a i l . c o m", "s n a p : lea2010". Such a stretch is closed up and
looked at once more; a map leads back."""

import re

# At least five single signs, each parted by one space: less is initials or an equation.
_SPELLED = re.compile(
    r"(?<![a-z0-9])(?:[a-z0-9@.:/_\-] ){4,}[a-z0-9](?![a-z0-9])|(?<![a-z0-9])(?:[a-z] ){3,}[a-z](?![a-z0-9])"
)


def close_up(folded: str) -> tuple[str, list[int]] | None:
    """``folded`` without the spaces inside spelled stretches, and for each of its characters the index in ``folded``,
    with one more for the end; None when nothing is spelled."""
    if _SPELLED.search(folded) is None:
        return None
    parts: list[str] = []
    indices: list[int] = []
    done = 0
    for stretch in _SPELLED.finditer(folded):
        for start, end, spaces in ((done, stretch.start(), True), (stretch.start(), stretch.end(), False)):
            kept = [i for i in range(start, end) if spaces or folded[i] != " "]
            parts.append("".join(folded[i] for i in kept))
            indices.extend(kept)
        done = stretch.end()
    parts.append(folded[done:])
    indices.extend(range(done, len(folded) + 1))
    return "".join(parts), indices
