"""Letters and short messages, to real servers of this machine and into a folder; what goes wrong is one word."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from server.infra.mail import FolderMail, Letter, NotDelivered, SmtpMail, open_mail
from server.infra.sms import HttpSms, NoSms, open_sms
from tests.support.site import serving
from tests.support.smtp import mail_server

LETTER = Letter("zoe@example.org", "Binôme : un lien", "Voici le lien :\nhttps://b.example/#/join/abc\n.\n")


async def test_a_letter_arrives_as_it_was_written() -> None:
    async with mail_server() as server:
        await SmtpMail(server.url, "Binôme <binome@example.org>").send(LETTER)
    (letter,) = server.letters
    assert (letter["to"], letter["subject"], letter["auto-submitted"]) == (LETTER.to, LETTER.subject, "auto-generated")
    assert letter["from"] == "Binôme <binome@example.org>"
    assert letter.get_content().replace("\r\n", "\n") == LETTER.text
    assert letter["message-id"].endswith("@example.org>")


@pytest.mark.parametrize(
    ("command", "line", "reason", "final"),
    [
        ("RCPT", "550 no such person", "address_refused", True),
        ("RCPT", "450 later", "address_refused", False),
        ("MAIL", "554 not from you", "refused", True),
        ("DATA", "451 disk is full", "refused", False),
    ],
)
async def test_a_refusal_is_one_word_that_names_nobody(command: str, line: str, reason: str, final: bool) -> None:
    async with mail_server() as server:
        server.refusals[command] = line
        with pytest.raises(NotDelivered) as caught:
            await SmtpMail(server.url, "binome@example.org").send(LETTER)
    assert (caught.value.reason, caught.value.final, caught.value.__cause__) == (reason, final, None)
    assert str(caught.value) == reason


async def test_a_password_does_not_travel_in_the_open() -> None:
    async with mail_server() as server:
        url = server.url.replace("//", "//me:topsecret@")
        with pytest.raises(NotDelivered, match="no_tls"):
            await SmtpMail(url, "binome@example.org").send(LETTER)
    assert [line for line in server.said if line.startswith("AUTH")] == []


async def test_a_server_that_is_away() -> None:
    with pytest.raises(NotDelivered, match="unreachable"):
        await SmtpMail("smtp://127.0.0.1:1", "binome@example.org").send(LETTER)


async def test_a_server_that_hangs_once_it_has_the_letter_gets_it_once() -> None:
    """Told that it failed, somebody would send it again."""
    async with mail_server() as server:
        server.mute_at = "QUIT"
        await SmtpMail(server.url, "binome@example.org").send(LETTER)
        assert len(server.letters) == 1


async def test_without_a_server_letters_are_files_that_only_the_owner_reads(tmp_path: Path) -> None:
    mail = open_mail(tmp_path, None, None)
    assert isinstance(mail, FolderMail)
    await mail.send(LETTER)
    (file,) = (tmp_path / "mail").iterdir()
    assert (file.suffix, file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (".eml", 0o600, 0o700)
    letter = message_from_bytes(file.read_bytes(), policy=default)
    assert (letter["to"], letter["subject"]) == (LETTER.to, LETTER.subject)


async def test_a_gateway_gets_number_and_text_where_its_address_says() -> None:
    got: list[tuple[str, dict[str, str], str, str]] = []

    async def take(request: web.Request) -> web.Response:
        got.append(
            (request.method, dict(request.query), await request.text(), request.headers.get("Authorization", ""))
        )
        return web.Response(status=int(request.query.get("status", "200")))

    app = web.Application()
    app.router.add_route("*", "/send", take)
    async with serving(app) as site:
        await HttpSms(f"{site.url}/send?to={{to}}&m={{text}}").send("+33612345678", "Un lien : {to} & #/join/é")
        body = '{"numbers": ["{to}"], "message": "Binôme: {text}", "n": 1}'
        await HttpSms(f"{site.url}/send", body, "Bearer k").send("+33612345678", 'dit "oui"')
        with pytest.raises(NotDelivered, match="login"):
            await HttpSms(f"{site.url}/send?status=401&to={{to}}&m={{text}}").send("+33612345678", "x")
        with pytest.raises(NotDelivered, match="refused") as caught:
            await HttpSms(f"{site.url}/send?status=400&to={{to}}&m={{text}}").send("+33612345678", "x")
        assert caught.value.final
        away = f"http://127.0.0.1:{urlsplit(site.url).port}/send?to={{to}}&m={{text}}"
    assert got[:2] == [
        ("GET", {"to": "+33612345678", "m": "Un lien : {to} & #/join/é"}, "", ""),
        ("POST", {}, '{"numbers": ["+33612345678"], "message": "Bin\\u00f4me: dit \\"oui\\"", "n": 1}', "Bearer k"),
    ]
    with pytest.raises(NotDelivered, match="unreachable"):
        await HttpSms(away).send("+33612345678", "x")


async def test_without_a_gateway_nothing_is_offered() -> None:
    sms = open_sms(None, None, None)
    assert isinstance(sms, NoSms)
    assert not sms.available
    with pytest.raises(NotDelivered, match="no_gateway"):
        await sms.send("+33612345678", "x")
