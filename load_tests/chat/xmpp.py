"""A lean XMPP client over a web socket (RFC 7395): enough to sign in, talk, and fetch from the archive (XEP-0313)."""

import asyncio
import base64
import html

from load_tests.chat.talker import Talker

DOMAIN = "localhost"
_OPEN = f'<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="{DOMAIN}" version="1.0"/>'.encode()
_BIND = (
    b'<iq xmlns="jabber:client" type="set" id="b"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind">'
    b"<resource>r</resource></bind></iq>"
)
_PRESENCE = b'<presence xmlns="jabber:client"/>'
_ID = b"<stanza-id "


def between(text: bytes, start: bytes, end: bytes) -> bytes:
    """What stands in ``text`` after ``start`` and before the next ``end``. Raises ValueError when it does not."""
    first = text.index(start) + len(start)
    return text[first : text.index(end, first)]


def attribute(element: bytes, name: bytes) -> bytes:
    """The value of an attribute of the first tag of ``element``, whichever quote it stands in."""
    first = element.index(b" " + name + b"=") + len(name) + 2
    return element[first + 1 : element.index(element[first : first + 1], first + 1)]


class XmppTalker(Talker):
    """One person, signed in. ``last_id`` is the archive's name of the last message that they hold."""

    def __init__(self, user: str, password: str, partner: str) -> None:
        super().__init__()
        self._user = user
        self._password = password
        self._partner = partner.encode()
        self._said = 0
        self._authenticated = False
        self._fetched: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.last_id = b""

    async def connect(self, host: str, port: int) -> None:
        await self.open(host, port, "/ws", headers=("Sec-WebSocket-Protocol: xmpp",))
        self.send_text(_OPEN)
        async with asyncio.timeout(20):
            await self.ready

    async def fetch_after(self, last_id: bytes) -> None:
        """Asks the archive for all that came after ``last_id``; it stands in ``missed`` then."""
        self.send_text(
            b'<iq xmlns="jabber:client" type="set" id="m"><query xmlns="urn:xmpp:mam:2">'
            b'<set xmlns="http://jabber.org/protocol/rsm"><max>100</max><after>%s</after></set></query></iq>' % last_id
        )
        async with asyncio.timeout(20):
            await self._fetched

    def say(self) -> None:
        assert self.outgoing is not None
        self._said += 1
        self.send_text(
            b'<message xmlns="jabber:client" to="%s@localhost" type="chat" id="%d"><body>%s</body></message>'
            % (self._partner, self._said, self.outgoing.next_text().encode())
        )

    def text_received(self, payload: bytes) -> None:
        if payload.startswith(b"<message"):
            self._message(payload)
        elif payload.startswith(b"<stream:features"):
            if self._authenticated:
                self.send_text(_BIND)
            else:
                secret = base64.b64encode(f"\0{self._user}\0{self._password}".encode()).decode()
                self.send_text(
                    f'<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">{secret}</auth>'.encode()
                )
        elif payload.startswith(b"<success"):
            self._authenticated = True
            self.send_text(_OPEN)
        elif payload.startswith(b"<iq"):
            self._answer(payload)
        elif payload.startswith((b"<failure", b"<close", b"<stream:error")):
            self.refuse(payload.decode(errors="replace"))

    def _answer(self, payload: bytes) -> None:
        name = attribute(payload, b"id")
        if attribute(payload, b"type") != b"result":
            self.refuse(payload.decode(errors="replace"))
        elif name == b"b":
            self.send_text(_PRESENCE)
            self.ready.set_result(None)
        elif name == b"m":
            self._fetched.set_result(None)

    def _message(self, payload: bytes) -> None:
        if b'type="error"' in payload or b"type='error'" in payload:
            self.refuse(payload.decode(errors="replace"))
            return
        if b"<body>" not in payload:
            return
        body = html.unescape(between(payload, b"<body>", b"</body>").decode())
        if b"<forwarded" in payload:
            self.missed.append(body)
            return
        if _ID in payload:
            self.last_id = attribute(payload[payload.index(_ID) :], b"id")
        if self.incoming is not None:
            self.incoming.hears(body, 0)
