"""The side web socket: voices where only the web gets through, stills, and everything that must not come of it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from time import monotonic

import pytest

from server.kernel.identifiers import new_id
from server.people.sessions.store import insert_session
from server.people.sessions.tokens import hash_token, new_token
from server.signalling.parts import Part
from server.signalling.rungs import Rung
from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.support.bare_browser import until
from tests.support.raw_socket import BINARY, TEXT
from tests.support.side import FRAME, SideClient, packet, side_of, webp

VOICE = b"\xf8"  # the first byte of an Opus packet of 20 ms, which is what `say` sends


@asynccontextmanager
async def side(street: Neighbourhood, caller: Caller) -> AsyncIterator[SideClient]:
    async with side_of(street.house.site.port, caller.peer, caller.who.token) as client:
        assert client.raw.status == 101
        await client.until(lambda: len(client.told) > 0, "the first word")
        yield client


@asynccontextmanager
async def web(street: Neighbourhood, caller: Caller) -> AsyncIterator[SideClient]:
    """``caller``'s voices pass over the web socket."""
    async with side(street, caller) as client:
        client.ask(voice=True)
        await client.settled()
        yield client


@dataclass
class Blocked:
    """A call in which the network of one lets no media through."""

    julien: Caller
    lea: Caller


@pytest.fixture
async def blocked(street: Neighbourhood) -> Blocked:
    room = await street.house.room()
    julien, lea = await street.caller(room.mentor, room), await street.caller(room.mentee, room)
    await julien.join()
    lea.joined = await lea.client.call("call:join", lea.request(caps={"video": True, "stills": True, "web": True}))
    lea.peer = lea.joined["peer"]
    return Blocked(julien, lea)


def part(street: Neighbourhood, caller: Caller) -> Part:
    found = street.calls.parts.of_account(caller.room.id, caller.who.id)
    assert found is not None
    return found


def on_rungs(street: Neighbourhood, caller: Caller, out: Rung, into: Rung) -> None:
    """As the ladder would decide after some seconds of a bad line. It decides nothing else from then on."""
    mine = part(street, caller)
    mine.line.came_at = float("inf")
    mine.line.out, mine.line.into = replace(mine.line.out, rung=out), replace(mine.line.into, rung=into)
    street.calls.quality._settle(mine)


# Voices


async def test_two_talk_of_whom_one_has_the_web_only(street: Neighbourhood, blocked: Blocked) -> None:
    julien, lea = blocked.julien, blocked.lea
    async with web(street, lea) as socket:
        socket.speak(0, *(packet(b"%d" % number) for number in range(4)))
        await until(lambda: len(julien.browser.heard("a0")) == 4, "Léa at Julien")
        assert julien.browser.heard("a0") == [packet(b"%d" % number) for number in range(4)]
        times = [one.timestamp for one in julien.browser.got("a0")]
        assert [(later - times[0]) & 0xFFFFFFFF for later in times] == [0, FRAME, 2 * FRAME, 3 * FRAME]

        julien.browser.say(*(VOICE + b"%d" % number for number in range(9)))
        await socket.until(lambda: len(socket.words(julien.peer)) == 9, "Julien at Léa")
        assert socket.words(julien.peer) == [VOICE + b"%d" % number for number in range(9)]
        assert len(socket.voices) < 9, "several packets share a message"
        assert socket.told[-1]["sources"] == [julien.peer]

        people = {one["name"]: one["connected"] for one in julien.client.events("call:people")[-1]["people"]}
        assert people == {"Julien": True, "Lea": True}


async def test_two_talk_who_both_have_the_web_only(street: Neighbourhood, blocked: Blocked) -> None:
    julien, lea = blocked.julien, blocked.lea
    async with web(street, lea) as hers, web(street, julien) as his:
        hers.speak(10, packet(b"bonjour"))
        his.speak(20, packet(b"salut"))
        await his.until(lambda: his.words(lea.peer) == [packet(b"bonjour")], "Léa at Julien")
        await hers.until(lambda: hers.words(julien.peer) == [packet(b"salut")], "Julien at Léa")


async def test_silence_is_not_sent_on_and_keeps_its_length(street: Neighbourhood, blocked: Blocked) -> None:
    async with web(street, blocked.lea) as socket:
        socket.speak(0, packet(b"a"), b"", b"", packet(b"b"))
        await until(lambda: len(blocked.julien.browser.got("a0")) == 2, "both words")
        first, second = blocked.julien.browser.got("a0")
        assert (second.timestamp - first.timestamp) & 0xFFFFFFFF == 3 * FRAME
        assert blocked.julien.browser.gaps("a0") == 0


