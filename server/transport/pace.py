"""How often a person, a device and an address may ask: one table, a line for each class of endpoint.

An endpoint is of the class that its method says, or of the one that its declaration names. Help has no line.
"""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Final

from server.infra.limits import Limiter, Rate
from server.kernel.errors import TooFast
from server.kernel.principal import Principal

_IPV6_SITE: Final = 64  # bits: what one household gets, so one address is as good as any other in it


class Pace(StrEnum):
    CHANGE = "change"
    COSTLY = "costly"  # whole files are made, or much is computed
    HELP = "help"  # never refused
    OPEN = "open"  # without a session: sign-in, codes, links; and what carries a token that opens nothing
    READ = "read"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class Paces:
    """Of one person on all devices, of one device (a session), of one address. None counts nothing there."""

    account: Rate | None
    device: Rate | None
    address: Rate | None


# A page that opens asks about ten things at once. Behind one address there may be a whole school: 30 at work, or
# all of them signing in at the start of an hour.
PACES: Final[dict[Pace, Paces]] = {
    Pace.CHANGE: Paces(account=Rate(3, 90), device=Rate(2, 60), address=Rate(40, 1_200)),
    Pace.COSTLY: Paces(account=Rate(0.1, 12), device=Rate(0.1, 8), address=Rate(2, 120)),
    Pace.OPEN: Paces(account=None, device=None, address=Rate(2, 120)),
    Pace.READ: Paces(account=Rate(15, 300), device=Rate(10, 200), address=Rate(200, 4_000)),
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
        rates = self._paces.get(pace)
        if rates is None:
            return
        who = (
            caller.account_id if caller is not None else None,
            caller.session_id if caller is not None else None,
            site_of(address),
        )
        wants = [
            (f"{pace}:{kind}:{key}", rate)
            for kind, key, rate in zip("pda", who, rates, strict=True)
            if key is not None and rate is not None
        ]
        wait = await self._limiter.take(wants)
        if wait > 0:
            raise TooFast(retry_in_ms=ceil(wait * 1000))


def pace_of(method: str, *, signed_in: bool, upload: bool) -> Pace:
    """The class of an endpoint that does not name its own."""
    if not signed_in:
        return Pace.OPEN
    if upload:
        return Pace.UPLOAD
    return Pace.READ if method in ("GET", "HEAD") else Pace.CHANGE


def site_of(address: str) -> str:
    """The address as it counts: an IPv6 one stands for its whole /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed.packed, _IPV6_SITE), strict=False))
    return str(parsed)
