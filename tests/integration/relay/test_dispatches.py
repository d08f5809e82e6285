"""What leaves was looked at by two, is whole, is what was agreed to, and the young person learns of it as decided."""

import asyncio
import zlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.rights.sealing import unseal
from tests.integration.relay.test_bundles import quoted
from tests.support.dispatches import LETTER, NOW_TOLD, UNTOLD, WORDS, Worry, fetch, parts, said, worry
from tests.support.rooms import House, Person, organisation

LATER = {"when": "later", "on": "2026-12-01T08:00:00Z", "why": "Pas avant l’audition.", "words": "On en parle demain."}


async def journal(house: House, who: Person) -> list[tuple[str, str]]:
    lines = (await house.ask(who, "GET", "/api/v1/journal")).body["lines"]
    return [(line["act"], line["reader"]["name"]) for line in lines if line["act"].startswith("case.")]


def refusal(answer: Any) -> tuple[int, str, str | None]:
    error = answer.body["error"]
    return answer.status, error["code"], error.get("field")


async def test_a_letter_begins_with_what_is_known_and_guesses_nothing(house: House) -> None:
    worried = await worry(house)
    made = await worried.begin("concern")
    file = await worried.look(made)
    fields = file["fields"]
    assert (fields["kind"], fields["child_name"], fields["child_birth"]) == ("concern", "Lea", "04/03/2012")
    assert fields["reporter_name"] == "Claire"
    assert fields.get("department", "") == ""
    assert fields.get("observations", "") == ""
    assert [(one["source"], one["text"], one["seq"]) for one in fields["words"]] == [("written", WORDS, 2)]
    assert fields["facts"][0]["place"] == "Binôme, messagerie en ligne"
    assert {"department", "child_address", "parents_told", "observations", "signed_at", "signed_on"} <= set(
        file["missing"]
    )


async def test_what_is_not_whole_is_not_proposed(house: House) -> None:
    worried = await worry(house)
    made = await worried.ready("concern", department="")
    answer = await worried.act(worried.claire, made, "propose", ask=str(worried.samir.id))
    assert refusal(answer) == (400, "bad_request", "department")
    untold = await worried.ready("concern", telling={"when": "now"})
    answer = await worried.act(worried.claire, untold, "propose", ask=str(worried.samir.id))
    assert refusal(answer) == (400, "bad_request", "words")


async def test_the_child_s_words_cannot_be_changed_or_made_up(house: House) -> None:
    worried = await worry(house)
    made = await worried.begin("concern")
    fields = (await worried.look(made))["fields"] | LETTER
    (quote,) = fields["words"]
    assert (
        await worried.save(made, fields | {"words": [quote | {"text": "tout va bien", "said_at": ""}]})
    ).status == 204
    assert (await worried.look(made))["fields"]["words"] == [quote]
    other = await house.room()
    for wrong in (
        quote | {"seq": 1},  # the mentor's
        quote | {"seq": 99},
        quote | {"version": 2},
        quote | {"room": str(other.id)},
        quote | {"room": None},
    ):
        assert refusal(await worried.save(made, fields | {"words": [quote, wrong]})) == (400, "bad_request", "words.1")
    heard = {"source": "heard", "text": "J’ai peur de papa.", "said_at": "22/11/2026 vers 18 h", "heard_by": "Claire"}
    assert (await worried.save(made, fields | {"words": [quote, heard]})).status == 204
    assert (await worried.act(worried.claire, made, "propose", ask=str(worried.samir.id))).status == 204
    status, page = await fetch(house, worried.samir, f"dispatches/{made}/page")
    assert status == 200
    assert quoted(page).found == [WORDS, "J’ai peur de papa."]
    text = page.decode()
    assert text.index("deux lignes") < text.index("Je pense que le danger est proche.")
    assert "copié par le système, sans changement" in text
    assert "entendu et noté par Claire" in text


