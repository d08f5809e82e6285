"""Who may have an export, and giving it to them through the app: written to a file that nobody else can open and that
is gone when it was sent, so that a slow line holds no connection to the database."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from typing import IO, Final
from uuid import UUID

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import NotFound, TryAgain
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.people.store import people_of
from server.rights.export import organisation_name, write_export
from server.rights.scope import answers_for, known, scope_of
from server.trail.acts import Act
from server.trail.record import record

AT_ONCE: Final = 2  # exports that are made at the same time; each may hold a connection for seconds
WAIT_SECONDS: Final = 10.0
RETRY_IN_MS: Final = 30_000
BLOCK: Final = 64 * 1024  # bytes


class Exports:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._making = asyncio.Semaphore(AT_ONCE)

    async def make(self, principal: Principal, about: UUID | None) -> IO[bytes]:
        """The zip, to be read from its beginning and closed. Whole for the person themself; without what was said for
        staff who answers for the person. A parent asks for a child's by a request, which a professional answers
        (docs/decisions/0199). Raises NotFound for anybody else, TryAgain when too many are being made."""
        principal.require(Permission.DATA_OWN)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._making.acquire()
        except TimeoutError:
            raise TryAgain(retry_in_ms=RETRY_IN_MS) from None
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it when it was sent
        try:
            await self._write(file, principal, about or principal.account_id)
        except BaseException:
            file.close()
            raise
        finally:
            self._making.release()
        file.seek(0)
        return file

    async def _write(self, file: IO[bytes], principal: Principal, about: UUID) -> None:
        now, where = self._clock.now(), principal.organisation_id
        async with self._database.begin(where) as conn:
            person = await known(conn, where, about)
            own = about == principal.account_id
            if not (own or await answers_for(conn, principal, about)):
                raise NotFound
            scope, _ = await scope_of(conn, person, now)
            name = await organisation_name(conn, where)
            reader = (await people_of(conn, [principal.account_id]))[principal.account_id]
            await write_export(conn, file, scope, name, reader, whole=own)
            act = Act.DATA_EXPORTED if own else Act.DATA_READ
            await record(conn, where, now, act, by=principal.account_id, about=[about], detail={"whole": own})


async def blocks(file: IO[bytes]) -> AsyncIterator[bytes]:
    """The rest of ``file``, which is closed when it was read or when nobody wants it any more."""
    try:
        while block := await asyncio.to_thread(file.read, BLOCK):
            yield block
    finally:
        file.close()
