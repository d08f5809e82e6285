"""What leaves when somebody turns out to be in the case, says no, sees an outline alone, or is not the only young
person whose words it holds."""

from typing import Any
from uuid import UUID

import pytest

from server.kernel.permissions import Role
from tests.integration.relay.test_dispatches import journal, refusal, tell
from tests.support.dispatches import NOW_TOLD, UNTOLD, Worry, fetch, said, worry
from tests.support.rooms import House, Person, Room

GATHERED = {"case.gathered", "case.gathered_told", "case.shared"}


async def gathered(house: House, who: Person) -> list[tuple[str, str]]:
    return sorted(line for line in await journal(house, who) if line[0] in GATHERED)


async def involve(worried: Worry, by: Person, who: Person, part: str = "reported") -> None:
    body = {"person": str(who.id), "part": part}
    assert (await worried.ask(by, "POST", f"cases/{worried.case}/people", body)).status == 204


@pytest.mark.parametrize("who", ["samir", "claire"])
async def test_what_one_agreed_to_whom_it_is_about_does_not_leave(house: House, who: str) -> None:
    worried = await worry(house)
    nadia = await house.person(Role.SUPERVISOR, "Nadia")
    made = await worried.agreed()
    await involve(worried, worried.claire, nadia, "professional")
    theirs: Person = getattr(worried, who)
    await involve(worried, nadia, theirs)
    status, body = await fetch(house, nadia, f"dispatches/{made}/file")
    assert (status, "concerne l’une des deux personnes" in body.decode()) == (409, True)
    refused = await worried.act(nadia, made, "sent", how="post")
    assert refusal(refused)[:2] == (409, "conflict")
    assert (await fetch(house, theirs, f"dispatches/{made}/file"))[0] == 404
    assert (await worried.act(nadia, made, "withdraw")).status == 204


async def test_a_no_before_it_left_keeps_it_here(house: House) -> None:
    """What could not wait for the second look does not leave any more when the second look comes first, and is a no."""
    worried = await worry(house)
    made = await worried.ready("referral", telling=UNTOLD)
    assert (await worried.act(worried.claire, made, "urgent", why="Elle part ce soir.")).status == 204
    await involve(worried, worried.claire, worried.samir, "professional")
    no = "Le tribunal est déjà saisi."
    assert (await worried.act(worried.samir, made, "second", agree=False, note=no)).status == 204
    shown = (await worried.look(made))["dispatch"]
    assert (shown["state"], shown["second"]["note"], shown["unseen"]) == ("draft", no, False)
    assert (await fetch(house, worried.claire, f"dispatches/{made}/file"))[0] == 409
    assert (await worried.act(worried.claire, made, "sent", how="post")).status == 409
    assert (await worried.ask(worried.samir, "GET", "dispatches")).body["dispatches"] == []
    ((acts,),) = await house.sql(
        "select array_agg(detail ->> 'did' order by at, id) from case_entries where act = 'dispatch'"
    )
    assert acts[-1] == "contested"
    # Nobody agreed to keep it from her: after three days she knows that it was gathered.
    await tell(house, hours=73)
    assert ("case.gathered_told", "Claire") in await gathered(house, worried.room.mentee)


async def test_a_no_after_it_left_is_written_down(house: House) -> None:
    worried = await worry(house)
    made = await worried.ready("referral")
    assert (await worried.act(worried.claire, made, "urgent", why="Elle part ce soir.")).status == 204
    assert (await worried.act(worried.claire, made, "sent", how="hand")).status == 204
    await involve(worried, worried.claire, worried.samir, "professional")
    assert (await worried.act(worried.samir, made, "second", agree=False, note="Trop tôt, à mon avis.")).status == 204
    shown = (await worried.look(made))["dispatch"]
    assert (shown["state"], shown["second"]["agrees"], shown["unseen"]) == ("sent", False, False)


async def test_what_was_taken_to_be_sent_can_still_be_said_to_have_left(house: House) -> None:
    """Who has the file in hand may have sent it a minute before the no: that it left must not be lost."""
    worried = await worry(house)
    made = await worried.ready("referral")
    assert (await worried.act(worried.claire, made, "urgent", why="Elle part ce soir.")).status == 204
    await worried.file(made)
    await involve(worried, worried.claire, worried.samir, "professional")
    assert (await worried.act(worried.samir, made, "second", agree=False, note="Trop tôt, à mon avis.")).status == 204
    assert (await worried.act(worried.claire, made, "sent", how="portal")).status == 204
    shown = (await worried.look(made))["dispatch"]
    assert (shown["state"], shown["second"]["agrees"], shown["sent"]["how"]) == ("sent", False, "portal")


