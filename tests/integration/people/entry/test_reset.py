"""A forgotten password: the answer tells nobody who exists, and who asks for somebody else takes nothing away."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import event

from server.kernel.permissions import Role
from server.people.entry.reset import JOB as RESET_JOB
from tests.support.entry import PASSWORD, deliver, file_of, issued, jobs, letters, made, public, token_of
from tests.support.rooms import House, Person


async def test_a_reset_answers_alike_for_everybody(house: House, admin: Person, tmp_path: Path) -> None:
    reply = await house.ask(
        admin,
        "POST",
        "/api/v1/accounts",
        {"name": "Zoé", "role": "mentor", "login": "zoe", "password": PASSWORD, "email": "Zoe@example.org"},
    )
    account = reply.body["id"]
    session = await public(house, "session", {"login": "zoe", "password": PASSWORD, "kind": "bearer"})
    names = ["zoe@example.org", "nobody@example.org", "ZOE", "no-one"]
    work: list[list[str]] = []
    event.listen(house.bound.engine.sync_engine, "before_cursor_execute", lambda *asked: work[-1].append(asked[2]))
    for name in names:
        work.append([])
        reply = await public(house, "reset", {"login": name})
        assert (reply.status, reply.body) == (204, None)
    assert work == [work[0]] * 4  # what is done while somebody waits is the same for everybody
    work.append([])
    assert [bool(job["accounts"]) for job in await jobs(house, RESET_JOB)] == [True, False, True, False]
    await deliver(house)
    await deliver(house)
    (letter,) = letters(tmp_path)  # asked for twice, by login and by address: written to once
    token = token_of(letter.get_content())
    assert (await public(house, "join", {"token": token})).body["purpose"] == "reset"
    chosen = await public(house, "join/password", {"token": token, "password": "encore une autre phrase"})
    assert chosen.body == {"login": "zoe"}
    assert (await house.site.ask("GET", "/api/v1/session", token=session.body["token"])).error[0] == "not_signed_in"
    assert (await public(house, "session", {"login": "zoe", "password": PASSWORD})).error[0] == "bad_credentials"
    house.clock.advance(timedelta(minutes=6).total_seconds())
    assert (await public(house, "reset", {"login": "zoe"})).status == 204
    await deliver(house)
    await deliver(house)
    late = token_of(letters(tmp_path)[-1].get_content())
    assert late != token
    house.clock.advance(timedelta(hours=1).total_seconds())
    assert (await public(house, "join", {"token": late})).error[0] == "bad_credentials"
    assert (await file_of(house, admin, account))["invitation"]["state"] == "expired"
    told = [(await public(house, "reset", {"login": "nobody@example.org"})).status for _ in range(4)]
    assert told == [204, 204, 204, 429]
    poisoned = await house.site.ask(
        "POST",
        "/api/v1/reset",
        {"login": "other"},
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    assert poisoned.error[0] == "conflict"


async def test_a_stranger_who_asks_for_resets_takes_nothing_away(house: House, admin: Person, tmp_path: Path) -> None:
    account = await made(house, admin, Role.GUARDIAN, "Nadia", login="nadia", email="nadia@example.org")
    way = await issued(house, admin, account, password=True)
    await public(house, "join/password", {"token": token_of(way["link"]), "password": PASSWORD})
    given = await issued(house, admin, account)
    for _ in range(2):
        assert (await public(house, "reset", {"login": "nadia"})).status == 204
        await deliver(house)
        await deliver(house)
        house.clock.advance(timedelta(minutes=6).total_seconds())
    first, second = [token_of(letter.get_content()) for letter in letters(tmp_path)]
    card = (await file_of(house, admin, account))["invitation"]
    assert (card["purpose"], card["state"]) == ("device", "open")
    assert (await public(house, "join/password", {"token": first, "password": "encore une phrase"})).status == 200
    assert (await public(house, "join", {"token": second})).error[0] == "bad_credentials"
    assert (await public(house, "join/device", {"code": given["code"], "kind": "bearer"})).status == 200
