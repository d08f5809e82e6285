"""An organisation changes its rules, and tries sentences: versions, refusals, and that nothing tried is kept."""

import asyncio
import logging
from typing import Any

import pytest

from server.kernel.permissions import Role
from tests.support.rooms import House, organisation

RULES = "/api/v1/moderation/rules"
TRY = "/api/v1/moderation/try"
EMPTY = {"policy": {}, "watched": [], "entries": [], "allowed": [], "off": [], "version": 0}
UNUSABLE: list[tuple[dict[str, Any], str]] = [
    ({"watched": ["((("]}, "watched[0]"),
    ({"policy": {"nothing": {}}}, "policy.nothing"),
    ({"policy": {"suicide": {"minor_to_adult": {"action": "block"}}}}, "policy.suicide.minor_to_adult"),
    ({"watched": ["x" * 401]}, "watched[0]"),
    ({"watched": ["cabane"] * 501}, "watched"),
    ({"version": -1}, "version"),
    ({"more": 1}, "more"),
]


async def watched(house: House) -> int:
    return int((await house.sql("select count(*) from own_rules"))[0][0])


class TestChanging:
    async def test_each_change_is_a_version_and_holds_for_the_next_message(self, house: House) -> None:
        room = await house.room()
        lea = await house.open(room.mentee)
        claire = await house.open(room.supervisor)
        assert (await house.ask(room.supervisor, "GET", RULES)).body == {"rules": EMPTY}
        await lea.say(room, "j’ai repeint la cabane bleue")
        changed = await house.ask(room.supervisor, "PUT", RULES, {"watched": ["cabane bleue"], "version": 0})
        assert changed.body == {
            "rules": {**EMPTY, "watched": ["cabane bleue"], "version": 1},
            "changed_at": "2026-11-22T12:00:00.000Z",
            "changed_by": {"id": str(room.supervisor.id), "name": "Claire"},
        }
        admin = await house.person(Role.ADMIN, "Alice")
        assert (await house.ask(admin, "GET", RULES)).body == changed.body
        async with asyncio.timeout(10):  # other processes, and this one, are told by the database
            while not claire.events("flag:raised"):
                await lea.say(room, "j’ai repeint la cabane bleue")
        (card,) = await claire.wait("flag:raised")
        assert (card["category"], card["severity"]) == ("watched", 2)
        assert await house.sql("select distinct rules_version from flags") == [(1,)]

    async def test_of_two_who_save_at_once_one_is_refused(self, house: House) -> None:
        admin = await house.person(Role.ADMIN, "Alice")
        for version in range(3):
            bodies: list[Any] = [{"watched": [f"cabane {word}"], "version": version} for word in ("bleue", "verte")]
            replies = await asyncio.gather(*(house.ask(admin, "PUT", RULES, body) for body in bodies))
            assert sorted(reply.status for reply in replies) == [200, 409]
            assert await watched(house) == version + 1
        stale = await house.ask(admin, "PUT", RULES, {"version": 1})
        assert (stale.status, stale.error) == (409, ("conflict", None))
        future = await house.ask(admin, "PUT", RULES, {"version": 9})
        assert future.status == 409

    async def test_what_cannot_be_used_is_refused_whole(self, house: House) -> None:
        admin = await house.person(Role.ADMIN, "Alice")
        for body, field in UNUSABLE:
            reply = await house.ask(admin, "PUT", RULES, body)
            assert (reply.status, reply.error) == (400, ("bad_request", field))
            tried = await house.ask(admin, "POST", TRY, {"text": "a", "sender": "mentor", "draft": body})
            assert tried.error == ("bad_request", f"draft.{field}")
        assert await watched(house) == 0

    async def test_an_organisation_changes_its_own_rules_only(self, house: House) -> None:
        here, there = [
            await house.person(Role.ADMIN, "Alice", where=where)
            for where in (house.north, await organisation(house.database, "South"))
        ]
        await house.ask(here, "PUT", RULES, {"off": ["contact.phone"]})
        assert (await house.ask(there, "GET", RULES)).body == {"rules": EMPTY}
        tried = await house.ask(there, "POST", TRY, {"text": "mon num : 06 12 34 56 78", "sender": "mentor"})
        assert tried.body["action"] == "hold"


class TestTrying:
    async def ask(self, house: House, **body: Any) -> Any:
        who = await house.person(Role.SUPERVISOR, "Claire")
        reply = await house.ask(who, "POST", TRY, body)
        assert reply.status == 200, reply.body
        return reply.body

    async def test_what_each_side_would_see(self, house: House) -> None:
        text = "mon num : 06 12 34 56 78"
        adult = await self.ask(house, text=text, sender="mentor")
        assert (adult["action"], adult["flag"], adult["author"]) == (
            "hold",
            True,
            {"state": "held", "body": text, "help": False},
        )
        assert "other" not in adult
        assert [label["rule"] for label in adult["labels"]] == ["contact.phone"]
        assert len(adult["explanations"]) == 1
        young = await self.ask(house, text=text, sender="mentee", sender_age=14)
        assert young["other"] == {"state": "masked", "body": "mon num : [••• coordonnées masquées]"}
        plain = await self.ask(house, text="à demain", sender="mentee")
        assert (plain["action"], plain["labels"], plain["other"]) == (
            "deliver",
            [],
            {"state": "delivered", "body": "à demain"},
        )
        grave = await self.ask(house, text="va te pendre", sender="mentor")
        assert (grave["severity"], grave["alert"], grave["freeze"]) == (4, True, True)
        told = await self.ask(house, text="j'ai envie de mourir", sender="mentee")
        assert (told["author"]["state"], told["author"]["help"]) == ("delivered", True)

    async def test_by_a_draft_or_by_the_rules_that_hold(self, house: House) -> None:
        admin = await house.person(Role.ADMIN, "Alice")
        body = {"text": "j’ai repeint la cabane bleue", "sender": "mentee"}
        draft = {**body, "draft": {"watched": ["cabane bleue"]}}
        assert (await house.ask(admin, "POST", TRY, body)).body["labels"] == []
        tried = (await house.ask(admin, "POST", TRY, draft)).body
        assert [label["category"] for label in tried["labels"]] == ["watched"]
        assert await watched(house) == 0
        await house.ask(admin, "PUT", RULES, draft["draft"])
        assert [label["category"] for label in (await house.ask(admin, "POST", TRY, body)).body["labels"]] == [
            "watched"
        ]

    async def test_nothing_is_stored_or_logged(self, house: House, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        secret = "zanzibar 06 12 34 56 78"
        await self.ask(house, text=secret, sender="mentor", draft={"watched": ["zanzibar"]})
        assert "zanzibar" not in caplog.text
        names = [
            name for (name,) in await house.sql("select tablename::text from pg_tables where schemaname = 'public'")
        ]
        for name in names:
            found = await house.sql(f"select count(*) from {name} t where t::text like '%zanzibar%'")  # noqa: S608
            assert found == [(0,)], name

    async def test_what_is_no_message_is_no_sentence(self, house: House) -> None:
        who = await house.person(Role.ADMIN, "Alice")
        for text in ("", "x" * 4001, "a\x00b"):
            reply = await house.ask(who, "POST", TRY, {"text": text, "sender": "mentor"})
            assert (reply.status, reply.error) == (400, ("bad_request", "text"))
