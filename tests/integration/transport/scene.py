"""What the tests of all endpoints ask about: an organisation with somebody of each role, and one of each thing."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from server.infra.vapid import unpadded
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.people.notices import tell
from server.people.sessions.store import Proved, insert_session
from server.people.sessions.tokens import hash_token, new_token
from tests.support.notes import note as made_note
from tests.support.notes import say, upload
from tests.support.push_service import Browser
from tests.support.rooms import NOW, House, Person, Room

NOTE = made_note()


@dataclass(frozen=True)
class Scene:
    """One organisation: somebody of each role, a pair with its room, where the professional has entered, a held message
    with its flag, a voice note, and what the comments below say."""

    people: Mapping[Role, Person]
    room: Room
    flag: UUID
    sampled: UUID  # a flag that a colleague has decided, and the professional is to judge blindly
    note: UUID
    link: UUID  # of the young person's guardian
    glass: UUID  # the room of another pair, whose glass is broken
    glass_note: UUID  # a voice note there
    deferral: UUID  # of telling the two of it
    spare: Person  # a mentor in no pair
    asked: UUID  # a request of the young person on their data
    leaving: UUID  # a request for erasure of somebody else
    hold: UUID  # a legal one
    paper: UUID  # of the mentor
    paused: UUID  # another pair of the professional, suspended
    device: UUID  # another session of the young person
    notice: UUID  # to the young person
    contact: UUID  # somebody outside
    push_device: UUID  # of the young person
    letter: UUID  # of another young person
    case_letter: UUID  # of the young person
    other: Person  # the young person of that other pair
    case: UUID  # of the held message, which waits, and the admin was called about
    dispatch: UUID  # a bundle of that case
    case_revision: int
    beside_case: UUID  # another about the same pair, which the professional has opened
    evidence: UUID  # a message that was added to the case
    closed_case: UUID  # of the flag that a colleague has decided
    task: UUID  # of the case
    report: UUID  # of the young person
    reported: UUID  # its case, which the professional looks after, and the admin was called about
    answered: UUID  # what the professional answered
    heard_report: UUID  # of the voice note, in the same case
    colleague: Person  # of the professional, without pairs
    duty: UUID  # a time on call that the professional asked the admin to take over

    @property
    def secrets(self) -> Mapping[str, str]:
        """What others must not find in any answer."""
        things = {
            "room": self.room.id,
            "flag": self.flag,
            "case": self.case,
            "sampled": self.sampled,
            "pair": self.room.pair.id,
        }
        things |= {role.value: person.id for role, person in self.people.items()}
        return {what: str(thing) for what, thing in things.items()}


async def scene(house: House, where: Any) -> Scene:
    """The three of the room have the roles of mentor, mentee and supervisor; those of the other roles are beside it.
    Once it is there, nobody is called any more: what changes from then on, the test has changed."""
    pager = house.capabilities.escalation.pager
    if not pager.alive:  # after another scene
        pager.start()
    guardian = await house.person(Role.GUARDIAN, "Guardian", where=where)
    room = await house.room(where=where, guardian=guardian)
    people = {Role.MENTOR: room.mentor, Role.MENTEE: room.mentee, Role.SUPERVISOR: room.supervisor}
    people[Role.GUARDIAN] = guardian
    ((paper,), *_) = await house.sql("select id from mentor_papers where account_id = :who", who=room.mentor.id)
    ((link,),) = await house.sql("select id from guardian_links where guardian_id = :who", who=guardian.id)
    for role in Role:
        if role not in people:
            people[role] = await house.person(role, role.value.title(), where=where)
    client = await house.open(room.mentor)
    said = await client.say(room, "appelle-moi au 06 12 34 56 78")
    assert said["state"] == "held", said
    ((flag,),) = await house.sql("select id from flags where room_id = :room", room=room.id)
    sampled, closed_case = await decided_flag(house, await house.room(where=where))
    note = await upload(house, room.mentor, room, NOTE)
    assert (await say(client, room, note, 3))["ok"]
    claire = await house.open(room.supervisor)
    assert (await claire.call("room:enter", {"room": room.number}))["ok"]
    spare = await house.person(Role.MENTOR, "Ana", where=where)
    leaver = await house.person(Role.MENTOR, "Paul", where=where)
    asked, leaving, hold = new_id(), new_id(), new_id()
    for request, kind, who in ((asked, "access", room.mentee), (leaving, "erasure", leaver)):
        await house.sql(
            "insert into data_requests (id, organisation_id, about_id, by_id, kind, at, due_on)"
            " values (:id, :where, :who, :who, :kind, :at, '2026-12-22')",
            id=request,
            where=where.id,
            who=who.id,
            kind=kind,
            at=NOW,
        )
    await house.sql(
        "insert into legal_holds (id, organisation_id, account_id, reason, by_id, since, until)"
        " values (:id, :where, :who, 'plainte', :by, :at, cast(:at as timestamptz) + interval '9 days')",
        id=hold,
        where=where.id,
        who=room.mentor.id,
        by=people[Role.ADMIN].id,
        at=NOW,
    )
    glass, glass_note, deferral = await broken_glass(house, where, people)
    another = await house.room(where=where, supervisor=room.supervisor)
    suspension = {"act": "suspend", "why": "safety", "revision": 0}
    assert (await house.ask(room.supervisor, "POST", f"/api/v1/pairs/{another.pair.id}/acts", suspension)).status == 200
    device = (await another_session(house, room.mentee)).principal.session_id
    letter, case_letter = new_id(), new_id()
    for one, who in ((letter, another.mentee), (case_letter, room.mentee)):
        await house.sql(
            "insert into letters (id, organisation_id, person_id, line, author_id, body, at)"
            " values (:id, :where, :who, 'own', :who, 'Bonjour', :at)",
            id=one,
            where=where.id,
            who=who.id,
            at=NOW,
        )
    case, _, task = await waiting_case(house, flag, room.supervisor)
    dispatch = await filled_dispatch(house, case, room.supervisor)
    ((revision,),) = await house.sql("select revision from cases where id = :case", case=case)
    beside_case = new_id()
    opened = {"id": beside_case, "severity": 2, "category": "wellbeing", "note": "Vue à midi.", "pair": room.pair.id}
    assert (await house.ask(room.supervisor, "POST", "/api/v1/cases", opened)).status == 200
    report, reported, answered = await made_report(house, room)
    heard_report = new_id()
    of_note = {"id": heard_report, "subject": "message", "kind": "uneasy", "room": room.id, "seq": 2}
    assert (await house.ask(room.mentee, "POST", "/api/v1/reports", of_note)).status == 200
    for one in (case, reported):
        await house.sql(
            "insert into case_pages (case_id, round, step, at, severity, rung, people)"
            " values (:case, 1, 9, :at, 3, 3, array[cast(:admin as uuid)])",
            case=one,
            at=NOW,
            admin=people[Role.ADMIN].id,
        )
    async with house.database.everywhere() as conn:
        notice = await tell(conn, where.id, room.mentee.id, "pair_back", NOW)
    contact = new_id()
    outside = {"id": contact, "name": "La ligne de garde", "phone": "+33142761212"}
    assert (await house.ask(people[Role.ADMIN], "POST", "/api/v1/reach/contacts", outside)).status == 204
    assert (await house.ask(room.mentee, "POST", "/api/v1/reach/devices", subscription())).status == 204
    of_mentee = "select id from push_subscriptions where account_id = :who"
    ((push_device,),) = await house.sql(of_mentee, who=room.mentee.id)
    await pager.stop()
    return Scene(
        people=people,
        room=room,
        flag=flag,
        sampled=sampled,
        note=note,
        link=link,
        glass=glass,
        glass_note=glass_note,
        deferral=deferral,
        spare=spare,
        asked=asked,
        leaving=leaving,
        hold=hold,
        paper=paper,
        paused=another.pair.id,
        device=device,
        notice=notice,
        contact=contact,
        push_device=push_device,
        letter=letter,
        case_letter=case_letter,
        other=another.mentee,
        case=case,
        case_revision=revision,
        dispatch=dispatch,
        beside_case=beside_case,
        evidence=await added_evidence(house, case, room, another.mentee),
        closed_case=closed_case,
        task=task,
        report=report,
        reported=reported,
        answered=answered,
        heard_report=heard_report,
        colleague=await house.person(Role.SUPERVISOR, "Sam", where=where),
        duty=await asked_swap(house, people[Role.SUPERVISOR], people[Role.ADMIN]),
    )


def subscription() -> dict[str, str]:
    """What a browser gives that is subscribed with a push service there is."""
    browser = Browser()
    endpoint = f"https://fcm.googleapis.com/fcm{browser.path}"
    return {"endpoint": endpoint, "p256dh": unpadded(browser.p256dh), "auth": unpadded(browser.auth)}


async def waiting_case(house: House, flag: UUID, professional: Person) -> tuple[UUID, int, UUID]:
    """The case of a flag once its first page is out, its revision, and something to do about it."""
    ((case,),) = await house.sql("select case_id from case_links where ref = :flag", flag=flag)
    path, task = f"/api/v1/cases/{case}", new_id()
    async with asyncio.timeout(10):
        while not await house.sql("select step from case_pages where case_id = :case", case=case):
            await asyncio.sleep(0.01)
    made = await house.ask(professional, "POST", f"{path}/tasks", {"id": task, "words": "Appeler le mentor."})
    assert made.status == 200, made.body
    return case, made.body["revision"], task


async def added_evidence(house: House, case: UUID, room: Room, witness: Person) -> UUID:
    """The first message of the room, and a witness, as the professional added them to the case."""
    ((message,),) = await house.sql("select id from messages where room_id = :room and seq = 1", room=room.id)
    of_case = {"case": case, "by": room.supervisor.id}
    await house.sql(
        "insert into case_links (case_id, kind, ref, room_id, seq, added_at, added_by)"
        " values (:case, 'message', :message, :room, 1, :at, :by)",
        message=message,
        room=room.id,
        at=NOW,
        **of_case,
    )
    await house.sql("insert into case_parties values (:case, :who, 'witness', :by)", who=witness.id, **of_case)
    return UUID(str(message))


async def filled_dispatch(house: House, case: UUID, professional: Person) -> UUID:
    """A bundle for the team, ready to be downloaded; its revision is 0."""
    made, telling = new_id(), {"when": "now"}
    body = {"id": made, "kind": "bundle", "outside": False, "telling": telling}
    assert (await house.ask(professional, "POST", f"/api/v1/cases/{case}/dispatches", body)).status == 204
    fields = {"kind": "bundle", "recipient": "Dr Ben", "why": "Un avis."}
    saved = {"revision": 0, "fields": fields, "telling": telling}
    assert (await house.ask(professional, "PUT", f"/api/v1/dispatches/{made}", saved)).status == 204
    ready = await house.ask(professional, "POST", f"/api/v1/dispatches/{made}/propose", {"revision": 1})
    assert ready.status == 204, ready.body
    await house.sql("update dispatches set revision = 0 where id = :id", id=made)
    return made


async def asked_swap(house: House, by: Person, to: Person) -> UUID:
    change = new_id()
    await house.sql(
        "insert into duty_changes (id, organisation_id, out_id, into_id, begins, ends, state, asked_by, asked_at)"
        " values (:id, :where, :by, :to, :at, cast(:at as timestamptz) + interval '9 hours', 'asked', :by, :at)",
        id=change,
        where=by.principal.organisation_id,
        by=by.id,
        to=to.id,
        at=NOW,
    )
    return change


async def made_report(house: House, room: Room) -> tuple[UUID, UUID, UUID]:
    """One of the young person about their mentor, its case, and an answer of the professional."""
    report, answer = new_id(), new_id()
    body = {"id": report, "subject": "person", "kind": "uneasy", "person": room.mentor.id}
    assert (await house.ask(room.mentee, "POST", "/api/v1/reports", body)).status == 200
    ((case,),) = await house.sql("select case_id from reports where id = :report", report=report)
    path = f"/api/v1/cases/{case}/reports/{report}/answers"
    assert (await house.ask(room.supervisor, "POST", path, {"id": answer, "words": "Merci."})).status == 200
    return report, case, answer


async def broken_glass(house: House, where: Any, people: Mapping[Role, Person]) -> tuple[UUID, UUID, UUID]:
    """The room of another pair, whose glass the professional has broken, a voice note that was said there, and a
    deferral of theirs."""
    room = await house.room(where=where)
    note, deferral = await upload(house, room.mentor, room, NOTE), new_id()
    assert (await say(await house.open(room.mentor), room, note, 3))["ok"]
    await house.sql(
        "insert into glass_deferrals values (:id, :where, :room, :who, 'inquiry', 'The police asked us.', :at,"
        " cast(:at as timestamptz) + interval '9 days')",
        id=deferral,
        where=where.id,
        room=room.id,
        who=people[Role.SUPERVISOR].id,
        at=NOW,
    )
    await house.sql(
        "insert into glass_accesses values (:id, :where, :room, :who, 'danger', 'Nobody answers.', :at,"
        " cast(:at as timestamptz) + interval '1 hour', :at)",
        id=new_id(),
        where=where.id,
        room=room.id,
        who=people[Role.SUPERVISOR].id,
        at=NOW,
    )
    return room.id, note, deferral


async def decided_flag(house: House, room: Room) -> tuple[UUID, UUID]:
    """One that is in the sample, whatever its identifier, and its case, which is over."""
    await (await house.open(room.mentee)).say(room, "on m'a frappé hier")
    flag: UUID = (await house.sql("select id from flags where room_id = :room", room=room.id))[0][0]
    body = {"decision": "acknowledge", "reason": "serious"}
    decided = await house.ask(room.supervisor, "POST", f"/api/v1/flags/{flag}/decide", body)
    assert decided.status == 200, decided.body
    await house.sql(
        "insert into samples (flag_id, organisation_id, decision, picked_at)"
        " values (:flag, :organisation, 'acknowledge', :at) on conflict do nothing",
        flag=flag,
        organisation=room.pair.organisation_id,
        at=NOW,
    )
    ((case, revision),) = await house.sql(
        "select id, revision from cases where id in (select case_id from case_links where ref = :flag)", flag=flag
    )
    over = {"revision": revision, "to": "closed", "outcome": "resolved", "note": "Vue avec sa mère."}
    assert (await house.ask(room.supervisor, "POST", f"/api/v1/cases/{case}/move", over)).status == 200
    return flag, case


async def another_session(house: House, who: Person, proved: Proved | None = None) -> Person:
    """The same person on another device."""
    token = new_token()
    principal = replace(who.principal, session_id=new_id())
    async with house.database.everywhere() as conn:
        await insert_session(conn, principal, "bearer", hash_token(token), house.clock.now(), proved=proved)
    return replace(who, principal=principal, token=token)
