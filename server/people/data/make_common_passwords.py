"""Makes ``common_passwords.txt.xz`` of two packages of the npm registry (MIT, see ``common_passwords.LICENSE``):

    npm pack @zxcvbn-ts/language-common@4.1.3 @zxcvbn-ts/language-fr@4.1.2   # unpack each into a folder of its own
    python server/people/data/make_common_passwords.py COMMON FRENCH

Kept are passwords that are long enough to be typed here, and words that people lengthen with a year: the shorter ones
of letters alone, and French first names.
"""

import json
import lzma
import sys
from pathlib import Path

LONG_ENOUGH = 8  # characters: the shortest password that anybody may have
SHORTEST_STEM = 4  # characters

TARGET = Path(__file__).with_name("common_passwords.txt.xz")


def make(common: Path, french: Path) -> None:
    passwords = json.loads((common / "src" / "passwords.json").read_text(encoding="utf-8"))
    names = json.loads((french / "src" / "firstnames.json").read_text(encoding="utf-8"))
    kept = {word.lower() for word in passwords if len(word) >= LONG_ENOUGH}
    kept |= {word.lower() for word in (*passwords, *names) if len(word) >= SHORTEST_STEM and word.isalpha()}
    TARGET.write_bytes(lzma.compress("\n".join(sorted(kept)).encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    make(*(Path(argument) for argument in sys.argv[1:]))
