"""Who the two of a pair are, for whoever writes on a raw connection of asyncpg."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import asyncpg

_TWO = "select id, mentor_id, mentee_id from pairs where id = any($1::uuid[])"


@dataclass(frozen=True, slots=True)
class Two:
    mentor_id: UUID
    mentee_id: UUID

    def __contains__(self, account_id: UUID) -> bool:
        return account_id in (self.mentor_id, self.mentee_id)


async def two_of(raw: asyncpg.Connection, pair_ids: Collection[UUID]) -> Mapping[UUID, Two]:
    """The two of each of these pairs that exists."""
    if not pair_ids:
        return {}
    return {row["id"]: Two(row["mentor_id"], row["mentee_id"]) for row in await raw.fetch(_TWO, list(pair_ids))}
