"""The night of ``load_tests``, a short one: the promise holds, and faults there were."""

import json

from load_tests.escalation.night import spend
from server.infra.database import Database
from tests.support.roles import bound_url


async def test_a_short_night(database: Database) -> None:
    url = database.engine.url
    night = await spend(url.render_as_string(hide_password=False), bound_url(url), 300, seed=6)
    assert (night.late, night.doubled, night.astray) == ([], 0, 0), night.table()
    assert night.cases == 300
    assert night.severe == len(night.waited) > 80
    assert json.loads(json.dumps(night.details()))["faults"] == night.faults
    assert {"clock jumped", "connections cut", "killed", "undelivered"} <= set(night.faults)
