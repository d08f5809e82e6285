"""Letters out: through the SMTP server of the settings, or into a folder of the data folder where there is none.

A letter holds a link and says what it is for; who it is about stands in no letter. Who is written to stays out of logs
and of the texts of exceptions.
"""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib

from server.kernel.identifiers import new_id

SECONDS = 20.0  # for the whole exchange; a server that takes longer is tried again later
LEAVE_S = 1.0  # for taking leave of a server that has the letter already
SUBMISSION_PORT, SUBMISSIONS_PORT = 587, 465  # RFC 6409, RFC 8314
FOLDER = "mail"  # in the data folder


@dataclass(frozen=True, slots=True)
class Letter:
    """``id`` makes its Message-ID: where a letter may have to be sent twice, whoever gets both can see that they are
    one."""

    to: str
    subject: str
    text: str
    id: UUID | None = None


class NotDelivered(Exception):
    """``reason`` is one word of ours; ``final`` when trying again would say the same."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


class Mail(Protocol):
    @property
    def leaves(self) -> bool:
        """Whether letters leave this machine."""
        ...

    async def send(self, letter: Letter, *, seconds: float = SECONDS) -> None:
        """Hands the letter on, within ``seconds``. Raises NotDelivered."""
        ...


def composed(letter: Letter, sender: str) -> EmailMessage:
    """The letter as RFC 5322 writes it. Nothing that a person typed reaches a header but the address, which has been
    checked (``people/rules.py``)."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate()
    domain = sender.rpartition("@")[2].rstrip(">") or "localhost"
    message["Message-ID"] = make_msgid(domain=domain) if letter.id is None else f"<{letter.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office comes back
    message.set_content(letter.text)
    return message


class FolderMail:
    """Where no server is set: each letter is a file that a mail program opens, for a demonstration or a small try."""

    leaves = False

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, letter: Letter, *, seconds: float = SECONDS) -> None:  # noqa: ARG002 - as the protocol has it
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = self._folder / f"{letter.id or new_id()}.eml"
            part = name.with_suffix(".part")
            part.touch(mode=0o600)
            part.write_bytes(composed(letter, self._sender).as_bytes())
            part.replace(name)
        except OSError:
            raise NotDelivered("folder") from None


class SmtpMail:
    """``url`` as smtps://user:password@host:465, or smtp://…:587, which changes to TLS where the server offers it and
    never sends a password without it."""

    leaves = True

    def __init__(self, url: str, sender: str, context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or (SUBMISSIONS_PORT if self._secure else SUBMISSION_PORT)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender
        self._context = context or ssl.create_default_context()

    async def send(self, letter: Letter, *, seconds: float = SECONDS) -> None:
        server = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            timeout=seconds,
            use_tls=self._secure,
            start_tls=None if not self._secure else False,  # None: where it is offered
            tls_context=self._context,
        )
        try:
            async with asyncio.timeout(seconds):
                await server.connect()
                if self._user:
                    if not self._secure and server.transport.get_extra_info("sslcontext") is None:  # type: ignore[union-attr]  # there is one once connected
                        raise NotDelivered("no_tls")
                    await server.login(self._user, self._password)
                await server.send_message(composed(letter, self._sender))
            # It is taken: what goes wrong from here on makes nobody send it again.
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await server.quit(timeout=LEAVE_S)
        except aiosmtplib.SMTPAuthenticationError:
            raise NotDelivered("login") from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            final = all(500 <= refused.code < 600 for refused in error.recipients)
            raise NotDelivered("address_refused", final=final) from None
        except aiosmtplib.SMTPResponseException as error:
            raise NotDelivered("refused", final=500 <= error.code < 600) from None
        except ssl.SSLError:
            raise NotDelivered("certificate") from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            raise NotDelivered("unreachable") from None
        finally:
            server.close()


def open_mail(data: Path, url: str | None, sender: str | None) -> Mail:
    """What the settings say to send with."""
    if url is None:
        return FolderMail(data / FOLDER, sender or "binome@localhost")
    return SmtpMail(url, sender or "binome@localhost")