async def test_versions_are_kept(house: House) -> None:
    worried = await worry(house)
    made = await worried.ready("concern")
    assert (await worried.save(made, (await worried.look(made))["fields"])).status == 204  # nothing new in it
    assert (await worried.save(made, (await worried.look(made))["fields"] | {"observations": "Autre."})).status == 204
    assert [line["version"] for line in (await worried.look(made))["versions"]] == [1, 2, 3]
    for statement in ("update dispatch_versions set fields = '{}'", "delete from dispatch_versions"):
        with pytest.raises(Exception, match="kept as it left"):
            await house.sql(statement)


async def test_the_crip_is_what_an_admin_has_noted(house: House) -> None:
    worried = await worry(house)
    admin = await house.person(Role.ADMIN, "Ada")
    departments = (await worried.ask(worried.claire, "GET", "departments")).body["departments"]
    assert len(departments) == 102
    assert [one for one in departments if "contact" in one] == []
    assert {"code": "2A", "name": "Corse-du-Sud"} in departments
    draft = await worried.ready("concern")
    _, page = await fetch(house, worried.claire, f"dispatches/{draft}/page")
    assert "119 (SNATED" in page.decode()
    contact = {
        "name": "CRIP 93",
        "email": "crip@example.org",
        "source": "site du département",
        "checked_on": "2026-11-20",
    }
    for who, path, body, answer in (
        (worried.claire, "93", contact, (403, "forbidden", None)),
        (admin, "20", contact, (404, "not_found", None)),
        (admin, "93", contact | {"source": " "}, (400, "bad_request", "source")),
        (admin, "93", contact | {"email": ""}, (400, "bad_request", "email")),
        (admin, "93", contact | {"checked_on": "2027-01-01"}, (400, "bad_request", "checked_on")),
    ):
        assert refusal(await worried.ask(who, "PUT", f"departments/{path}", body)) == answer
    assert (await worried.ask(admin, "PUT", "departments/93", contact)).status == 204
    _, page = await fetch(house, worried.claire, f"dispatches/{draft}/page")
    assert "crip@example.org" in page.decode()
    assert "119 (SNATED" not in page.decode()
    south = await organisation(house.database, "South")
    stranger = await house.person(Role.ADMIN, "Zoé", where=south)
    assert [
        one for one in (await worried.ask(stranger, "GET", "departments")).body["departments"] if "contact" in one
    ] == []
    assert (await worried.ask(admin, "DELETE", "departments/93")).status == 204
    _, page = await fetch(house, worried.claire, f"dispatches/{draft}/page")
    assert "119 (SNATED" in page.decode()


async def test_nobody_agrees_with_themselves(house: House) -> None:
    worried = await worry(house)
    made = await worried.ready("relay")
    status, _ = await fetch(house, worried.claire, f"dispatches/{made}/file")
    assert status == 409
    assert refusal(await worried.act(worried.claire, made, "sent", how="post"))[:2] == (409, "conflict")
    assert refusal(await worried.act(worried.claire, made, "propose"))[2] == "ask"  # no colleague sees it yet
    assert (await worried.act(worried.claire, made, "propose", ask=str(worried.claire.id))).status == 400
    assert (await worried.act(worried.claire, made, "propose", ask=str(worried.room.mentor.id))).status == 400
    assert (await worried.act(worried.claire, made, "propose", ask=str(worried.samir.id))).status == 204
    assert refusal(await worried.act(worried.claire, made, "second", agree=True))[:2] == (409, "conflict")
    assert (await fetch(house, worried.claire, f"dispatches/{made}/file"))[0] == 409
    assert refusal(await worried.act(worried.samir, made, "second", agree=False))[2] == "note"
    waiting = (await worried.ask(worried.samir, "GET", "dispatches")).body["dispatches"]
    assert [(one["id"], one["can"]) for one in waiting] == [(made, ["second", "save", "withdraw", "urgent", "retell"])]
    assert (await worried.ask(worried.claire, "GET", "dispatches")).body["dispatches"] == []
    assert (await worried.act(worried.samir, made, "second", agree=False, note="Il manque l’adresse.")).status == 204
    back = await worried.look(made)
    assert (back["dispatch"]["state"], back["dispatch"]["second"]["note"]) == ("draft", "Il manque l’adresse.")
    assert (await worried.act(worried.claire, made, "propose")).status == 204  # he sees the case by now
    assert (await worried.agree(worried.samir, made)).status == 204
    assert (await fetch(house, worried.claire, f"dispatches/{made}/file"))[0] == 200


