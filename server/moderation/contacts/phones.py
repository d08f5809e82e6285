"""Which digits are a telephone number. Shapes by country come from phonenumberslite (Google's libphonenumber); what
is asked of a number beyond being valid is here: dates, sums, lists and the digits in order are not one."""

import re
from functools import cache
from itertools import pairwise

from server.moderation.contacts.digits import Group
from server.moderation.data_files import word_lists
from server.moderation.stopwatch import preparing

BARE = ("SN", "CM", "LU", "TN", "PF", "NC")  # written without a leading zero: asked for only beside a cue
# Countries whose numbers the people of a French-speaking association use.
COUNTRY_CODES = word_lists("contact_words")["country_codes"]
# Digits behind these codes. Whether a range is given out today says little of what the writer means.
LENGTHS = {"33": (9,), "32": (8, 9), "41": (9,), "44": (10,), "212": (9,), "213": (8, 9), "221": (9,), "225": (10,),
           "237": (9,), "262": (9,), "590": (9,), "594": (9,), "596": (9,), "216": (8,), "352": (8, 9),
           "1": (10,)}  # fmt: skip
_BARE_LENGTHS = (6, 8, 9)
MAX_CHECKS = 40  # validations a text may cost, 17 µs each: a page of digits is bounded

_PLAIN_CODES = ("33", "32", "41", "44", "212", "213", "216", "221", "225", "237", "352", "262")
_LAYOUTS = {  # how ten digits are parted by those who write a number
    (2, 2, 2, 2, 2), (10,), (4, 2, 2, 2), (4, 3, 3), (4, 6), (2, 8), (3, 3, 4), (3, 3, 2, 2), (2, 4, 4), (2, 2, 3, 3),
    (2, 3, 3, 2), (1, 9), (1, 1, 2, 2, 2, 2), (1, 3, 2, 2, 2), (2, 2, 6), (2, 2, 2, 4), (4, 4, 2), (5, 5), (3, 4, 3),
}  # fmt: skip
_NINE_LAYOUTS = {(2, 3, 2, 2), (3, 2, 2, 2)}  # Belgian fixed lines
_FREE = tuple(f"080{digit}" for digit in range(6))  # free-phone: helplines, which must reach the young person
_TOWNS_BEHIND_80 = ("1", "32", "49", "352")  # where free-phone is 800 alone: +32 80 is Malmedy
_KEEPS_ZERO = "39"  # where (0)80 is dialled as it stands, and a town too: +39 080 is Bari
_MOBILE_WITHOUT_ZERO = (1, 2, 2, 2, 2)
_SENEGALESE = (2, 3, 2, 2)
CUE = re.compile(
    r"\b(?:num|nums|numero|numeros|nmr|tel|telephone|fone|phone|portable|mobile|appel\w{0,5}|rappel\w{0,4}|apl|sms"
    r"|texto\w?|texte"
    r"|whatsapp|wa|joins?|joindre|joignable|call|text|contact\w{0,5}|number|fixe|zap|bigo|reach|cell|(?:mon|ton|son"
    r"|my) 0[67]"
    r"|ecris moi|note (?:bien|le|mon|ca|la)|tiens c est|mon zero six|ring)\b"
)
BEHIND_CUE = re.compile(
    r"\W{0,3}\s?(?:stp |svp )?(?:c est|c|cest|c'est|ce|note|garde|apl|appel\w{0,4}|call|text|is my|c le) ?(?:moi"
    r"|mon|le|me|my)\b"
)
# What a page of exercises asks of a number, and where numbers are drawn or listed.
LESSON = re.compile(
    r"\b(?:divisible|modulo|multiple|diviseurs?|premiers? ?\?|somme des chiffres|chiffres? des|nombre|binaire"
    r"|hexadecimal|calcul\w*"
    r"|factoris\w*|convert\w*|arrondi\w*|boules?|loto|tirage|tombola|mediane|moyenne|suite (?:arithmet|geomet|numer"
    r"|de nombres)\w*|croissant|decroissant|siret|siren"
    r"|isbn|iban|insee|average|median|sequence|divide|sum of|prime|integer|entier)\b"
)
LESSON_NUMBER = re.compile(
    r"\b(?:exo|exos|exercices?|page|pages|p|question|questions|chapitre|activite|salle|ligne|exercise|exercises"
    r"|room|chapter|line|note)\.? ?[0-9]{1,3}\b"
    r"|[0-9]/(?:10|20|40|100)\b|\b[0-9]{1,2} ?h(?: ?[0-5][0-9])?\b"
)


@cache
def load_metadata() -> None:
    """Loads libphonenumber and what it knows of our countries, in 60 ms: when the first number has to be asked about,
    which most runs of `binome moderate` never see, or before, if somebody calls this."""
    with preparing():
        import phonenumbers

        for code in sorted(COUNTRY_CODES):
            for region in phonenumbers.region_codes_for_country_code(int(code)):
                phonenumbers.PhoneMetadata.metadata_for_region(region)


