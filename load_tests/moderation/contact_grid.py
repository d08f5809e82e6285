"""How much of what people do to a contact detail is seen through: carriers × values × disguises, written before and
apart from the detectors. `python -m load_tests.moderation.contact_grid [--missed KIND DISGUISE]`, a table by disguise.

A sample is the messages of one author within ten minutes; it is found when any of them is a contact detail.
"""

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from load_tests.moderation.cost import NOW
from server.moderation.assess import assess, warm
from server.moderation.conversation import Conversation
from server.moderation.verdict import Speaker

EACH = 60  # samples of a kind and disguise
SEED = 20261122
AUTHOR = Speaker("mentor", 40)

_FR = [
    "zéro",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
]
_FR_TENS = ["vingt", "trente", "quarante", "cinquante", "soixante"]
_EN = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_EN_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_LOOKALIKE = str.maketrans("aceiopsxyABCEHKMOPTX", "асеіорѕхуАВСЕНКМОРТХ")
_LEET = str.maketrans("aeiosAEIOS", "@310$@310$")
_DIGIT_LETTERS = str.maketrans("0158", "OISB")


class Sample(NamedTuple):
    kind: str
    disguise: str
    messages: tuple[str, ...]


@cache
def data() -> dict[str, Any]:
    return msgspec.json.decode(Path(__file__).with_suffix(".json").read_bytes(), type=dict[str, Any])


def french(number: int, style: int = 0) -> str:
    """0 to 99 in words; ``style`` 1 as in Switzerland and Belgium."""
    if number < 17:
        return _FR[number]
    if number < 20:
        return f"dix-{_FR[number - 10]}"
    ten, unit = divmod(number, 10)
    if ten >= 7 and style:
        word = ["septante", "quatre-vingt", "nonante"][ten - 7]
    elif ten in (7, 9):
        word, unit = ("soixante" if ten == 7 else "quatre-vingt"), unit + 10
    else:
        word = "quatre-vingt" if ten == 8 else _FR_TENS[ten - 2]
    if unit == 0:
        return word
    joint = " et " if unit in (1, 11) and not word.startswith("quatre") else "-"
    return f"{word}{joint}{french(unit)}"


def english(number: int) -> str:
    if number < 10:
        return _EN[number]
    if number < 20:
        return [
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ][number - 10]
    return f"{_EN_TENS[number // 10 - 2]} {_EN[number % 10] if number % 10 else ''}".strip()


def digits(value: str) -> str:
    return "".join(c for c in value if c.isdigit())


def pairs(value: str) -> list[str]:
    """The digits two by two, behind their +, the first three together when they are odd in number."""
    only = digits(value)
    head = only[: 2 + len(only) % 2]
    return ["+" + head if value.startswith("+") else head] + [only[i : i + 2] for i in range(len(head), len(only), 2)]


def spoken(pair: str, style: int = 0, language: str = "fr") -> str:
    """As it is said aloud: zeros and what has more than two digits digit by digit."""
    if pair.startswith("+"):
        return f"plus {spoken(pair[1:], style, language)}"
    say = english if language == "en" else lambda n: french(n, style)
    if pair[0] == "0" or len(pair) > 2:
        return " ".join(say(int(digit)) for digit in pair)
    return say(int(pair))


def one_by_one(value: str) -> list[str]:
    """The digits, the first behind its +."""
    only = list(digits(value))
    return ["+" + only[0] if value.startswith("+") else only[0], *only[1:]]


def said_one_by_one(value: str, language: str = "fr") -> list[str]:
    words = [(_EN if language == "en" else _FR)[int(digit)] for digit in digits(value)]
    return ["plus", *words] if value.startswith("+") else words


Disguise = Callable[[str, random.Random], str]


def plainly(value: str) -> str:
    """In words without accents and hyphens."""
    return " ".join(spoken(pair) for pair in pairs(value)).replace("é", "e").replace("-", " ")


