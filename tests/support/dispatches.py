"""A case with something to hand on, and professionals who do: for tests of what leaves the house."""

import asyncio
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aiohttp

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.support.rooms import House, Person, Room

WORDS = "je veux mourir ce soir <script>alert('x')</script> & \"voilà\"\r\n  – deux lignes"
NOW_TOLD: dict[str, Any] = {"when": "now", "words": "J’en ai parlé à quelqu’un qui peut t’aider."}
UNTOLD: dict[str, Any] = {"when": "never", "why": "Son agresseur lit son téléphone."}
LETTER: dict[str, Any] = {
    "reporter_name": "Claire Petit",
    "reporter_role": "Éducatrice",
    "reporter_organisation": "North",
    "reporter_phone": "01 00 00 00 00",
    "department": "93",
    "child_name": "Léa Martin",
    "child_birth": "2012-03-04",
    "child_address": "1 rue du Test, 93000 Bobigny",
    "parents": [{"name": "Paul Martin", "relation": "père", "authority": True}],
    "parents_told": False,
    "parents_untold_why": "Le père est mis en cause.",
    "facts": [{"on": "22/11/2026", "place": "Binôme", "what": "Message relevé."}],
    "observations": "Je pense que le danger est proche.",
    "signed_by": "Claire Petit",
    "signed_at": "Bobigny",
    "signed_on": "2026-11-22",
}


@dataclass(frozen=True)
class Worry:
    """A case of severity 4 about Léa, whom Claire answers for; Samir is a colleague who sees an outline of it."""

    house: House
    room: Room
    claire: Person
    samir: Person
    case: str

    async def ask(self, who: Person, method: str, path: str, body: Any = None) -> Any:
        return await self.house.ask(who, method, f"/api/v1/{path}", body)

    async def begin(
        self, kind: str = "bundle", *, telling: Any = None, outside: bool = True, language: str = "fr"
    ) -> str:
        made = str(new_id())
        body = {"id": made, "kind": kind, "outside": outside, "language": language, "telling": telling or NOW_TOLD}
        answer = await self.ask(self.claire, "POST", f"cases/{self.case}/dispatches", body)
        assert answer.status == 204, answer.body
        return made

    async def look(self, dispatch: str, who: Person | None = None) -> Any:
        answer = await self.ask(who or self.claire, "GET", f"dispatches/{dispatch}")
        assert answer.status == 200, answer.body
        return answer.body

    async def revision(self, dispatch: str) -> int:
        ((revision,),) = await self.house.sql("select revision from dispatches where id = :id", id=UUID(dispatch))
        return int(revision)

    async def act(self, who: Person, dispatch: str, what: str, **body: Any) -> Any:
        return await self.ask(
            who, "POST", f"dispatches/{dispatch}/{what}", {"revision": await self.revision(dispatch), **body}
        )

    async def save(self, dispatch: str, fields: Any, telling: Any = None) -> Any:
        body = {"revision": await self.revision(dispatch), "fields": fields, "telling": telling or NOW_TOLD}
        return await self.ask(self.claire, "PUT", f"dispatches/{dispatch}", body)

    async def ready(self, kind: str = "bundle", *, telling: Any = None, outside: bool = True, **more: Any) -> str:
        """One that Claire has filled in."""
        made = await self.begin(kind, telling=telling, outside=outside)
        fields = (await self.look(made))["fields"]
        fields |= {
            "bundle": {"recipient": "Dr Ben", "why": "Pour un avis."},
            "concern": LETTER,
            "referral": LETTER | {"court": "tribunal judiciaire de Bobigny"},
            "relay": {
                "recipient_name": "Dr Ben",
                "recipient_profession": "pédopsychiatre",
                "recipient_how": "de vive voix",
                "why": "Idées suicidaires.",
                "letter": "Merci de la recevoir.",
            },
        }[kind]
        saved = await self.save(made, fields | more, telling)
        assert saved.status == 204, saved.body
        return made

    async def agreed(self, kind: str = "bundle", **how: Any) -> str:
        """One that Samir has agreed to."""
        made = await self.ready(kind, **how)
        proposed = await self.act(self.claire, made, "propose", ask=str(self.samir.id))
        assert proposed.status == 204, proposed.body
        answer = await self.agree(self.samir, made)
        assert answer.status == 204, answer.body
        return made

    async def agree(self, who: Person, dispatch: str, **more: Any) -> Any:
        """``who`` reads what is to leave, and agrees to it."""
        await fetch(self.house, who, f"dispatches/{dispatch}/page")
        return await self.act(who, dispatch, "second", agree=True, **more)

    async def file(self, dispatch: str, who: Person | None = None) -> bytes:
        """What leaves."""
        status, content = await fetch(self.house, who or self.claire, f"dispatches/{dispatch}/file")
        assert status == 200, content
        return content


async def worry(house: House, words: str = WORDS) -> Worry:
    room = await house.room()
    samir = await house.person(Role.SUPERVISOR, "Samir")
    lea = await house.open(room.mentee)
    julien = await house.open(room.mentor)
    assert (await julien.say(room, "Bonsoir Léa, comment s’est passée ta journée ?"))["ok"]
    assert (await lea.say(room, words))["ok"]
    ((case,),) = await house.sql("select id from cases")
    async with asyncio.timeout(10):
        while not await house.sql("select step from case_pages"):
            await asyncio.sleep(0.01)
    taken = await house.ask(room.supervisor, "POST", f"/api/v1/cases/{case}/acknowledge")
    assert taken.status == 200, taken.body
    return Worry(house, room, room.supervisor, samir, str(case))


async def fetch(house: House, who: Person, path: str) -> tuple[int, bytes]:
    """Status and bytes of an answer that is not JSON."""
    url = f"http://127.0.0.1:{house.site.port}/api/v1/{path}"
    headers = {"Authorization": f"Bearer {who.token}"}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.read()


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def said(content: bytes) -> Any:
    """The case of a bundle."""
    return json.loads(parts(content)["case.json"])
