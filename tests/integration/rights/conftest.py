"""A house where people write everywhere they can, and a way to look for what they wrote."""

from typing import Any

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.support.notes import note, say, upload
from tests.support.rooms import NOW, House, Room

MARKER = "Zyglophone"  # what nobody but a test writes


async def leftovers(house: House, marker: str = MARKER) -> list[tuple[str, int]]:
    """(table, rows) wherever a row of the whole database holds ``marker``, in whatever type of column."""
    tables = await house.sql(
        "select format('%I.%I', table_schema, table_name) from information_schema.tables"
        " where table_schema in ('public', 'jobs') and table_type = 'BASE TABLE' order by 1"
    )
    found = []
    for (table,) in tables:
        rows = await house.sql(
            f"select count(*) from {table} t where t::text ilike :plain or t::text ilike :hex",  # noqa: S608 - of the catalogue
            plain=f"%{marker}%",
            hex=f"%{marker.encode().hex()}%",
        )
        if rows[0][0]:
            found.append((table.removeprefix("public."), rows[0][0]))
    return found


async def write_everywhere(house: House, room: Room) -> None:
    """The young person writes the marker wherever anybody can write of them or they can write, and it is decided what
    the professionals make of it."""
    admin = await house.person(Role.ADMIN, "Nora")
    lea = await house.open(room.mentee)
    assert (await lea.say(room, f"Coucou {MARKER}"))["ok"]
    assert (await lea.say(room, f"appelle-moi {MARKER} au 06 12 34 56 78"))["ok"]
    seq = (await lea.say(room, f"une faute {MARKER}"))["seq"]
    edited = await lea.call("chat:edit", {"room": str(room.id), "seq": seq, "body": f"sans faute {MARKER}"})
    assert edited["ok"], edited
    voice = note(packets=60, tags=b"OpusTags" + len(MARKER).to_bytes(4, "little") + MARKER.encode() + bytes(4))
    note_id = await upload(house, room.mentee, room, voice)
    assert (await say(lea, room, note_id, 4))["ok"]
    assert (await lea.call("help:now", {"room": str(room.id)}))["ok"]
    request = {"id": str(new_id()), "kind": "correction", "words": MARKER}
    assert (await house.ask(room.mentee, "POST", "/api/v1/data/requests", request)).status == 204
    await fill(house, room, admin.id)


async def fill(house: House, room: Room, admin: Any) -> None:
    """The rest by SQL: what other people and other days write."""
    at = {"at": NOW, "marker": MARKER, "org": house.north.id, "mentee": room.mentee.id, "pair": room.pair.id}
    staff = {"by": room.supervisor.id, "room": room.id}
    for statement in (
        "update accounts set name = :marker, login = 'x' || :marker, email = :marker || '@example.org',"
        " phone = '+33612345678', password_hash = :marker where id = :mentee",
        "insert into planned_sessions (id, organisation_id, pair_id, title, starts_at, minutes, zone, created_by)"
        " values (gen_random_uuid(), :org, :pair, 'Avec ' || :marker, :at, 60, 'Europe/Paris', :by)",
        "insert into account_notices values"
        " (gen_random_uuid(), :org, :mentee, 'other', jsonb_build_object('word', cast(:marker as text)), :at)",
        "insert into conversation_states values (:room, :mentee, convert_to(:marker, 'UTF8'), :at)"
        " on conflict (room_id, account_id) do update set state = excluded.state",
        "insert into pair_history (id, organisation_id, pair_id, act, to_state, note, by_id, at)"
        " values (gen_random_uuid(), :org, :pair, 'pause', 'paused', :marker, :by, :at)",
        "insert into welfare_entries (id, organisation_id, mentee_id, step, on_day, note, by_id, at)"
        " values (gen_random_uuid(), :org, :mentee, 'opened', '2026-01-01', :marker, :by, :at)",
        "insert into pair_proposals values (:pair, :org, :marker, 'good', 'phone', :marker)",
        "insert into suspensions values (gen_random_uuid(), :org, :mentee, :marker, :at, :by, :at, :by)",
        "insert into legal_holds (id, organisation_id, account_id, reason, by_id, since, until, ended_at)"
        " values (gen_random_uuid(), :org, :mentee, :marker, :by, cast(:at as timestamptz) - interval '9 days',"
        " cast(:at as timestamptz) - interval '1 day', cast(:at as timestamptz) - interval '1 day')",
        "insert into glass_accesses values (gen_random_uuid(), :org, :room, :by, 'danger', :marker, :at, :at, :at)",
        "insert into glass_deferrals values (gen_random_uuid(), :org, :room, :by, 'safety', :marker, :at,"
        " cast(:at as timestamptz) + interval '1 day')",
        "insert into age_steps values (:org, :mentee, 15, 30, :at, cast(:at as timestamptz))",
        "insert into restrictions (id, organisation_id, account_id, kind, since)"
        " values (gen_random_uuid(), :org, :mentee, 'restriction', :at)",
        "update flags set note = :marker, advice = :marker, edited = :marker,"
        " labels = jsonb_build_array(cast(:marker as text))",
        "insert into reviews (id, flag_id, act, decision, note, advice, spans, by_id, at)"
        " select gen_random_uuid(), id, 'decide', 'acknowledge', :marker, :marker,"
        " jsonb_build_array(cast(:marker as text)), cast(:by as uuid), :at from flags",
        "insert into appeals (flag_id, at, words) select id, :at, :marker from flags",
        "insert into samples (flag_id, organisation_id, decision, picked_at, reason)"
        " select id, :org, 'acknowledge', :at, :marker from flags",
        "update messages set advice = :marker, notice = :marker where author_id = :mentee",
        "update data_requests set answer = :marker, extended_why = :marker where about_id = :mentee",
    ):
        used = {name: value for name, value in (at | staff).items() if f":{name}" in statement}
        await house.sql(statement, **used)


async def decided(house: House) -> None:
    """Professionals have answered all that waited."""
    await house.sql("update flags set state = 'acknowledged', decided_at = :at, decided_by = supervisor_id"
                    " where decided_at is null", at=NOW)  # fmt: skip
    await house.sql("update cases set state = 'closed', outcome = 'resolved', closed_at = :at, page_at = null"
                    " where closed_at is null", at=NOW)  # fmt: skip
