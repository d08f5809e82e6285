"""STUN (RFC 8489) as an ICE-lite end needs it: binding requests in, success responses out, and one kind of check.

aioice builds, parses and authenticates the messages; what stands here is the cheap look at bytes that nobody has
authenticated yet, and the bounds.
"""

import struct
from typing import Final

from aioice.stun import Class, Message, Method, parse_message

MAGIC_COOKIE: Final = b"\x21\x12\xa4\x42"
HEADER_LENGTH: Final = 20  # bytes
LARGEST: Final = 548  # bytes: a STUN message fits the smallest path MTU of IPv4 (RFC 8489 section 6.1)
BINDING_REQUEST: Final = b"\x00\x01"
BINDING_SUCCESS: Final = b"\x01\x01"
USERNAME: Final = 0x0006
LONGEST_USERNAME: Final = 513  # bytes (RFC 8489 section 14.3)
MOST_ATTRIBUTES: Final = 24
UNAUTHENTICATED: Final = 401
CHECK_PRIORITY: Final = 0x6E7F1EFF  # a peer-reflexive candidate (RFC 8445 section 5.1.2); nobody compares it


def is_stun(datagram: bytes) -> bool:
    return HEADER_LENGTH <= len(datagram) <= LARGEST and datagram[4:8] == MAGIC_COOKIE and datagram[0] < 4


def local_fragment(datagram: bytes) -> str | None:
    """For whom a binding request is: the part before the colon of its USERNAME (RFC 8445 section 7.2.2). Reads a few
    bytes and allocates next to nothing: this is what anybody in the world can make us do."""
    if datagram[:2] != BINDING_REQUEST:
        return None
    position, end = HEADER_LENGTH, len(datagram)
    for _ in range(MOST_ATTRIBUTES):
        if position + 4 > end:
            return None
        kind, length = struct.unpack_from("!HH", datagram, position)
        position += 4
        if kind == USERNAME:
            if length > LONGEST_USERNAME or position + length > end:
                return None
            fragment, colon, _ = datagram[position : position + length].partition(b":")
            return fragment.decode("ascii", "replace") if colon else None
        position += length + (-length % 4)
    return None


def parse(datagram: bytes) -> Message:
    """The message. Raises ValueError for anything malformed, a wrong FINGERPRINT included."""
    try:
        return parse_message(datagram)
    except (struct.error, IndexError) as error:
        raise ValueError("malformed STUN message") from error


def success(request: Message, address: tuple[str, int], password: str) -> bytes:
    """The answer to a request that was authenticated: shorter than what it answers."""
    response = Message(Method.BINDING, Class.RESPONSE, transaction_id=request.transaction_id)
    response.attributes["XOR-MAPPED-ADDRESS"] = address
    response.add_message_integrity(password.encode())
    return bytes(response)


def check(username: str, password: str, transaction_id: bytes) -> bytes:
    """A binding request of our own, to find out whether who asked from an address can be reached there."""
    request = Message(Method.BINDING, Class.REQUEST, transaction_id=transaction_id)
    request.attributes["USERNAME"] = username
    request.attributes["PRIORITY"] = CHECK_PRIORITY
    request.attributes["ICE-CONTROLLED"] = 0
    request.add_message_integrity(password.encode())
    return bytes(request)


def refuses_password(response: Message) -> bool:
    """Whether it is how an ICE agent refuses a check with a wrong password (RFC 8489 section 9.1.3). A STUN or TURN
    server answers with success, with 420 to attributes that it does not know, or names its realm (section 9.2.4)."""
    attributes = response.attributes
    return (
        response.message_class is Class.ERROR
        and response.error_code == UNAUTHENTICATED
        and "REALM" not in attributes
        and "NONCE" not in attributes
    )
