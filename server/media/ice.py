"""ICE-lite (RFC 8445 section 2.5) for one leg: who we are to the browser, which of its paths we send on, and until
when it wants anything sent at all (consent, RFC 7675).

An ICE-lite end need not check paths itself. Ours does, once for each: a person could else have their stream, or the
flights of a handshake, sent to anybody by forging the source address of one request (RFC 8445 section 19.5.1). Paths
are proved before they are needed, so that media moves as soon as the browser says so (make before break).

A browser may restart ICE without asking (docs/decisions/0142): it appends a number to our user fragment, and tells its
new password when it can. Until then its answer to a check cannot be authenticated, and its path is only *reached*.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal

from aioice.stun import Message

from server.media import stun
from server.media.engine import Credentials

Address = tuple[Any, ...]  # of UDP as the socket gives it, (host, port, …); of TCP see tcp.py
SendTo = Callable[[bytes, Address], object]
PathKind = Literal["udp", "tcp"]

CONSENT: Final = 30.0  # seconds without authenticated STUN (RFC 7675 section 5.1); browsers ask every 2.5 s
QUIET: Final = 7.0  # seconds: two rounds of checks missed; worth telling people, nothing more
MOST_PATHS: Final = 8  # addresses remembered of one leg
MOST_REMOTES: Final = 4  # credentials of the browser that are remembered: those of its last restarts
REPLAY_WINDOW: Final = 128  # transactions remembered, each good for one source address
# Requests that we authenticate for one leg: from addresses that are not its own (anybody can send those), and from
# its own (at the start a browser tries several paths, each twenty times a second).
STRANGERS: Final = (20.0, 40.0)  # a second; at once
OWN: Final = (100.0, 200.0)
# An address that is not proved gets no more bytes than came from it, headers included, but for one first check: it
# lets a path be proved by a single request. (RFC 9000 section 8.1 allows three times what came.)
HEADERS: Final = 28  # bytes: IPv4 and UDP
FIRST_CHECK: Final = 128  # bytes: a check of ours to a browser's short fragment
FRAGMENT_LENGTH: Final = 12  # characters of our user fragment; what follows is the number of the browser's restart
LONGEST_NUMBER: Final = 8  # digits of it
FORSAKEN: Final = 3.0  # seconds without a check of the browser's, after which it may go back to an older path


def random_credentials() -> Credentials:
    """48 bits to find the leg, 144 bits of secret: the standard asks for 24 and 128."""
    return Credentials(secrets.token_hex(FRAGMENT_LENGTH // 2), secrets.token_hex(18))


@dataclass(slots=True, eq=False)
class Path:
    """One way to the browser. ``verified``: what we send there arrives at who knows the password. Until then only
    ``credit`` bytes may go there; over TCP any number, since its handshake proves the address. ``reached``: what we
    send there arrives at an ICE agent, and which one cannot be known yet. ``generation``: which restart of the
    browser's made it. ``ours`` and ``theirs``: the user fragments with which the browser asked for it; ``asked_at``:
    when it last did."""

    address: Address
    sendto: SendTo
    kind: PathKind
    heard_at: float
    verified: bool = False
    transaction: bytes = b""
    credit: int = FIRST_CHECK
    reached: bool = False
    generation: int = 0
    ours: str = ""
    theirs: str = ""
    asked_at: float = 0.0


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
        self.local = random_credentials()
        self.previous: Credentials | None = None  # until the first nomination after a restart
        self.fragments = {self.local.fragment}  # by which the leg is to be found
        self.selected: Path | None = None
        self.paths: OrderedDict[Address, Path] = OrderedDict()
        self.heard_at = now  # a leg that never heard anything ends like one that fell silent
        self._remotes: OrderedDict[str, Credentials] = OrderedDict()  # by fragment
        self._nominated: Path | None = None
        self._on_selected = on_selected
        self._on_forgotten = on_forgotten
        self._used = False  # whether the browser has asked with ``local``
        self._transactions: dict[bytes, Address] = {}  # where each was first seen
        self._strangers = Allowance(*STRANGERS, now)
        self._own = Allowance(*OWN, now)

    def set_remote(self, credentials: Credentials) -> None:
        """The browser's end, from its description. Its checks may have come before that."""
        self._remotes[credentials.fragment] = credentials
        self._remotes.move_to_end(credentials.fragment)
        while len(self._remotes) > MOST_REMOTES:
            self._remotes.popitem(last=False)
        for path in self.paths.values():
            self._prove(path)

    def restart(self, now: float) -> None:
        """New credentials (RFC 8445 section 9). Paths, and what flows on them, stay until a new one is nominated; and
        the last credentials that the browser is known to use stay good, however many restarts never reached it."""
        if self._used:
            self.previous = self.local
        self.local = random_credentials()
        self._used = False
        for path in self.paths.values():
            path.generation = 0  # the browser counts from the new fragment on
        self.fragments = {known.fragment for known in (self.local, self.previous) if known is not None}
        self.heard_at = max(self.heard_at, now - QUIET)  # whoever restarts is alive: time for the checks to come

    def admit(self, address: Address, now: float) -> bool:
        """Whether to spend the authentication of a message from here."""
        return (self._own if address in self.paths else self._strangers).take(now)

    def request(self, datagram: bytes, address: Address, sendto: SendTo, now: float, kind: PathKind = "udp") -> bool:
        """A binding request with our fragment. Nothing is stored, sent or changed unless it is authentic; returns
        whether it was."""
        try:
            message = stun.parse(datagram)
        except ValueError:
            return False
        asked, _, theirs = str(message.attributes.get("USERNAME", "")).partition(":")
        fragment = asked[:FRAGMENT_LENGTH]
        ours = self.local if fragment == self.local.fragment else self.previous
        if ours is None or fragment != ours.fragment:
            return False
        if not message.check_message_integrity(ours.password.encode()):
            return False
        # STUN does not authenticate the source address: a request is good from the one that it first came from.
        first_from = self._transactions.get(message.transaction_id)
        if first_from is not None and first_from != address:
            return False
        path = self._path(address, sendto, kind, now)
        generation = _number(asked[FRAGMENT_LENGTH:]) if ours is self.local else 0
        if generation >= path.generation:
            path.ours, path.theirs, path.generation = asked, theirs, generation
        path.credit += len(datagram) + HEADERS
        self._send(path, stun.success(message, (address[0], address[1]), ours.password))
        if first_from is None:
            self._remember(message.transaction_id, path.address)
            self._obey(message, ours, path, now)
        self._consider(path, now)
        return True

    def response(self, datagram: bytes, address: Address, now: float) -> bool:
        """The answer to a check of ours: the path is verified, or at least reached. Returns whether it was one."""
        path = self.paths.get(address)
        if path is None or not path.transaction or datagram[8:20] != path.transaction:
            return False
        if path.verified:
            return True  # two checks were under way
        try:
            message = stun.parse(datagram)
        except ValueError:
            return False
        remote = self._remotes.get(path.theirs)
        if remote is None:
            # Only who received our check knows its transaction, and only an ICE agent refuses it so: an open STUN
            # server would have granted it.
            if path.generation == 0 or not stun.refuses_password(message):
                return False
            if not path.reached:
                path.reached = True
                path.credit += FIRST_CHECK + HEADERS  # for the check with its password, as soon as that is told
            self._consider(path, now)
            return True
        if not message.check_message_integrity(remote.password.encode()):
            return False
        path.verified = True
        self.heard_at = path.heard_at = now
        if self.selected is path:
            self._on_selected(path)  # from now on without bounds
        self._consider(path, now)
        return True

    def earn(self, address: Address, size: int) -> None:
        """Something else of ``size`` bytes came on a path, which pays for another check if it needs one."""
        path = self.paths.get(address)
        if path is not None and not path.verified:
            path.credit += size + HEADERS
            self._prove(path)

    def lose(self, address: Address) -> None:
        """The path is no more: its connection broke, or the address is another's. Media goes on over the proved one
        heard last; without one it waits for the browser, which has the time that consent gives it."""
        path = self.paths.pop(address, None)
        if path is self._nominated:
            self._nominated = None
        if path is None or path is not self.selected:
            return
        self.selected = None
        proved = [other for other in self.paths.values() if other.verified]
        if proved:
            self._select(max(proved, key=lambda other: other.heard_at))

    def _obey(self, message: Message, ours: Credentials, path: Path, now: float) -> None:
        """A request that was not seen before. From an address that is not proved it is no sign of life: whoever wrote
        requests down could else keep a part open that its person has left."""
        self._used = self._used or ours is self.local
        path.asked_at = now
        if path.verified:
            self.heard_at = path.heard_at = now
        if "USE-CANDIDATE" in message.attributes:
            if ours is self.local:
                self.previous = None
            self._nominated = path

    def _remember(self, transaction_id: bytes, address: Address) -> None:
        self._transactions[transaction_id] = address
        if len(self._transactions) > REPLAY_WINDOW:
            del self._transactions[next(iter(self._transactions))]

    def _path(self, address: Address, sendto: SendTo, kind: PathKind, now: float) -> Path:
        path = self.paths.get(address)
        if path is None:
            path = self.paths[address] = Path(address, sendto, kind, now)
            while len(self.paths) > MOST_PATHS:
                others = [old for old in self.paths.values() if old is not path and old is not self.selected]
                # Of the oldest restart; there, one that is not proved; there, the one not used for longest.
                stale = min(others, key=lambda old: (old.generation, old.verified, old.reached))
                self.lose(stale.address)
                self._on_forgotten(stale.address)
        self.paths.move_to_end(address)
        return path

    def _consider(self, path: Path, now: float) -> None:
        """Whether media goes on there."""
        if not path.verified:
            self._prove(path)
        if (path.verified or path.reached) and self._prefers(path, now):
            self._select(path)

    def _prefers(self, path: Path, now: float) -> bool:
        """A browser restarts ICE when it doubts the path it has: the first of the new ones is taken before the browser
        has chosen among them, and those from before do not come back while it uses the new ones. Of one generation the
        browser chooses, but only who knows its password takes media away from who is known to."""
        selected = self.selected
        if selected is None or path.generation > selected.generation:
            return True
        nominated = path is self._nominated
        if path.generation < selected.generation:
            return nominated and path.verified and now - selected.asked_at > FORSAKEN
        return (nominated and path.verified) or (not selected.verified and (nominated or path.verified))

    def _prove(self, path: Path) -> None:
        if path.verified or not self._remotes or not path.theirs:
            return
        remote = self._remotes.get(path.theirs)
        if remote is None and path.reached:
            return  # nothing more can be known before its password is
        path.transaction = path.transaction or secrets.token_bytes(12)
        password = remote.password if remote is not None else secrets.token_hex(12)  # unknown: it will be refused
        self._send(path, stun.check(f"{path.theirs}:{path.ours}", password, path.transaction))

    def _send(self, path: Path, datagram: bytes) -> None:
        if path.kind == "udp" and not path.verified:
            cost = len(datagram) + HEADERS
            if path.credit < cost:
                return
            path.credit -= cost
        with suppress(OSError):  # an unreachable network, a full buffer: the browser asks again
            path.sendto(datagram, path.address)

    def _select(self, path: Path) -> None:
        if self.selected is not path:
            self.selected = path
            self._on_selected(path)


def _number(text: str) -> int:
    return int(text) if len(text) <= LONGEST_NUMBER and text.isascii() and text.isdecimal() else 0
