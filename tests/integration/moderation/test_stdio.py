"""``binome moderate`` as a real process: line by line, in order, whatever it is fed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "server", "moderate"]


def feed(data: bytes, *options: str) -> list[Any]:
    """All answers to ``data``."""
    done = subprocess.run([*COMMAND, *options], input=data, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.splitlines()]


def lines(*objects: Any) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in objects)


@contextmanager
def talking() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


def ask(process: subprocess.Popen[bytes], item: Any) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(lines(item))
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def test_the_whole_answer() -> None:
    assert feed(lines({"id": "a", "text": "appelle 0612345678 !", "sender": "mentee", "sender_age": 15})) == [
        {
            "id": "a",
            "action": "mask",
            "severity": 2,
            "labels": [
                {"category": "contact", "severity": 2, "score": 0.95, "start": 8, "end": 18, "rule": "contact.phone"}
            ],
            "masked_text": "appelle [••• coordonnées masquées] !",
        }
    ]


def test_an_explanation_of_each_label() -> None:
    given = lines({"id": 1, "text": "appelle 0612345678, t'es con"}, {"id": 2, "text": "ok"}, {"id": 3})
    plain, explained = feed(given), feed(given, "--explain")
    assert plain[1:] == explained[1:]
    for label in explained[0]["labels"]:
        assert set(label.pop("why")) == {"fr", "en"}
        assert label.pop("version")
    assert explained == plain
    (phone, *_) = feed(lines({"id": 1, "text": "0612345678"}), "--explain")[0]["labels"]
    assert phone["why"] == {
        "fr": "Un numéro de téléphone\u00a0: la forme est reconnue par le détecteur «\u00a0contact.phone\u00a0».",
        "en": "A telephone number, known by its form to detector “contact.phone”.",
    }


def test_help_says_what_a_line_may_hold() -> None:
    done = subprocess.run([*COMMAND, "--help"], capture_output=True, timeout=60, check=True, text=True)
    assert "--explain" in done.stdout
    assert "sender_age" in done.stdout


def test_who_sends_decides() -> None:
    text = "0612345678"
    answers = feed(
        lines(
            {"id": 1, "text": text},
            {"id": 2, "text": text, "sender": "mentor"},
            {"id": 3, "text": text, "sender": "mentee"},
            {"id": 4, "text": text, "sender": "mentee", "sender_age": 17},
            {"id": 5, "text": text, "sender": "mentee", "sender_age": 18},
            {"id": 6, "text": text, "sender": None, "sender_age": None, "room": None, "lang": None},
        )
    )
    assert [answer["action"] for answer in answers] == ["hold", "hold", "mask", "mask", "deliver", "hold"]


def test_the_language_chooses_the_words() -> None:
    (answer,) = feed(lines({"id": 1, "text": "0612345678", "sender": "mentee", "lang": "en"}))
    assert answer["masked_text"] == "[••• contact details hidden]"


def test_lines_of_a_room_are_one_conversation() -> None:
    pieces = ("06", "12", "34", "56", "78")
    together = feed(lines(*({"id": piece, "text": piece, "room": "r"} for piece in pieces)))
    apart = feed(lines(*({"id": piece, "text": piece, "room": piece} for piece in pieces)))
    alone = feed(lines(*({"id": piece, "text": piece} for piece in pieces)))
    assert [answer["action"] for answer in together] == ["deliver"] * 4 + ["hold"]
    assert {answer["action"] for answer in apart + alone} == {"deliver"}


def test_identifiers_come_back_as_they_were() -> None:
    identifiers = ["é", "", 0, -1, 1.5, 10**30, None, True]
    assert [answer["id"] for answer in feed(lines(*({"id": i, "text": "ok"} for i in identifiers)))] == identifiers


@pytest.mark.parametrize(
    ("line", "identifier", "code", "field"),
    [
        (b"not json", None, "bad_request", None),
        (b"[1, 2]", None, "bad_request", None),
        (b'"text"', None, "bad_request", None),
        (b"{", None, "bad_request", None),
        (b"\xff\xfe", None, "bad_request", None),
        (b'{"id": 1}', 1, "bad_request", "text"),
        (b'{"text": "a"}', None, "bad_request", "id"),
        (b'{"id": 1, "text": 5}', 1, "bad_request", "text"),
        (b'{"id": 1, "text": null}', 1, "bad_request", "text"),
        (b'{"id": {"a": 1}, "text": "a"}', None, "bad_request", "id"),
        (b'{"id": [1], "text": "a"}', None, "bad_request", "id"),
        (b'{"id": 1, "text": "a", "sender": "teacher"}', 1, "bad_request", "sender"),
        (b'{"id": 1, "text": "a", "sender_age": "15"}', 1, "bad_request", "sender_age"),
        (b'{"id": 1, "text": "a", "sender_age": -1}', 1, "bad_request", "sender_age"),
        (b'{"id": 1, "text": "a", "room": {}}', 1, "bad_request", "room"),
        (b'{"id": 1, "text": "a", "sender_age": NaN}', None, "bad_request", None),
        (b"[" * 100_000, None, "bad_request", None),
        (b'{"id": 1, "text": "' + b"a" * (9 * 1024 * 1024) + b'"}', None, "too_large", None),
    ],
    ids=range(18),
)
def test_a_line_that_cannot_be_read_is_answered_and_the_rest_go_on(
    line: bytes, identifier: Any, code: str, field: str | None
) -> None:
    first, refused, last = feed(lines({"id": 1, "text": "ok"}) + line + b"\n" + lines({"id": 2, "text": "ok"}))
    assert (first["id"], last["id"], last["action"]) == (1, 2, "deliver")
    assert (set(refused), refused["id"]) == ({"id", "error"}, identifier)
    assert (refused["error"]["code"], refused["error"].get("field")) == (code, field)
    assert refused["error"]["message"]


def test_empty_input_blank_lines_and_a_last_line_without_its_end() -> None:
    assert feed(b"") == []
    assert [answer["id"] for answer in feed(b'\xef\xbb\xbf{"id": 1, "text": "a"}\r\n\n  \n{"id": 2, "text": "b"}')] == [
        1,
        2,
    ]


def test_any_text_gets_an_answer() -> None:
    texts = ["\ud800", "\x00", "", "\u202e", "é\u0301" * 50_000, "a" * 1_000_000, "\udfff 0612345678", "😂" * 1000]
    answers = feed(lines(*({"id": n, "text": text, "sender": "mentee"} for n, text in enumerate(texts))))
    assert [answer["id"] for answer in answers] == list(range(len(texts)))
    assert all("action" in answer for answer in answers)
    assert answers[6]["masked_text"] == "\udfff [••• coordonnées masquées]"


def test_each_line_is_answered_before_the_next_is_asked() -> None:
    with talking() as process:
        for number in range(20):
            assert ask(process, {"id": number, "text": "bonjour"})["id"] == number


def test_who_stops_listening_is_no_error() -> None:
    with talking() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        ask(process, {"id": 1, "text": "bonjour"})
        process.stdout.close()
        with suppress(BrokenPipeError):
            for _ in range(200):
                process.stdin.write(lines({"id": 1, "text": "bonjour"}))
                process.stdin.flush()
            process.stdin.close()
        assert process.wait(20) == 0
        assert process.stderr.read() == b""


def test_it_answers_each_of_many() -> None:
    """With digits in each and a conversation around it. How many a second: load_tests/moderation."""
    count = 6_000
    text = "on se retrouve jeudi à 17h pour l’exercice {} ?"
    asked = ({"id": n, "text": text.format(n), "room": n % 50} for n in range(count))
    assert [answer["id"] for answer in feed(lines(*asked))] == list(range(count))
