"""A ruling takes its number on another connection than the log: it must not overtake what the log has in flight."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.infra.database import Database
from server.kernel.clock import ManualClock
from server.kernel.events import Bus
from server.moderation.flag import Ruling
from server.moderation.flags import Flags
from server.rooms.appeal_news import AppealNews
from server.rooms.append import Appended, Draft
from server.rooms.fanout import Fanout
from server.rooms.messages import Message, topic
from server.rooms.rulings import Rulings
from server.transport.gateway import Gateway
from tests.integration.rooms.test_log import draft, flagged, running
from tests.integration.rooms.test_log_outage import until
from tests.support.cable import Cable, cable_to
from tests.support.rooms import NOW, organisation, room
from tests.unit.rooms.test_fanout import Nobody, Stage


@pytest.fixture
async def cable(database: Database) -> AsyncIterator[Cable]:
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with cable_to(url) as cable:
        yield cable


async def test_a_ruling_waits_for_what_the_log_has_in_flight(database: Database, cable: Cable) -> None:
    one = await room(database, await organisation(database))
    clock = ManualClock(NOW)
    gateway = Gateway(Nobody(), clock)
    stage = Stage(gateway, Fanout(gateway))
    julien = stage.seat(one.mentor.id, one.mentor.role, compact=False)
    gateway.join(julien, topic(one.id))

    def tell(one: Draft, got: Appended) -> None:
        stage.fanout.send(
            Message(
                one.room_id, 7, got.seq, got.seq, one.id, one.author_id, 1, got.at, "text", one.body, None, got.state
            )
        )

    far = Database(cable.url)
    async with running(far, committed=tell) as log:
        flags = Flags(database, clock, Bus(), gateway)
        news = AppealNews(database, gateway)
        rulings = Rulings(database, log, stage.fanout, flags, news, clock, Bus())
        held = flagged(one)
        await log.append(held)
        assert held.flagged is not None
        cable.silent = True  # the next commit is made, and its answer stays on the line
        writing = asyncio.create_task(log.append(draft(one, "two")))
        await until(lambda: cable.kept > 0)
        await asyncio.sleep(0.2)
        ruling = asyncio.create_task(
            rulings.decide(held.flagged.id, one.supervisor.principal, Ruling("release", "context_ok"))
        )
        await asyncio.sleep(0.3)
        assert not ruling.done()
        cable.release()
        await asyncio.gather(writing, ruling)
        await rulings.stop()
    told = [(message["seq"], message.get("changed")) for message in stage.got(julien)]
    assert told == [(1, None), (2, None), (1, 3)]
    await far.close()
