"""What the lean clients make of frames as servers write them."""

import re
from uuid import RFC_4122

import pytest

from load_tests.chat.client import BinomeTalker, fast_id
from load_tests.chat.ledger import Direction
from load_tests.chat.texts import text
from load_tests.chat.xmpp import XmppTalker, attribute, between
from server.kernel.identifiers import parse_id


class Quiet(BinomeTalker):
    """Keeps what it would send."""

    def __init__(self, cursor: int | None = None) -> None:
        super().__init__("TOKEN", 12, cursor)
        self.out: list[bytes] = []

    def send_text(self, payload: bytes) -> None:
        self.out.append(payload)


def test_fast_identifiers_are_version_7_and_canonical() -> None:
    made = [parse_id(fast_id(counter).decode()) for counter in (0, 1, (1 << 62) - 1)]
    assert [(one.version, one.variant) for one in made] == [(7, RFC_4122)] * 3
    assert len(set(made)) == 3


async def test_it_signs_in_with_its_cursor_and_answers_pings() -> None:
    talker = Quiet(cursor=7)
    talker.text_received(b'0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":131072}')
    talker.text_received(b'40{"sid":"y"}')
    talker.text_received(b"2")
    assert talker.out == [b'40{"token":"TOKEN","compact":1,"cursors":{"12":7}}', b"3"]
    assert talker.ready.done()


async def test_it_says_the_next_text_in_the_compact_form() -> None:
    talker = Quiet()
    talker.outgoing = Direction(0, acknowledges=True)
    talker.say()
    talker.say()
    shape = re.compile(rb'42(\d)\["chat:send",\[12,"([\w-]{22})","([a-z ]{40})"\]\]')
    matches = [shape.fullmatch(payload) for payload in talker.out]
    assert [match and (match[1], match[3].decode()) for match in matches] == [(b"0", text(0, 0)), (b"1", text(0, 1))]


async def test_it_takes_acknowledgements_messages_and_what_it_missed() -> None:
    talker = Quiet(cursor=1)
    talker.outgoing, talker.incoming = Direction(0, acknowledges=True), Direction(1, acknowledges=True)
    talker.text_received(b'42["room:sync",[[12,3,0,[[2,1,1795000000,"un"],[3,1,1795000001,"deux"]]],[9,1,0,[]]]]')
    assert (talker.missed, talker.last_seq, talker.synchronised.done()) == (["un", "deux"], 3, True)
    talker.say()
    talker.text_received(b'430[{"ok":true,"seq":4,"at":1795000002}]')
    body = talker.incoming.next_text()
    talker.text_received(b'42["chat:message",[12,5,1,1795000003,"%s"]]' % body.encode())
    assert (talker.outgoing.acks, talker.incoming.heard_seqs, talker.last_seq) == ([4], [5], 5)


@pytest.mark.parametrize(
    "answer",
    [
        b'430[{"ok":true,"seq":4,"at":1,"state":"held"}]',
        b'430[{"ok":false,"error":{"code":"too_fast","message":"x"}}]',
        b'431[{"ok":true,"seq":4,"at":1}]',
        b"41",
    ],
)
async def test_whatever_is_not_a_delivery_breaks_the_conversation(answer: bytes) -> None:
    talker = Quiet()
    talker.ready.set_result(None)
    talker.outgoing = Direction(0, acknowledges=True)
    talker.say()
    talker.text_received(answer)
    assert talker.outgoing.broken is not None


async def test_a_refused_connection_is_told() -> None:
    talker = Quiet()
    talker.text_received(b'44{"message":"x","data":{"code":"session_expired"}}')
    with pytest.raises(ConnectionError, match="session_expired"):
        await talker.ready


# as ejabberd 23.01 writes them
DELIVERED = (
    b"<message xmlns='jabber:client' xml:lang='en' to='u1@localhost' from='u0@localhost/r' type='chat' id='7'>"
    b"<archived xmlns='urn:xmpp:mam:tmp' by='u1@localhost' id='1795000000000001'/>"
    b"<stanza-id xmlns='urn:xmpp:sid:0' by='u1@localhost' id='1795000000000001'/>"
    b"<body>fr&amp;re &lt;3</body></message>"
)


def test_pieces_of_stanzas() -> None:
    assert between(DELIVERED, b"<body>", b"</body>") == b"fr&amp;re &lt;3"
    assert attribute(DELIVERED[DELIVERED.index(b"<stanza-id") :], b"id") == b"1795000000000001"
    assert attribute(b'<iq xmlns="jabber:client" id="b" type="result">', b"type") == b"result"


async def test_an_xmpp_message_is_heard_and_its_place_in_the_archive_kept() -> None:
    talker = XmppTalker("u1", "secret", "u0")
    talker.incoming = Direction(0, acknowledges=False)
    body = talker.incoming.next_text().encode()
    talker.text_received(DELIVERED.replace(b"fr&amp;re &lt;3", body))
    assert (talker.incoming.heard, talker.last_id) == (1, b"1795000000000001")
