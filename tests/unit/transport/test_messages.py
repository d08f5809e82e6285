"""Every refusal has a sentence in every language, and both languages say the same thing."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import server
from server.kernel.errors import BadRequest, BinomeError, NotSignedIn, TooFast, TooLarge
from server.transport.messages import LANGUAGES, catalogue, error_body, negotiate, sentence

SOURCES = sorted(Path(server.__file__).parent.rglob("*.py"))


def all_errors(root: type[BinomeError] = BinomeError) -> Iterator[type[BinomeError]]:
    yield root
    for child in root.__subclasses__():
        yield from all_errors(child)


ERRORS = {error.__name__: error for error in all_errors()}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def details_raised() -> Iterator[tuple[str, str, str, set[str]]]:
    """(where, code, detail, names of the parameters given) of each ``SomeError("detail", …)`` in the server."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            detail = node.args[0]
            if name in ERRORS and isinstance(detail, ast.Constant) and isinstance(detail.value, str):
                given = {keyword.arg or "**" for keyword in node.keywords}
                yield f"{source.name}:{node.lineno}", ERRORS[name].code, detail.value, given


def test_all_languages_have_the_same_keys() -> None:
    shapes = [{name: set(texts) for name, texts in catalogue(language).items()} for language in LANGUAGES]
    assert shapes == [shapes[0]] * len(LANGUAGES)


def test_french_is_set_as_french_is_set() -> None:
    """A no-break space before what has two parts, and inside guillemets; typographic apostrophes."""
    for section, texts in catalogue("fr").items():
        for key, text in texts.items():
            words = text.replace("Content-Type: application/json", "")
            assert not re.search(r"[^\u00a0\u202f][!?;:»](\s|$)|«[^\u00a0\u202f]|['\"]", words), (section, key)


def test_no_straight_apostrophe_is_left() -> None:
    texts = [text for language in LANGUAGES for part in catalogue(language).values() for text in part.values()]
    assert [text for text in texts if "'" in text] == []


def test_all_languages_have_the_same_placeholders() -> None:
    shapes = [
        {
            (section, key): placeholders(text)
            for section, texts in catalogue(language).items()
            for key, text in texts.items()
        }
        for language in LANGUAGES
    ]
    assert shapes == [shapes[0]] * len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_code_has_a_sentence_that_needs_nothing(language: str) -> None:
    texts = catalogue(language)["errors"]
    assert {error.code: placeholders(texts[error.code]) for error in ERRORS.values()} == {
        error.code: set() for error in ERRORS.values()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_belongs_to_an_unknown_code(language: str) -> None:
    codes = {error.code for error in ERRORS.values()}
    assert [key for key in catalogue(language)["errors"] if key.partition(".")[0] not in codes] == []


def test_each_detail_that_the_code_raises_has_its_sentence_and_its_parameters() -> None:
    texts = catalogue("fr")["errors"]
    missing = []
    for where, code, detail, given in details_raised():
        text = texts.get(f"{code}.{detail}")
        known = given | ({"seconds"} if "retry_in_ms" in given else set())
        if text is None or ("**" not in known and placeholders(text) - known):
            missing.append((where, f"{code}.{detail}"))
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_whole_sentences_that_blame_no_one(language: str) -> None:
    accusing = ("invalide", "illégal", "interdit", "erreur de votre", "invalid ", "illegal", "you must", "vous devez")
    for key, text in catalogue(language)["errors"].items():
        assert text[0].isupper(), key
        assert text.endswith((".", "?", "!", ")")), key
        assert not any(word in text.lower() for word in accusing), key
        assert "'" not in text, f"{key}: the typographic apostrophe is ’"


def test_a_detail_picks_the_finer_sentence() -> None:
    assert (
        sentence(BadRequest("password_too_short", minimum=10), "en")
        == "This password is too short: it needs at least 10 characters."
    )


def test_seconds_are_told_from_the_time_to_wait() -> None:
    told = sentence(TooFast("signin", retry_in_ms=1_200), "fr")
    assert told.startswith("Il y a eu beaucoup d’essais. Merci d’attendre 2 s avant de recommencer.")


def test_a_detail_that_nobody_wrote_falls_back_to_its_code() -> None:
    assert (
        sentence(BadRequest("nobody_wrote_this"), "en") == "This request could not be understood. Nothing was changed."
    )


def test_a_missing_parameter_falls_back_to_the_code() -> None:
    assert sentence(TooLarge("body"), "en") == "This is too big to send. Nothing was changed."


def test_an_unknown_language_reads_french() -> None:
    assert sentence(NotSignedIn(), "xx") == "Il faut se connecter pour continuer."


def test_parameters_cannot_reach_into_objects() -> None:
    """A parameter is data: braces inside it stay as they are."""
    told = sentence(BadRequest("too_long", maximum="{0.__class__}"), "en")
    assert told == "This is too long: at most {0.__class__}."


def test_the_body_holds_only_what_is_there() -> None:
    assert error_body(NotSignedIn(), "en") == {"code": "not_signed_in", "message": "Please sign in to continue."}
    assert error_body(TooFast("signin", field="login", retry_in_ms=5_000), "en") == {
        "code": "too_fast",
        "message": "There have been many tries. Please wait 5 s before trying again. "
        "Your organisation can help to find the password.",
        "field": "login",
        "retry_in_ms": 5_000,
    }


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "fr"),
        ("", "fr"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("de-DE,en;q=0.5,fr;q=0.8", "fr"),
        ("de", "fr"),
        ("fr;q=0,en;q=0.1", "en"),
        ("*", "fr"),
        ("en;q=abc", "fr"),
        ("en;q=", "fr"),
        (",,;;;=,en", "en"),
        ("en;q=nan", "fr"),
        ("x" * 10_000 + ",en", "fr"),
    ],
)
def test_accept_language(header: str | None, language: str) -> None:
    assert negotiate(header) == language
