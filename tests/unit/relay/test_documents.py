"""The documents speak both languages, know every department, and let nobody write into them but as text."""

import string

from hypothesis import given
from hypothesis import strategies as st

from server.relay.contacts import DEPARTMENTS
from server.relay.sheet import Sheet
from server.relay.texts import texts


def test_both_languages_say_the_same_things() -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    french, english = texts("fr"), texts("en")
    assert french.keys() == english.keys()
    assert [key for key in french if places(french[key]) != places(english[key])] == []


def test_the_departments_are_those_of_france() -> None:
    mainland = {f"{number:02}" for number in range(1, 96)} - {"20"} | {"2A", "2B"}
    assert DEPARTMENTS.keys() == mainland | {"971", "972", "973", "974", "975", "976"}
    assert len(set(DEPARTMENTS.values())) == len(DEPARTMENTS)


@given(st.text())
def test_whatever_somebody_wrote_is_text(words: str) -> None:
    sheet = Sheet("fr", "Europe/Paris", words, words)
    sheet.line(words)
    sheet.child(words, words)
    sheet.words_of(words)
    sheet.facts([(words, words)])
    page = sheet.end().decode("utf-8", "surrogatepass")
    empty = Sheet("fr", "Europe/Paris", "x", "x")
    empty.line("x")
    empty.child("x", "x")
    empty.words_of("x")
    empty.facts([("x", "x")])
    if words:
        assert page.count("<") == empty.end().decode().count("<")


def test_no_name_ends_the_string_in_the_style() -> None:
    """An association’s name stands in the foot of each page, which is a string of CSS."""
    for sign in ('"', "\\", "\n", "\r", "\f", "<", ">"):
        page = Sheet("fr", "Europe/Paris", "x", f"a{sign}}}*{{display:none}}").end().decode()
        assert f'content:"a\\{ord(sign):x} }}*{{display:none}}";' in page
