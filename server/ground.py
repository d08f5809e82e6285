"""What every capability may be handed: the parts that know none of them."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.infra.notices import Notices
from server.kernel.clock import Clock
from server.kernel.events import Bus
from server.media.engine import MediaEngine
from server.settings import Settings
from server.transport.health import Health


@dataclass(frozen=True, slots=True)
class Ground:
    """Built by ``app.py`` before any capability, stopped after all of them."""

    settings: Settings
    clock: Clock
    database: Database
    bus: Bus
    notices: Notices
    jobs: Jobs
    health: Health
    media: MediaEngine
    metrics: CollectorRegistry
