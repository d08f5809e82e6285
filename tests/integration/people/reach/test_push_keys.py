"""The keys by which push services know this instance: made once, whoever asks first, and kept under its secret."""

import asyncio
from pathlib import Path

from server.infra.database import Database
from server.infra.secrets import InstanceKeyring
from server.kernel.clock import ManualClock
from server.people.reach.push_keys import PushKeys
from tests.support.roles import bound
from tests.support.rooms import NOW, sql

SECRET, OTHER = "of these tests alone " * 2, "of another instance " * 2


async def test_processes_that_start_together_make_one(database: Database, tmp_path: Path) -> None:
    server = bound(database)
    made = [PushKeys(server, InstanceKeyring(SECRET, tmp_path), ManualClock(NOW), None) for _ in range(6)]
    found = await asyncio.gather(*(keys.current() for keys in made))
    assert len({(key_id, vapid.public) for key_id, vapid in found}) == 1
    ((public, sealed),) = await sql(database, "select public, sealed from push_keys")
    assert public == found[0][1].public
    later = await PushKeys(server, InstanceKeyring(SECRET, tmp_path), ManualClock(NOW), None).current()
    assert (later[0], later[1].public) == (found[0][0], public)
    assert len(sealed) > 32  # and nothing of it is there in clear
    await server.close()


async def test_when_the_secret_is_lost_devices_subscribe_anew(database: Database, tmp_path: Path) -> None:
    server, clock = bound(database), ManualClock(NOW)
    lost_id, _ = await PushKeys(server, InstanceKeyring(OTHER, tmp_path), clock, None).current()
    clock.advance(60)
    keys = PushKeys(server, InstanceKeyring(SECRET, tmp_path), clock, None)
    key_id, _ = await keys.current()
    assert key_id != lost_id
    assert await keys.of(lost_id) is None
    both = PushKeys(server, InstanceKeyring(f"{SECRET},{OTHER}", tmp_path), clock, None)
    assert (await both.current())[0] == key_id
    assert await both.of(lost_id) is not None
    await server.close()
