"""What changes a message that is in the log: a professional's decision, or its author's edit. It keeps its place, takes
the room's next number, and what it was before stays as evidence. The one way in for all who change a message.

Runs in the caller's transaction, in which the locks are taken in this order: flag, pair, room, message. So lift a
freeze (``pairs.freeze.lift``) before a message is changed, not after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.errors import Conflict, FlagMovedOn, NotFound
from server.rooms.rules import SHARED_STATES, EditState, MessageKind, State
from server.rooms.tables import message_versions, messages

Ruled = Literal["delivered", "masked", "refused", "returned"]

_ROOM = text("select from rooms where id = :room for no key update")
_MESSAGE = text("""
select author_id, kind, at, body, masked_body, state, notice, changed, edited, version, edit_body, edit_state,
    greatest(changed, coalesce(private_change, 0)) as last_change
from messages where room_id = :room and seq = :seq for no key update
""")
_NEXT = text("update rooms set last_seq = last_seq + 1 where id = :room returning last_seq")
_VERSIONS = text("""
select version, body, masked_body, state, notice, changed, flag_id from message_versions
where room_id = :room and seq = :seq order by version
""")


@dataclass(frozen=True, slots=True)
class Version:
    """A text of a message as its author wanted it, and what became of it at first. ``changed`` is the number under
    which it is known. The first version has no flag of its own here."""

    version: int
    body: str
    masked_body: str | None
    state: State
    notice: str | None
    changed: int
    flag_id: UUID | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A message as it stands, locked. ``version`` is the one that ``body`` is; those after it are newer texts that
    others do not read."""

    room_id: UUID
    seq: int
    author_id: UUID
    kind: MessageKind
    at: datetime
    body: str
    masked_body: str | None
    state: State
    notice: str | None
    changed: int
    last_change: int
    edited: bool
    version: int
    edit_body: str | None
    edit_state: EditState | None
    versions: tuple[Version, ...]

    @property
    def newest(self) -> Version | None:
        """The last text that its author wanted instead of the first."""
        return self.versions[-1] if self.versions and self.versions[-1].version > 1 else None

    def of_flag(self, flag_id: UUID | None) -> Version | None:
        """The newer text that a flag is about; of a flag that was raised on no edit, the one that waits or was not let
        through. None when it is about what stands."""
        newer = [version for version in self.versions if version.version > self.version]
        for version in self.versions:
            if flag_id is not None and version.flag_id == flag_id:
                if version.version < self.version or (newer and version not in (newer[-1], _wanted(newer))):
                    raise FlagMovedOn
                return version if version in newer else None
        return _wanted(newer) if self.edit_state is not None else None


def _wanted(newer: Sequence[Version]) -> Version | None:
    """The last of ``newer`` that was not blocked."""
    return next((version for version in reversed(newer) if version.state != "blocked"), None)


async def standing(conn: AsyncConnection, room_id: UUID, seq: int) -> Standing:
    """The message, after its room and itself are locked. Raises NotFound."""
    await conn.execute(_ROOM, {"room": room_id})
    row = (await conn.execute(_MESSAGE, {"room": room_id, "seq": seq})).first()
    if row is None:
        raise NotFound
    versions = [Version(*found) for found in await conn.execute(_VERSIONS, {"room": room_id, "seq": seq})]
    return Standing(
        room_id,
        seq,
        row.author_id,
        row.kind,
        row.at,
        row.body,
        row.masked_body,
        row.state,
        row.notice,
        row.changed,
        row.last_change,
        row.edited,
        row.version,
        row.edit_body,
        row.edit_state,
        tuple(versions),
    )


async def change_message(
    conn: AsyncConnection,
    room_id: UUID,
    seq: int,
    to_state: Ruled,
    *,
    masked_body: str | None = None,
    advice: str | None = None,
    flag_id: UUID | None = None,
) -> int:
    """What a professional decided about the text that ``flag_id`` was raised on: ``delivered`` and ``masked`` (with
    ``masked_body``) let it through, ``returned`` (with ``advice``) and ``refused`` do not. Of a newer text that waits,
    others go on reading the one before. Returns the number of the change; the caller tells of it after the commit.

    Raises NotFound; Conflict("flag_decision") when this cannot become of it (what others have read is not taken back),
    FlagMovedOn when the author has written something else since.
    """
    stands = await standing(conn, room_id, seq)
    newer = stands.of_flag(flag_id)
    if newer is not None:
        return await _rule_edit(conn, stands, newer, to_state, masked_body, advice)
    if stands.state == "delivered" or (stands.state == "masked" and to_state not in SHARED_STATES):
        raise Conflict("flag_decision")  # what others have read cannot be taken back
    await keep_first(conn, stands)
    number = await next_number(conn, room_id)
    values = {"state": to_state, "masked_body": masked_body if to_state == "masked" else None, "advice": advice}
    await write(conn, stands, changed=number, **values)
    return number


async def _rule_edit(
    conn: AsyncConnection,
    stands: Standing,
    newer: Version,
    to_state: Ruled,
    masked_body: str | None,
    advice: str | None,
) -> int:
    number = await next_number(conn, stands.room_id)
    if to_state == "delivered" or to_state == "masked":
        await accept_edit(conn, stands, newer.version, newer.body, to_state, masked_body, number)
    else:
        await write(conn, stands, edit_body=newer.body, edit_state=to_state, advice=advice, private_change=number)
    return number


async def accept_edit(
    conn: AsyncConnection,
    stands: Standing,
    version: int,
    body: str,
    state: State,
    masked_body: str | None,
    number: int,
) -> None:
    """The newer text takes the place of the one before. Others are told that it was changed if they have read that."""
    await write(
        conn,
        stands,
        body=body,
        masked_body=masked_body if state == "masked" else None,
        state=state,
        version=version,
        edited=stands.edited or stands.state in SHARED_STATES,
        edit_body=None,
        edit_state=None,
        advice=None,
        changed=number,
    )


async def keep_first(conn: AsyncConnection, stands: Standing) -> None:
    """Keeps what the message was at first, before it is changed for the first time."""
    if not stands.versions:
        row = {"body": stands.body, "masked_body": stands.masked_body, "state": stands.state, "notice": stands.notice}
        await _keep(conn, stands, version=1, at=stands.at, changed=stands.seq, flag_id=None, **row)


async def keep_edit(
    conn: AsyncConnection,
    stands: Standing,
    body: str,
    state: State,
    masked_body: str | None,
    notice: str | None,
    flag_id: UUID | None,
    at: datetime,
    number: int,
) -> int:
    """Keeps a text that the author wants instead, with what became of it. Returns its version."""
    await keep_first(conn, stands)
    version = stands.versions[-1].version + 1 if stands.versions else 2
    row = {"body": body, "masked_body": masked_body, "state": state, "notice": notice}
    await _keep(conn, stands, version=version, at=at, changed=number, flag_id=flag_id, **row)
    return version


async def next_number(conn: AsyncConnection, room_id: UUID) -> int:
    return int((await conn.execute(_NEXT, {"room": room_id})).scalar_one())


async def write(conn: AsyncConnection, stands: Standing, **values: Any) -> None:
    await conn.execute(
        update(messages).where(messages.c.room_id == stands.room_id, messages.c.seq == stands.seq).values(**values)
    )


async def _keep(conn: AsyncConnection, stands: Standing, **row: Any) -> None:
    await conn.execute(insert(message_versions).values(room_id=stands.room_id, seq=stands.seq, **row))