async def test_the_clock_of_a_voice_may_wrap(street: Neighbourhood, blocked: Blocked) -> None:
    async with web(street, blocked.lea) as socket:
        socket.speak(2**32 - FRAME, packet(b"a"), packet(b"b"))
        socket.speak(FRAME, packet(b"c"))
        await until(lambda: len(blocked.julien.browser.got("a0")) == 3, "three words")
        times = [one.timestamp for one in blocked.julien.browser.got("a0")]
        assert [(time - times[0]) & 0xFFFFFFFF for time in times] == [0, FRAME, 2 * FRAME]


async def test_who_is_muted_is_muted_here_too(street: Neighbourhood, blocked: Blocked) -> None:
    julien, lea = blocked.julien, blocked.lea
    async with web(street, lea) as socket:
        assert await lea.act("call:state", mic=False, camera=False, voice_only=False) == {"ok": True}
        socket.speak(0, packet(b"secret"))
        await socket.settled()
        assert await lea.act("call:state", mic=True, camera=False, voice_only=False) == {"ok": True}
        socket.speak(FRAME, packet(b"bonjour"))
        await until(lambda: len(julien.browser.heard("a0")) > 0, "Léa at Julien")
        assert julien.browser.heard("a0") == [packet(b"bonjour")]


async def test_nothing_passes_before_it_is_asked_for_and_rtp_again_after(street: Neighbourhood) -> None:
    _, julien, lea = await street.pair()
    async with side(street, lea) as socket:
        socket.speak(0, packet(b"too early"))
        julien.browser.say(VOICE + b"by RTP")
        await until(lambda: lea.browser.heard("a0") == [VOICE + b"by RTP"], "Julien at Léa")
        await socket.settled()
        assert (socket.voices, julien.browser.heard("a0")) == ([], [])

        socket.ask(voice=True)
        await socket.settled()
        julien.browser.say(VOICE + b"by the web")
        await socket.until(lambda: socket.words(julien.peer) == [VOICE + b"by the web"], "Julien at Léa")
        assert lea.browser.heard("a0") == [VOICE + b"by RTP"]

        socket.ask(voice=False)
        socket.speak(FRAME, packet(b"too late"))
        await socket.settled()
        julien.browser.say(VOICE + b"again")
        lea.browser.say(b"moi aussi")
        await until(lambda: lea.browser.heard("a0")[1:] == [VOICE + b"again"], "Julien at Léa")
        await until(lambda: julien.browser.heard("a0") == [b"moi aussi"], "Léa at Julien")
        assert lea.browser.gaps("a0") == 0


async def test_a_socket_that_goes_gives_the_voices_back_to_rtp(street: Neighbourhood) -> None:
    _, julien, lea = await street.pair()
    async with web(street, lea):
        pass
    await until(lambda: len(street.house.capabilities.signalling.sides) == 0, "the end of the socket")
    lea.browser.say(b"me revoila")
    await until(lambda: julien.browser.heard("a0") == [b"me revoila"], "Léa at Julien")


async def test_voice_that_was_held_back_does_not_come_late(street: Neighbourhood, blocked: Blocked) -> None:
    """A second of voice was stuck in TCP: it comes in a heap, and only its end is forwarded."""
    async with web(street, blocked.lea) as socket:
        socket.speak(0, packet(b"on time"))
        await socket.settled()
        street.house.clock.advance(1.2)
        for number in range(1, 21):
            socket.speak(number * FRAME, packet(b"%d" % number))
        await until(lambda: packet(b"20") in blocked.julien.browser.heard("a0"), "the newest")
        late = [packet(b"%d" % number) for number in range(1, 21)]
        assert blocked.julien.browser.heard("a0") == [packet(b"on time"), *late[9:]]


async def test_a_slow_reader_hears_the_newest_not_the_oldest(street: Neighbourhood, blocked: Blocked) -> None:
    julien, lea = blocked.julien, blocked.lea
    async with web(street, lea) as socket:
        socket.acknowledges = False
        julien.browser.say(VOICE + b"first")
        await socket.until(lambda: len(socket.voices) == 1, "the first word")
        street.house.clock.advance(5)  # nothing was acknowledged in all this time: the line stands still
        words = [VOICE + b"%03d" % number for number in range(200)]
        for word in words:
            julien.browser.say(word)
        await socket.settled()
        sides = street.house.capabilities.signalling.sides
        await until(lambda: sides._open[part(street, lea).peer]._voices.skipped > 0, "the skipping")
        assert len(socket.words(julien.peer)) == 1

        socket.acknowledge()
        await socket.until(lambda: words[-1] in socket.words(julien.peer), "the newest")
        assert socket.words(julien.peer)[1:] == words[-len(socket.words(julien.peer)) + 1 :], "without a hole"
        assert len(socket.words(julien.peer)) - 1 <= 24 + 6, "480 ms, and what came since"


