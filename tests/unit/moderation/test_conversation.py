"""Details told in pieces, and answers to questions: what the conversation adds to a message."""

from datetime import UTC, datetime, timedelta

import pytest

from server.moderation.assess import assess
from server.moderation.conversation import TAIL, TURNS, Conversation
from server.moderation.verdict import Speaker

START = datetime(2026, 11, 22, 14, tzinfo=UTC)
MENTOR = Speaker("mentor", 45)
MENTEE = Speaker("mentee", 15)


def talk(*turns: tuple[Speaker, str], every: timedelta = timedelta(seconds=20)) -> list[list[tuple[str, str]]]:
    """The rule and the hidden part of each contact label, message by message."""
    conversation, now, found = Conversation(), START, []
    for speaker, text in turns:
        verdict = assess(text, speaker, conversation, now=now)
        found.append(
            [(label.rule, text[label.start : label.end]) for label in verdict.labels if label.category == "contact"]
        )
        conversation.remember(speaker, text, now)
        now += every
    return found


def test_a_number_in_five_pieces_is_seen_at_the_last() -> None:
    assert talk(*((MENTOR, piece) for piece in ("06", "12", "34", "56", "78"))) == [
        [], [], [], [], [("contact.phone.split", "78")],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "pieces",
    [
        ("mon num c'est 06 12", "34 56", "78"),
        ("zéro six", "douze", "trente-quatre cinquante-six", "soixante-dix-huit"),
        ("alors 0612", "et 345", "678 voilà"),
        ("+33 6", "12 34 56", "78"),
        ("06 12 34", "tu as noté ?", "ok la suite", "56 78"),
        ("0 6", "1 2 3", "4 5 6", "7 8"),
    ],
)
def test_pieces_of_many_kinds(pieces: tuple[str, ...]) -> None:
    found = talk(*((MENTOR, piece) for piece in pieces))
    assert found[:-1] == [[]] * (len(pieces) - 1)
    assert [rule for rule, _ in found[-1]] == ["contact.phone.split"]


def test_the_span_is_the_part_in_the_last_message() -> None:
    assert talk((MENTOR, "06 12 34"), (MENTOR, "56 78, à demain"))[-1] == [("contact.phone.split", "56 78")]


def test_what_the_other_says_between_does_not_hide_it() -> None:
    turns = [(MENTOR, "06 12"), (MENTEE, "12 ?"), (MENTOR, "34 56"), (MENTEE, "ok"), (MENTOR, "78")]
    assert [rule for rule, _ in talk(*turns)[-1]] == ["contact.phone.split"]


def test_pieces_of_two_people_are_not_one_number() -> None:
    turns = [(MENTOR, "06 12"), (MENTEE, "34 56"), (MENTOR, "78")]
    assert talk(*turns) == [[], [], []]


def test_two_of_the_same_role_are_told_apart_by_their_key() -> None:
    one, other = Speaker("mentor", 45, key=1), Speaker("mentor", 45, key=2)
    assert talk((one, "06 12 34"), (other, "56 78")) == [[], []]
    assert [rule for rule, _ in talk((one, "06 12 34"), (one, "56 78"))[-1]] == ["contact.phone.split"]


def test_pieces_more_than_ten_minutes_apart_are_not_read_together() -> None:
    turns = [(MENTOR, "06 12 34"), (MENTOR, "56 78")]
    assert talk(*turns, every=timedelta(minutes=11)) == [[], []]
    assert [rule for rule, _ in talk(*turns, every=timedelta(minutes=9))[-1]] == ["contact.phone.split"]


@pytest.mark.parametrize(
    "turns",
    [
        ("exercice 6 page 12", "la réponse est 34", "non, 56", "et 78 pour la b"),
        ("12", "15", "08", "14", "09"),
        ("rdv à 14h30", "le 06/12", "salle 34"),
        ("6 x 7 = 42", "6 x 8 = 48", "6 x 9 = 54"),
        ("06 de moyenne", "12 en maths", "34 absences", "56 élèves", "78 pages"),
    ],
)
def test_ordinary_numbers_over_several_messages(turns: tuple[str, ...]) -> None:
    assert talk(*((MENTOR, turn) for turn in turns)) == [[]] * len(turns)


UP, DOWN = range(45), range(30, -1, -1)


