"""What the forwarding unit refuses.

MediaError
├── UnusableDescription   an offer or answer that is malformed, out of bounds or cannot be served; nothing was changed
├── RoomFull              the call has as many people as it can hold
├── NoSuchPeer            this part in the call ended, or never was
└── EngineAway            what carries media is being replaced; to be tried again in a moment
"""


class MediaError(Exception):
    """The base of all; ``str()`` is for developers and holds nothing of what was sent."""


class UnusableDescription(MediaError):
    pass


class RoomFull(MediaError):
    pass


class NoSuchPeer(MediaError):
    pass


class EngineAway(MediaError):
    pass