def mixed(value: str, r: random.Random) -> str:
    return " ".join(spoken(pair) if i % 2 else pair for i, pair in enumerate(pairs(value), r.randrange(2)))


def invisible(value: str, r: random.Random) -> str:
    return r.choice(["\u200b", "\u200d", "\u00ad", "\u2060", "\ufeff"]).join(value)


def other_digits(value: str, r: random.Random) -> str:
    zero = r.choice([0xFF10, 0x1D7CE, 0x0660, 0x1D7F6, 0x06F0, 0x1D7E2])
    return "".join(chr(zero + int(c)) if c.isdigit() else c for c in value)


def circled(value: str, r: random.Random) -> str:
    sets = ["⓪①②③④⑤⑥⑦⑧⑨", "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉", "🄋➀➁➂➃➄➅➆➇➈"]
    chosen = r.choice(sets)
    return "".join(chosen[int(c)] if c.isdigit() else c for c in value)


def keycaps(value: str, r: random.Random) -> str:
    return r.choice(["", " "]).join(f"{c}\ufe0f\u20e3" if c.isdigit() else c for c in "".join(pairs(value)))


def wide(value: str, _r: random.Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in value)


def joined(*signs: str, each: bool = False) -> Disguise:
    return lambda value, r: r.choice(signs).join(one_by_one(value) if each else pairs(value))


def digit_letters(value: str, r: random.Random) -> str:
    keys = r.choice(["0", "01", "015", "0158"])
    return "".join(c.translate(_DIGIT_LETTERS) if c in keys else c for c in value)


def leet_some(value: str, r: random.Random) -> str:
    """Words with a digit for one letter in three."""
    return "".join({"e": "3", "o": "0", "i": "1"}.get(c, c) if r.random() < 0.33 else c for c in value)


def look_alike(value: str, _r: random.Random) -> str:
    return value.translate(_LOOKALIKE)


def leet_words(value: str, r: random.Random) -> str:
    words = " ".join(spoken(pair) for pair in pairs(value)).replace("é", "e")
    return "".join({"e": "3", "o": "0", "i": "1"}.get(c, c) if r.random() < 0.6 else c for c in words)


def some_words(value: str, r: random.Random) -> str:
    plus = "+" if value.startswith("+") else ""
    return plus + "".join(f" {_FR[int(c)]} " if r.random() < 0.4 else c for c in digits(value)).strip()


PHONE: dict[str, Disguise] = {
    "clean": lambda value, _r: value,
    "spaced": joined(" ", ".", "-", " . ", " - ", each=True),
    "signs between": joined("/", "_", " | ", "*", ",", " , ", "...", "~", " / ", "\n", "--", ":", ";", ")("),
    "fillers between": joined(" puis ", " et ", " ensuite ", " après ", " then ", " and ", " euh "),
    "emoji between": joined("😂", " 📞 ", "👉", " 🔥 ", "❤️", each=False),
    "emoji each": joined("😂", " 🔥 ", "⭐", each=True),
    "number words": lambda value, _r: " ".join(spoken(p) for p in pairs(value)),
    "words, no accents or marks": lambda value, _r: plainly(value),
    "words, digit by digit": lambda value, r: r.choice([" ", ", ", "-"]).join(said_one_by_one(value)),
    "words, Swiss and Belgian": lambda value, _r: " ".join(spoken(p, 1) for p in pairs(value)),
    "words, English": lambda value, _r: " ".join(said_one_by_one(value, "en")),
    "words, English pairs": lambda value, _r: " ".join(spoken(p, 0, "en") for p in pairs(value)),
    "words, glued": lambda value, _r: "".join(said_one_by_one(value)).replace("é", "e"),
    "words, SMS": lambda value, _r: plainly(value).replace("qu", "k"),
    "words, upper case": lambda value, _r: ", ".join(spoken(p) for p in pairs(value)).upper(),
    "words, leet": leet_words,
    "words in digits": mixed,
    "words among digits": some_words,
    "o for zero": lambda value, r: r.choice("oO").join(value.split("0")),
    "letters for digits": digit_letters,
    "other digits": other_digits,
    "circled": circled,
    "keycaps": keycaps,
    "zero width": invisible,
    "zero width and spaced": lambda value, r: " ".join(invisible(p, r) for p in pairs(value)),
    "backwards": lambda value, _r: f"{' '.join(pairs(value.removeprefix('+')))[::-1]} à l'envers",
    "brackets": lambda value, _r: "".join(f"({p})" for p in pairs(value)),
    "letters between": lambda value, r: r.choice(["x", "a", "z", "h"]).join(pairs(value)),
    "circled and spaced": lambda value, r: " ".join(circled("".join(one_by_one(value)), r)),
    "words and fillers": lambda value, _r: " et puis ".join(spoken(p) for p in pairs(value)),
    "words and emoji": lambda value, _r: " 🙂 ".join(spoken(p) for p in pairs(value)),
    "words and letters": lambda value, r: mixed(value, r).replace("0", "o").replace("zéro", "o"),
}  # fmt: skip

