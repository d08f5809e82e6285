"""The text of Engine.IO 4 and Socket.IO 5 packets, as far as the hot path reads and writes it itself.

A *frame* here is one Engine.IO message packet in UTF-8, as it stands in a web socket frame or between the
record separators of a polling body. Everything rarer goes through python-socketio's own packet class.
"""

from collections.abc import Mapping
from struct import Struct as Layout
from typing import Any, NamedTuple

import msgspec

EVENT = b"42"  # Engine.IO MESSAGE, Socket.IO EVENT, namespace "/"
DISCONNECT = b"41"
MAX_ACK_DIGITS = 100  # as in python-socketio: what is longer is no packet

_encode = msgspec.json.Encoder().encode
_TEXT, _CLOSE, _PONG = 0x81, 0x88, 0x8A  # RFC 6455 section 5.2: FIN and the opcode
_LENGTH_16 = Layout("!BBH").pack
_LENGTH_64 = Layout("!BBQ").pack
_SHORT_HEADERS = tuple(bytes((_TEXT, length)) for length in range(126))


class EventText(NamedTuple):
    """An EVENT cut in three: the digits of its acknowledgement id (maybe none), its name, its whole JSON array."""

    ack: bytes
    name: bytes
    array: bytes


def split_event(frame: bytes) -> EventText | None:
    """Cuts ``42<ack>["name",payload]``. None when it is not plainly of that shape (a space before the name, an escape
    in it): the caller then takes the long way. The array is not looked at beyond the name."""
    start = frame.find(b"[", 2, 3 + MAX_ACK_DIGITS)
    if start < 0 or frame[start + 1 : start + 2] != b'"':
        return None
    ack = frame[2:start]
    if ack and not ack.isdigit():
        return None
    end = frame.find(b'"', start + 2)
    if end < 0:
        return None
    name = frame[start + 2 : end]
    if b"\\" in name:
        return None
    return EventText(ack, name, frame[start:])


def encode_event(event: str, payload: Any) -> bytes:
    """``42["event",payload]``, encoded once for any number of receivers (``Connection.send_frame``)."""
    return b'42["%s",%s]' % (event.encode(), _encode(payload))


def encode_ack(ack: bytes, answer: Mapping[str, Any] | msgspec.Struct | None) -> bytes:
    """``43<ack>[{"ok":true,…}]`` with the members of ``answer``. Raises TypeError when it is no object."""
    members = b"{}" if answer is None else _encode(answer)
    if members == b"{}":
        return b'43%s[{"ok":true}]' % ack
    if not members.startswith(b"{"):
        raise TypeError("an answer is an object")
    return b'43%s[{"ok":true,%s]' % (ack, members[1:])


def encode_refusal(ack: bytes, error: Mapping[str, Any], namespace: str = "/") -> bytes:
    """``43<ack>[{"ok":false,"error":{…}}]``."""
    return b'43%s%s[{"ok":false,"error":%s}]' % (_namespace(namespace), ack, _encode(error))


def encode_connect(sid: str) -> bytes:
    """``40{"sid":…}``: the namespace is open."""
    return b"40" + _encode({"sid": sid})


def encode_connect_error(error: Mapping[str, Any], namespace: str = "/") -> bytes:
    """``44{"message":…,"data":error}``, which client libraries hand out as ``connect_error``."""
    return b"44%s%s" % (_namespace(namespace), _encode({"message": error["message"], "data": error}))


def web_socket_frame(payload: bytes) -> bytes:
    """``payload`` as one unmasked text frame (RFC 6455 section 5.2)."""
    length = len(payload)
    if length < 126:
        return _SHORT_HEADERS[length] + payload
    if length < 65536:
        return _LENGTH_16(_TEXT, 126, length) + payload
    return _LENGTH_64(_TEXT, 127, length) + payload


def close_frame(code: int) -> bytes:
    """RFC 6455 section 5.5.1."""
    return _LENGTH_16(_CLOSE, 2, code)


def pong_frame(payload: bytes) -> bytes:
    """RFC 6455 section 5.5.3; ``payload`` is that of the ping, so no longer than 125 bytes."""
    return bytes((_PONG, len(payload))) + payload


def _namespace(namespace: str) -> bytes:
    return b"" if namespace == "/" else namespace.encode() + b","
