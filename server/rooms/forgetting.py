"""Forgetting what somebody said: their words go, the places where they stood stay, so that the other's conversation
keeps its order (docs/decisions/0197). Clients hear of it as of any change to a message."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.holdings import Scope

SAID: Final = """t.body <> '' or t.kind <> 'text' or t.masked_body is not null or t.advice is not null
    or t.notice is not null or t.edit_body is not null"""

_LOCK: Final = text("""
select id from rooms where id in (select room_id from room_members where account_id = :person)
order by id for no key update
""")
_FORGET: Final = text(f"""
with said as (
    select t.room_id, t.seq, r.last_seq + row_number() over (partition by t.room_id order by t.seq) as changed
    from messages t join rooms r on r.id = t.room_id
    where t.author_id = :person and ({SAID})
), forgotten as (
    update messages m set body = '', kind = 'text', masked_body = null, advice = null, notice = null, edit_body = null,
        edit_state = null, private_change = null, changed = said.changed,
        state = case when m.state = 'masked' then 'delivered' else m.state end
    from said where m.room_id = said.room_id and m.seq = said.seq
    returning 1
), counted as (
    update rooms set last_seq = n.changed
    from (select room_id, max(changed) as changed from said group by room_id) n where rooms.id = n.room_id
)
select count(*) from forgotten
""")  # noqa: S608 - put together from constants


async def forget_messages(conn: AsyncConnection, scope: Scope) -> int:
    """Locks the rooms first, as an append does: nothing is said meanwhile, and no number is given twice."""
    await conn.execute(_LOCK, {"person": scope.person})
    return int((await conn.execute(_FORGET, {"person": scope.person})).scalar_one())
