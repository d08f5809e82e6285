"""What people are given of what is held about them: theirs, all of it, and nobody else's."""

import io
import json
import zipfile
from datetime import date
from typing import Any
from uuid import UUID

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.integration.rights.conftest import fill
from tests.support.notes import note, say, upload
from tests.support.rooms import House, Person, Room


async def export(house: House, who: Person, about: UUID | None = None) -> tuple[int, zipfile.ZipFile | None]:
    query = f"?person={about}" if about is not None else ""
    headers = {"Authorization": f"Bearer {who.token}"}
    async with house.site.http.get(f"{house.site.url}/api/v1/data/export{query}", headers=headers) as got:
        body = await got.read()
        return got.status, zipfile.ZipFile(io.BytesIO(body)) if got.status == 200 else None


def sections(archive: zipfile.ZipFile | None) -> dict[str, list[dict[str, Any]]]:
    assert archive is not None
    data = json.loads(archive.read("data.json"))
    assert (data["format"], data["version"]) == ("binome-export", 1)
    found: dict[str, list[dict[str, Any]]] = data["sections"]
    return found


async def conversation(house: House, room: Room) -> UUID:
    """The two talk, a voice note included; of the mentor's words some were refused, and some are hidden."""
    lea, julien = await house.open(room.mentee), await house.open(room.mentor)
    await lea.say(room, "salut")
    await julien.say(room, "bonjour <b>toi</b>")
    await house.sql("update messages set state = 'masked', masked_body = 'bonjour •••' where body like 'bonjour%'")
    await julien.say(room, "ce que le mentor voulait dire")
    await house.sql("update messages set state = 'refused' where body like 'ce que%'")
    note_id = await upload(house, room.mentee, room, note(packets=60))
    assert (await say(lea, room, note_id, 4))["ok"]
    return note_id


async def test_ones_own(house: House) -> None:
    room = await house.room()
    note_id = await conversation(house, room)
    status, archive = await export(house, room.mentee)
    assert status == 200
    assert archive is not None
    assert sorted(archive.namelist()) == ["data.json", "index.html", f"voice/{note_id}.ogg"]
    assert archive.read(f"voice/{note_id}.ogg") == note(packets=60)
    said = sections(archive)
    assert [(one["author"], one.get("text", one.get("voice"))) for one in said["conversation"]] == [
        ("me", "salut"),
        ("mentor", "bonjour •••"),
        ("me", f"voice/{note_id}.ogg"),
    ]
    assert [one["name"] for one in said["account"]] == ["Lea"]
    assert {one["purpose"] for one in said["consents"]} >= {"chat", "video"}
    whole = archive.read("data.json").decode() + archive.read("index.html").decode()
    for other in (room.mentor, room.supervisor):  # neither a name nor an identifier of anybody else
        assert str(other.id) not in whole
        assert other.name not in whole
    recorded = await house.sql("select by_id, about from audit_entries where act = 'data.exported'")
    assert recorded == [(room.mentee.id, [room.mentee.id])]


async def test_the_page_is_one_file_that_runs_nothing(house: House) -> None:
    room = await house.room()
    lea = await house.open(room.mentee)
    await lea.say(room, "<script>alert(1)</script> & <b>moi</b>")
    _, archive = await export(house, room.mentee)
    assert archive is not None
    page = archive.read("index.html").decode()
    assert page.startswith('<!doctype html><html lang="fr">')
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;moi&lt;/b&gt;" in page
    assert "<script" not in page
    assert "http" not in page.lower().replace("https", "http") or "src=" not in page


async def test_what_professionals_keep_for_themselves_is_not_in_it(house: House) -> None:
    room, admin = await house.room(), await house.person(Role.ADMIN, "Nora")
    lea = await house.open(room.mentee)
    await lea.call("help:now", {"room": str(room.id)})
    await fill(house, room, admin.id)
    await house.sql("update flags set note = 'confidentiel', advice = 'un conseil'")
    await house.sql("update pair_holds set why = 'confidentiel'")
    _, archive = await export(house, room.mentee)
    assert archive is not None
    data = archive.read("data.json").decode()
    assert "confidentiel" not in data
    assert "un conseil" in data


async def test_who_is_looked_at_does_not_learn_it_from_their_copy(house: House) -> None:
    """Else an abuser would know before anybody has spoken with the child."""
    room = await house.room()
    lea = await house.open(room.mentee)
    await lea.call("help:now", {"room": str(room.id)})
    assert len(sections((await export(house, room.mentee))[1])["flags"]) == 1
    await house.sql("update flags set author_id = :who", who=room.mentor.id)
    assert len(sections((await export(house, room.mentor))[1])["flags"]) == 1  # his own call
    for state, given in (("open", 0), ("escalated", 0), ("acknowledged", 0), ("returned", 1)):
        await house.sql(
            "update flags set category = 'grooming', state = :state, decided_at ="
            " case when cast(:state as text) in ('open', 'escalated') then null else raised_at end",
            state=state,
        )
        assert len(sections((await export(house, room.mentor))[1])["flags"]) == given, state


