"""What the server and a media worker say to each other: every message and its type.

Each goes over the channel as one msgpack array, tagged with its name. Whatever is not in ``ToWorker`` or
``FromWorker`` is no message, and ends the channel. Nothing here is an object of packets, people or sockets.
"""

from msgspec import Struct

from server.media.engine import Credentials, Joined, Measured, PeerState, Pictures, Restarted, Shape, SlotState


class Request(Struct, frozen=True, array_like=True):
    """Answered with the same ``id``: by ``Done`` or what is named here, or by ``Refused`` or ``Broken``."""

    id: int


class Start(Request, frozen=True, array_like=True, tag="start"):
    """Answered with ``Started``. The first message, said once."""

    host: str
    port: int
    public_address: str | None


class Stop(Request, frozen=True, array_like=True, tag="stop"):
    """The last: all calls end, and the worker with them."""


class Ping(Request, frozen=True, array_like=True, tag="ping"):
    """Answered by whoever does not hang."""


class Join(Request, frozen=True, array_like=True, tag="join"):
    """Answered with ``HasJoined``."""

    room: str
    peer: str
    offer: str
    state: PeerState
    video: bool
    capacity: int
    replaces: str | None


class Answer(Request, frozen=True, array_like=True, tag="answer"):
    room: str
    peer: str
    answer: str


class Restart(Request, frozen=True, array_like=True, tag="restart"):
    """Answered with ``HasRestarted``."""

    room: str
    peer: str
    offer: str


class WasRestarted(Request, frozen=True, array_like=True, tag="was_restarted"):
    room: str
    peer: str
    up: Credentials
    down: Credentials


class SetState(Request, frozen=True, array_like=True, tag="state"):
    room: str
    peer: str
    state: PeerState


class SetShape(Request, frozen=True, array_like=True, tag="shape"):
    room: str
    peer: str
    shape: Shape


class OpenWeb(Request, frozen=True, array_like=True, tag="open_web"):
    room: str
    peer: str


class CloseWeb(Request, frozen=True, array_like=True, tag="close_web"):
    room: str
    peer: str


class Leave(Request, frozen=True, array_like=True, tag="leave"):
    room: str
    peer: str


class Feed(Struct, frozen=True, array_like=True, tag="feed"):
    """Not answered; dropped when the channel is full, as a network would."""

    room: str
    peer: str
    timestamp: int
    frames: list[bytes]


Act = Join | Answer | Restart | WasRestarted | SetState | SetShape | OpenWeb | CloseWeb | Leave
Asked = Start | Stop | Act
ToWorker = Asked | Ping | Feed


class Reply(Struct, frozen=True, array_like=True):
    id: int


class Done(Reply, frozen=True, array_like=True, tag="done"):
    pass


class Started(Reply, frozen=True, array_like=True, tag="started"):
    """``port``: the one in use. ``problem``: why there is none, in words for the operator."""

    port: int
    problem: str | None = None


class HasJoined(Reply, frozen=True, array_like=True, tag="joined"):
    joined: Joined


class HasRestarted(Reply, frozen=True, array_like=True, tag="restarted"):
    restarted: Restarted


class Refused(Reply, frozen=True, array_like=True, tag="refused"):
    """``error``: the name of a class of ``server.media.errors``. ``text`` is for developers."""

    error: str
    text: str


class Broken(Reply, frozen=True, array_like=True, tag="broken"):
    """The worker has a fault; its log says which."""


class SlotsChanged(Struct, frozen=True, array_like=True, tag="slots"):
    room: str
    peer: str
    slots: tuple[SlotState, ...]


class Connected(Struct, frozen=True, array_like=True, tag="connected"):
    room: str
    peer: str


class Quiet(Struct, frozen=True, array_like=True, tag="quiet"):
    room: str
    peer: str


class Lost(Struct, frozen=True, array_like=True, tag="lost"):
    room: str
    peer: str
    reason: str


class WasMeasured(Struct, frozen=True, array_like=True, tag="measured"):
    """Dropped when the channel is full: the next one is as good."""

    room: str
    peer: str
    measured: Measured


class Layers(Struct, frozen=True, array_like=True, tag="layers"):
    room: str
    peer: str
    wanted: frozenset[Pictures]


class WebVoice(Struct, frozen=True, array_like=True, tag="web_voice"):
    """Dropped when the channel is full."""

    room: str
    peer: str
    source: str
    timestamp: int
    payload: bytes


class Counted(Struct, frozen=True, array_like=True, tag="counted"):
    """All that this worker counted since it began."""

    counters: dict[str, int]


Event = SlotsChanged | Connected | Quiet | Lost | WasMeasured | Layers | WebVoice
FromWorker = Done | Started | HasJoined | HasRestarted | Refused | Broken | Counted | Event
