"""A voice note on its way while the server, and then its PostgreSQL, are killed: it goes on, and arrives once."""

import asyncio
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from server.infra.database import Database
from server.infra.embedded_postgres import running_urls
from server.kernel.identifiers import new_id
from server.rooms.notes.rules import CHUNK
from tests.processes import Server
from tests.support.notes import note
from tests.support.rooms import Person, organisation, room, sql

NOTE = note(1_400)  # 84 s in eight pieces
LAST = len(NOTE) // CHUNK


def open_database(server: Server) -> Database:
    urls = running_urls(server.data)
    assert urls is not None
    return Database(urls.owner)


async def asked(server: Server, who: Person, method: str, path: str, **what: Any) -> Any:
    """The answer, however long it takes until there is one."""
    headers = {"Authorization": f"Bearer {who.token}", **what.pop("headers", {})}
    async with asyncio.timeout(100):
        while True:
            try:
                async with (
                    aiohttp.ClientSession() as http,
                    http.request(method, f"http://127.0.0.1:{server.port}{path}", headers=headers, **what) as got,
                ):
                    if got.status < 500:
                        assert got.status == 200, await got.text()
                        return await (got.json() if got.content_type == "application/json" else got.read())
            except (aiohttp.ClientError, OSError):
                pass
            await asyncio.sleep(0.1)


@pytest.mark.timeout(300)
async def test_a_note_survives_the_death_of_server_and_database(make_server: Callable[..., Server]) -> None:
    server = make_server(rate_factor=1000)
    await asyncio.to_thread(server.start)
    database = open_database(server)
    one = await room(database, await organisation(database), now=datetime.now(UTC))
    await database.close()
    note_id, path = new_id(), f"/api/v1/rooms/{one.number}/notes"
    held, killed = 0, []
    while True:
        # After each death the device knows nothing but its note: it asks.
        progress = await asked(server, one.mentor, "POST", path, json={"id": str(note_id), "bytes": len(NOTE)})
        assert progress["next"] >= held, "what was acknowledged is there"
        while (number := progress["next"]) < progress["chunks"]:
            if number in (2, 5) and number not in killed:
                killed.append(number)
                break
            progress = await asked(
                server,
                one.mentor,
                "PUT",
                f"{path}/{note_id}/chunks/{number}",
                data=NOTE[number * CHUNK : (number + 1) * CHUNK],
                headers={"Content-Type": "application/octet-stream"},
            )
            held = progress["next"]
        else:
            break
        if number == 2:
            server.signal(signal.SIGKILL)
            await asyncio.to_thread(server.wait)
            await asyncio.to_thread(server.start)
        else:
            server.postmaster().send_signal(signal.SIGKILL)
    assert killed == [2, 5]
    assert progress["milliseconds"] == 83_993
    assert await asked(server, one.mentor, "GET", f"{path}/{note_id}") == NOTE
    database = open_database(server)
    try:
        rows = await sql(database, "select number, length(content) from voice_note_chunks order by number")
    finally:
        await database.close()
    assert rows == [(number, CHUNK) for number in range(LAST)] + [(LAST, len(NOTE) % CHUNK)]
