"""What is shown of a line while it is written: nothing that could become a contact detail, at no keystroke."""

import re

import pytest

from server.moderation.live import finished, without_details, word_by_word
from server.moderation.verdict import Speaker


def shown_while_typing(line: str) -> list[str]:
    """Every state that the others see while ``line`` is typed letter by letter."""
    return [without_details(finished(line[: upto + 1])) for upto in range(len(line))]


@pytest.mark.parametrize(
    ("role", "age", "careful"),
    [
        ("mentor", 40, True),
        ("mentee", 15, True),
        ("mentee", None, True),
        ("mentee", 19, False),
        ("supervisor", 40, False),
    ],
)
def test_where_a_minor_reads_or_writes_words_come_when_finished(role: str, age: int | None, careful: bool) -> None:
    assert word_by_word(Speaker(role, age)) is careful  # type: ignore[arg-type] # of the table above


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("", ""),
        ("bon", ""),
        ("bonjour ", "bonjour "),
        ("bonjour Lé", "bonjour "),
        ("ça va ?", "ça va ?"),
        ("ça va ? ou", "ça va ? "),
        ("super!", "super!"),
        ("super! mais", "super! "),
        ("deux\nlignes", "deux\n"),
    ],
)
def test_the_word_that_is_being_written_is_not_there_yet(text: str, whole: str) -> None:
    assert finished(text) == whole


@pytest.mark.parametrize(
    "text",
    [
        "bonjour Léa, comment s'est passé ton oral ?",
        "j'ai lu une lettre et un livre",
        "il y a du soleil, on sort !",
        "l'école t'a plu ? c'est bien",
        "I saw a film, one of the best",
        "oh non ! à demain alors",
        "C'est peut-être vrai…",
    ],
)
def test_ordinary_words_are_shown(text: str) -> None:
    assert without_details(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("on se voit à 14 h demain", "on se voit à … demain"),
        ("j'ai deux questions pour toi", "j'ai … questions pour toi"),
        ("appelle le zéro six douze", "appelle le …"),
        ("un deux trois soleil", "… soleil"),
        ("le o six douze", "le …"),
        ("mon mail jean.dupont chez moi", "mon mail … chez moi"),
        ("jean arobase truc point com", "jean … truc …"),
        ("va sur www.exemple.org ce soir", "va sur … ce soir"),
        ("écris à lea_2010 vite", "écris à … vite"),
        ("mon snap c'est juju et voilà", "mon …"),
        ("ajoute moi sur Insta pseudo juju", "ajoute moi sur …"),
        ("c'est j u j u l e b g", "c'est …"),
        ("t a p e z s-n-a-p ici", "… a … ici"),
        ("０６ １２ en grand", "… en grand"),
        ("6️⃣ en image", "… en image"),
        ("zerosixdouze ce soir", "… ce soir"),
        ("z3ro s1x pour voir", "… pour voir"),
        ("rejoins @juju là", "rejoins … là"),
        ("+33 six", "…"),
    ],
)
def test_what_could_become_a_detail_waits(text: str, shown: str) -> None:
    assert without_details(text) == shown


NUMBERS = [
    "06 12 34 56 78",
    "0612345678",
    "06.12.34.56.78",
    "0 6 1 2 3 4 5 6 7 8",
    "zéro six douze trente-quatre cinquante-six soixante-dix-huit",
    "mon num 06 mais chut 12 et puis 34 voilà 56 et enfin 78",
    "le 06 bonjour 12 salut 34 coucou 56 hello 78 bye",
    "O6 12 E4 56 78",
    "oh six twelve thirty four fifty six seventy eight",
    "plus trente-trois six douze trente-quatre cinquante-six",
    "double zéro un deux trois quatre cinq six sept huit",
    "septante-huit nonante",
    "０６１２３４５６７８",
    "0️⃣6️⃣1️⃣2️⃣",
]
_DIGITS = re.compile(
    r"\d|zéro|six|douze|trente|quatre|cinq|sept|huit|twelve|thirty|four|fifty|eight|deux|trois|nonante"
)


@pytest.mark.parametrize("number", NUMBERS)
def test_no_digit_of_a_number_is_ever_shown(number: str) -> None:
    for state in shown_while_typing(number + " "):
        assert not _DIGITS.search(state), state


ADDRESSES = [
    "jean.dupont@gmail.com",
    "jean point dupont arobase gmail point com",
    "jean.dupont [at] free.fr",
    "jdupont92@laposte.net",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_is_ever_whole(address: str) -> None:
    for state in shown_while_typing(f"écris-moi {address} "):
        assert "@" not in state
        assert not re.search(r"arobase|gmail|laposte|free|\.(com|fr|net)", state), state


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("j'habite au 12 rue des Lilas 35000 Rennes ", r"12|Lilas|35000|Rennes"),
        ("viens 12 avenue Victor Hugo ", r"12|Victor|Hugo"),
        ("mon adresse c'est résidence les Acacias ", r"Acacias"),
        ("I live on Church Lane ", r"Church|Lane"),
        ("lien https://meet.google.com/abc-defg-hij ", r"meet|google|abc"),
        ("viens sur whereby.com/lea ", r"whereby|lea"),
        ("je m'appelle Léa Martin ", r"Martin"),
        ("je suis au collège Jean Moulin à Vitré ", r"Jean|Moulin"),
        ("mon lycée c'est Émile Zola ", r"Zola"),
    ],
)
def test_no_street_link_surname_or_school_is_shown(line: str, secret: str) -> None:
    for state in shown_while_typing(line):
        assert not re.search(secret, state), state


def test_behind_the_name_of_a_school_the_line_goes_on() -> None:
    assert without_details("au lycée on a un contrôle de maths") == "au lycée on a un contrôle de maths"
    assert without_details("au lycée Jean Moulin on a cours") == "au lycée … on a cours"


def test_erasing_and_writing_on_shows_no_more_than_each_state() -> None:
    for text in ("appelle le 06 ", "appelle le ", "appelle le 12 ", "appelle l", "appelle "):
        assert not re.search(r"\d", without_details(finished(text)))
