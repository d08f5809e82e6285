"""Contact details in one message: what is hidden is exactly the detail, however it is written."""

import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from server.moderation.assess import assess
from server.moderation.verdict import Overtime, Speaker

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
MENTOR = Speaker("mentor", 45)


def details(text: str) -> list[tuple[str, str]]:
    """The rule and the part of ``text`` of each contact detail, in order."""
    labels = [label for label in assess(text, MENTOR, now=NOW).labels if label.category == "contact"]
    return [(label.rule, text[label.start : label.end]) for label in sorted(labels, key=lambda label: label.start)]


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("appelle au 06 12 34 56 78 ce soir", "06 12 34 56 78"),
        ("c'est le 0612345678.", "0612345678"),
        ("(06) 12-34-56-78 !", "06) 12-34-56-78"),
        ("au +33 6 12 34 56 78 stp", "+33 6 12 34 56 78"),
        ("+32 80 33 02 27", "+32 80 33 02 27"),
        ("+32 (0)80 33 02 27", "+32 (0)80 33 02 27"),
        ("+49 8031 36 1 0 12", "+49 8031 36 1 0 12"),
        ("+1 802 555 0123", "+1 802 555 0123"),
        ("+39 080 555 01 23", "+39 080 555 01 23"),
        ("0033612345678", "0033612345678"),
        ("moi : zéro six douze trente-quatre cinquante-six soixante-dix-huit voilà",
         "zéro six douze trente-quatre cinquante-six soixante-dix-huit"),
        ("o six, douze, trente quatre, cinquante six, septante huit", None),
        ("zéro sept quatre-vingt-dix-neuf quatre-vingt-un soixante et onze vingt et un", None),
        ("zéro six vingt quatre-vingt-douze trente quarante", None),
        ("zéro six vingt-quatre quatre-vingt-douze trente quarante", None),
        ("06 douze 34 cinquante-six 78", None),
        ("zer0 s1x d0uze trente quatre cinquante six soixante dix huit", None),
        ("0️⃣6️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", None),
        ("０６ １２ ３４ ５６ ７８", None),
        ("٠٦١٢٣٤٥٦٧٨", None),
        ("0\u200b6\u200b1\u200b2\u200b3\u200b4\u200b5\u200b6\u200b7\u200b8", None),
        ("06 📞 12 📞 34 📞 56 📞 78", None),
        ("O6 l2 34 56 78", None),
        ("le 06 puis 12 puis 34 puis 56 puis 78", "06 puis 12 puis 34 puis 56 puis 78"),
        ("06 12 34 56 78 14h si tu veux", "06 12 34 56 78"),
        ("rdv 14h30 sinon 06 12 34 56 78", "06 12 34 56 78"),
        ("0470 12 34 56", None),
        ("079 123 45 67", None),
        ("06 61 23 45 67", None),
        ("+216 20 123 456", None),
        ("77 123 45 67", None),
        ("07911 123456", None),
        ("0692 12 34 56", None),
        ("oh seven nine double one one two three four five six", None),
    ],
)  # fmt: skip
def test_telephone_numbers(text: str, detail: str | None) -> None:
    assert details(text) == [("contact.phone", text if detail is None else detail)]


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("écris à lea.martin@gmail.com stp", "lea.martin@gmail.com"),
        ("lea.martin @ gmail . com", None),
        ("LÉA.MARTIN＠GMAIL．COM", None),
        ("léa point martin arobase gmail point com", None),
        ("mon mail : lea tiret martin arobase laposte point net, à plus", "lea tiret martin arobase laposte point net"),
        ("lea(at)gmail.com", None),
        ("lea [at] gmail [dot] com", None),
        ("lea at gmail dot com", None),
        ("leamartin@gmail", None),
        ("lea.martin@ac-lyon.fr.", "lea.martin@ac-lyon.fr"),
        ("l e a @ g m a i l . c o m", None),
        ("julie(arobase)laposte(point)net", None),
    ],
)
def test_addresses(text: str, detail: str | None) -> None:
    assert details(text) == [("contact.email", text if detail is None else detail)]


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("va sur https://exemple.fr/a?b=c !", "https://exemple.fr/a?b=c"),
        ("www.monsite.com", None),
        ("rejoins discord.gg/abc123", "discord.gg/abc123"),
        ("t.me/lea2010", None),
        ("monsite point fr", None),
        ("hxxps://evil.com/x", None),
        ("meet.google.com/abc-defg-hij", None),
    ],
)
def test_links(text: str, detail: str | None) -> None:
    assert details(text) == [("contact.url", text if detail is None else detail)]


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("mon snap c'est lea_2010", "lea_2010"),
        ("insta lea.mrt", "lea.mrt"),
        ("mon insta c'est leamartin", "leamartin"),
        ("ajoute lea2010 sur snap", "lea2010"),
        ("@lea.mrt sur insta", "@lea.mrt"),
        ("sur discord je suis julieb#4521", "julieb#4521"),
        ("cherche karim.b#48210 ce soir", "karim.b#48210"),
        ("sn@p : lea2010", "lea2010"),
        ("s n a p : lea2010", "lea2010"),
        ("mon 👻 c'est lea2010", "lea2010"),
    ],
)
def test_names_elsewhere(text: str, detail: str) -> None:
    assert ("contact.handle", detail) in details(text)


