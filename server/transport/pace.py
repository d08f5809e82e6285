"""How often a person, a device and an address may ask: one table, a line for each class of endpoint.

An endpoint is of the class that its method says, or of the one that its declaration names. The call for help has no
rate at all, as an event and as a request. Reports are counted by person alone, apart from all
else: nobody else's requests, nor what somebody did before, keep one from being made.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Final

from server.infra.limits import Limiter, Rate, site_of
from server.kernel.errors import TooFast
from server.kernel.principal import Principal


class Pace(StrEnum):
    CHANGE = "change"
    COSTLY = "costly"  # files are made, passwords hashed, many rows counted, letters sent
    HELP = "help"  # the call for help alone: never refused, never held up by those who are
    OPEN = "open"  # without a session: sign-in, codes, links
    READ = "read"
    REPORT = "report"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class Paces:
    """Of one person on all devices, of one device (a session), of one address. None counts nothing there."""

    account: Rate | None
    device: Rate | None
    address: Rate | None


# A page that opens asks about ten things at once. Behind one address there may be a whole school: 60 children who come
# in together at the start of an hour, each mistyping twice, then at work (tests/integration/transport/test_school.py).
PACES: Final[dict[Pace, Paces]] = {
    Pace.CHANGE: Paces(account=Rate(3, 90), device=Rate(2, 60), address=Rate(40, 1_200)),
    Pace.COSTLY: Paces(account=Rate(0.2, 20), device=Rate(0.2, 12), address=Rate(4, 240)),
    Pace.HELP: Paces(account=None, device=None, address=None),
    Pace.OPEN: Paces(account=None, device=None, address=Rate(5, 600)),
    Pace.READ: Paces(account=Rate(15, 300), device=Rate(10, 200), address=Rate(200, 4_000)),
    Pace.REPORT: Paces(account=Rate(0.5, 30), device=None, address=None),
    Pace.UPLOAD: Paces(account=Rate(6, 120), device=Rate(4, 90), address=Rate(60, 1_200)),
}


class Pacer:
    """Asked before each request. ``factor`` multiplies all rates."""

    def __init__(self, limiter: Limiter, factor: float = 1.0) -> None:
        self._limiter = limiter
        self._paces = {
            pace: tuple(rate and rate.times(factor) for rate in (told.account, told.device, told.address))
            for pace, told in PACES.items()
        }

    async def check(self, pace: Pace, address: str, caller: Principal | None = None) -> None:
        """Counts one request. Raises TooFast that says when."""
        who = (
            caller.account_id if caller is not None else None,
            caller.session_id if caller is not None else None,
            site_of(address),
        )
        wants = [
            (f"{pace}:{kind}:{key}", rate)
            for kind, key, rate in zip("pda", who, self._paces[pace], strict=True)
            if key is not None and rate is not None
        ]
        wait = await self._limiter.take(wants) if wants else 0.0
        if wait > 0:
            raise TooFast(retry_in_ms=ceil(wait * 1000))


def pace_of(method: str, *, signed_in: bool, upload: bool) -> Pace:
    """The class of an endpoint that does not name its own."""
    if not signed_in:
        return Pace.OPEN
    if upload:
        return Pace.UPLOAD
    return Pace.READ if method in ("GET", "HEAD") else Pace.CHANGE
