"""What one gateway takes, in one place: each bound with its unit and its reason."""

from dataclasses import dataclass, field

from server.infra.limits import Rate


@dataclass(frozen=True, slots=True)
class Limits:
    connections: int = 10_000
    """Sockets of this process, signed in or not: at some 30 KB each they fit the memory of one cheap machine."""

    connections_per_account: int = 20
    """A person has a telephone and a few tabs; on a bad line, the ghosts of the last minute come on top."""

    frame_bytes: int = 128 * 1024
    """One packet from a client. A session description with many candidates stays under half of it."""

    waiting_bytes: int = 1024 * 1024
    """What may wait for one client that does not read. Then it is disconnected, and syncs when it comes back."""

    connect_within_s: float = 10
    """From the first request to a CONNECT that is accepted: a socket that nobody signs in to costs as much as any."""

    unsigned_per_address: int = 1_000
    """Sockets not signed in yet, from one network address: behind one there may be a whole school coming back after
    an outage, but not the whole of ``connections``."""

    close_within_s: float = 3
    """For the last frames to leave and the peer to confirm. After that the connection is cut."""

    finish_within_s: float = 20
    """For events in hand when the server stops: longer than a database that is away makes one wait."""

    body_within_s: float = 20
    """For the body of a polling request to arrive."""

    upgrade_within_s: float = 20
    """For each step of the change from polling to a web socket."""

    ping_interval_s: float = 25
    """As socket.io's own servers: below the 30 s after which common mobile networks forget an idle TCP connection."""

    ping_timeout_s: float = 20
    """As socket.io's own servers. Any frame counts as a sign of life, since a big one may keep the pong waiting."""

    sweep_s: float = 1
    """How often the timers above are looked at, by one loop for all sockets."""

    connects: Rate = field(default_factory=lambda: Rate(per_second=0.5, burst=60))
    """Of one person. Each costs a look-up and a sync of all their rooms."""

    rate_factor: float = 1
    """Multiplies the rates that events are declared with: a load test is many people on few connections."""

    refusals: Rate = field(default_factory=lambda: Rate(per_second=5, burst=300))
    """Events of a person that are refused before any handler ran. A client that waits ``retry_in_ms`` has none to
    speak of; who goes beyond this is not listening, and is disconnected."""

    refusals_before_connect: int = 10
    """Refused CONNECTs and stray packets on a socket that is not signed in."""