async def test_staff_has_it_without_what_was_said_and_is_seen_to_have_it(house: House) -> None:
    room = await house.room(mentee_born=date(2014, 3, 4))
    await conversation(house, room)
    status, archive = await export(house, room.supervisor, room.mentee.id)
    assert (status, archive is not None and archive.namelist()) == (200, ["data.json", "index.html"])
    said = sections(archive)
    assert {"conversation", "voice_notes", "flags", "appeals", "changed_messages"} & set(said) == set()
    assert said["account"][0]["name"] == "Lea"
    assert "salut" not in str(said)
    readings = sections((await export(house, room.mentee))[1])["readings"]
    assert [one["act"] for one in readings] == ["data.read"]  # the child sees who had it


async def test_the_copy_that_staff_has_tells_nobody_what_was_said_around_them(house: House) -> None:
    """A professional who is reported, or written around, would learn it there: by what the young person was told of it,
    and by what a colleague read."""
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room = await house.room()
    about = {"id": str(new_id()), "subject": "person", "kind": "uneasy", "person": str(room.supervisor.id)}
    reported = await house.ask(room.mentee, "POST", "/api/v1/reports", about)
    letter = {"id": str(new_id()), "body": "Elle crie."}
    line = f"/api/v1/letters/{room.mentee.id}/other"
    assert (await house.ask(room.mentee, "POST", line, letter)).status == 200
    ((case,),) = await house.sql("select id from cases where origin = 'report'")
    path = f"/api/v1/cases/{case}"
    answer = {"id": str(new_id()), "words": "Merci. Je m’en occupe."}
    for method, what, body in (
        ("POST", f"{path}/acknowledge", None),
        ("GET", f"{path}/file", None),
        ("POST", f"{path}/reports/{reported.body['id']}/answers", answer),
        ("GET", line, None),
    ):
        assert (await house.ask(samir, method, what, body)).status == 200, what
    own = str(sections((await export(house, room.mentee))[1]))
    for said in ("report_looked_at", "case.read", "letters.read"):
        assert said in own
    _, archive = await export(house, room.supervisor, room.mentee.id)
    assert archive is not None
    for name in archive.namelist():
        copied = archive.read(name).decode()
        for said in ("report_", "case.", "letter", "Elle crie"):
            assert said not in copied.replace("index.html", ""), (name, said)


async def test_a_parent_has_no_copy_of_a_childs_data_without_a_professional(house: House) -> None:
    """It would tell a dangerous one when and where from the child signs in, who else is a guardian by which judgment,
    that somebody was alarmed, and what the child asked for."""
    sophie = await house.person(Role.GUARDIAN, "Sophie")
    room = await house.room(mentee_born=date(2014, 3, 4), guardian=sophie)
    status, _ = await export(house, sophie, room.mentee.id)
    assert status == (await export(house, sophie, new_id()))[0] == 404
    assert sections((await export(house, room.mentee))[1])["readings"] == []


async def test_a_mentors_copy_says_nothing_of_where_a_child_lives_nor_that_it_hesitated(house: House) -> None:
    room = await house.room()
    await house.sql(
        "insert into pair_proposals (pair_id, organisation_id, availability, network, equipment, about_mentor, answer)"
        " select id, organisation_id, 'au foyer, le mercredi', 'weak', 'none', 'menuisier', 'yes' from pairs"
    )
    for act in ("not_now", "agree", "start"):
        await house.sql(
            "insert into pair_history (id, organisation_id, pair_id, act, to_state, at)"
            " select gen_random_uuid(), organisation_id, id, :act, 'proposed', now() from pairs",
            act=act,
        )
    mentor, mentee = [sections((await export(house, who))[1]) for who in (room.mentor, room.mentee)]
    assert mentor["proposals"] == [{"about_mentor": "menuisier"}]
    assert mentee["proposals"][0]["availability"] == "au foyer, le mercredi"
    assert [len(own["pair_history"]) for own in (mentor, mentee)] == [1, 3]


async def test_nobody_else_has_it(house: House) -> None:
    sophie = await house.person(Role.GUARDIAN, "Sophie")
    grown = await house.room(mentee_born=date(2010, 3, 4))
    other = await house.room()
    for who in (sophie, grown.mentor, other.supervisor, other.mentee):
        assert (await export(house, who, grown.mentee.id))[0] == 404
    assert (await export(house, sophie, new_id()))[0] == 404
    assert (await export(house, grown.supervisor, grown.mentee.id))[0] == 200


async def test_who_sees_what_names_those_who_are_there_for_me(house: House) -> None:
    room = await house.room()
    seers = (await house.ask(room.mentee, "GET", "/api/v1/data/who")).body["seers"]
    by_role = {one["role"]: one for one in seers}
    assert by_role["mentor"]["people"] == ["Julien"]
    assert by_role["supervisor"]["people"] == ["Claire"]
    assert "messages" in by_role["admin"]["never"]
    assert by_role["prescriber"]["sees"] == []
    assert by_role["guardian"]["people"] == ["Sophie"]
    assert set(by_role["guardian"]["sees"]) == {"name", "consents"}
    assert "mentee" not in by_role