async def test_what_was_agreed_to_is_what_leaves(house: House) -> None:
    """What is said meanwhile, and what is noted, is not in it; a change asks for another look."""
    worried = await worry(house)
    made = await worried.agreed()
    before = await worried.file(made)
    note = {"id": str(new_id()), "words": "Plus tard.", "tier": "shareable"}
    assert (await worried.ask(worried.claire, "POST", f"cases/{worried.case}/notes", note)).status == 200
    assert await worried.file(made) == before
    body = {"revision": await worried.revision(made), "fields": {"kind": "bundle"}, "telling": NOW_TOLD}
    assert (await worried.ask(worried.claire, "PUT", f"dispatches/{made}", body)).status == 409
    again = await worried.ready()
    assert (await worried.act(worried.claire, again, "propose")).status == 204
    assert (await worried.save(again, {"kind": "bundle", "recipient": "Une autre", "why": "Autre."})).status == 204
    assert (await worried.look(again))["dispatch"]["state"] == "draft"
    assert (await worried.act(worried.samir, again, "second", agree=True)).status == 409


async def test_two_who_answer_at_once_are_one(house: House) -> None:
    worried = await worry(house)
    nadia = await house.person(Role.SUPERVISOR, "Nadia")
    made = await worried.ready("relay")
    for who in (nadia, worried.samir):
        assert (await worried.act(worried.claire, made, "propose", ask=str(who.id))).status in (204, 409)
        if who is nadia:
            assert (await worried.act(nadia, made, "second", agree=False, note="Pas encore prêt.")).status == 204
    await fetch(house, nadia, f"dispatches/{made}/page")
    revision = await worried.revision(made)
    answers = await asyncio.gather(
        *(
            worried.ask(who, "POST", f"dispatches/{made}/second", {"revision": revision, "agree": agree, "note": note})
            for who, agree, note in ((nadia, True, None), (worried.samir, False, "Je ne suis pas d’accord."))
        )
    )
    assert sorted(answer.status for answer in answers) == [204, 409]
    ((state, agrees),) = await house.sql("select state, seconded_agrees from dispatches where id = :id", id=UUID(made))
    assert (state, agrees) in (("agreed", True), ("draft", False))
    sent = await asyncio.gather(*(worried.act(worried.claire, made, "sent", how="post") for _ in range(3)))
    assert {answer.status for answer in sent} == ({204} if state == "agreed" else {409})


async def test_whom_it_is_about_and_others_know_nothing_of_it(house: House) -> None:
    """A colleague who is one of the pair, one of another organisation, and everybody who is no professional."""
    samir = await house.person(Role.SUPERVISOR, "Samir")
    claire = await house.person(Role.SUPERVISOR, "Claire")
    await house.room(supervisor=samir)
    calling = await house.open(samir)
    assert (await calling.call("help:now", {"words": "moi"}))["ok"]
    ((case,),) = await house.sql("select id from cases")
    assert (await house.ask(claire, "POST", f"/api/v1/cases/{case}/acknowledge")).status == 200
    room = await house.room(supervisor=claire)
    worried = Worry(house, room, claire, samir, str(case))
    made = await worried.ready()
    refused = await worried.act(claire, made, "propose", ask=str(samir.id))
    assert refused.status == 409  # nobody else is there: he is whom it is about
    south = await organisation(house.database, "South")
    strangers = [
        samir,
        await house.person(Role.SUPERVISOR, "Zoé", where=south),
        await house.person(Role.ADMIN, "Yves", where=south),
        room.mentor,
        room.mentee,
    ]
    for who in strangers:
        for path in (f"dispatches/{made}", f"dispatches/{made}/outline", f"cases/{case}/dispatches"):
            assert (await worried.ask(who, "GET", path)).status in (403, 404), (who.name, path)
        for path in ("page", "file"):
            assert (await fetch(house, who, f"dispatches/{made}/{path}"))[0] in (403, 404)
        assert (await worried.act(who, made, "second", agree=True)).status in (403, 404)