@pytest.mark.parametrize("heads", ["o ", "o, ", "oh - "])
def test_a_page_of_letters_that_may_be_zeros_is_read_in_bounded_time(heads: str) -> None:
    """Each letter that is tried as no zero costs a reading of all that follows: it took seconds, and the stack."""
    start = time.thread_time()
    with suppress(Overtime):
        details(heads * (4_000 // len(heads)) + "12345")
    assert time.thread_time() - start < 0.5


@pytest.mark.parametrize("text", ["j'habite cité des Bleuets, bat 3", "j'habite hlm les Bleuets, bat 3"])
def test_a_flat_is_an_address(text: str) -> None:
    assert details(text) == [("contact.address", text.removeprefix("j'habite "))]


def test_a_letter_before_a_number_need_not_be_a_zero() -> None:
    assert details("jsui o zéro six 12 34 56 78") == [("contact.phone", "zéro six 12 34 56 78")]
    assert details("o o o zéro six 12 34 56 78") == [("contact.phone", "zéro six 12 34 56 78")]


def test_several_details_are_each_found() -> None:
    assert details("tél 07.81.22.43.65, mail julie.b@free.fr, snap : julie_b87") == [
        ("contact.phone", "07.81.22.43.65"),
        ("contact.email", "julie.b@free.fr"),
        ("contact.handle", "julie_b87"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "appelle le 3114, le 119 ou le 112",
        "Fil Santé Jeunes : 0 800 235 236",
        "0800235236",
        "depuis l'étranger : +33 (0)800 235 236",
        "+33 0 800 235 236",
        "de Belgique : +32 800 12 345 ou +32 (0)800 12 345",
        "+49 (0)800 111 0 333",
        "regarde sur parcoursup.fr et www.onisep.fr/metiers",
        "https://fr.wikipedia.org/wiki/Victor_Hugo",
        "https://allo119.gouv.fr",
    ],
)
def test_help_and_public_services_go_through(text: str) -> None:
    assert details(text) == []


def test_a_name_that_only_ends_like_a_public_service_is_a_link() -> None:
    assert details("https://evil-gouv.fr") == [("contact.url", "https://evil-gouv.fr")]
    assert details("https://gouv.fr.evil.com/x") == [("contact.url", "https://gouv.fr.evil.com/x")]


@pytest.mark.parametrize(
    "text",
    [
        "le 06/12/2026 à 14h30",
        "2026-11-22 14:03:07",
        "Voici les dates : 06/12, 13/12, 20/12, 10/01, 17/01",
        "Le 06 12, puis le 13 12 et le 20 12, on a cours.",
        "page 12, exercices 34, 56 et 78",
        "12/20 en maths, 08/20 en SVT, 06/20 en sport",
        "3,14159265358979",
        "0,612345678",
        "x = 0.0612345678",
        "les chiffres : 0123456789",
        "01 02 03 04 05",
        "2x+3 = 15 donc x = 6",
        "f(0)=6, f(1)=2, f(3)=4, f(5)=6",
        "score 21-19, 18-21, 21-17",
        "12,50 € ou 34,99 €",
        "67 890 123 habitants",
        "ISBN 978-2-07-036822-8",
        "IBAN FR76 3000 6000 0112 3456 7890 189",
        "192.168.0.1 et 127.0.0.1:8080",
        "six fois sept quarante-deux, six fois huit quarante-huit",
        "zéro en dictée, six en maths, douze en sport",
        "A(0;6), B(1;2), C(3;4), D(5;6)",
        "06 12 15 08",
        "@+ et @demain",
        "c'est fini.me voilà. oui.et toi ?",
        "main.py, index.html et devoir.docx",
        "j'ai supprimé snap et insta en 2024",
        "mon insta c'est privé",
        "twitter s'appelle x maintenant",
        "@ parc_12 on regarde le film, et après le mon snap de la voisine, le tien ou le mon",
    ],
)
def test_what_is_no_contact_detail(text: str) -> None:
    assert details(text) == []
