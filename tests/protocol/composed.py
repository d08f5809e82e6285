"""The whole server, put together and never started: what it declares is what the documents must say."""

from datetime import UTC, datetime
from pathlib import Path

from server.compose import Capabilities
from server.ground import Ground
from server.infra.database import Database
from server.infra.jobs import Jobs
from server.infra.notices import Notices
from server.infra.telemetry import new_registry
from server.kernel.clock import ManualClock
from server.kernel.events import Bus
from server.media.forwarding import ForwardingEngine
from server.settings import Settings
from server.transport.health import Health


def composed(data: Path) -> Capabilities:
    """On a database that is never connected to, with ``data`` for its folder."""
    clock = ManualClock(datetime(2026, 11, 22, tzinfo=UTC))
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    metrics = new_registry()
    return Capabilities(
        Ground(
            settings=Settings.load({"BINOME_DATA": str(data)}),
            clock=clock,
            database=database,
            bus=Bus(),
            notices=Notices(database),
            jobs=Jobs(database, clock),
            health=Health(clock, metrics),
            media=ForwardingEngine("127.0.0.1", 0),
            metrics=metrics,
        )
    )