# Stills


async def test_stills_go_to_who_has_no_room_for_video(street: Neighbourhood, blocked: Blocked) -> None:
    julien, lea = blocked.julien, blocked.lea
    on_rungs(street, lea, "voice", "stills")
    picture = webp()
    async with side(street, julien) as his, side(street, lea) as hers:
        assert his.told[-1]["stills"] in range(3_000, 8_001)
        assert hers.told[-1]["stills"] is None
        his.show(picture)
        await hers.until(lambda: hers.stills == [(julien.peer, picture)], "the still")
        hers.show(picture)
        await hers.settled()
        assert his.stills == []


HIDDEN: dict[str, tuple[dict[str, bool], dict[str, bool], tuple[Rung, Rung]]] = {
    "camera off": ({"camera": False}, {}, ("video", "stills")),
    "sender wants voices only": ({"voice_only": True}, {}, ("video", "stills")),
    "receiver wants voices only": ({}, {"voice_only": True}, ("video", "stills")),
    "both have video": ({}, {}, ("video", "video")),
    "small video is video": ({}, {}, ("video", "video-small")),
    "receiver is on voice": ({}, {}, ("stills", "voice")),
    "sender is on voice": ({}, {}, ("voice", "stills")),
    "receiver has the web only": ({}, {}, ("stills", "voice-web")),
}


async def test_stills_go_to_nobody_else(street: Neighbourhood, blocked: Blocked) -> None:
    julien, lea = blocked.julien, blocked.lea
    async with side(street, julien) as his, side(street, lea) as hers:
        for why, (sender, receiver, (out, into)) in HIDDEN.items():
            for caller, state in ((julien, sender), (lea, receiver)):
                await caller.act("call:state", **{"mic": True, "camera": True, "voice_only": False, **state})
            on_rungs(street, julien, out, "video")
            on_rungs(street, lea, "video", into)
            street.house.clock.advance(5)
            his.show(webp())
            await his.settled()
            await hers.settled()
            assert hers.stills == [], why
        for caller in (julien, lea):
            await caller.act("call:state", mic=True, camera=True, voice_only=False)
        on_rungs(street, julien, "stills", "video")
        on_rungs(street, lea, "video", "video")
        street.house.clock.advance(5)
        his.show(webp())
        await hers.until(lambda: len(hers.stills) == 1, "the still that may be seen")


async def test_a_still_waits_for_the_voice_and_only_the_newest_comes(street: Neighbourhood, blocked: Blocked) -> None:
    julien, lea = blocked.julien, blocked.lea
    on_rungs(street, lea, "voice", "stills")
    async with side(street, julien) as his, side(street, lea) as hers:
        hers.acknowledges = False
        his.show(webp(size=1_000))
        await hers.until(lambda: len(hers.stills) == 1, "the first")
        for size in (1_100, 1_200, 1_300):  # the first has not arrived, as far as the server knows
            street.house.clock.advance(2)
            his.show(webp(size=size))
            await his.settled()
        assert len(hers.stills) == 1
        hers.acknowledge()
        await hers.until(lambda: len(hers.stills) == 2, "the newest")
        assert len(hers.stills[1][1]) == len(webp(size=1_300))


async def test_stills_that_come_too_often_are_left_out(street: Neighbourhood, blocked: Blocked) -> None:
    julien, lea = blocked.julien, blocked.lea
    on_rungs(street, lea, "voice", "stills")
    async with side(street, julien) as his, side(street, lea) as hers:
        for _ in range(40):
            his.show(webp())
        await his.settled()
        await hers.settled()
        assert len(hers.stills) <= 2
        assert his.closed is False


# Who may not


@asynccontextmanager
async def knocking(street: Neighbourhood, peer: str, token: str | None, **headers: str) -> AsyncIterator[int]:
    async with side_of(street.house.site.port, peer, token, headers=headers) as client:
        yield client.raw.status


