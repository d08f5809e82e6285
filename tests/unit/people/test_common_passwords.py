"""What everybody tries first is refused, and what a person makes up of a few words is not."""

import pytest

from server.people.common_passwords import is_common, is_personal

COMMON = [
    "password12",
    "motdepasse",
    "Motdepasse1!",
    "MOTDEPASSE",
    "azertyuiop",
    "qwertyuiop",
    "1234567890",
    "0987654321",
    "aaaaaaaaaa",
    "1212121212",
    "soleil2012",
    "Marseille13!",
    "jetaime2010",
    "loulou31122012",
    "abcabcabcabc",
    "azerty123456",
    "abcdefghij",
    "zyxwvutsrq",
    "chouchouchouchou",
    "doudoudoudou",
    "!!password!!",
    "camille2011",
    "nicolasnicolas",
    "1a2z3e4r5t",
    "passwordpassword123",
]
FINE = [
    "correct horse battery",
    "un mot de passe long",
    "a long enough one",
    "trois galets bleus",
    "canard-lune-pont-47",
    "Ma grand-mère fait du vélo",
    "le chat dort sur le toit",
    "xK9#mQ2$vL7p",
    "北京的秋天很漂亮啊今年",
    "ماما تصنع الخبز",
]


@pytest.mark.parametrize("password", COMMON)
def test_what_everybody_tries(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize("password", FINE)
def test_what_people_make_up(password: str) -> None:
    assert not is_common(password)
    assert not is_personal(password, ("lea.north", "Léa"))


@pytest.mark.parametrize("password", ["lea.north1", "LEA NORTH!!", "Lea-North-2012", "xx lea.north", "léa123"])
def test_what_others_know_of_one(password: str) -> None:
    assert is_personal(password, ("lea.north", "Léa"))


def test_a_short_name_in_a_long_phrase_is_no_harm() -> None:
    assert not is_personal("la galerie de tableaux", ("lea", "Léa", "ga"))
