"""A mail server on a real socket: takes letters as RFC 5321 says, or refuses as it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass
class MailServer:
    """``refusals`` maps a command to the line that it is answered with instead. While ``mute``, a letter is taken and
    nothing said of it; ``mute_at`` is a command that is never answered."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    mute: bool = False
    mute_at: str | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def answer(line: str) -> None:
            writer.write(line.encode() + b"\r\n")

        answer("220 tests")
        try:
            while line := (await reader.readline()).decode().strip():
                self.said.append(line)
                command = line.split()[0].upper()
                if command == self.mute_at:
                    await reader.read()
                    break
                if command in self.refusals:
                    answer(self.refusals[command])
                elif command == "EHLO":
                    answer("250-tests\r\n250 AUTH PLAIN LOGIN")
                elif command == "DATA":
                    answer("354 go on")
                    body = await reader.readuntil(b"\r\n.\r\n")
                    letter = message_from_bytes(
                        body.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."), policy=default
                    )
                    assert isinstance(letter, EmailMessage)
                    self.letters.append(letter)
                    if self.mute:
                        await reader.read()  # until whoever sends it has gone
                        break
                    answer("250 taken")
                elif command == "QUIT":
                    answer("221 bye")
                    break
                else:
                    answer("250 yes")
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    held = MailServer()
    server = await asyncio.start_server(held.talk, "127.0.0.1", 0)
    held.port = server.sockets[0].getsockname()[1]
    try:
        yield held
    finally:
        server.close()
