"""Who has an address is written to when a device that was never seen signs in as them."""

from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.infra.mail import SECONDS, Letter, NotDelivered
from server.people.factors.letters import JOB, DeviceLetters
from server.people.sessions.visitor import Visitor
from tests.support.world import PASSWORD, world


@dataclass
class Postman:
    """Takes letters in, or fails as the mail does."""

    letters: list[Letter] = field(default_factory=list)
    fails: NotDelivered | None = None
    leaves: bool = True

    async def send(self, letter: Letter, *, seconds: float = SECONDS) -> None:  # noqa: ARG002 - as the protocol has it
        if self.fails is not None:
            raise self.fails
        self.letters.append(letter)


async def test_a_letter_says_that_a_device_is_new_and_neither_whose_nor_where(database: Database) -> None:
    async with world(database, sign_in=()) as here:
        postman = Postman()
        letters = DeviceLetters(here.database, postman, Jobs(here.database, here.clock))
        here.sign_in.on_new_device = letters.post
        async with here.database.everywhere() as conn:
            await conn.execute(text("update accounts set email = 'julien@example.org' where login = 'julien.north'"))
        for number, device in enumerate(("A" * 43, "A" * 43, "B" * 43)):
            await here.sign_in.sign_in("julien.north", PASSWORD, Visitor(f"192.0.2.{number}", device=device))
        await here.sign_in.sign_in("nadia.north", PASSWORD, Visitor("192.0.2.9", device="C" * 43))
        async with here.database.everywhere() as conn:
            queued = [
                row[0]
                for row in await conn.execute(
                    text("select convert_from(payload, 'utf8') from jobs.pgqueuer where entrypoint = :job"),
                    {"job": JOB},
                )
            ]
        julien = str(here.north.id("julien"))
        assert [julien in payload for payload in queued] == [True]
        await letters.run({"account": julien})
        (letter,) = postman.letters
        assert letter.to == "julien@example.org"
        assert "Julien" not in letter.subject + letter.text
        await letters.run({"account": str(here.north.id("nadia"))})  # who has no address
        assert len(postman.letters) == 1
        postman.fails = NotDelivered("refused")
        with pytest.raises(NotDelivered):
            await letters.run({"account": julien})
        postman.fails = NotDelivered("refused", final=True)
        await letters.run({"account": julien})