async def test_an_admin_seconds_the_act_where_there_is_one_professional(house: House) -> None:
    worried = await worry(house)
    admin = await house.person(Role.ADMIN, "Ada")
    made = await worried.ready("concern", telling=UNTOLD)
    assert (await worried.ask(admin, "GET", f"dispatches/{made}/outline")).status == 404  # there is Samir
    await house.sql("update accounts set disabled_at = now() where id = :id", id=worried.samir.id)
    assert (await worried.act(worried.claire, made, "propose")).status == 204
    card = (await worried.ask(admin, "GET", f"dispatches/{made}/outline")).body
    assert (card["kind"], card["can"], card["contents"]["words"]) == ("concern", ["second"], 1)
    assert (await worried.ask(admin, "GET", f"dispatches/{made}")).status == 403
    for path in ("page", "file"):
        assert (await fetch(house, admin, f"dispatches/{made}/{path}"))[0] == 403
    assert "mourir" not in str((await worried.ask(admin, "GET", "dispatches")).body)
    assert (await worried.act(admin, made, "second", agree=True)).status == 204
    second = (await worried.look(made))["dispatch"]["second"]
    assert (second["by"], second["seen_as"], second["agrees"]) == ("Ada", "outline", True)


async def test_what_cannot_wait_leaves_alone_and_is_looked_at_afterwards(house: House) -> None:
    worried = await worry(house)
    made = await worried.ready("referral", telling=UNTOLD)
    assert refusal(await worried.act(worried.claire, made, "urgent", why="Vite"))[2] == "why"
    assert (await worried.act(worried.claire, made, "urgent", why="Elle part ce soir.")).status == 204
    told = (await worried.ask(worried.samir, "GET", "notices")).body["notices"]
    assert [one["kind"] for one in told] == ["dispatch_urgent"]
    assert sorted(parts(await worried.file(made))) == ["letter.html", "letter.json", "manifest.json"]
    assert (await worried.act(worried.claire, made, "sent", how="encrypted")).status == 204
    shown = (await worried.look(made))["dispatch"]
    assert (shown["state"], shown["unseen"], shown["urgent_why"]) == ("sent", True, "Elle part ce soir.")
    assert refusal(await worried.act(worried.claire, made, "second", agree=True))[:2] == (409, "conflict")
    ((state,),) = await house.sql("select state from cases")
    assert state == "relayed"
    await house.sql(
        "insert into case_parties values (:case, :who, 'professional')", case=UUID(worried.case), who=worried.samir.id
    )
    assert (await worried.agree(worried.samir, made, note="Vu le lendemain.")).status == 204
    shown = (await worried.look(made))["dispatch"]
    assert (shown["unseen"], shown["second"]["by"]) == (False, "Samir")


async def test_only_severity_four_leaves_alone(house: House) -> None:
    worried = await worry(house)
    await house.sql("update cases set severity = 3")
    made = await worried.ready("relay")
    assert refusal(await worried.act(worried.claire, made, "urgent", why="Je suis pressée."))[:2] == (409, "conflict")


async def test_who_sends_it_while_its_case_waits_takes_the_case_and_its_seat(house: House) -> None:
    worried = await worry(house)
    await house.capabilities.escalation.pager.stop()
    made = await worried.agreed("relay")
    await worried.file(made, worried.samir)
    seat = "select count(*) from room_members where account_id = :samir and left_at is null"
    waits = "state = 'open', owner_id = null, acknowledged_at = null, acknowledged_by = null, page_at = now()"
    await house.sql(f"update cases set {waits}")  # noqa: S608 - nothing comes from outside
    assert await house.sql(seat, samir=worried.samir.id) == [(0,)]
    assert (await worried.act(worried.samir, made, "sent", how="hand")).status == 204
    assert await house.sql("select owner_id, state from cases") == [(worried.samir.id, "relayed")]
    assert await house.sql(seat, samir=worried.samir.id) == [(1,)]


