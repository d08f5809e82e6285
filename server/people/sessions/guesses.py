"""Slows down whoever guesses passwords, without shutting out the person they belong to.

In this process's memory, bounded, forgotten at a restart: by device and by address, so that a flood costs little. By
login, in all processes and for good: ``sessions/lasting.py``. docs/decisions/0022 and 0181 say what each is worth.
"""

from collections import OrderedDict
from math import ceil

from server.infra.limits import Buckets, Rate, site_of
from server.kernel.clock import Clock
from server.kernel.errors import TooFast

# One device at one login: what a forgetful person types, then one more every ten seconds.
DEVICE = Rate(per_second=1 / 10, burst=6)
# One login from all devices that never signed in to it: 2,880 guesses a day for someone with a thousand addresses.
LOGIN = Rate(per_second=1 / 30, burst=20)
# One address at all logins: 60 children behind one school line may sign in together, each at the third try.
ADDRESS = Rate(per_second=1, burst=180)

MAX_KEYS = 20_000  # buckets of each kind, about 150 bytes each: 9 MB at the very most
MAX_KNOWN = 20_000  # devices remembered


class Guesses:
    """Asked before each attempt at a password, told of each success."""

    def __init__(self, clock: Clock) -> None:
        self._devices = Buckets(clock, MAX_KEYS)
        self._addresses = Buckets(clock, MAX_KEYS)
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def take(self, login: str, address: str, *, known: bool = False) -> bool:
        """Counts an attempt, and says whether a stranger makes it: a device that never signed in to this login (here,
        or ``known`` to have). Raises TooFast when it has to wait, alike for logins that do not exist."""
        site = site_of(address)
        known = known or (login, site) in self._known
        wait = max(self._addresses.take(site, ADDRESS), self._devices.take((login, site), DEVICE))
        if wait:
            raise TooFast("signin", retry_in_ms=ceil(wait * 1000))
        return not known

    def succeeded(self, login: str, address: str) -> None:
        """Remembers that this device knows the password."""
        key = (login, site_of(address))
        self._known[key] = None
        self._known.move_to_end(key)
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