def layout(groups: list[Group]) -> tuple[int, ...]:
    return tuple(len(group.digits) for group in groups)


class Checker:
    """Asks libphonenumber, at most ``MAX_CHECKS`` times for one text."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_CHECKS

    def international(self, digits: str) -> bool:
        """Whether ``digits``, country code first, is a number of any country; a national zero after the code is
        forgiven, as in +33 (0)6."""
        code = next((digits[:length] for length in (2, 3, 1) if digits[:length] in COUNTRY_CODES), None)
        if code is None:
            return False
        rest = digits[len(code) :]
        dialled = rest if code == _KEEPS_ZERO else rest.removeprefix("0")
        if dialled.startswith("800" if code in _TOWNS_BEHIND_80 else "80"):
            return False
        if len(rest.removeprefix("0")) in LENGTHS.get(code, ()):
            return True
        if self._valid("+" + digits, None):
            return True
        for length in (2, 3):
            if digits[:length] in COUNTRY_CODES and digits[length : length + 1] == "0":
                return self._valid(f"+{digits[:length]}{digits[length + 1 :]}", None)
        return False

    def national(self, digits: str, regions: tuple[str, ...]) -> bool:
        """Whether ``digits`` is a valid number of any of ``regions``."""
        return any(self._valid(digits, region) for region in regions)

    def _valid(self, digits: str, region: str | None) -> bool:
        if self.left <= 0:
            return False
        self.left -= 1
        load_metadata()
        import phonenumbers

        try:
            number = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            return False
        kind = phonenumbers.number_type(number)
        return kind not in (phonenumbers.PhoneNumberType.UNKNOWN, phonenumbers.PhoneNumberType.TOLL_FREE)


def is_phone(part: list[Group], *, whole: bool, cued: bool, zero_told: bool, checker: Checker) -> bool:
    """Whether ``part`` of a run is a telephone number. ``whole``: nothing else stands in the run. ``cued``: words such
    as "mon numéro" stand before it. ``zero_told``: a zero is spoken of elsewhere ("… avec un zéro devant")."""
    digits = "".join(group.digits for group in part)
    if part[0].sign or digits.startswith("00"):
        return len(digits) >= 8 and checker.international(digits.removeprefix("00"))
    shape = layout(part)
    spoken = any(group.spoken for group in part)
    if digits[0] == "0":
        if len(digits) == 10 and not digits.startswith(_FREE) and not is_exercise(part) and not is_decimal(part):
            # Any number of this form: France, its territories, Belgian, Swiss, Moroccan, Algerian and Ivorian mobiles.
            # Whether its range is given out today says little about what the writer means.
            return whole or spoken or shape in _LAYOUTS or max(shape) <= 2
        if len(digits) == 11:
            return (
                whole
                and not is_decimal(part)
                and (digits[1] == "7" or (digits[1] in "12" and checker.national(digits, ("GB",))))
            )
        fixed = len(digits) == 9 and whole and (shape in _NINE_LAYOUTS or cued or (spoken and max(shape) == 1))
        return fixed and checker.national(digits, ("BE", "DZ"))
    if not whole or is_exercise(part):
        return False
    if len(digits) == 10 and shape == (3, 3, 4) and digits[0] in "23456789":
        return cued or (part[2].gap == "-" and part[1].gap.strip() in ("-", ")"))  # North America
    if len(digits) == 9 and digits[0] in "67" and (shape == _MOBILE_WITHOUT_ZERO or cued or zero_told):
        return (
            zero_told
            or cued
            or checker.national("0" + digits, ("FR", "RE", "GP", "YT"))
            or checker.national(digits, BARE)
        )
    if len(digits) == 9 and shape == _SENEGALESE:
        return checker.national(digits, ("SN",))
    if (len(digits) in (11, 12) and digits[:2] in _PLAIN_CODES) or digits[:3] in _PLAIN_CODES:
        return (cued or shape[0] in (2, 3, len(digits))) and checker.international(digits)
    return cued and len(digits) in _BARE_LENGTHS and checker.national(digits, BARE)


def is_exercise(groups: list[Group]) -> bool:
    """Whether it is digits in order or a list that counts, as a page of exercises has them."""
    if len(groups) == 1:
        return groups[0].digits in ("0123456789", "0987654321")
    values = [int(group.digits) for group in groups]
    steps = {after - before for before, after in pairwise(values)}
    return len(values) >= 4 and len(steps) == 1


def is_decimal(groups: list[Group]) -> bool:
    """Whether it is written like 0,612345678, or is the part behind the comma of 1,0612345678."""
    if groups[0].gap in (",", ".") and (len(groups) == 1 or groups[1].gap == " "):
        return True
    return len(groups) == 2 and groups[1].gap in (",", ".") and groups[0].digits == "0"
