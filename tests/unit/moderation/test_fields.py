"""Fields that others read: what may stand in them, what not and why, and what staff may confirm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.errors import BadRequest, Conflict
from server.moderation import fields
from server.moderation.fields import Field, screen
from server.moderation.own_rules import OwnRules
from server.transport.messages import LANGUAGES, catalogue

PHONE = "06 12 34 56 78"
ALL: tuple[Field, ...] = ("display_name", "file_name", "session_title", "objective", "free_text")


@pytest.mark.parametrize(
    "name",
    [
        "Léa Martin", "Jean-Baptiste d'Ormesson", "Nguyễn Thị Ánh", "محمد", "Zoë O’Neill", "Marie-Ève Lecoq",
        "Anne Butt", "Hélène Hitier", "Paul Lebeau", "Ana María Pérez", "李小龙", "رضا\u200cزاده", "M. Wahid",
    ],
)  # fmt: skip
def test_names_of_people_stand(name: str) -> None:
    assert screen(name, "display_name").ok, screen(name, "display_name")


@pytest.mark.parametrize("field", ALL)
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"Léa {PHONE}", "field_contact"),
        ("Léa zéro six douze trente-quatre cinquante-six soixante-dix-huit", "field_contact"),
        ("lea.martin@gmail.com", "field_contact"),
        ("snap : lea_du_13", "field_contact"),
        ("https://meet.google.com/abc-defg-hij", "field_link"),
        ("Je vais te tuer", "field_threat"),
        ("Nique ta mère", "field_hurtful"),
        ("suce ma bite", "field_sexual"),
        ("sale juive", "field_hurtful"),
        ("Lé\u202ea Martin", "field_hidden"),
        ("Lé\u200ba", "field_hidden"),
        ("L\U000e0061a", "field_hidden"),
        ("\u3164", "field_hidden"),
        ("a\x00b", "field_hidden"),
        ("a\ud800", "field_hidden"),
    ],
)
def test_what_stands_in_no_field(field: Field, text: str, code: str) -> None:
    verdict = screen(text, field)
    assert verdict.code == code, verdict


@pytest.mark.parametrize(
    "name",
    ["2026-11-22 exercice 3.pdf", "IMG_20261122_140307.jpg", "Rédaction.md", "fractions.zip", "script.py", "film.mov",
     "DM de maths n°12.docx", "Notes (version 2).odt"],
)  # fmt: skip
def test_names_of_files_stand(name: str) -> None:
    assert screen(name, "file_name").ok, screen(name, "file_name")


def test_an_address_does_not_become_a_file_by_its_end() -> None:
    assert screen("0612345678.pdf", "file_name").code == "field_contact"
    assert screen("retrouve-moi sur monsite.com", "file_name").code == "field_link"


@pytest.mark.parametrize(
    "title", ["Fractions et proportions", "Préparer l’oral du brevet", "Point sur Parcoursup à 18 h 30"]
)
def test_titles_stand(title: str) -> None:
    for field in ("session_title", "objective", "free_text"):
        assert screen(title, field).ok


def test_a_bad_word_is_enough_in_a_name_and_not_in_a_sentence() -> None:
    assert screen("Théo Salaud", "display_name").code == "field_hurtful"
    assert screen("Mince, ce con de réveil n’a pas sonné", "free_text").ok


@pytest.mark.parametrize(
    "text", ["J’ai envie de mourir", "Mon beau-père me frappe", "On me traite de salope tous les jours au collège"]
)
def test_a_disclosure_is_never_refused(text: str) -> None:
    for field in ("objective", "free_text"):
        verdict = screen(text, field)
        assert verdict.ok, verdict
        assert verdict.flag


@pytest.mark.parametrize("name", ["Julie Salope", "Dick Van Dyke"])
def test_staff_may_confirm_a_surname_and_never_contact_details(name: str) -> None:
    surname = screen(name, "display_name")
    with pytest.raises(Conflict) as doubtful:
        surname.check("name")
    assert (doubtful.value.detail, doubtful.value.field) == ("field_hurtful", "name")
    surname.check("name", confirmed=True)
    for text in (f"Julie {PHONE}", "Julie, monsite.fr", "Ju\u202elie"):
        with pytest.raises(BadRequest) as refused:
            screen(text, "display_name").check("name", confirmed=True)
        assert refused.value.field == "name"


def test_each_reason_has_a_sentence_in_each_language() -> None:
    for code in fields.Code.__args__:  # type: ignore[attr-defined]  # a Literal
        error = "bad_request" if code in fields._FINAL else "conflict"
        for language in LANGUAGES:
            assert f"{error}.{code}" in catalogue(language)["errors"]


def test_the_organisation_s_own_rules_count() -> None:
    assert screen("monsite.fr", "session_title", own=OwnRules(allowed=["monsite.fr"])).ok
    assert screen("Projet Zorglub", "session_title", own=OwnRules(watched=["zorglub"])).flag


def test_rules_that_fail_leave_the_default_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = OwnRules(watched=["((("])
    assert screen(PHONE, "display_name", own=broken).code == "field_contact"
    assert screen("Léa", "display_name", own=broken).ok


@given(st.text(max_size=200), st.sampled_from(ALL))
def test_any_text_gets_an_answer(text: str, field: Field) -> None:
    verdict = screen(text, field)
    assert verdict.ok == (verdict.code is None)
    assert not (verdict.ok and verdict.confirmable)