async def test_who_sees_an_outline_knows_to_whom_it_goes_and_no_word_of_it(house: House) -> None:
    worried = await worry(house)
    admin = await house.person(Role.ADMIN, "Ada")
    await house.sql("update accounts set disabled_at = now() where id = :id", id=worried.samir.id)
    for kind, to in (
        ("bundle", "Dr Ben"),
        ("concern", "CRIP, 93, Seine-Saint-Denis"),
        ("referral", "tribunal judiciaire de Bobigny"),
        ("relay", "Dr Ben, pédopsychiatre"),
    ):
        made = await worried.ready(kind)
        assert (await worried.act(worried.claire, made, "propose")).status == 204
        card = (await worried.ask(admin, "GET", f"dispatches/{made}/outline")).body
        assert (card["can"], card["contents"]["to"]) == (["second"], to)
        assert (await worried.act(admin, made, "second", agree=True)).status == 204
        assert (await worried.act(worried.claire, made, "sent", how="hand", note="Remis à Paul Martin.")).status == 204
        answered = {"answer": "answered", "words": "Placement provisoire."}
        assert (await worried.act(worried.claire, made, "answered", **answered)).status == 204
        card = (await worried.ask(admin, "GET", f"dispatches/{made}/outline")).body
        assert (card["state"], card["answer"]["answer"], card["telling"]["when"]) == ("sent", "answered", "now")
        for words in (NOW_TOLD["words"], "Paul Martin", "Placement", "mourir"):
            assert words not in str(card), (kind, words)
        whole = (await worried.look(made))["dispatch"]
        assert (whole["answer"]["words"], whole["telling"]["words"]) == ("Placement provisoire.", NOW_TOLD["words"])


async def second_pair(house: House, worried: Worry) -> Room:
    """Another pair that Claire answers for, whose mentor wrote something that belongs to the same case."""
    other = await house.room(supervisor=worried.claire, mentee=await house.person(Role.MENTEE, "Tom"))
    julien = await house.open(other.mentor)
    assert (await julien.say(other, "Ne le dis à personne de l’équipe."))["ok"]
    tom = await house.open(other.mentee)
    assert (await tom.say(other, "Je n’ai rien dit."))["ok"]
    return other


async def add(worried: Worry, room: Room) -> None:
    body: dict[str, Any] = {"room": str(room.id), "seq": 1}
    assert (await worried.ask(worried.claire, "POST", f"cases/{worried.case}/messages", body)).status == 200


async def test_every_young_person_whose_words_are_in_it_knows_who_read_them(house: House) -> None:
    worried = await worry(house)
    tom = await second_pair(house, worried)
    before = await worried.ready()  # gathered once without him, and then with him
    assert await gathered(house, tom.mentee) == []
    await add(worried, tom)
    assert (await worried.act(worried.claire, before, "propose", ask=str(worried.samir.id))).status == 204
    assert await gathered(house, tom.mentee) == [("case.gathered", "Claire")]
    status, page = await fetch(house, worried.samir, f"dispatches/{before}/page")
    assert (status, "Je n’ai rien dit." in page.decode()) == (200, True)
    both = [("case.gathered", "Claire"), ("case.gathered", "Samir")]
    assert await gathered(house, tom.mentee) == both
    assert (await worried.act(worried.samir, before, "second", agree=True)).status == 204
    assert "Je n’ai rien dit." in str(said(await worried.file(before)))
    assert (await worried.act(worried.claire, before, "sent", how="post")).status == 204
    assert await gathered(house, tom.mentee) == [*both, ("case.shared", "Claire")]
    lines = (await house.ask(tom.mentee, "GET", "/api/v1/journal")).body["lines"]
    assert [line["others"] for line in lines if line["act"] in GATHERED and line.get("others")] == []
    # What is written to Léa about it is hers, and a letter by itself is about her alone.
    assert (await worried.ask(tom.mentee, "GET", "told")).body["told"] == []
    letter = await worried.agreed("concern")
    assert (await worried.act(worried.claire, letter, "sent", how="post")).status == 204
    shared = [line for line in await gathered(house, tom.mentee) if line[0] == "case.shared"]
    assert shared == [("case.shared", "Claire")]


async def test_opening_the_file_stands_in_the_journal_of_each_of_them(house: House) -> None:
    worried = await worry(house)
    tom = await second_pair(house, worried)
    await add(worried, tom)
    house.clock.advance(3_600)
    assert (await worried.ask(worried.claire, "GET", f"cases/{worried.case}/file")).status == 200
    assert ("case.read", "Claire") in await journal(house, tom.mentee)
    ((part,),) = await house.sql(
        "select part from case_parties where account_id = :id and case_id = :case",
        id=tom.mentee.id,
        case=UUID(worried.case),
    )
    assert part == "young"