async def test_a_relay_is_recorded_to_its_end(house: House) -> None:
    worried = await worry(house)
    made = await worried.agreed("relay", attach=True)
    file = await worried.file(made)
    assert sorted(parts(file)) == ["case.json", "dossier.html", "letter.html", "letter.json", "manifest.json"]
    assert said(file)["circle"] == "outside"
    assert (await worried.ask(worried.room.mentee, "GET", "told")).body["told"] == []
    assert (await worried.act(worried.claire, made, "sent", how="hand", note="Remis en main propre.")).status == 204
    (told,) = (await worried.ask(worried.room.mentee, "GET", "told")).body["told"]
    assert (told["kind"], told["to"], told["words"], told["by"]) == (
        "relay", "pédopsychiatre", NOW_TOLD["words"], "Claire",
    )  # fmt: skip
    assert ("case.shared", "Claire") in await journal(house, worried.room.mentee)
    kinds = [one["kind"] for one in (await worried.ask(worried.room.mentee, "GET", "notices")).body["notices"]]
    assert "case_shared" in kinds
    assert (await worried.act(worried.claire, made, "answered", answer="answered", words="RDV lundi.")).status == 204
    answer = (await worried.look(made))["dispatch"]["answer"]
    assert (answer["answer"], answer["words"]) == ("answered", "RDV lundi.")


async def test_who_read_what_was_gathered_is_in_the_journal(house: House) -> None:
    worried = await worry(house)
    await worried.agreed()
    lines = await journal(house, worried.room.mentee)
    assert ("case.gathered", "Claire") in lines
    made = await worried.agreed()
    await fetch(house, worried.samir, f"dispatches/{made}/page")
    assert ("case.gathered", "Samir") in await journal(house, worried.room.mentee)
    assert [line for line in await journal(house, worried.room.mentor) if line[0] != "case.read"] == []


async def tell(house: House, **later: float) -> None:
    house.clock.advance(timedelta(**later).total_seconds())
    await house.sql("update auth_sessions set expires_at = :at", at=house.clock.now() + timedelta(days=1))
    await house.capabilities.relay.telling.run({})


async def test_telling_later_is_told_on_the_day(house: House) -> None:
    worried = await worry(house)
    made = await worried.agreed("relay", telling=LATER)
    assert (await worried.act(worried.claire, made, "sent", how="post")).status == 204
    await tell(house, hours=1)
    assert [line for line in await journal(house, worried.room.mentee) if line[0] != "case.read"] == []
    assert (await worried.ask(worried.room.mentee, "GET", "told")).body["told"] == []
    await tell(house, days=9)
    await tell(house, minutes=5)
    lines = [line for line in await journal(house, worried.room.mentee) if line[0] != "case.read"]
    told_late = [("case.gathered_told", "Claire"), ("case.gathered_told", "Samir")]
    assert sorted(lines) == [*told_late, ("case.shared", "Claire")]
    (told,) = (await worried.ask(worried.room.mentee, "GET", "told")).body["told"]
    assert told["words"] == "On en parle demain."


async def test_nobody_gathers_in_silence_alone(house: House) -> None:
    """Not telling is a proposal until a second person agrees: after three days, or when it is withdrawn, it is told."""
    worried = await worry(house)
    left, withdrawn = await worried.begin(telling=UNTOLD), await worried.begin(telling=UNTOLD)
    await tell(house, hours=70)
    assert [line for line in await journal(house, worried.room.mentee) if line[0] != "case.read"] == []
    assert (await worried.act(worried.claire, withdrawn, "withdraw")).status == 204
    assert await journal(house, worried.room.mentee) == [("case.gathered_told", "Claire")]
    await tell(house, hours=3)
    assert await journal(house, worried.room.mentee) == [("case.gathered_told", "Claire")] * 2
    kept = await worried.agreed(telling=UNTOLD)
    assert (await worried.act(worried.claire, kept, "sent", how="post")).status == 204
    await tell(house, days=80)
    assert len(await journal(house, worried.room.mentee)) == 2
    sooner = await worried.act(worried.claire, kept, "telling", telling=NOW_TOLD)
    assert sooner.status == 204
    assert ("case.shared", "Claire") in await journal(house, worried.room.mentee)
    assert left


async def test_who_put_off_telling_does_not_put_it_off_further(house: House) -> None:
    worried = await worry(house)
    made = await worried.agreed("relay", telling=LATER)
    assert refusal(await worried.act(worried.claire, made, "telling", telling=UNTOLD))[:2] == (409, "conflict")
    assert (await worried.act(worried.samir, made, "telling", telling=UNTOLD)).status == 204


