"""An admin has the head of the audit trail sent to them."""

import email
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from server.infra.jobs import Jobs
from server.infra.mail import FolderMail
from server.kernel.permissions import Role
from server.people.head_letters import HeadLetters
from server.trail.heads import typed
from tests.support.rooms import House


def received(folder: Path) -> EmailMessage:
    (letter,) = folder.iterdir()
    message = email.message_from_bytes(letter.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


async def test_a_letter_with_the_head(house: House, tmp_path: Path) -> None:
    alice = await house.person(Role.ADMIN, "Alice")
    assert (await house.ask(alice, "POST", "/api/v1/audit/heads/letter")).error == ("conflict", None)
    await house.sql("update accounts set email = 'alice@example.org' where id = :who", who=alice.id)
    put = await house.ask(alice, "PUT", "/api/v1/policy", {"direct_calls": True})
    assert put.status == 204
    shown = (await house.ask(alice, "GET", "/api/v1/audit/heads")).body
    assert shown["now"]["head"].startswith("1:")
    assert (await house.ask(alice, "POST", "/api/v1/audit/heads/letter")).status == 204
    queued = "select convert_from(payload, 'utf8')::jsonb ->> 'account' from jobs.pgqueuer where entrypoint = :job"
    assert await house.sql(queued, job="people:send_head") == [(str(alice.id),)]
    mail = FolderMail(tmp_path, "binome@example.org")
    await HeadLetters(house.database, Jobs(house.database, house.clock), mail).send({"account": str(alice.id)})
    message = received(tmp_path)
    assert message["To"] == "alice@example.org"
    text = message.get_content()
    head = next(line for line in text.splitlines() if typed(line) is not None)
    assert head == shown["now"]["head"]
    assert f"--organisation {house.north.id} --head {head}" in text.replace("\n", " ")
