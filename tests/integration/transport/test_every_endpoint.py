"""Every endpoint of the whole server, asked by those who may not: no session, another role, another organisation,
another site. A new endpoint without a row in the table below fails here."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import cycle
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.people.notices import tell
from server.people.sessions.store import Proved, insert_session
from server.people.sessions.tokens import hash_token, new_token
from server.transport.wire import Identifier, schema_hook
from tests.support.notes import note as made_note
from tests.support.notes import say, upload
from tests.support.rooms import NOW, House, Person, Room, organisation
from tests.support.schema import resolve, wrong

EVERYONE = frozenset(Role)
ANYONE = None  # no session needed
FORBIDDEN = (403, "forbidden")
UNSEEN = (404, "not_found")  # whose permission is everybody's, and what it is asked about is not theirs
NOTHING_DONE = (204, None)
NOBODYS: frozenset[Role] = frozenset()  # reach
STAFF_OF_PAIRS = frozenset({Role.ADMIN, Role.SUPERVISOR})
TUNERS = frozenset({Role.ADMIN, Role.SUPERVISOR})
TALKERS = frozenset({Role.MENTOR, Role.MENTEE, Role.SUPERVISOR})


@dataclass(frozen=True)
class Scene:
    """One organisation: somebody of each role, a pair with its room, where the professional has entered, a held message
    with its flag, a flag that a colleague has decided and the professional is to judge blindly, a voice note, and the
    link of the young person's guardian, a room whose glass is broken, with a voice note and a deferral, a request of
    the young person on their data, one for erasure of somebody else, and a legal hold."""

    people: Mapping[Role, Person]
    room: Room
    flag: UUID
    sampled: UUID
    note: UUID
    link: UUID
    glass: UUID
    glass_note: UUID
    deferral: UUID
    spare: Person
    asked: UUID
    leaving: UUID
    hold: UUID
    paper: UUID  # of the mentor
    paused: UUID  # another pair of the professional, suspended
    device: UUID  # another session of the young person
    notice: UUID  # to the young person
    other: Person  # the young person of that other pair

    @property
    def secrets(self) -> Mapping[str, str]:
        """What others must not find in any answer."""
        things = {"room": self.room.id, "flag": self.flag, "sampled": self.sampled, "pair": self.room.pair.id}
        things |= {role.value: person.id for role, person in self.people.items()}
        return {what: str(thing) for what, thing in things.items()}


@dataclass(frozen=True)
class Row:
    """Who may use an endpoint, and how to ask it about the things of a scene.

    ``fill`` makes what stands in the path, with what more there goes into the query, and the body. ``case`` tells
    several rows of one endpoint apart: with and without what it can do without. ``others``: the answer to the roles
    that may not.

    ``foreign`` names what somebody else's can be put in the place of, in path, query and body, each answered
    ``not_found`` or with the code that ``refusals`` has for it. ``made`` are identifiers that the client makes:
    somebody else's are taken, ``conflict``. ``words``: those that this table cannot ask about in earnest.
    ``reach``: the roles to whom the things of every pair of their organisation are open here (test_same_words.py tries
    another pair's on all others); ``shared``: what of ``foreign`` belongs to the whole organisation rather than to a
    pair; ``lists``: what of other pairs is named here to all who may read it (``Scene.secrets``).

    ``upload`` is the body of one that takes bytes, ``largest`` how many bytes a body may have. ``nameless``: the answer
    of one for ANYONE to who is nobody.
    """

    method: str
    path: str
    roles: frozenset[Role] | None
    fill: Callable[[Scene], tuple[dict[str, Any], Any]] = lambda _: ({}, None)
    foreign: tuple[str, ...] = ()
    upload: bytes | None = None
    largest: int = 16 * 1024
    reach: frozenset[Role] = frozenset({Role.ADMIN})
    words: tuple[str, ...] = ("chunk",)
    made: tuple[str, ...] = ()
    refusals: Mapping[str, str] = field(default_factory=dict)
    shared: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    nameless: tuple[int, str | None] = (401, "bad_credentials")
    case: str = ""
    others: tuple[int, str | None] = FORBIDDEN

    @property
    def endpoint(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def name(self) -> str:
        return self.endpoint + self.case

    def address(self, named: Mapping[str, Any]) -> str:
        """With what ``named`` has: in the path what the path asks for, the rest in the query."""
        query = {name: value for name, value in named.items() if f"{{{name}}}" not in self.path}
        return self.path.format(**named) + (f"?{urlencode(query)}" if query else "")


NOTE = made_note()
TRIED = {"text": "mon num : 06 12 34 56 78", "sender": "mentor"}
ACCOUNT = {"login": "zoe", "name": "Zoé", "role": "mentor", "password": "a long enough one"}


def of_room(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"room": scene.room.number}, None


def of_new_note(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"room": scene.room.number}, {"id": new_id(), "bytes": 100}


def of_note(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"room": scene.room.number, "note": scene.note, "chunk": 0}, None


def of_glass(scene: Scene) -> tuple[dict[str, Any], Any]:
    """Of a pair that the professional does not answer for."""
    return {}, {"room": scene.glass, "motive": "danger", "sentence": "Her brother called, we cannot reach her."}


def of_broken_glass(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"room": scene.glass}, None


def of_broken_note(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"room": scene.glass, "note": scene.glass_note}, None


def of_old_deferral(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"deferral": scene.deferral}, None


def of_deferral(scene: Scene) -> tuple[dict[str, Any], Any]:
    body = {"reason": "inquiry", "sentence": "The police asked us to wait.", "until": "2026-12-01T12:00:00Z"}
    return {}, {"room": scene.glass, **body}


def of_flag(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"flag": scene.flag}, None


def of_decision(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"flag": scene.flag}, {"decision": "refuse", "reason": "unsafe", "note": "vu"}


def of_second(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"flag": scene.flag}, {"agree": True, "note": "vu"}


def of_sample(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"flag": scene.sampled}, {"decision": "acknowledge", "reason": "serious"}


def of_pair(scene: Scene) -> tuple[dict[str, Any], Any]:
    people = {role.value: scene.people[role].id for role in (Role.MENTOR, Role.MENTEE, Role.SUPERVISOR)}
    return {}, people


def of_consent(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {}, {"mentee": scene.room.mentee.id, "purpose": "prescriber", "agree": False}


def of_mentee(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"mentee": scene.room.mentee.id}, None


def of_paper(scene: Scene) -> tuple[dict[str, Any], Any]:
    mentee = scene.room.mentee.id
    body = {"by": mentee, "purpose": "prescriber", "agree": True, "how": "paper", "day": "2026-11-20"}
    return {"mentee": mentee}, body


def of_guardian(scene: Scene) -> tuple[dict[str, Any], Any]:
    guardian = scene.people[Role.GUARDIAN].id
    body = {"guardian": guardian, "relation": "parent", "authority": True, "paper": "family_record"}
    return {"mentee": scene.room.mentee.id}, body


def of_link(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"mentee": scene.room.mentee.id, "link": scene.link}, {"why": "request"}


def of_asked(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"request": scene.asked}, {"step": "take", "revision": 0}


def of_export(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"person": scene.room.mentee.id}, None


def of_request_for(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {}, {"id": new_id(), "kind": "objection", "person": scene.room.mentee.id}


def of_request(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {}, {"id": scene.asked}


def of_leaving(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"request": scene.leaving}, None


def of_erasure(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"request": scene.leaving}, {"revision": 0}


def of_hold(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"hold": scene.hold}, None


def of_new_hold(scene: Scene) -> tuple[dict[str, Any], Any]:
    until = (NOW + timedelta(days=30)).isoformat()
    return {}, {"reason": "plainte", "until": until, "person": scene.room.mentee.id}


def of_new_hold_on_two(scene: Scene) -> tuple[dict[str, Any], Any]:
    _, body = of_new_hold(scene)
    return {}, {name: value for name, value in body.items() if name != "person"} | {"pair": scene.room.pair.id}


def of_account(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"account": scene.spare.id}, None


def of_correction(scene: Scene) -> tuple[dict[str, Any], Any]:
    body = {"version": 1, "name": "Ana", "language": "fr", "zone": "Europe/Paris", "email": "ana@example.org"}
    return {"account": scene.spare.id}, body


def of_invitation(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"account": scene.other.id}, {}


def of_way_in(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"account": scene.other.id}, None


def of_own_device(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"device": scene.device}, None


def of_notice(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {}, {"ids": [scene.notice]}


def of_page_of_flags(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"before": scene.flag}, None


def of_device(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"account": scene.other.id, "session": scene.other.principal.session_id}, None


TOKEN = "A" * 43


def of_one_pair(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"pair": scene.room.pair.id}, None


def of_answer(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"pair": scene.room.pair.id}, {"answer": "yes"}


def of_act(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"pair": scene.room.pair.id}, {"act": "probation", "why": "other", "revision": 0}


def of_bridge(scene: Scene) -> tuple[dict[str, Any], Any]:
    body = {"mentor": scene.room.mentor.id, "until": "2026-12-01T12:00:00Z", "revision": 1}
    return {"pair": scene.paused}, body


def of_caseload(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {}, {"pairs": [scene.room.pair.id], "supervisor": scene.people[Role.SUPERVISOR].id}


def of_mentor(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"mentor": scene.room.mentor.id}, None


def of_new_paper(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"mentor": scene.room.mentor.id}, {"gate": "training", "kind": "welcome", "issued_on": "2026-11-20"}


def of_gone_paper(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"mentor": scene.room.mentor.id, "paper": scene.paper}, None


def of_welfare(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"mentee": scene.room.mentee.id}, {"step": "opened", "on": "2026-11-20"}


def of_person(scene: Scene) -> tuple[dict[str, Any], Any]:
    return {"person": scene.room.mentor.id}, {"why": "other"}


CHARTER = {"after": 1, "fr": ["J’écoute."], "en": ["I listen."]}
GATES = {"vetting": True, "charter": True, "training": True, "vetting_months": 6}
GATES |= {"welfare_blocks": False, "closed_readable_days": 90}

DONE = "allowed, 204"  # and nothing is done

PASSKEY = {"id": "AAAA", "client_data": "AAAA"}
NO_PASSKEY_HERE = (400, "bad_request")  # at an address of numbers, as tests use
UNPROVEN: dict[str, Any] = {"proof": {}}
WORDING = {"text": "Un texte.", "easy": "Facile."}
CONSENT_TEXT = {"purpose": "prescriber", "after": 1, "fr": WORDING, "en": WORDING}


TABLE = [
    Row("POST", "/api/v1/session", ANYONE, lambda _: ({}, {"login": "nobody", "password": "nothing"})),
    Row("GET", "/api/v1/session", EVERYONE),
    Row("DELETE", "/api/v1/session", EVERYONE),
    Row("POST", "/api/v1/session/code", EVERYONE, lambda _: ({}, {"code": "000000"})),
    Row("GET", "/api/v1/session/second-factor", EVERYONE),
    Row("POST", "/api/v1/session/totp/offer", EVERYONE),
    Row("POST", "/api/v1/session/totp", EVERYONE, lambda _: ({}, {"sealed": "AAAA", "code": "000000"})),
    Row("POST", "/api/v1/session/new-passkey/options", EVERYONE),
    Row("POST", "/api/v1/session/new-passkey", EVERYONE, lambda _: ({}, {"passkey": PASSKEY})),
    Row("POST", "/api/v1/session/passkey/options", ANYONE, nameless=NO_PASSKEY_HERE),
    Row("POST", "/api/v1/session/passkey", ANYONE, lambda _: ({}, {"passkey": PASSKEY}), nameless=NO_PASSKEY_HERE),
    Row("GET", "/api/v1/second-factors", EVERYONE),
    Row("POST", "/api/v1/second-factors/challenge", EVERYONE),
    Row("POST", "/api/v1/second-factors/totp", EVERYONE, lambda _: ({}, UNPROVEN | {"sealed": "AAAA", "code": "0"})),
    Row("POST", "/api/v1/second-factors/totp/remove", EVERYONE, lambda _: ({}, UNPROVEN)),
    Row("POST", "/api/v1/second-factors/passkeys", EVERYONE, lambda _: ({}, UNPROVEN | {"passkey": PASSKEY})),
    Row(
        "POST",
        "/api/v1/second-factors/passkeys/{passkey}/remove",
        EVERYONE,
        lambda _: ({"passkey": new_id()}, UNPROVEN),
        words=("passkey",),  # who has proved to be there: test_sign_in.py tries a colleague's
    ),
    Row("POST", "/api/v1/second-factors/recovery-codes", EVERYONE, lambda _: ({}, UNPROVEN)),
    Row("POST", "/api/v1/password", EVERYONE, lambda _: ({}, UNPROVEN | {"password": "trois galets bleus"})),
    Row("GET", "/api/v1/session/devices", EVERYONE),
    Row(
        "DELETE",
        "/api/v1/session/devices/{device}",
        frozenset({Role.MENTEE}),
        of_own_device,
        ("device",),
        reach=NOBODYS,
        refusals={"device": DONE},
        others=NOTHING_DONE,
    ),
    Row("DELETE", "/api/v1/session/devices", EVERYONE),
    Row("GET", "/api/v1/accounts/guessed", frozenset({Role.ADMIN})),
    Row("GET", "/api/v1/home", EVERYONE),
    Row("GET", "/api/v1/notices", EVERYONE),
    Row(
        "POST",
        "/api/v1/notices/seen",
        frozenset({Role.MENTEE}),
        of_notice,
        ("ids",),
        reach=NOBODYS,
        refusals={"ids": DONE},
        others=NOTHING_DONE,
    ),
    Row("GET", "/api/v1/accounts", frozenset({Role.ADMIN})),
    Row("POST", "/api/v1/accounts", frozenset({Role.ADMIN}), lambda _: ({}, ACCOUNT)),
    Row("GET", "/api/v1/accounts/{account}", frozenset({Role.ADMIN}), of_account, ("account",)),
    Row("PUT", "/api/v1/accounts/{account}", frozenset({Role.ADMIN}), of_correction, ("account",)),
    Row("POST", "/api/v1/accounts/{account}/invitation", STAFF_OF_PAIRS, of_invitation, ("account",)),
    Row("DELETE", "/api/v1/accounts/{account}/invitation", STAFF_OF_PAIRS, of_way_in, ("account",)),
    Row(
        "DELETE",
        "/api/v1/accounts/{account}/devices/{session}",
        STAFF_OF_PAIRS,
        of_device,
        ("account", "session"),
    ),
    Row("DELETE", "/api/v1/accounts/{account}/devices", STAFF_OF_PAIRS, of_way_in, ("account",)),
    Row("DELETE", "/api/v1/accounts/{account}/second-factors", frozenset({Role.ADMIN}), of_account, ("account",)),
    Row("POST", "/api/v1/accounts/{account}/close", frozenset({Role.ADMIN}), of_account, ("account",)),
    Row("POST", "/api/v1/accounts/{account}/reopen", frozenset({Role.ADMIN}), of_account, ("account",)),
    Row("POST", "/api/v1/join", ANYONE, lambda _: ({}, {"token": TOKEN})),
    Row("POST", "/api/v1/join/password", ANYONE, lambda _: ({}, {"token": TOKEN, "password": "a long enough one"})),
    Row("POST", "/api/v1/join/device", ANYONE, lambda _: ({}, {"token": TOKEN})),
    Row("POST", "/api/v1/reset", ANYONE, lambda _: ({}, {"login": "nobody"}), nameless=(204, None)),
    Row("POST", "/api/v1/session/renew", EVERYONE),
    Row("PUT", "/api/v1/session/pin", EVERYONE, lambda _: ({}, {"pin": "2580"})),
    Row("POST", "/api/v1/session/pin", EVERYONE, lambda _: ({}, {"pin": "2580"})),
    Row("GET", "/api/v1/policy", frozenset({Role.ADMIN})),
    Row("PUT", "/api/v1/policy", frozenset({Role.ADMIN}), lambda _: ({}, {"direct_calls": True})),
    Row("GET", "/api/v1/pairs", STAFF_OF_PAIRS),
    Row("POST", "/api/v1/pairs", frozenset({Role.ADMIN}), of_pair, ("mentor", "mentee", "supervisor")),
    Row("GET", "/api/v1/pairs/{pair}", STAFF_OF_PAIRS, of_one_pair, ("pair",)),
    Row("POST", "/api/v1/pairs/{pair}/answer", frozenset({Role.MENTEE}), of_answer, ("pair",)),
    Row("POST", "/api/v1/pairs/{pair}/acts", STAFF_OF_PAIRS, of_act, ("pair",)),
    Row("POST", "/api/v1/pairs/{pair}/bridge", STAFF_OF_PAIRS, of_bridge, ("pair", "mentor"), shared=("mentor",)),
    Row(
        "POST",
        "/api/v1/caseload/hand_over",
        STAFF_OF_PAIRS,
        of_caseload,
        ("pairs", "supervisor"),
        shared=("supervisor",),
    ),
    Row("GET", "/api/v1/caseload/colleagues", STAFF_OF_PAIRS, lists=("supervisor",)),
    Row("GET", "/api/v1/due", STAFF_OF_PAIRS),
    Row("GET", "/api/v1/papers", frozenset({Role.MENTOR})),
    Row("POST", "/api/v1/papers/charter", frozenset({Role.MENTOR}), lambda _: ({}, {"version": 1})),
    Row("GET", "/api/v1/mentors/{mentor}/papers", STAFF_OF_PAIRS, of_mentor, ("mentor",)),
    Row("POST", "/api/v1/mentors/{mentor}/papers", STAFF_OF_PAIRS, of_new_paper, ("mentor",)),
    Row("DELETE", "/api/v1/mentors/{mentor}/papers/{paper}", STAFF_OF_PAIRS, of_gone_paper, ("mentor", "paper")),
    Row("GET", "/api/v1/mentees/{mentee}/welfare", STAFF_OF_PAIRS, of_mentee, ("mentee",)),
    Row("POST", "/api/v1/mentees/{mentee}/welfare", STAFF_OF_PAIRS, of_welfare, ("mentee",)),
    Row("GET", "/api/v1/people/{person}/suspension", STAFF_OF_PAIRS, lambda s: (of_person(s)[0], None), ("person",)),
    Row("POST", "/api/v1/people/{person}/suspend", STAFF_OF_PAIRS, of_person, ("person",)),
    Row("POST", "/api/v1/people/{person}/restore", STAFF_OF_PAIRS, of_person, ("person",)),
    Row("GET", "/api/v1/charters", frozenset({Role.ADMIN})),
    Row("POST", "/api/v1/charters", frozenset({Role.ADMIN}), lambda _: ({}, CHARTER), largest=2**17),
    Row("GET", "/api/v1/policy/gates", frozenset({Role.ADMIN})),
    Row("PUT", "/api/v1/policy/gates", frozenset({Role.ADMIN}), lambda _: ({}, GATES)),
    Row("GET", "/api/v1/journal", EVERYONE),
    Row("GET", "/api/v1/audit/heads", frozenset({Role.ADMIN})),
    Row("POST", "/api/v1/audit/heads/letter", frozenset({Role.ADMIN})),
    Row("GET", "/api/v1/glass", STAFF_OF_PAIRS, lists=("admin", "mentee", "mentor", "room", "supervisor")),
    Row("POST", "/api/v1/glass", STAFF_OF_PAIRS, of_glass, ("room",), reach=STAFF_OF_PAIRS),
    Row("GET", "/api/v1/glass/{room}/messages", STAFF_OF_PAIRS, of_broken_glass, ("room",), reach=STAFF_OF_PAIRS),
    Row(
        "GET",
        "/api/v1/glass/{room}/notes/{note}",
        STAFF_OF_PAIRS,
        of_broken_note,
        ("room", "note"),
        reach=STAFF_OF_PAIRS,
    ),
    Row(
        "POST",
        "/api/v1/glass/deferrals/{deferral}/end",
        frozenset({Role.SUPERVISOR}),
        of_old_deferral,
        ("deferral",),
        reach=frozenset({Role.SUPERVISOR}),
    ),
    Row(
        "POST",
        "/api/v1/glass/deferrals",
        frozenset({Role.SUPERVISOR}),
        of_deferral,
        ("room",),
        reach=frozenset({Role.SUPERVISOR}),
    ),
    Row("GET", "/api/v1/rooms/{room}/visits", TALKERS, of_room, ("room",)),
    Row("POST", "/api/v1/rooms/{room}/notes", TALKERS, of_new_note, ("room",), made=("id",)),
    Row(
        "PUT",
        "/api/v1/rooms/{room}/notes/{note}/chunks/{chunk}",
        TALKERS,
        of_note,
        ("room", "note"),
        NOTE,
    ),
    Row("GET", "/api/v1/rooms/{room}/notes/{note}", TALKERS, of_note, ("room", "note")),
    Row("GET", "/api/v1/flags", frozenset({Role.SUPERVISOR})),
    Row("GET", "/api/v1/flags", frozenset({Role.SUPERVISOR}), of_page_of_flags, ("before",), case=" before one"),
    Row("GET", "/api/v1/flags/agreement", frozenset({Role.SUPERVISOR})),
    Row("GET", "/api/v1/flags/rules", frozenset({Role.SUPERVISOR})),
    Row("GET", "/api/v1/flags/{flag}/context", frozenset({Role.SUPERVISOR}), of_flag, ("flag",)),
    Row("POST", "/api/v1/flags/{flag}/claim", frozenset({Role.SUPERVISOR}), of_flag, ("flag",)),
    Row("POST", "/api/v1/flags/{flag}/unclaim", frozenset({Role.SUPERVISOR}), of_flag, ("flag",)),
    Row("POST", "/api/v1/flags/{flag}/second", frozenset({Role.SUPERVISOR}), of_second, ("flag",)),
    Row("POST", "/api/v1/flags/{flag}/decide", frozenset({Role.SUPERVISOR}), of_decision, ("flag",)),
    Row(
        "POST", "/api/v1/flags/{flag}/sample", frozenset({Role.SUPERVISOR}), of_sample, ("flag",), reach=STAFF_OF_PAIRS
    ),
    Row("GET", "/api/v1/moderation/rules", TUNERS),
    Row("PUT", "/api/v1/moderation/rules", TUNERS, lambda _: ({}, {"watched": ["la cabane"]}), largest=2**19),
    Row("POST", "/api/v1/moderation/try", TUNERS, lambda _: ({}, TRIED), largest=2**19),
    Row("GET", "/api/v1/my-consents", frozenset({Role.GUARDIAN, Role.MENTEE})),
    Row("POST", "/api/v1/my-consents", frozenset({Role.GUARDIAN, Role.MENTEE}), of_consent, ("mentee",)),
    Row("GET", "/api/v1/mentees", STAFF_OF_PAIRS),
    Row("GET", "/api/v1/mentees/{mentee}/consents", STAFF_OF_PAIRS, of_mentee, ("mentee",), lists=("guardian",)),
    Row(
        "POST",
        "/api/v1/mentees/{mentee}/consents",
        STAFF_OF_PAIRS,
        of_paper,
        ("mentee", "by"),
        refusals={"by": "bad_request"},
    ),
    Row(
        "POST",
        "/api/v1/mentees/{mentee}/guardians",
        STAFF_OF_PAIRS,
        of_guardian,
        ("mentee", "guardian"),
    ),
    Row("POST", "/api/v1/mentees/{mentee}/guardians/{link}/end", STAFF_OF_PAIRS, of_link, ("mentee", "link")),
    Row("GET", "/api/v1/data/export", EVERYONE),
    Row(
        "GET",
        "/api/v1/data/export",
        frozenset({Role.ADMIN, Role.MENTEE, Role.SUPERVISOR}),
        of_export,
        ("person",),
        case=" of somebody",
        others=UNSEEN,
    ),
    Row("GET", "/api/v1/data/who", EVERYONE),
    Row("GET", "/api/v1/data/requests", EVERYONE),
    Row("POST", "/api/v1/data/requests", EVERYONE, lambda _: ({}, {"id": new_id(), "kind": "restriction"})),
    Row(
        "POST",
        "/api/v1/data/requests",
        frozenset({Role.GUARDIAN, Role.MENTEE}),
        of_request_for,
        ("person",),
        reach=NOBODYS,
        made=("id",),
        case=" for somebody",
        others=UNSEEN,
    ),
    Row(
        "POST",
        "/api/v1/data/requests/withdraw",
        frozenset({Role.MENTEE}),
        of_request,
        ("id",),
        reach=NOBODYS,
        refusals={"id": "conflict"},
        others=(409, "conflict"),
    ),
    Row("GET", "/api/v1/data/desk", STAFF_OF_PAIRS),
    Row("POST", "/api/v1/data/desk/{request}/step", STAFF_OF_PAIRS, of_asked, ("request",)),
    Row("GET", "/api/v1/data/desk/{request}/erasure", frozenset({Role.ADMIN}), of_leaving, ("request",)),
    Row("POST", "/api/v1/data/desk/{request}/erase", frozenset({Role.ADMIN}), of_erasure, ("request",)),
    Row("GET", "/api/v1/data/holds", frozenset({Role.ADMIN})),
    Row("POST", "/api/v1/data/holds", frozenset({Role.ADMIN}), of_new_hold, ("person",)),
    Row("POST", "/api/v1/data/holds", frozenset({Role.ADMIN}), of_new_hold_on_two, ("pair",), case=" on two"),
    Row(
        "POST", "/api/v1/data/desk/{request}/lift", STAFF_OF_PAIRS, lambda s: ({"request": s.asked}, None), ("request",)
    ),
    Row("POST", "/api/v1/data/holds/{hold}/end", frozenset({Role.ADMIN}), of_hold, ("hold",)),
    Row("GET", "/api/v1/data/retention", frozenset({Role.ADMIN})),
    Row("PUT", "/api/v1/data/retention", frozenset({Role.ADMIN}), lambda _: ({}, {"purpose": "people", "days": 400})),
    Row("GET", "/api/v1/consent-texts", frozenset({Role.ADMIN})),
    Row("POST", "/api/v1/consent-texts", frozenset({Role.ADMIN}), lambda _: ({}, CONSENT_TEXT), largest=2**16),
]
CHANGES = [row for row in TABLE if row.method != "GET" and row.roles is not ANYONE]


async def scene(house: House, where: Any) -> Scene:
    """The three of the room have the roles of mentor, mentee and supervisor; those of the other roles are beside it."""
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
    sampled = await decided_flag(house, await house.room(where=where))
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
    broken = await broken_glass(house, where, people)
    another = await house.room(where=where, supervisor=room.supervisor)
    paused = another.pair.id
    suspension = {"act": "suspend", "why": "safety", "revision": 0}
    assert (await house.ask(room.supervisor, "POST", f"/api/v1/pairs/{paused}/acts", suspension)).status == 200
    device = (await another_session(house, room.mentee)).principal.session_id
    async with house.database.everywhere() as conn:
        more = (paused, device, await tell(conn, where.id, room.mentee.id, "pair_back", NOW), another.mentee)
    return Scene(people, room, flag, sampled, note, link, *broken, spare, asked, leaving, hold, paper, *more)


async def broken_glass(house: House, where: Any, people: Mapping[Role, Person]) -> tuple[UUID, UUID, UUID]:
    """The room of another pair, whose glass the professional and the admin have broken, a voice note that was said
    there, and a deferral of the professional."""
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
    for role in (Role.ADMIN, Role.SUPERVISOR):
        await house.sql(
            "insert into glass_accesses values (:id, :where, :room, :who, 'danger', 'Nobody answers.', :at,"
            " cast(:at as timestamptz) + interval '1 hour', :at)",
            id=new_id(),
            where=where.id,
            room=room.id,
            who=people[role].id,
            at=NOW,
        )
    return room.id, note, deferral


async def decided_flag(house: House, room: Room) -> UUID:
    """One that is in the sample, whatever its identifier."""
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
    return flag


async def ask(
    house: House, row: Row, filled: tuple[dict[str, Any], Any], token: str | None = None, **more: Any
) -> tuple[int, str | None]:
    """(status, code) of the answer, which must be as the description says."""
    path, body = filled
    if row.upload is not None:
        more["headers"] = {"Content-Type": "application/octet-stream", **more.get("headers", {})}
    reply = await house.site.ask(row.method, row.address(path), body, raw=row.upload, token=token, **more)
    document = await description(house)
    described = document["paths"][row.path][row.method.lower()]["responses"][str(reply.status)]
    if reply.body is not None:
        assert wrong(reply.body, described["content"]["application/json"]["schema"], document) == [], row.name
    return reply.status, reply.error[0] if reply.status >= 400 else None


_DESCRIBED: dict[str, dict[str, Any]] = {}  # by house: it is long, and the same all the time


async def description(house: House) -> dict[str, Any]:
    if house.site.url not in _DESCRIBED:
        _DESCRIBED.clear()
        _DESCRIBED[house.site.url] = (await house.site.ask("GET", "/api/openapi.json")).body
    return _DESCRIBED[house.site.url]


async def state(house: House) -> dict[str, int]:
    """How many rows there are of all that an endpoint could make or end."""
    tables: tuple[str, ...] = ("accounts", "auth_sessions", "pairs", "rooms", "messages", "room_visits", "voice_notes")
    tables += ("flags", "reviews", "appeals", "samples", "own_rules")
    tables += ("glass_accesses", "glass_deferrals", "glass_deferral_ends", "glass_tellings")
    tables += ("consent_entries", "consent_texts", "guardian_links")
    tables += ("data_requests", "legal_holds", "retention_periods")
    return {table: (await house.sql(f"select count(*) from {table}"))[0][0] for table in tables} | {  # noqa: S608
        "open": (await house.sql("select count(*) from flags where state = 'open'"))[0][0],
        "revisions": (await house.sql("select sum(revision) from flags"))[0][0],
        "reviewed": (await house.sql("select count(*) from samples where reviewed_by is not null"))[0][0],
    }


async def test_the_table_holds_every_endpoint_and_no_other(house: House) -> None:
    served_rows = {f"{row.declared.method} {row.declared.path}" for row in house.capabilities.endpoints.table}
    rows = {row.endpoint for row in TABLE}
    assert sorted(served_rows - rows) == [], "served without a Row in TABLE: say who may, and how to ask"
    assert sorted(rows) == sorted(served_rows)
    document = await description(house)
    described = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert sorted(rows) == sorted(described)
    assert len({row.name for row in TABLE}) == len(TABLE)


IDENTIFIER = schema_hook(Identifier)["description"]


def identifiers(document: dict[str, Any], path: str, method: str) -> tuple[set[str], set[str]]:
    """What names things in the address, and what does in the body, alone or in a list."""
    operation = document["paths"][path][method.lower()]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    choices = [resolve(one["$ref"], document) if "$ref" in one else one for one in body.get("anyOf", [body])]
    members = [member for one in choices for member in one.get("properties", {}).items()]
    query = {one["name"] for one in operation.get("parameters", ()) if IDENTIFIER in str(one["schema"])}
    return set(re.findall(r"{(\w+)}", path)) | query, {name for name, kind in members if IDENTIFIER in str(kind)}


async def test_whatever_names_a_thing_can_name_somebody_elses(house: House) -> None:
    """A row says in ``foreign`` of each identifier in path, query and body that it is tried, or elsewhere why not."""
    document = await description(house)
    unnamed = {}
    for endpoint in {row.endpoint for row in TABLE}:
        rows = [row for row in TABLE if row.endpoint == endpoint]
        names = set().union(*identifiers(document, rows[0].path, rows[0].method))
        if missing := names - {name for row in rows for name in (*row.foreign, *row.made, *row.words)}:
            unnamed[endpoint] = sorted(missing)
    assert unnamed == {}
    assert sum(len(row.foreign) for row in TABLE) > 60


async def test_without_a_session(house: House) -> None:
    here = await scene(house, house.north)
    before = await state(house)
    for token in (None, "A" * 43, "short"):
        answers = {row.name: await ask(house, row, row.fill(here), token) for row in TABLE}
        assert answers == {row.name: row.nameless if row.roles is ANYONE else (401, "not_signed_in") for row in TABLE}
    assert await state(house) == before


# What a sign-in that waits for its second factor is let do: to finish, or to give up.
FINISHING = {
    "DELETE /api/v1/session",
    "GET /api/v1/session/second-factor",
    "POST /api/v1/session/code",
    "POST /api/v1/session/new-passkey",
    "POST /api/v1/session/new-passkey/options",
    "POST /api/v1/session/totp",
    "POST /api/v1/session/totp/offer",
}


async def test_with_a_sign_in_that_waits_for_its_second_factor(house: House) -> None:
    here = await scene(house, house.north)
    declared = [row.declared for row in house.capabilities.endpoints.table]
    assert {f"{one.method} {one.path}" for one in declared if one.finishes_sign_in} == FINISHING
    rows = [row for row in TABLE if row.roles is not ANYONE and row.endpoint not in FINISHING]
    waiting = {
        (role, proved): (await another_session(house, who, proved)).token
        for role, who in here.people.items()
        for proved in (Proved.ASKED, Proved.SET_UP)
    }
    before = await state(house)
    answers = {(row.name, *who): await ask(house, row, row.fill(here), waiting[who]) for row in rows for who in waiting}
    assert answers == dict.fromkeys(answers, (401, "second_factor"))
    assert len(answers) == len(rows) * len(Role) * 2
    assert await state(house) == before


@pytest.mark.parametrize(
    "ends",
    ["update auth_sessions set expires_at = :at", "update accounts set disabled_at = :at"],
    ids=["expired", "closed account"],
)
async def test_with_a_session_that_has_ended(house: House, ends: str) -> None:
    here = await scene(house, house.north)
    for who in here.people.values():  # what the server remembers of them is of before
        assert (await house.ask(who, "GET", "/api/v1/session")).status == 200
    await house.sql(ends, at=NOW)
    await house.told()
    before = await state(house)
    rows = [row for row in TABLE if row.roles is not ANYONE]
    turns = cycle(here.people.values())  # it is found out before anything depends on the role
    answers = {row.name: await ask(house, row, row.fill(here), next(turns).token) for row in rows}
    assert answers == {row.name: (401, "session_expired") for row in rows}
    assert await state(house) == before


async def test_with_each_wrong_role(house: House) -> None:
    here = await scene(house, house.north)
    before = await state(house)
    answers, expected = {}, {}
    for row in TABLE:
        for role in EVERYONE - (row.roles if row.roles is not None else EVERYONE):
            answers[row.name, role] = await ask(house, row, row.fill(here), here.people[role].token)
            expected[row.name, role] = row.others
    assert answers == expected
    assert len(answers) > 200
    assert await state(house) == before


async def test_what_a_wrong_role_sends_is_not_even_read(house: House) -> None:
    here = await scene(house, house.north)
    tried = 0
    for row in CHANGES:
        for role in EVERYONE - (row.roles or EVERYONE):
            path, body = row.fill(here)
            if body is not None and row.others == FORBIDDEN:
                reply = await house.site.ask(row.method, row.address(path), raw=b"{", token=here.people[role].token)
                assert reply.error == ("forbidden", None), (row.name, role)
                tried += 1
    assert tried > 100


ENDS_OWN = {"DELETE /api/v1/session", "DELETE /api/v1/session/devices"}


async def another_session(house: House, who: Person, proved: Proved | None = None) -> Person:
    """The same person on another device."""
    token = new_token()
    principal = replace(who.principal, session_id=new_id())
    async with house.database.everywhere() as conn:
        await insert_session(conn, principal, "bearer", hash_token(token), house.clock.now(), proved=proved)
    return replace(who, principal=principal, token=token)


async def test_each_right_role_may(house: House) -> None:
    """So that the refusals above are refusals of the role and of nothing else."""
    here = await scene(house, house.north)
    refused = {}
    for row in sorted(
        TABLE, key=lambda row: (row.method == "DELETE" or row.path.endswith(("/close", "/end")), row.name in ENDS_OWN)
    ):
        for role in sorted(row.roles or ()):
            who = here.people[role]
            asking = await another_session(house, who) if row.name in ENDS_OWN else who
            filled = row.fill(here)
            if "session" in filled[0]:  # which can be ended once
                filled[0]["session"] = (await another_session(house, here.other)).principal.session_id
            status, code = await ask(house, row, filled, asking.token)
            if status in (401, 403, 404):
                refused[row.name, role] = code
    assert refused == {}


async def test_nothing_that_is_read_holds_anything_of_others(house: House) -> None:
    """Of another organisation to nobody; of another pair to those alone to whom that endpoint opens it."""
    here, beside = await scene(house, house.north), await scene(house, house.north)
    there = await scene(house, await organisation(house.database, "South"))
    told, tried = {}, 0
    for row in TABLE:
        if row.method != "GET":
            continue
        for role in sorted(row.roles or ()):
            reply = await house.site.ask("GET", row.address(row.fill(here)[0]), token=here.people[role].token)
            assert reply.status == 200, (row.name, role)
            for place, stranger in (("elsewhere", there), ("beside", beside)):
                if place == "beside" and role in row.reach:
                    continue
                held = {what for what, name in stranger.secrets.items() if name in str(reply.body)}
                if held - (set(row.lists) if place == "beside" else set()):
                    told[f"{row.name} {role} {place}"] = sorted(held)
                tried += 1
    assert told == {}
    assert tried > 100


async def test_a_supervisor_of_other_pairs_sees_and_decides_nothing(house: House) -> None:
    here = await scene(house, house.north)
    other = await house.person(Role.SUPERVISOR, "Samir")
    answers = {
        row.name: await ask(house, row, row.fill(here), other.token)
        for row in TABLE
        if row.foreign and row.fill(here)[0].get("flag") == here.flag
    }
    assert answers == dict.fromkeys(answers, (404, "not_found"))
    assert len(answers) >= 5
    assert (await house.ask(other, "GET", "/api/v1/flags")).body == {"flags": [], "more": False}
    assert (await house.ask(other, "GET", "/api/v1/pairs")).body == {"pairs": []}


async def test_changes_sent_by_another_site_with_the_cookie(house: House) -> None:
    here = await scene(house, house.north)
    before = await state(house)
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
    ):
        answers = {}
        for row in CHANGES:
            role = sorted(row.roles or ())[0]
            answers[row.name] = await ask(house, row, row.fill(here), cookie=here.people[role].token, headers=headers)
        assert answers == {row.name: (403, "forbidden") for row in CHANGES}, headers
    assert await state(house) == before


BAD_BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "not JSON": (b"{", 400),
    "a list": (b"[]", 400),
    "null": (b"null", 400),
    "a number": (b"1e999", 400),
    "deep": (b"[" * 10_000, 400),
    "unknown field": (b'{"surplus": 1}', 400),
    "NUL": (b'{"login": "\\u0000", "note": "\\u0000", "mentor": "\\u0000"}', 400),
    "half a character": (b'{"login": "\\ud800", "note": "\\ud800", "mentor": "\\ud800"}', 400),
    "not UTF-8": (b'{"login": "\xff", "note": "\xff", "mentor": "\xff"}', 400),
    "wrong types": (b'{"login": {}, "note": [], "mentor": 7}', 400),
    "oversize": (b"", 413),  # of more bytes than the row takes
}


async def test_bad_bodies_are_refused_whole(house: House) -> None:
    here = await scene(house, house.north)
    before = await state(house)
    answers, expected = {}, {}
    for row in TABLE:
        path, body = row.fill(here)
        if body is None:
            continue
        token = here.people[sorted(row.roles)[0]].token if row.roles else None
        for kind, (raw, status) in BAD_BODIES.items():
            if kind == "oversize":
                raw = b'{"note": "' + b"x" * row.largest + b'"}'
            reply = await house.site.ask(row.method, row.address(path), raw=raw, token=token)
            answers[row.name, kind] = (reply.status, reply.error[0])
            expected[row.name, kind] = (status, "too_large" if status == 413 else "bad_request")
    assert answers == expected
    assert len(answers) >= 6 * len(BAD_BODIES)
    assert await state(house) == before


def leads_elsewhere(row: Row, name: str, written: str) -> bool:
    """Whether the client makes another endpoint's address of it before it asks: ``a/%2e%2e/b`` is ``b``."""
    before, _, after = row.path.partition(f"{{{name}}}")
    above = before.rstrip("/").rpartition("/")[0]
    return written == "%2e%2e" and any(other.path == above + after for other in TABLE)


async def test_odd_names_in_the_path_do_not_exist(house: House) -> None:
    here = await scene(house, house.north)
    odd = ["x", "0", "-1", "99999999999999999999", "%00", "%2e%2e", "a" * 3_000, "é", "1 or 1=1"]
    for row in TABLE:
        for name in row.foreign:
            if f"{{{name}}}" in row.path:
                path, body = row.fill(here)
                token = here.people[sorted(row.roles or ())[0]].token
                tried = [written for written in odd if not leads_elsewhere(row, name, written)]
                answers = {written: await ask(house, row, ({**path, name: written}, body), token) for written in tried}
                assert set(answers.values()) <= {(404, "not_found"), (400, "bad_request")}, (row.name, answers)