_AT = [
    " arobase ",
    " at ",
    "(at)",
    "[at]",
    "(a)",
    " (arobase) ",
    " @ ",
    " arobaz ",
    "(@)",
    " chez ",
    " AT ",
    " arobas ",
    "{at}",
]
_DOT = [" point ", ".", " . ", "(dot)", " dot ", "[.]", "(point)", " POINT ", " pt "]


def spelled_mail(value: str, r: random.Random) -> str:
    local, domain = value.split("@")
    local = (
        local.replace(".", r.choice([" point ", "."]))
        .replace("-", " tiret ")
        .replace("_", r.choice([" underscore ", "_"]))
    )
    return local + r.choice(_AT) + domain.replace(".", r.choice(_DOT))


EMAIL: dict[str, Disguise] = {
    "clean": lambda value, _r: value,
    "upper case": lambda value, _r: value.upper(),
    "arobase, at, point": spelled_mail,
    "parted": lambda value, r: value.replace("@", " @ ").replace(".", r.choice([" . ", ". ", "."])),
    "no dot": lambda value, r: value.replace("@", r.choice(["@", " arobase ", " at "])).rsplit(".", 1)[0],
    "comma for dot": lambda value, _r: value[: value.find("@")] + value[value.find("@") :].replace(".", ","),
    "letter by letter": lambda value, _r: " ".join(value),
    "look-alikes": lambda value, _r: value.translate(_LOOKALIKE),
    "fullwidth": wide,
    "zero width": invisible,
    "leet": lambda value, _r: value.split("@")[0] + "@" + value.split("@")[1].translate(_LEET).replace("@", "4"),
    "emoji for @": lambda value, r: value.replace("@", r.choice(["🌀", " 📧 ", "ⓐ", " (📧) "])),
    "look-alikes and arobase": lambda value, r: spelled_mail(value, r).translate(_LOOKALIKE),
}  # fmt: skip


def spelled_name(value: str, _r: random.Random) -> str:
    return value.replace("_", " underscore ").replace(".", " point ").replace("-", " tiret ")