async def test_putting_off_alone_what_needed_nobody_lasts_three_days(house: House) -> None:
    """What stays in the house is ready without a second person; a colleague who then says never is one person."""
    worried = await worry(house)
    made = await worried.ready(outside=False)
    assert (await worried.act(worried.claire, made, "propose")).status == 204
    await involve(worried, worried.claire, worried.samir, "professional")
    assert (await worried.act(worried.samir, made, "telling", telling=UNTOLD)).status == 204
    assert (await fetch(house, worried.samir, f"dispatches/{made}/page"))[0] == 200
    assert ("case.gathered_told", "Samir") not in await gathered(house, worried.room.mentee)
    await tell(house, hours=73)
    assert ("case.gathered_told", "Samir") in await gathered(house, worried.room.mentee)


async def test_whoever_is_paged_about_themselves_reads_no_flag_of_it(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room = await house.room()
    lea = await house.open(room.mentee)
    await house.capabilities.escalation.pager.stop()
    assert (await lea.say(room, "je veux mourir ce soir"))["ok"]
    ((case,),) = await house.sql("select id from cases")
    ((flag,),) = await house.sql("select id from flags")
    await house.sql(
        "insert into case_pages (case_id, round, step, at, severity, rung, people)"
        " values (:case, 1, 0, now(), 4, 0, :who)",
        case=case,
        who=[samir.id],
    )
    assert (await house.ask(samir, "GET", f"/api/v1/flags/{flag}")).status == 200
    body = {"person": str(samir.id), "part": "reported"}
    assert (await house.ask(room.supervisor, "POST", f"/api/v1/cases/{case}/people", body)).status == 204
    assert (await house.ask(samir, "GET", f"/api/v1/cases/{case}/file")).status == 404
    assert (await house.ask(samir, "GET", f"/api/v1/flags/{flag}")).status == 404
    assert (await house.ask(samir, "GET", "/api/v1/flags")).body["flags"] == []


async def test_nobody_agrees_to_what_they_have_not_read(house: House) -> None:
    """Nor to what was changed since they did: a yes is to the very file."""
    worried = await worry(house)
    made = await worried.ready()
    assert (await worried.act(worried.claire, made, "propose", ask=str(worried.samir.id))).status == 204
    unread = await worried.act(worried.samir, made, "second", agree=True)
    assert (unread.status, "lisez-le" in unread.body["error"]["message"]) == (409, True)
    await worried.look(made, worried.samir)  # its fields are not the file
    assert (await worried.act(worried.samir, made, "second", agree=True)).status == 409
    await fetch(house, worried.samir, f"dispatches/{made}/page")
    again = {"kind": "bundle", "recipient": "Quelqu’un d’autre", "why": "Pour un autre avis."}
    assert (await worried.save(made, again)).status == 204
    assert (await worried.act(worried.claire, made, "propose")).status == 204
    assert (await worried.act(worried.samir, made, "second", agree=True)).status == 409
    assert (await fetch(house, worried.claire, f"dispatches/{made}/file"))[0] == 409
    assert (await worried.agree(worried.samir, made)).status == 204
    urgent = await worried.ready("referral")
    assert (await worried.act(worried.claire, urgent, "urgent", why="Elle part ce soir.")).status == 204
    assert (await worried.act(worried.samir, urgent, "second", agree=True)).status == 409
    no = "Je n’ai pas pu le lire, et je ne suis pas d’accord."
    assert (await worried.act(worried.samir, urgent, "second", agree=False, note=no)).status == 204


async def test_two_accounts_of_one_person_are_one(house: House) -> None:
    """A professional who runs the association as well, by another account."""
    worried = await worry(house)
    admin, ada = await house.person(Role.ADMIN, "Claire"), await house.person(Role.ADMIN, "Ada")
    await house.sql("update accounts set disabled_at = now() where id = :id", id=worried.samir.id)
    for who, email in ((worried.claire, "Claire@example.org"), (admin, "claire@example.org")):
        await house.sql("update accounts set email = :email where id = :id", email=email, id=who.id)
    made = await worried.ready()
    assert (await worried.act(worried.claire, made, "propose")).status == 204
    refused = await worried.act(admin, made, "second", agree=True)
    assert (refused.status, "une seule personne" in refused.body["error"]["message"]) == (409, True)
    assert (await fetch(house, worried.claire, f"dispatches/{made}/file"))[0] == 409
    assert (await worried.act(ada, made, "second", agree=True)).status == 204
    assert (await fetch(house, worried.claire, f"dispatches/{made}/file"))[0] == 200
