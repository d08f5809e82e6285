"""ICE-lite (RFC 8445 section 2.5) for one leg: who we are to the browser, which of its paths we send on, and until
when it wants anything sent at all (consent, RFC 7675).

An ICE-lite end need not check paths itself. Ours does so once for each address before media goes there: a person
could else have their stream sent to anybody, by forging the source address of one request (RFC 8445 section 19.5.1).
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from aioice.stun import Message

from server.media import stun

Address = tuple[Any, ...]  # as the socket gives it: (host, port) or (host, port, flow, scope)
SendTo = Callable[[bytes, Address], object]

CONSENT: Final = 30.0  # seconds without authenticated STUN (RFC 7675 section 5.1); browsers ask every 2.5 s
QUIET: Final = 7.0  # seconds: two rounds of checks missed; worth telling people, nothing more
MOST_PATHS: Final = 8  # addresses remembered of one leg
REPLAY_WINDOW: Final = 128  # transactions remembered, each good for one source address
# Requests that we authenticate for one leg: from addresses that are not its own (anybody can send those), and from
# its own (at the start a browser tries several paths, each twenty times a second).
STRANGERS: Final = (20.0, 40.0)  # a second; at once
OWN: Final = (100.0, 200.0)


@dataclass(frozen=True, slots=True)
class Credentials:
    """One user fragment and password (RFC 8839 section 5.4)."""

    fragment: str
    password: str

    @classmethod
    def random(cls) -> "Credentials":
        # 48 bits to find the leg, 144 bits of secret: the standard asks for 24 and 128.
        return cls(secrets.token_hex(6), secrets.token_hex(18))


@dataclass(slots=True, eq=False)
class Path:
    """One way to the browser. ``verified``: what we send there arrives at who knows the password."""

    address: Address
    sendto: SendTo
    heard_at: float
    verified: bool = False
    transaction: bytes = b""


class Allowance:
    """A token bucket, on the time that it is told."""

    __slots__ = ("_at", "_most", "_rate", "_tokens")

    def __init__(self, rate: float, most: float, now: float) -> None:
        self._rate, self._most = rate, most
        self._tokens, self._at = most, now

    def take(self, now: float) -> bool:
        self._tokens = min(self._most, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class IceLite:
    """The ICE state of one leg. Sends only small answers and checks by itself."""

    def __init__(
        self, now: float, on_selected: Callable[[Path], None], on_forgotten: Callable[[Address], None]
    ) -> None:
        self.local = Credentials.random()
        self.previous: Credentials | None = None  # until the first nomination after a restart
        self.fragments = {self.local.fragment}  # by which the leg is to be found
        self.remote: Credentials | None = None
        self.selected: Path | None = None
        self.paths: OrderedDict[Address, Path] = OrderedDict()
        self.heard_at = now  # a leg that never heard anything ends like one that fell silent
        self._nominated: Path | None = None
        self._on_selected = on_selected
        self._on_forgotten = on_forgotten
        self._secured = False
        self._used = False  # whether the browser has asked with ``local``
        self._transactions: OrderedDict[bytes, Address] = OrderedDict()  # where each was first seen
        self._strangers = Allowance(*STRANGERS, now)
        self._own = Allowance(*OWN, now)

    def restart(self, now: float) -> None:
        """New credentials (RFC 8445 section 9). Paths, and what flows on them, stay until a new one is nominated; and
        the last credentials that the browser is known to use stay good, however many restarts never reached it."""
        if self._used:
            self.previous = self.local
        self.local = Credentials.random()
        self._used = False
        self.fragments = {known.fragment for known in (self.local, self.previous) if known is not None}
        self.heard_at = max(self.heard_at, now - QUIET)  # whoever restarts is alive: time for the checks to come

    def admit(self, address: Address, now: float) -> bool:
        """Whether to spend the authentication of a message from here."""
        return (self._own if address in self.paths else self._strangers).take(now)

    def request(self, datagram: bytes, address: Address, sendto: SendTo, now: float) -> bool:
        """A binding request with our fragment. Nothing is stored, sent or changed unless it is authentic; returns
        whether it was."""
        try:
            message = stun.parse(datagram)
        except ValueError:
            return False
        fragment = str(message.attributes.get("USERNAME", "")).partition(":")[0]
        ours = self.local if fragment == self.local.fragment else self.previous
        if ours is None or fragment != ours.fragment:
            return False
        if not message.check_message_integrity(ours.password.encode()) or self._replayed(message, address):
            return False
        self._used = self._used or ours is self.local
        path = self._path(address, sendto, now)
        self.heard_at = path.heard_at = now
        sendto(stun.success(message, (address[0], address[1]), ours.password), address)
        if "USE-CANDIDATE" in message.attributes:
            if ours is self.local:
                self.previous = None
            self._nominated = path
        self._choose(path)
        return True

    def response(self, datagram: bytes, address: Address) -> bool:
        """The answer to a check of ours: the path is verified. Returns whether it was one."""
        path = self.paths.get(address)
        if path is None or not path.transaction or self.remote is None or datagram[8:20] != path.transaction:
            return False
        try:
            message = stun.parse(datagram)
        except ValueError:
            return False
        if not message.check_message_integrity(self.remote.password.encode()):
            return False
        path.transaction = b""
        path.verified = True
        if path is self._nominated:
            self._select(path)
        return True

    def secured(self, address: Address | None) -> None:
        """DTLS is complete, its last record came from ``address``: that path is proved. From now on only proved
        paths are used."""
        self._secured = True
        path = self.paths.get(address) if address is not None else None
        if path is not None:
            path.verified = True
            self._select(path)
        if self._nominated is not None:
            self._choose(self._nominated)

    def _replayed(self, message: Message, address: Address) -> bool:
        """The source address is not authenticated by STUN: a request is good from the address it first came from."""
        first = self._transactions.setdefault(message.transaction_id, address)
        if len(self._transactions) > REPLAY_WINDOW:
            self._transactions.popitem(last=False)
        return first != address

    def _path(self, address: Address, sendto: SendTo, now: float) -> Path:
        path = self.paths.get(address)
        if path is None:
            path = self.paths[address] = Path(address, sendto, now)
            while len(self.paths) > MOST_PATHS:
                stale = next(old for old in self.paths if old != address and self.paths[old] is not self.selected)
                del self.paths[stale]
                self._on_forgotten(stale)
        self.paths.move_to_end(address)
        return path

    def _choose(self, path: Path) -> None:
        if self.selected is None or (path is self._nominated and (path.verified or not self._secured)):
            self._select(path)
        elif path is self._nominated and self.remote is not None:
            # One small check for each request that came: nothing is amplified.
            path.transaction = path.transaction or secrets.token_bytes(12)
            username = f"{self.remote.fragment}:{self.local.fragment}"
            path.sendto(stun.check(username, self.remote.password, path.transaction), path.address)

    def _select(self, path: Path) -> None:
        if self.selected is not path:
            self.selected = path
            self._on_selected(path)
