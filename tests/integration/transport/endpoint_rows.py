"""Every endpoint there is: who may use it, how it is asked, and what of somebody else's can be put in its place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.integration.transport import asking
from tests.integration.transport.asking import Asked
from tests.integration.transport.scene import NOTE, Scene

EVERYONE = frozenset(Role)
ANYONE = None  # no session needed
FORBIDDEN = (403, "forbidden")
UNSEEN = (404, "not_found")  # whose permission is everybody's, and what it is asked about is not theirs
NOTHING_DONE = (204, None)
NOBODYS: frozenset[Role] = frozenset()  # reach
PROFESSIONALS = frozenset({Role.SUPERVISOR})
STAFF_OF_PAIRS = frozenset({Role.ADMIN, Role.SUPERVISOR})
TUNERS = frozenset({Role.ADMIN, Role.SUPERVISOR})
TALKERS = frozenset({Role.MENTOR, Role.MENTEE, Role.SUPERVISOR})
DONE = "allowed, 204"  # and nothing is done
LETTER_PEOPLE = frozenset({Role.MENTEE, Role.SUPERVISOR})
OF_LETTERS: dict[str, Any] = {"reach": NOBODYS, "others": UNSEEN, "words": ("line",)}
NO_PASSKEY_HERE = (400, "bad_request")  # at an address of numbers, as tests use


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
    fill: Callable[[Scene], Asked] = lambda _: ({}, None)
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


TABLE = [
    Row("POST", "/api/v1/session", ANYONE, lambda _: ({}, {"login": "nobody", "password": "nothing"})),
    Row("GET", "/api/v1/session", EVERYONE),
    Row("DELETE", "/api/v1/session", EVERYONE),
    Row("POST", "/api/v1/session/code", EVERYONE, lambda _: ({}, {"code": "000000"})),
    Row("GET", "/api/v1/session/second-factor", EVERYONE),
    Row("POST", "/api/v1/session/totp/offer", EVERYONE),
    Row("POST", "/api/v1/session/totp", EVERYONE, lambda _: ({}, {"sealed": "AAAA", "code": "000000"})),
    Row("POST", "/api/v1/session/new-passkey/options", EVERYONE),
    Row("POST", "/api/v1/session/new-passkey", EVERYONE, lambda _: ({}, {"passkey": asking.PASSKEY})),
    Row("POST", "/api/v1/session/passkey/options", ANYONE, nameless=NO_PASSKEY_HERE),
    Row(
        "POST", "/api/v1/session/passkey", ANYONE, lambda _: ({}, {"passkey": asking.PASSKEY}), nameless=NO_PASSKEY_HERE
    ),
    Row("GET", "/api/v1/second-factors", EVERYONE),
    Row("POST", "/api/v1/second-factors/challenge", EVERYONE),
    Row(
        "POST",
        "/api/v1/second-factors/totp",
        EVERYONE,
        lambda _: ({}, asking.UNPROVEN | {"sealed": "AAAA", "code": "0"}),
    ),
    Row("POST", "/api/v1/second-factors/totp/remove", EVERYONE, lambda _: ({}, asking.UNPROVEN)),
    Row(
        "POST",
        "/api/v1/second-factors/passkeys",
        EVERYONE,
        lambda _: ({}, asking.UNPROVEN | {"passkey": asking.PASSKEY}),
    ),
    Row(
        "POST",
        "/api/v1/second-factors/passkeys/{passkey}/remove",
        EVERYONE,
        lambda _: ({"passkey": new_id()}, asking.UNPROVEN),
        words=("passkey",),  # who has proved to be there: test_sign_in.py tries a colleague's
    ),
    Row("POST", "/api/v1/second-factors/recovery-codes", EVERYONE, lambda _: ({}, asking.UNPROVEN)),
    Row("POST", "/api/v1/password", EVERYONE, lambda _: ({}, asking.UNPROVEN | {"password": "trois galets bleus"})),
    Row("GET", "/api/v1/session/devices", EVERYONE),
    Row(
        "DELETE",
        "/api/v1/session/devices/{device}",
        frozenset({Role.MENTEE}),
        asking.of_own_device,
        ("device",),
        reach=NOBODYS,
        refusals={"device": DONE},
        others=NOTHING_DONE,
    ),
    Row("DELETE", "/api/v1/session/devices", EVERYONE),
    Row("GET", "/api/v1/accounts/guessed", frozenset({Role.ADMIN})),
    Row("GET", "/api/v1/home", EVERYONE),
    Row("GET", "/api/v1/help/card", EVERYONE),
    Row("GET", "/api/v1/help/lines", frozenset({Role.ADMIN})),
    Row("PUT", "/api/v1/help/lines", frozenset({Role.ADMIN}), lambda _: ({}, asking.HELP_LINES), largest=64 * 1024),
    Row("POST", "/api/v1/help", EVERYONE),  # no body is a bad one: test_help_never_fails.py
    Row("GET", "/api/v1/letters", EVERYONE),
    Row("GET", "/api/v1/letters/{person}/{line}", LETTER_PEOPLE, asking.of_line, ("person",), **OF_LETTERS),
    Row(
        "POST",
        "/api/v1/letters/{person}/{line}",
        LETTER_PEOPLE,
        asking.of_letter,
        ("person",),
        largest=64 * 1024,
        made=("id",),
        **OF_LETTERS,
    ),
    Row(
        "POST", "/api/v1/letters/{person}/{line}/seen", LETTER_PEOPLE, asking.of_seen_letter, ("person",), **OF_LETTERS
    ),
    Row("GET", "/api/v1/notices", EVERYONE),
    Row(
        "POST",
        "/api/v1/notices/seen",
        frozenset({Role.MENTEE}),
        asking.of_notice,
        ("ids",),
        reach=NOBODYS,
        refusals={"ids": DONE},
        others=NOTHING_DONE,
    ),
    Row("GET", "/api/v1/reach", EVERYONE),
    Row("PUT", "/api/v1/reach", EVERYONE, lambda _: ({}, asking.REACH)),
    Row("POST", "/api/v1/reach/devices", EVERYONE, lambda _: ({}, asking.PUSHED)),
    Row(
        "DELETE",
        "/api/v1/reach/devices/{device}",
        frozenset({Role.MENTEE}),
        asking.of_push_device,
        ("device",),
        reach=NOBODYS,
        refusals={"device": DONE},
        others=NOTHING_DONE,
    ),
    Row("POST", "/api/v1/reach/try", EVERYONE),
    Row("GET", "/api/v1/reach/professionals", frozenset({Role.ADMIN})),
    Row("GET", "/api/v1/reach/young", frozenset({Role.ADMIN})),
    Row("PUT", "/api/v1/reach/young", frozenset({Role.ADMIN}), lambda _: ({}, asking.YOUNG)),
    Row("GET", "/api/v1/reach/contacts", frozenset({Role.ADMIN})),
    Row("POST", "/api/v1/reach/contacts", frozenset({Role.ADMIN}), asking.of_new_contact, made=("id",)),
    Row("PUT", "/api/v1/reach/contacts/{contact}", frozenset({Role.ADMIN}), asking.of_contact, ("contact",)),
    Row("DELETE", "/api/v1/reach/contacts/{contact}", frozenset({Role.ADMIN}), asking.of_old_contact, ("contact",)),
    Row("GET", "/api/v1/accounts", frozenset({Role.ADMIN})),
    Row("POST", "/api/v1/accounts", frozenset({Role.ADMIN}), lambda _: ({}, asking.ACCOUNT)),
    Row("GET", "/api/v1/accounts/{account}", frozenset({Role.ADMIN}), asking.of_account, ("account",)),
    Row("PUT", "/api/v1/accounts/{account}", frozenset({Role.ADMIN}), asking.of_correction, ("account",)),
    Row("POST", "/api/v1/accounts/{account}/invitation", STAFF_OF_PAIRS, asking.of_invitation, ("account",)),
    Row("DELETE", "/api/v1/accounts/{account}/invitation", STAFF_OF_PAIRS, asking.of_way_in, ("account",)),
    Row(
        "DELETE",
        "/api/v1/accounts/{account}/devices/{session}",
        STAFF_OF_PAIRS,
        asking.of_device,
        ("account", "session"),
    ),
    Row("DELETE", "/api/v1/accounts/{account}/devices", STAFF_OF_PAIRS, asking.of_way_in, ("account",)),
    Row(
        "DELETE", "/api/v1/accounts/{account}/second-factors", frozenset({Role.ADMIN}), asking.of_account, ("account",)
    ),
    Row("POST", "/api/v1/accounts/{account}/close", frozenset({Role.ADMIN}), asking.of_account, ("account",)),
    Row("POST", "/api/v1/accounts/{account}/reopen", frozenset({Role.ADMIN}), asking.of_account, ("account",)),
    Row("POST", "/api/v1/join", ANYONE, lambda _: ({}, {"token": asking.TOKEN})),
    Row(
        "POST",
        "/api/v1/join/password",
        ANYONE,
        lambda _: ({}, {"token": asking.TOKEN, "password": "a long enough one"}),
    ),
    Row("POST", "/api/v1/join/device", ANYONE, lambda _: ({}, {"token": asking.TOKEN})),
    Row("POST", "/api/v1/reset", ANYONE, lambda _: ({}, {"login": "nobody"}), nameless=(204, None)),
    Row("POST", "/api/v1/session/renew", EVERYONE),
    Row("PUT", "/api/v1/session/pin", EVERYONE, lambda _: ({}, {"pin": "2580"})),
    Row("POST", "/api/v1/session/pin", EVERYONE, lambda _: ({}, {"pin": "2580"})),
    Row("GET", "/api/v1/policy", frozenset({Role.ADMIN})),
    Row("PUT", "/api/v1/policy", frozenset({Role.ADMIN}), lambda _: ({}, {"direct_calls": True})),
    Row("GET", "/api/v1/policy/calls", frozenset({Role.ADMIN})),
    Row(
        "PUT",
        "/api/v1/policy/calls",
        frozenset({Role.ADMIN}),
        lambda _: ({}, {"announce_s": 10, "under_15": "mentor", "under_18": "mentor"}),
    ),
    Row("GET", "/api/v1/board/sessions", frozenset({Role.SUPERVISOR})),
    Row("GET", "/api/v1/pairs", STAFF_OF_PAIRS),
    Row("POST", "/api/v1/pairs", frozenset({Role.ADMIN}), asking.of_pair, ("mentor", "mentee", "supervisor")),
    Row("GET", "/api/v1/pairs/{pair}", STAFF_OF_PAIRS, asking.of_one_pair, ("pair",)),
    Row("POST", "/api/v1/pairs/{pair}/answer", frozenset({Role.MENTEE}), asking.of_answer, ("pair",)),
    Row("POST", "/api/v1/pairs/{pair}/acts", STAFF_OF_PAIRS, asking.of_act, ("pair",)),
    Row(
        "POST", "/api/v1/pairs/{pair}/bridge", STAFF_OF_PAIRS, asking.of_bridge, ("pair", "mentor"), shared=("mentor",)
    ),
    Row(
        "POST",
        "/api/v1/caseload/hand_over",
        STAFF_OF_PAIRS,
        asking.of_caseload,
        ("pairs", "supervisor"),
        shared=("supervisor",),
    ),
    Row("GET", "/api/v1/caseload/colleagues", STAFF_OF_PAIRS, lists=("supervisor",)),
    Row("GET", "/api/v1/due", STAFF_OF_PAIRS),
    Row("GET", "/api/v1/papers", frozenset({Role.MENTOR})),
    Row("POST", "/api/v1/papers/charter", frozenset({Role.MENTOR}), lambda _: ({}, {"version": 1})),
    Row("GET", "/api/v1/mentors/{mentor}/papers", STAFF_OF_PAIRS, asking.of_mentor, ("mentor",)),
    Row("POST", "/api/v1/mentors/{mentor}/papers", STAFF_OF_PAIRS, asking.of_new_paper, ("mentor",)),
    Row("DELETE", "/api/v1/mentors/{mentor}/papers/{paper}", STAFF_OF_PAIRS, asking.of_gone_paper, ("mentor", "paper")),
    Row("GET", "/api/v1/mentees/{mentee}/welfare", STAFF_OF_PAIRS, asking.of_mentee, ("mentee",)),
    Row("POST", "/api/v1/mentees/{mentee}/welfare", STAFF_OF_PAIRS, asking.of_welfare, ("mentee",)),
    Row(
        "GET",
        "/api/v1/people/{person}/suspension",
        STAFF_OF_PAIRS,
        lambda s: (asking.of_person(s)[0], None),
        ("person",),
    ),
    Row("POST", "/api/v1/people/{person}/suspend", STAFF_OF_PAIRS, asking.of_person, ("person",)),
    Row("POST", "/api/v1/people/{person}/restore", STAFF_OF_PAIRS, asking.of_person, ("person",)),
    Row("GET", "/api/v1/charters", frozenset({Role.ADMIN})),
    Row("POST", "/api/v1/charters", frozenset({Role.ADMIN}), lambda _: ({}, asking.CHARTER), largest=2**17),
    Row("GET", "/api/v1/policy/gates", frozenset({Role.ADMIN})),
    Row("PUT", "/api/v1/policy/gates", frozenset({Role.ADMIN}), lambda _: ({}, asking.GATES)),
    Row("GET", "/api/v1/duty", STAFF_OF_PAIRS, lists=("admin", "supervisor")),
    Row(
        "PUT",
        "/api/v1/duty",
        STAFF_OF_PAIRS,
        asking.of_plan,
        ("ladder", "fallback"),
        reach=STAFF_OF_PAIRS,
        words=("id", "people"),  # of a list of shifts: test_duty.py tries others' there
        largest=2**16,
    ),
    Row("GET", "/api/v1/duty/holidays", STAFF_OF_PAIRS, lambda _: ({"year": 2027}, None)),
    Row(
        "POST",
        "/api/v1/duty/changes",
        STAFF_OF_PAIRS,
        asking.of_duty_change,
        ("out", "into"),
        reach=STAFF_OF_PAIRS,
        made=("id",),
    ),
    Row(
        "POST",
        "/api/v1/duty/swaps",
        STAFF_OF_PAIRS,
        asking.of_swap,
        ("to",),
        reach=STAFF_OF_PAIRS,
        made=("id",),
    ),
    Row(
        "POST",
        "/api/v1/duty/changes/{change}/answer",
        STAFF_OF_PAIRS,
        asking.of_asked_swap,
        ("change",),
        reach=STAFF_OF_PAIRS,
    ),
    Row(
        "POST",
        "/api/v1/duty/changes/{change}/withdraw",
        STAFF_OF_PAIRS,
        asking.of_withdrawn_swap,
        ("change",),
        reach=STAFF_OF_PAIRS,
    ),
    Row("GET", "/api/v1/journal", EVERYONE),
    Row("GET", "/api/v1/audit/heads", frozenset({Role.ADMIN})),
    Row("POST", "/api/v1/audit/heads/letter", frozenset({Role.ADMIN})),
    Row("GET", "/api/v1/glass", STAFF_OF_PAIRS, lists=("admin", "mentee", "mentor", "room", "supervisor")),
    Row("POST", "/api/v1/glass", PROFESSIONALS, asking.of_glass, ("room",), reach=PROFESSIONALS),
    Row("GET", "/api/v1/glass/{room}/messages", PROFESSIONALS, asking.of_broken_glass, ("room",), reach=PROFESSIONALS),
    Row(
        "GET",
        "/api/v1/glass/{room}/notes/{note}",
        PROFESSIONALS,
        asking.of_broken_note,
        ("room", "note"),
        reach=PROFESSIONALS,
    ),
    Row(
        "POST",
        "/api/v1/glass/deferrals/{deferral}/end",
        PROFESSIONALS,
        asking.of_old_deferral,
        ("deferral",),
        reach=PROFESSIONALS,
    ),
    Row(
        "POST",
        "/api/v1/glass/deferrals",
        PROFESSIONALS,
        asking.of_deferral,
        ("room",),
        reach=PROFESSIONALS,
    ),
    Row("GET", "/api/v1/rooms/{room}/visits", TALKERS, asking.of_room, ("room",)),
    Row("GET", "/api/v1/rooms/{room}/whispers", frozenset({Role.MENTOR, Role.SUPERVISOR}), asking.of_room, ("room",)),
    Row("POST", "/api/v1/rooms/{room}/notes", TALKERS, asking.of_new_note, ("room",), made=("id",)),
    Row(
        "PUT",
        "/api/v1/rooms/{room}/notes/{note}/chunks/{chunk}",
        TALKERS,
        asking.of_note,
        ("room", "note"),
        NOTE,
    ),
    Row("GET", "/api/v1/rooms/{room}/notes/{note}", TALKERS, asking.of_note, ("room", "note")),
    Row("GET", "/api/v1/flags", PROFESSIONALS),
    Row("GET", "/api/v1/flags", PROFESSIONALS, asking.of_page_of_flags, ("before",), case=" before one"),
    Row("GET", "/api/v1/flags/agreement", PROFESSIONALS),
    Row("GET", "/api/v1/flags/rules", PROFESSIONALS),
    Row("GET", "/api/v1/flags/{flag}", PROFESSIONALS, asking.of_flag, ("flag",)),
    Row("GET", "/api/v1/flags/{flag}/context", PROFESSIONALS, asking.of_flag, ("flag",)),
    Row("POST", "/api/v1/flags/{flag}/claim", PROFESSIONALS, asking.of_flag, ("flag",)),
    Row("POST", "/api/v1/flags/{flag}/unclaim", PROFESSIONALS, asking.of_flag, ("flag",)),
    Row("POST", "/api/v1/flags/{flag}/second", PROFESSIONALS, asking.of_second, ("flag",)),
    Row("POST", "/api/v1/flags/{flag}/decide", PROFESSIONALS, asking.of_decision, ("flag",)),
    Row(
        "POST",
        "/api/v1/flags/{flag}/sample",
        PROFESSIONALS,
        asking.of_sample,
        ("flag",),
        reach=STAFF_OF_PAIRS,
    ),
    Row("GET", "/api/v1/cases", STAFF_OF_PAIRS, lists=("case", "supervisor")),
    Row(
        "GET",
        "/api/v1/cases",
        STAFF_OF_PAIRS,
        asking.of_page_of_cases,
        ("before",),
        reach=STAFF_OF_PAIRS,
        case=" before one",
    ),
    Row(
        "POST",
        "/api/v1/cases",
        STAFF_OF_PAIRS,
        asking.of_new_case,
        ("pair",),
        made=("id",),
        shared=("pair",),
        words=("letter",),  # which some professionals read: letters/test_in_cases.py
    ),
    Row(
        "POST",
        "/api/v1/cases",
        STAFF_OF_PAIRS,
        asking.of_new_case_about,
        ("about",),
        made=("id",),
        shared=("about",),
        case=" about somebody",
    ),
    Row("GET", "/api/v1/cases/{case}", STAFF_OF_PAIRS, asking.of_case, ("case",), reach=STAFF_OF_PAIRS),
    Row("GET", "/api/v1/cases/{case}/file", STAFF_OF_PAIRS, asking.of_case, ("case",), reach=STAFF_OF_PAIRS),
    Row("POST", "/api/v1/cases/{case}/acknowledge", STAFF_OF_PAIRS, asking.of_case, ("case",), reach=STAFF_OF_PAIRS),
    Row("POST", "/api/v1/cases/{case}/move", STAFF_OF_PAIRS, asking.of_move, ("case",), reach=NOBODYS),
    Row("POST", "/api/v1/cases/{case}/reopen", STAFF_OF_PAIRS, asking.of_reopening, ("case",), reach=NOBODYS),
    Row(
        "POST",
        "/api/v1/cases/{case}/assign",
        STAFF_OF_PAIRS,
        asking.of_assignment,
        ("case", "owner"),
        reach=NOBODYS,
        shared=("owner",),
    ),
    Row("POST", "/api/v1/cases/{case}/severity", STAFF_OF_PAIRS, asking.of_grade, ("case",), reach=NOBODYS),
    Row(
        "POST",
        "/api/v1/cases/{case}/notes",
        STAFF_OF_PAIRS,
        asking.of_case_note,
        ("case",),
        reach=NOBODYS,
        made=("id",),
    ),
    Row(
        "POST",
        "/api/v1/cases/{case}/tasks",
        STAFF_OF_PAIRS,
        asking.of_task,
        ("case", "owner"),
        reach=NOBODYS,
        made=("id",),
        shared=("owner",),
    ),
    Row(
        "POST",
        "/api/v1/cases/{case}/tasks/{task}/done",
        STAFF_OF_PAIRS,
        asking.of_ended_task,
        ("case", "task"),
        reach=NOBODYS,
    ),
    Row(
        "POST",
        "/api/v1/cases/{case}/people",
        STAFF_OF_PAIRS,
        asking.of_involved,
        ("case", "person"),
        reach=NOBODYS,
        shared=("person",),
    ),
    Row(
        "POST",
        "/api/v1/cases/{case}/messages",
        STAFF_OF_PAIRS,
        asking.of_evidence,
        ("case", "room"),
        reach=NOBODYS,
    ),
    Row(
        "POST", "/api/v1/cases/{case}/letters", PROFESSIONALS, asking.of_case_letter, ("case", "letter"), reach=NOBODYS
    ),
    Row(
        "POST",
        "/api/v1/cases/{case}/people/remove",
        STAFF_OF_PAIRS,
        asking.of_uninvolved,
        ("case", "person"),
        reach=NOBODYS,
    ),
    Row(
        "GET",
        "/api/v1/cases/{case}/messages/{message}",
        STAFF_OF_PAIRS,
        asking.of_read_evidence,
        ("case", "message"),
        reach=STAFF_OF_PAIRS,
    ),
    Row(
        "POST",
        "/api/v1/cases/{case}/links/remove",
        STAFF_OF_PAIRS,
        asking.of_unlinked,
        ("case", "ref"),
        reach=NOBODYS,
    ),
    Row("POST", "/api/v1/cases/{case}/merge", STAFF_OF_PAIRS, asking.of_merge, ("case", "into"), reach=NOBODYS),
    Row("GET", "/api/v1/cases/{case}/calls", STAFF_OF_PAIRS, asking.of_case, ("case",), reach=STAFF_OF_PAIRS),
    Row("GET", "/api/v1/cases/{case}/reports", STAFF_OF_PAIRS, asking.of_case_reports, ("case",), reach=STAFF_OF_PAIRS),
    Row(
        "POST",
        "/api/v1/cases/{case}/reports/{report}/answers",
        STAFF_OF_PAIRS,
        asking.of_answered_report,
        ("case", "report"),
        reach=NOBODYS,
        made=("id",),
    ),
    Row("GET", "/api/v1/reports", EVERYONE),
    Row(
        "GET",
        "/api/v1/reports/{report}/note",
        STAFF_OF_PAIRS,
        asking.of_heard_report,
        ("report",),
        reach=STAFF_OF_PAIRS,
    ),
    Row("GET", "/api/v1/reports/people", EVERYONE, lists=("admin", "supervisor")),
    Row("POST", "/api/v1/reports", EVERYONE, asking.of_worry, made=("id",), case=" of a worry"),
    Row(
        "POST",
        "/api/v1/reports",
        frozenset({Role.MENTEE, Role.SUPERVISOR}),
        asking.of_reported_message,
        ("room",),
        made=("id",),
        case=" of a message",
        others=UNSEEN,
    ),
    Row(
        "POST",
        "/api/v1/reports",
        EVERYONE - {Role.MENTOR, Role.PRESCRIBER},
        asking.of_reported_person,
        ("person",),
        made=("id",),
        case=" of a person",
        others=UNSEEN,
    ),
    Row(
        "GET",
        "/api/v1/cases/{case}/dispatches",
        PROFESSIONALS,
        asking.of_case,
        ("case",),
        reach=NOBODYS,
        lists=("supervisor",),  # colleagues, who can be the second pair of eyes
    ),
    Row(
        "POST",
        "/api/v1/cases/{case}/dispatches",
        PROFESSIONALS,
        asking.of_new_dispatch,
        ("case",),
        reach=NOBODYS,
        made=("id",),
    ),
    Row("GET", "/api/v1/dispatches", STAFF_OF_PAIRS),
    Row("GET", "/api/v1/dispatches/{dispatch}", PROFESSIONALS, asking.of_dispatch, ("dispatch",), reach=NOBODYS),
    Row(
        "GET", "/api/v1/dispatches/{dispatch}/outline", STAFF_OF_PAIRS, asking.of_dispatch, ("dispatch",), reach=NOBODYS
    ),
    Row(
        "PUT",
        "/api/v1/dispatches/{dispatch}",
        PROFESSIONALS,
        asking.of_saved_dispatch,
        ("dispatch",),
        reach=NOBODYS,
        largest=256 * 1024,
    ),
    *(
        Row(
            "GET",
            f"/api/v1/dispatches/{{dispatch}}/{what}",
            PROFESSIONALS,
            asking.of_dispatch,
            ("dispatch",),
            reach=NOBODYS,
        )
        for what in ("page", "file")
    ),
    Row(
        "POST",
        "/api/v1/dispatches/{dispatch}/propose",
        PROFESSIONALS,
        asking.of_proposal,
        ("dispatch", "ask"),
        reach=NOBODYS,
        shared=("ask",),
    ),
    *(
        Row("POST", f"/api/v1/dispatches/{{dispatch}}/{act}", roles, fill, ("dispatch",), reach=NOBODYS)
        for act, roles, fill in (
            ("urgent", PROFESSIONALS, asking.of_urgency),
            ("second", STAFF_OF_PAIRS, asking.of_second_look),
            ("sent", PROFESSIONALS, asking.of_sending),
            ("answered", PROFESSIONALS, asking.of_answer_to_dispatch),
            ("telling", PROFESSIONALS, asking.of_retelling),
            ("withdraw", PROFESSIONALS, asking.of_withdrawal),
        )
    ),
    Row("GET", "/api/v1/told", EVERYONE),
    Row("GET", "/api/v1/departments", STAFF_OF_PAIRS),
    Row(
        "PUT",
        "/api/v1/departments/{code}",
        frozenset({Role.ADMIN}),
        lambda _: ({"code": "93"}, asking.CRIP),
        words=("code",),  # everybody's
    ),
    Row(
        "DELETE",
        "/api/v1/departments/{code}",
        frozenset({Role.ADMIN}),
        lambda _: ({"code": "93"}, None),
        words=("code",),
    ),
    Row("GET", "/api/v1/heard/{token}", ANYONE, asking.of_link_out, words=("token",), nameless=(404, "not_found")),
    Row("POST", "/api/v1/heard/{token}", ANYONE, asking.of_link_out, words=("token",), nameless=(404, "not_found")),
    Row("GET", "/api/v1/moderation/rules", TUNERS),
    Row("PUT", "/api/v1/moderation/rules", TUNERS, lambda _: ({}, {"watched": ["la cabane"]}), largest=2**19),
    Row("POST", "/api/v1/moderation/try", TUNERS, lambda _: ({}, asking.TRIED), largest=2**19),
    Row("GET", "/api/v1/my-consents", frozenset({Role.GUARDIAN, Role.MENTEE})),
    Row("POST", "/api/v1/my-consents", frozenset({Role.GUARDIAN, Role.MENTEE}), asking.of_consent, ("mentee",)),
    Row("GET", "/api/v1/mentees", STAFF_OF_PAIRS),
    Row("GET", "/api/v1/mentees/{mentee}/consents", STAFF_OF_PAIRS, asking.of_mentee, ("mentee",), lists=("guardian",)),
    Row(
        "POST",
        "/api/v1/mentees/{mentee}/consents",
        STAFF_OF_PAIRS,
        asking.of_paper,
        ("mentee", "by"),
        refusals={"by": "bad_request"},
    ),
    Row(
        "POST",
        "/api/v1/mentees/{mentee}/guardians",
        STAFF_OF_PAIRS,
        asking.of_guardian,
        ("mentee", "guardian"),
    ),
    Row("POST", "/api/v1/mentees/{mentee}/guardians/{link}/end", STAFF_OF_PAIRS, asking.of_link, ("mentee", "link")),
    Row("GET", "/api/v1/data/export", EVERYONE),
    Row(
        "GET",
        "/api/v1/data/export",
        frozenset({Role.ADMIN, Role.MENTEE, Role.SUPERVISOR}),
        asking.of_export,
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
        asking.of_request_for,
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
        asking.of_request,
        ("id",),
        reach=NOBODYS,
        refusals={"id": "conflict"},
        others=(409, "conflict"),
    ),
    Row("GET", "/api/v1/data/desk", STAFF_OF_PAIRS),
    Row("POST", "/api/v1/data/desk/{request}/step", STAFF_OF_PAIRS, asking.of_asked, ("request",)),
    Row(
        "POST", "/api/v1/data/desk/{request}/lift", STAFF_OF_PAIRS, lambda s: ({"request": s.asked}, None), ("request",)
    ),
    Row("GET", "/api/v1/data/desk/{request}/erasure", frozenset({Role.ADMIN}), asking.of_leaving, ("request",)),
    Row("POST", "/api/v1/data/desk/{request}/erase", frozenset({Role.ADMIN}), asking.of_erasure, ("request",)),
    Row("GET", "/api/v1/data/holds", frozenset({Role.ADMIN})),
    Row("POST", "/api/v1/data/holds", frozenset({Role.ADMIN}), asking.of_new_hold, ("person",)),
    Row("POST", "/api/v1/data/holds", frozenset({Role.ADMIN}), asking.of_new_hold_on_two, ("pair",), case=" on two"),
    Row("POST", "/api/v1/data/holds/{hold}/end", frozenset({Role.ADMIN}), asking.of_hold, ("hold",)),
    Row("GET", "/api/v1/data/retention", frozenset({Role.ADMIN})),
    Row("PUT", "/api/v1/data/retention", frozenset({Role.ADMIN}), lambda _: ({}, {"purpose": "people", "days": 400})),
    Row("GET", "/api/v1/consent-texts", frozenset({Role.ADMIN})),
    Row("POST", "/api/v1/consent-texts", frozenset({Role.ADMIN}), lambda _: ({}, asking.CONSENT_TEXT), largest=2**16),
]
CHANGES = [row for row in TABLE if row.method != "GET" and row.roles is not ANYONE]