@pytest.mark.parametrize(
    "turns",
    [
        [f"message numéro {number}." for number in UP],
        [f"message numéro {number}" for number in DOWN],
        [f"mon numéro {number} pour toi" for number in range(5, 25)],
        [f"exercice {number}" for number in range(1, 20)],
        [f"appel {number}" for number in range(0, 60, 2)],
        [f"allez, portable éteint, {number} minutes" for number in range(100, 0, -10)],
        [f"call {number} of 12" for number in range(13)],
        [f"page {10 + number}, exercice {number}" for number in range(12)],
        [f"étape {number}, num {number + 1}" for number in range(12)],
        [f"tel {number}" for number in [*range(9), *range(9)]],
        [f"note {number}" for number in (0, 1, 2, 4, 5, 7, 8, 9, 9, 10)],
        ["mon tel charge", *(str(number) for number in range(10, -1, -1))],
        ["mon tel charge", *(f"{number}..." for number in range(10))],
        ["mon numéro de place : 14", *(f"étape {number}" for number in range(1, 12))],
        ["1er appel", "2e appel", "3e appel", "4e appel", "5e appel", "6e appel", "7e appel", "8e appel", "9e appel"],
        [f"numéro {word}" for word in ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")],
        ["appelle le 1", "et le 2", "puis le 3", "le 4", "le 5", "voilà le 6", "le 7", "le 8", "et le 9"],
    ],
)
def test_counting_is_no_telephone_number(turns: list[str]) -> None:
    assert talk(*((MENTOR, turn) for turn in turns)) == [[]] * len(turns)


@pytest.mark.parametrize(
    "pieces",
    [
        [f"numéro {digit}" for digit in "0612345678"],  # digits in order, behind others that are not
        [f"chiffre {digit}" for digit in "0698765432"],
        ["06", "12", "13", "14", "15"],
        ["mon num : 06", "12", "13", "14", "15"],
        ["mon num 06", "puis 12", "puis 34", "puis 56", "puis 78"],
        *([f"mon numéro : {digits[:2]}", *digits[2:]] for digits in ("0611223344", "0745671234")),
    ],
)
def test_a_number_that_looks_like_counting_here_and_there(pieces: list[str]) -> None:
    assert "contact.phone.split" in [
        rule for found in talk(*((MENTOR, piece) for piece in pieces)) for rule, _ in found
    ]


@pytest.mark.parametrize("digits", ["9" * 9_000, "💯" * 3_000])
def test_a_page_of_digits_behind_a_piece_is_read(digits: str) -> None:
    """Python makes no int of more than 4,300 digits, and one hundred points are three of them."""
    found = talk((MENTOR, "mon num 06 12"), (MENTOR, "34 56"), (MENTOR, f"78 {digits}"))
    assert [rule for rule, _ in found[-1]] == ["contact.phone.split"]


def test_a_sign_that_is_written_is_no_number_of_a_count() -> None:
    found = talk(*((MENTOR, text) for text in ("voilà mon numéro", "06 1 2", "34 #5", "67 #8")))
    assert [rule for rule, _ in found[-1]] == ["contact.phone.split"]


def test_an_address_in_two_messages() -> None:
    assert [rule for rule, _ in talk((MENTOR, "lea.martin"), (MENTOR, "arobase gmail point com"))[-1]] == [
        "contact.email.split"
    ]


def test_a_name_in_answer_to_a_question() -> None:
    assert talk((MENTOR, "t'as insta ?"), (MENTEE, "oui lea_2010"))[-1] == [("contact.handle.answer", "lea_2010")]


def test_a_name_that_answers_nothing_is_a_word() -> None:
    assert talk((MENTOR, "tu as relu le fichier ?"), (MENTEE, "oui devoir_2010")) == [[], []]


def test_assessing_changes_nothing() -> None:
    conversation = Conversation()
    conversation.remember(MENTOR, "06 12 34", START)
    first = assess("56 78", MENTOR, conversation, now=START)
    assert assess("56 78", MENTOR, conversation, now=START) == first


def test_the_memory_of_a_room_is_bounded() -> None:
    conversation = Conversation()
    for _ in range(100):
        conversation.remember(MENTOR, "x" * 4000, START)
    assert [len(text) for text in conversation.of_author(MENTOR, START)] == [TAIL] * TURNS