async def test_nobody_opens_the_side_of_another(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    elsewhere = await street.house.room()
    claire = await street.caller(room.supervisor, room, enter=False)
    answers = {}
    for who, token in (
        ("nobody", None),
        ("a made-up session", "A" * 43),
        ("the other in the call", julien.who.token),
        ("the professional who has not entered", claire.who.token),
        ("a stranger", elsewhere.mentor.token),
    ):
        async with knocking(street, lea.peer, token) as status:
            answers[who] = status
    assert answers == {
        "nobody": 401,
        "a made-up session": 401,
        "the other in the call": 404,
        "the professional who has not entered": 404,
        "a stranger": 404,
    }
    for peer in (str(new_id()), "x", "%00", "a" * 3_000):
        async with knocking(street, peer, lea.who.token) as status:
            assert status == 404
    assert len(street.house.capabilities.signalling.sides) == 0


async def test_another_session_of_the_same_person_does_not(street: Neighbourhood) -> None:
    """Else it would go on to listen when the session that it came with has ended."""
    _, _, lea = await street.pair()
    token = new_token()
    async with street.house.database.everywhere() as conn:
        principal = replace(lea.who.principal, session_id=new_id())
        await insert_session(conn, principal, "bearer", hash_token(token), street.house.clock.now())
    async with knocking(street, lea.peer, token) as status:
        assert status == 404


async def test_a_page_of_another_site_does_not(street: Neighbourhood) -> None:
    _, _, lea = await street.pair()
    here = f"http://127.0.0.1:{street.house.site.port}"
    cookie = {"Cookie": f"binome={lea.who.token}"}
    for headers, expected in (
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
        ({"Origin": here, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": here}, 101),
        ({"Origin": here, "Sec-Fetch-Site": "same-origin"}, 101),
    ):
        async with knocking(street, lea.peer, None, **cookie, **headers) as status:
            assert status == expected, headers


async def test_a_plain_request_is_refused_in_plain_words(street: Neighbourhood) -> None:
    _, _, lea = await street.pair()
    reply = await street.house.ask(lea.who, "GET", f"/api/v1/calls/{lea.peer}/side")
    assert (reply.status, reply.error) == (400, ("bad_request", "upgrade"))


ENDS = {
    "the room": "update room_members set left_at = now() where account_id = :who",
    "the pair": "update pairs set state = 'paused' where mentee_id = :who",
    "the session": "delete from auth_sessions where account_id = :who",
    "the account": "update accounts set disabled_at = now() where id = :who",
}


@pytest.mark.parametrize("what", ENDS)
async def test_who_loses_a_right_is_cut_off_here_too(street: Neighbourhood, blocked: Blocked, what: str) -> None:
    julien, lea = blocked.julien, blocked.lea
    async with web(street, lea) as socket:
        began = monotonic()
        await street.house.sql(ENDS[what], who=lea.who.id)
        assert await socket.close_code() == 4404
        assert monotonic() - began < 5  # on a machine under load; the figure itself is measured elsewhere
        heard = len(socket.voices)
        socket.speak(0, packet(b"encore moi?"))
        julien.browser.say(VOICE + b"secret")
        if what == "the room":
            claire = await street.caller(lea.room.supervisor, lea.room)
            await claire.join()
            julien.browser.say(VOICE + b"secret")
            await until(lambda: VOICE + b"secret" in claire.browser.heard("a0"), "Julien at Claire")
        assert (len(socket.voices), julien.browser.heard("a0")) == (heard, [])
    async with knocking(street, lea.peer, lea.who.token) as status:
        assert status in (401, 404)


async def test_it_ends_with_the_part(street: Neighbourhood, blocked: Blocked) -> None:
    async with web(street, blocked.lea) as socket:
        await blocked.lea.act("call:leave")
        assert await socket.close_code() == 4404


async def test_a_session_that_runs_out_ends_it(street: Neighbourhood, blocked: Blocked) -> None:
    async with web(street, blocked.lea) as socket:
        street.house.clock.advance(25 * 3600)
        assert await socket.close_code() in (4401, 4404)


async def test_the_professional_is_seen_and_journalled_before_they_can_open_it(street: Neighbourhood) -> None:
    room, _, lea = await street.pair()
    claire = await street.caller(room.supervisor, room)
    await claire.join()
    async with web(street, claire) as socket:
        assert "Claire" in lea.people()
        assert [(who, act) for who, act, _ in await street.journal(room.id) if act == "call"] == [
            (room.supervisor.id, "call")
        ]
        assert (await claire.client.call("room:leave", {"room": str(room.id)}))["ok"]
        assert await socket.close_code() == 4404


async def test_the_newest_socket_counts(street: Neighbourhood, blocked: Blocked) -> None:
    julien, lea = blocked.julien, blocked.lea
    async with web(street, lea) as old, web(street, lea) as new:
        assert await old.close_code() == 4409
        new.speak(0, packet(b"bonjour"))
        await until(lambda: julien.browser.heard("a0") == [packet(b"bonjour")], "Léa at Julien")
        assert len(street.house.capabilities.signalling.sides) == 1


# What is no message

VOICES = b"\x01\x00\x01\x00\x00\x00\x00"
MALFORMED: dict[str, tuple[int, bytes]] = {
    "nothing": (BINARY, b""),
    "an unknown kind": (BINARY, b"\x09\x00\x01"),
    "a short acknowledgement": (BINARY, b"\x00"),
    "a long acknowledgement": (BINARY, b"\x00\x00\x00"),
    "a long beat": (BINARY, b"\x03\x00\x01\x00"),
    "a voice without packets": (BINARY, VOICES),
    "a packet that is cut": (BINARY, VOICES + b"\x05\x18\x00"),
    "a length that is cut": (BINARY, VOICES + b"\xfc"),
    "20 ms": (BINARY, VOICES + b"\x02\xf8\x00"),
    "120 ms": (BINARY, VOICES + b"\x02\x19\x00"),
    "a packet of no frames": (BINARY, VOICES + b"\x02\x1b\x00"),
    "too many packets": (BINARY, VOICES + b"\x01\x18" * 17),
    "no picture": (BINARY, b"\x02\x00\x01"),
    "a PNG": (BINARY, b"\x02\x00\x01\x89PNG\r\n\x1a\n" + bytes(100)),
    "a picture too large": (BINARY, b"\x02\x00\x01" + webp(640, 480)),
    "a picture too small": (BINARY, b"\x02\x00\x01" + webp(1, 1)),
    "a picture with a tail": (BINARY, b"\x02\x00\x01" + webp() + b"<script>"),
    "a picture that says less": (BINARY, b"\x02\x00\x01" + webp().replace(b"RIFF", b"RIFX")),
    "an extended WebP": (BINARY, b"\x02\x00\x01" + webp().replace(b"VP8 ", b"VP8X")),
    "no JSON": (TEXT, b"voice"),
    "another JSON": (TEXT, b'{"voice": 1}'),
    "a member that is not known": (TEXT, b'{"voice": true, "room": 1}'),
    "not UTF-8": (TEXT, b'{"voice": "\xff"}'),
}


async def test_what_is_no_message_ends_this_socket_alone(street: Neighbourhood, blocked: Blocked) -> None:
    julien, lea = blocked.julien, blocked.lea
    codes = {}
    async with web(street, julien) as his:
        for what, (opcode, payload) in MALFORMED.items():
            async with web(street, lea) as socket:
                socket.raw.send_frame(opcode, payload)
                codes[what] = await socket.close_code()
            street.house.clock.advance(2.5)
            await his.settled()
    assert codes == {what: 1007 if what == "not UTF-8" else 4400 for what in MALFORMED}
    assert len(street.calls.parts) == 2, "the parts go on"


async def test_an_oversize_message_ends_it(street: Neighbourhood, blocked: Blocked) -> None:
    async with web(street, blocked.lea) as socket:
        socket.raw.send_frame(BINARY, b"\x02\x00\x01" + webp(size=9_000))
        assert await socket.close_code() == 1009


async def test_a_flood_ends_it(street: Neighbourhood, blocked: Blocked) -> None:
    async with web(street, blocked.lea) as socket:
        for _ in range(400):
            socket.acknowledge()
        assert await socket.close_code() == 4429


async def test_a_voice_faster_than_time_is_cut_down(street: Neighbourhood, blocked: Blocked) -> None:
    async with web(street, blocked.lea) as socket:
        for number in range(40):
            socket.speak(number * 16 * FRAME, *(packet(b"x" * 400) for _ in range(16)))
        await socket.settled()
        await until(lambda: len(blocked.julien.browser.heard("a0")) > 0, "some of it")
        assert len(blocked.julien.browser.heard("a0")) <= 100


# Time


async def test_a_silent_line_is_asked_and_then_given_up(street: Neighbourhood, blocked: Blocked) -> None:
    async with side(street, blocked.lea) as socket:
        street.house.clock.advance(6)
        await socket.until(lambda: socket.beats == 1, "a beat")
        await socket.settled()  # the server has its answer
        socket.acknowledges = False
        street.house.clock.advance(31)
        assert await socket.close_code() == 4408


async def test_all_end_with_the_server(street: Neighbourhood, blocked: Blocked) -> None:
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(web(street, who)) for who in (blocked.julien, blocked.lea)]
        await street.house.capabilities.part()
        assert [await socket.close_code() for socket in sockets] == [4404, 4404]