HANDLE: dict[str, Disguise] = {
    "clean": lambda value, _r: value,
    "with @": lambda value, _r: "@" + value,
    "spelled marks": spelled_name,
    "letter by letter": lambda value, _r: " ".join(value),
    "look-alikes": lambda value, _r: value.translate(_LOOKALIKE),
    "fullwidth": wide,
    "zero width": invisible,
    "upper case": lambda value, _r: value.upper(),
    "quoted": lambda value, r: r.choice(['"{}"', "« {} »", "({})", "*{}*", "[{}]"]).format(value),
}
URL: dict[str, Disguise] = {
    "clean": lambda value, _r: value,
    "upper case": lambda value, _r: value.upper(),
    "point": lambda value, r: value.replace(".", r.choice([" point ", " dot ", "(.)", "[.]", " . ", "(point)"])),
    "point slash": lambda value, _r: value.replace(".", " point ").replace("/", " slash "),
    "parted": lambda value, _r: value.replace(".", ". ").replace("/", " / "),
    "look-alikes": lambda value, _r: value.translate(_LOOKALIKE),
    "fullwidth": wide,
    "zero width": invisible,
    "letter by letter": lambda value, _r: " ".join(value),
}
BOTH = {  # pairs: what one leaves, another hides further
    "phone": ((PHONE["words in digits"], invisible), (PHONE["o for zero"], PHONE["emoji between"]),
              (other_digits, (lambda value, _r: " . ".join(value))), (PHONE["number words"], leet_some),
              (keycaps, invisible)),
    "email": ((spelled_mail, leet_some), (spelled_mail, wide), (EMAIL["parted"], invisible),
              (EMAIL["no dot"], look_alike)),
    "handle": ((spelled_name, look_alike), (HANDLE["quoted"], invisible), (HANDLE["with @"], wide)),
    "url": ((URL["point"], look_alike), (URL["parted"], invisible), (URL["point slash"], wide)),
}  # fmt: skip
ADDRESS: dict[str, Disguise] = {
    "clean": lambda value, _r: value,
    "lower case": lambda value, _r: value.lower(),
    "no accents": lambda value, _r: value.replace("é", "e").replace("è", "e").replace("ô", "o").lower(),
    "upper case": lambda value, _r: value.upper(),
    "zero width": invisible,
    "look-alikes": lambda value, _r: value.translate(_LOOKALIKE),
    "other digits": other_digits,
    "number words": lambda value, _r: "".join(_numbers_said(value)),
}


def _numbers_said(value: str) -> Iterator[str]:
    for i, word in enumerate(value.split(" ")):
        yield (" " if i else "") + (french(int(word)) if word.isdigit() and len(word) <= 2 else word)


def _fill(carrier: str, value: str, **more: str) -> str:
    return carrier.format(value, **more)


def _split(text: str, parts: list[str], r: random.Random) -> tuple[str, ...]:
    """``text`` up to its detail with the first part, then the others, with a little talk between them."""
    messages = [_fill(text, parts[0]).strip()]
    for part in parts[1:]:
        if r.random() < 0.35:
            messages.append(r.choice(data()["chat"]))
        messages.append(part)
    return tuple(messages)


def _cut(items: list[str], r: random.Random) -> list[str]:
    """``items`` in 2 to 6 pieces, joined again by spaces."""
    count = min(len(items), r.randint(2, 6))
    cuts = sorted(r.sample(range(1, len(items)), count - 1))
    return [" ".join(items[a:b]) for a, b in zip([0, *cuts], [*cuts, len(items)], strict=True)]


