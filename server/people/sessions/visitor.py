"""Who stands at the door, before it is known who they are: from where, with what, and how they want to come back."""

from dataclasses import dataclass

from server.people.sessions.agent import PROGRAM, kind_of_device
from server.people.sessions.store import Kind
from server.transport.endpoint import Call
from server.transport.web_session import cookie_of, device_of, set_cookie, set_device


@dataclass(frozen=True, slots=True)
class Visitor:
    """``token`` is of the session that this device has had until now, ``device`` the one that it is known by."""

    address: str
    kind: Kind = "cookie"
    token: str | None = None
    device: str | None = None
    system: str = PROGRAM
    browser: str = PROGRAM


def visitor_of(call: Call, kind: Kind) -> Visitor:
    """Of a request that wants a session."""
    if kind == "bearer":
        return Visitor(call.address, kind)
    system, browser = kind_of_device(call.request.headers.get("User-Agent", ""))
    return Visitor(call.address, kind, cookie_of(call.request), device_of(call.request), system, browser)


def hand_over(call: Call, token: str, seconds: int, device: str | None) -> None:
    """Gives a browser its session, and what it will be known by."""
    set_cookie(call.headers, call.request, token, seconds)
    if device is not None:
        set_device(call.headers, call.request, device)
