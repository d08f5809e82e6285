"""A load test may raise the rates of all events, and nothing else."""

from datetime import UTC, datetime

from server.infra.limits import Rate
from server.kernel.clock import ManualClock
from server.kernel.errors import NotSignedIn
from server.kernel.principal import Principal
from server.transport.gateway.connection import Connection
from server.transport.gateway.gateway import Gateway
from server.transport.gateway.limits import Limits


class NoOne:
    async def authenticate(self, token: str, address: str | None = None) -> Principal:  # noqa: ARG002 - the protocol's signature
        raise NotSignedIn


async def nothing(connection: Connection, payload: dict[str, int]) -> None:
    """Handles an event by doing nothing."""


def test_each_rate_is_multiplied_and_no_limit_stays_none() -> None:
    gateway = Gateway(NoOne(), ManualClock(datetime(2026, 11, 22, tzinfo=UTC)), Limits(rate_factor=100))
    gateway.on("chat:send", dict[str, int], nothing, rate=Rate(2, 20))
    gateway.on("help:now", dict[str, int], nothing, rate=None)
    assert gateway.registry.up["chat:send"].rate == Rate(200, 2000)
    assert gateway.registry.up["help:now"].rate is None
    assert Limits().rate_factor == 1