@pytest.mark.parametrize(
    ("telling", "field"),
    [
        ({"when": "later", "on": "2026-12-01T08:00:00Z"}, "why"),
        ({"when": "later", "why": "Pas avant l’audition."}, "on"),
        ({"when": "later", "why": "Pas avant l’audition.", "on": "2027-12-01T08:00:00Z"}, "on"),
        ({"when": "later", "why": "Pas avant l’audition.", "on": "2026-11-01T08:00:00Z"}, "on"),
        ({"when": "never"}, "why"),
        ({"when": "never", "why": "danger"}, "why"),
        ({"when": "now", "why": "Pas avant l’audition."}, "why"),
    ],
)
async def test_not_telling_has_a_reason_and_a_day(house: House, telling: Any, field: str) -> None:
    worried = await worry(house)
    body = {"id": str(new_id()), "kind": "bundle", "telling": telling}
    answer = await worried.ask(worried.claire, "POST", f"cases/{worried.case}/dispatches", body)
    assert refusal(answer) == (400, "bad_request", field)
    assert await house.sql("select count(*) from dispatches") == [(0,)]


async def test_the_same_twice_is_once(house: House) -> None:
    worried = await worry(house)
    body = {"id": str(new_id()), "kind": "bundle", "telling": NOW_TOLD}
    path = f"cases/{worried.case}/dispatches"
    answers = await asyncio.gather(*(worried.ask(worried.claire, "POST", path, body) for _ in range(4)))
    assert {answer.status for answer in answers} == {204}
    assert await house.sql("select count(*) from dispatches") == [(1,)]


async def test_what_left_is_forgotten_with_the_child(house: House) -> None:
    worried = await worry(house)
    made = await worried.agreed("concern", attach=True)
    assert (await worried.act(worried.claire, made, "sent", how="post")).status == 204
    for statement in (
        "update dispatch_files set content = ''",
        "delete from dispatch_files",
        "truncate dispatch_files",
    ):
        with pytest.raises(Exception, match="kept as it left"):
            await house.sql(statement)
    await house.sql("update cases set state = 'closed', closed_at = now(), outcome = 'relayed'")
    await house.sql("update flags set state = 'acknowledged', decided_at = now()")
    async with house.database.begin(house.north.id) as conn:
        await house.capabilities.data.erasure.erase(
            conn, house.north.id, worried.room.mentee.id, by=None, why="request"
        )
    assert await house.sql("select count(*) from dispatch_files") == [(0,)]
    assert await house.sql("select distinct fields::text from dispatch_versions") == [("{}",)]
    ((kept, words),) = await house.sql("select manifest is not null, tell_words from dispatches")
    assert (kept, words) == (True, None)
    file = await worried.look(made)
    assert file["fields"] == {"kind": "concern"}


async def test_a_legal_hold_seals_what_left(house: House) -> None:
    worried = await worry(house)
    await worried.agreed("concern")
    admin = await house.person(Role.ADMIN, "Ada")
    hold = {"person": str(worried.room.mentee.id), "reason": "plainte", "until": "2027-11-22T12:00:00Z"}
    assert (await house.ask(admin, "POST", "/api/v1/data/holds", hold)).status == 204
    await house.sql("update cases set state = 'closed', closed_at = now(), outcome = 'relayed'")
    await house.sql("update flags set state = 'acknowledged', decided_at = now()")
    async with house.database.begin(house.north.id) as conn:
        await house.capabilities.data.erasure.erase(
            conn, house.north.id, worried.room.mentee.id, by=admin.id, why="request"
        )
    assert await house.sql("select count(*) from dispatch_files") == [(0,)]
    keys = house.capabilities.data.erasure._keyring.keys
    async with house.database.begin(house.north.id) as conn:
        packed = b"".join([piece async for piece in unseal(conn, worried.room.mentee.id, keys)])
    kept = zlib.decompress(packed, wbits=31).decode()
    assert '"table": "dispatch_files"' in kept
    assert '"table": "dispatch_versions"' in kept
