"""Every endpoint of the whole server, asked by those who may not: no session, one that opens nothing, another role,
another site. A new endpoint without a row in ``endpoint_rows.py`` fails here."""

from itertools import cycle
from typing import Any

import pytest

from server.kernel.permissions import Role
from server.people.sessions.store import Proved
from tests.integration.transport.endpoint_rows import ANYONE, CHANGES, EVERYONE, FORBIDDEN, TABLE, Row
from tests.integration.transport.scene import another_session, scene
from tests.support.rooms import NOW, House, organisation
from tests.support.schema import identifiers, wrong


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
    tables += ("cases", "case_entries", "case_links", "case_parties", "case_tasks")
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


REPORTING = "POST /api/v1/reports"


@pytest.mark.parametrize("role", [Role.MENTOR, Role.MENTEE])
async def test_a_suspended_person_adds_nothing_to_a_room(house: House, role: Role) -> None:
    """What they can still do over the socket: test_every_event.py. They report as before: test_reports.py."""
    here = await scene(house, house.north)
    path = f"/api/v1/people/{here.people[role].id}/suspend"
    assert (await house.ask(here.people[Role.SUPERVISOR], "POST", path, {"why": "report"})).status == 204
    await house.told()
    before = await state(house)
    rows = [row for row in CHANGES if "room" in row.foreign and role in (row.roles or ()) and row.endpoint != REPORTING]
    answers = {row.name: await ask(house, row, row.fill(here), here.people[role].token) for row in rows}
    assert answers == {
        "POST /api/v1/rooms/{room}/notes": (409, "room_closed"),
        "PUT /api/v1/rooms/{room}/notes/{note}/chunks/{chunk}": (409, "room_closed"),
    }
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


async def test_each_right_role_may(house: House) -> None:
    """So that the refusals above are refusals of the role and of nothing else."""
    here = await scene(house, house.north)
    refused = {}

    def late(row: Row) -> tuple[bool, bool, bool]:
        """What ends a thing, or decides about a flag, which is somebody's case from then on."""
        ends = row.method == "DELETE" or row.path.endswith(("/close", "/end"))
        return ends, row.method == "POST" and row.path.startswith("/api/v1/flags"), row.name in ENDS_OWN

    for row in sorted(TABLE, key=late):
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