def samples() -> Iterator[Sample]:
    r = random.Random(SEED)  # noqa: S311 # the same grid each time, not a secret
    carriers, values, platforms = data()["carriers"], data()["values"], data()["platforms"]
    told_to_end = [c for c in carriers["phone"] if c.endswith("{}")]

    def some(kind: str, table: dict[str, Disguise], pool: list[str], frames: list[str]) -> Iterator[Sample]:
        for name, disguise in table.items():
            for _ in range(EACH):
                yield Sample(kind, name, (_fill(r.choice(frames), disguise(r.choice(pool), r)),))

    yield from some("phone", PHONE, values["phone"], carriers["phone"])
    for _ in range(EACH):
        value = r.choice(values["phone"])
        yield Sample("phone", "split", _split(r.choice(told_to_end), _cut(pairs(value), r), r))
        words = [spoken(pair) for pair in pairs(value)]
        yield Sample("phone", "split in words", _split(r.choice(told_to_end), _cut(words, r), r))
        digits_alone = one_by_one(value)
        yield Sample("phone", "split, digit by digit", _split("{}", digits_alone, random.Random(1)))  # noqa: S311
        yield Sample(
            "phone", "split among words", tuple(f"{r.choice(data()['chat'])} {part}" for part in _cut(pairs(value), r))
        )
    yield from some("email", EMAIL, values["email"], carriers["email"])
    for _ in range(EACH):
        local, domain = r.choice(values["email"]).split("@")
        parts = r.choice(
            [[local, "@" + domain], [local + "@", domain], [local, "arobase", domain], [local, "@", domain]]
        )
        yield Sample("email", "split", _split(r.choice(["mon mail c'est {}", "{}", "écris à {}"]), parts, r))
    pool = values["handle"] + values["tagged"]
    for name, disguise in HANDLE.items():
        for _ in range(EACH):
            platform = r.choice(platforms["clean"])
            text = _fill(r.choice(carriers["snap"]), disguise(r.choice(pool), r), p=platform)
            yield Sample("handle", name, (text,))
    for name in ("sms", "hidden"):
        for _ in range(EACH):
            text = _fill(r.choice(carriers["snap"]), r.choice(pool), p=r.choice(platforms[name]))
            yield Sample("handle", f"platform {name}", (text,))
    for _ in range(EACH):
        text = _fill(r.choice(carriers["snap"]), r.choice(values["plain_handle"]), p=r.choice(platforms["clean"]))
        yield Sample("handle", "a mere word", (text,))
        yield Sample("handle", "bare @", (_fill(r.choice(carriers["at"]), "@" + r.choice(values["handle"])),))
        platform, handle = r.choice(platforms["clean"]), r.choice(values["handle"])
        told = r.choice([[f"mon {platform} c'est", handle], [f"sur {platform}", handle], [f"{platform} :", handle],
                         [handle, f"c'est mon {platform}"], [f"ajoute moi sur {platform}", "c", handle]])  # fmt: skip
        yield Sample("handle", "split", tuple(told))
    yield from some("url", URL, values["url"], carriers["url"])
    for kind, frames in (("phone", carriers["phone"]), ("email", carriers["email"]), ("url", carriers["url"])):
        for _ in range(EACH):
            first, second = r.choice(BOTH[kind])
            yield Sample(kind, "pairs", (_fill(r.choice(frames), second(first(r.choice(values[kind]), r), r)),))
    for _ in range(EACH):
        first, second = r.choice(BOTH["handle"])
        text = _fill(r.choice(carriers["snap"]), second(first(r.choice(pool), r), r), p=r.choice(platforms["clean"]))
        yield Sample("handle", "pairs", (text,))
    yield from some("meeting", URL, values["meeting"], carriers["meeting"])
    yield from some("address", ADDRESS, values["address"], carriers["address"])


def is_found(messages: tuple[str, ...]) -> bool:
    conversation, found = Conversation(), False
    for text in messages:
        verdict = assess(text, AUTHOR, conversation, now=NOW)
        found = found or any(label.category == "contact" for label in verdict.labels)
        conversation.remember(AUTHOR, text, NOW)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m load_tests.moderation.contact_grid")
    parser.add_argument("--missed", nargs=2, metavar=("KIND", "DISGUISE"), help="print what is not seen through")
    options = parser.parse_args()
    warm()
    hits: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for sample in samples():
        found = is_found(sample.messages)
        hits[sample[:2]].append(found)
        if options.missed and not found and all(a in ("*", b) for a, b in zip(options.missed, sample[:2], strict=True)):
            print(sample)
    clean = [hit for (_, disguise), cell in hits.items() for hit in cell if disguise == "clean"]
    hidden = [hit for (_, disguise), cell in hits.items() for hit in cell if disguise != "clean"]
    alarms = [text for text in data()["benign"] if is_found((text,))]
    for (kind, disguise), cell in hits.items():
        print(f"{kind:8} {disguise:28} {sum(cell):4}/{len(cell)}  {sum(cell) / len(cell):.2f}")
    print(f"clean {sum(clean) / len(clean):.3f} · disguised {sum(hidden) / len(hidden):.3f}")
    print(f"alarms on {len(data()['benign'])} ordinary lines: {len(alarms)}", *alarms, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
