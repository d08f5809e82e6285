"""Each parser behind the port, fed with what Hypothesis makes up, in a running call whose others must not notice.

RTP and RTCP are given behind SRTP, where only a person in the call with good keys can put them; STUN with a good
password and without; DTLS before, in and after the handshake.
"""

import asyncio
import hashlib
import hmac
import struct
import zlib
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from server.media.ice import FIRST_CHECK, HEADERS, Address
from tests.integration.media.conftest import ALL_ON, Calls
from tests.integration.media.test_attacks import unharmed
from tests.support.bare_browser import OPUS, RTX, VP8, BareBrowser, Remote

many = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
few = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

REMB = bytes(8) + b"REMB"

payloads = st.one_of(
    st.binary(max_size=60),
    st.binary(max_size=40).map(lambda rest: b"\x90\x80\x80" + rest),  # VP8 with a PictureID, cut anywhere
    st.binary(max_size=40).map(lambda rest: bytes([0x80 | OPUS]) + rest),  # RED
    st.binary(max_size=40).map(lambda rest: b"\x78\x00" + rest),  # H.264, several units in one
)


@st.composite
def rtp(draw: st.DrawFn) -> bytes:
    """A packet as SRTP lets it through: version 2, and room for the header; the rest may lie."""
    first = 0x80 | draw(st.integers(0, 63))
    kind = draw(st.one_of(st.sampled_from([OPUS, VP8, RTX, 63, 98, 102]), st.integers(0, 127)))
    ssrc = draw(st.one_of(st.integers(1, 3), st.integers(0, 2**32 - 1)))
    marker, number = draw(st.booleans()), draw(st.integers(0, 65535))
    header = struct.pack("!BBHII", first, marker << 7 | kind, number, draw(st.integers(0, 2**32 - 1)), ssrc)
    extension = b""
    if first & 0x10 and draw(st.booleans()):
        profile = draw(st.sampled_from([0xBEDE, 0x1000, 0]))
        extension = struct.pack("!HH", profile, draw(st.integers(0, 8))) + draw(st.binary(max_size=32))
    return header + draw(st.binary(max_size=4 * (first & 0xF))) + extension + draw(payloads)


@st.composite
def rtcp(draw: st.DrawFn) -> bytes:
    """A compound of known and unknown types, whose lengths and counts mostly lie."""
    compound = b""
    for _ in range(draw(st.integers(1, 4))):
        body = draw(
            st.one_of(st.binary(max_size=60), st.binary(max_size=40).map(lambda rest: bytes(8) + b"REMB" + rest))
        )
        body += bytes(-len(body) % 4)
        length = draw(st.one_of(st.just(len(body) // 4), st.integers(0, 65535)))
        kind = draw(st.one_of(st.integers(200, 207), st.integers(192, 223)))
        compound += struct.pack("!BBH", 0x80 | draw(st.integers(0, 63)), kind, length) + body
    return compound[: draw(st.integers(4, max(4, len(compound))))]


@pytest.fixture
async def complaints() -> AsyncIterator[list[dict[str, Any]]]:
    """What nobody caught."""
    caught: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: caught.append(context))
    yield caught
    asyncio.get_running_loop().set_exception_handler(None)


async def test_rtp_of_an_insider(calls: Calls) -> None:
    julien, lea = await calls.pair()
    await calls.join("insider")
    up = calls.engine._rooms["room"].peers["insider"].up
    down = calls.engine._rooms["room"].peers["insider"].down

    @many
    @given(rtp())
    def attack(packet: bytes) -> None:
        up.receive_rtp(packet, monotonic())
        down.receive_rtp(packet, monotonic())

    attack()
    up.report(100_000, monotonic())
    await unharmed(julien, lea)
    await unharmed(lea, julien)


async def test_rtcp_of_an_insider(calls: Calls) -> None:
    julien, lea = await calls.pair()
    insider = await calls.join("insider")
    insider.say(b"so that there is something to report on")
    insider.show(key=True)
    peer = calls.engine._rooms["room"].peers["insider"]

    @many
    @given(rtcp())
    def attack(compound: bytes) -> None:
        peer.up.receive_rtcp(compound, monotonic())
        peer.down.receive_rtcp(compound, monotonic())

    attack()
    await asyncio.sleep(1.3)  # the reports of all, from what was told
    await unharmed(julien, lea)
    await unharmed(lea, julien)


attributes = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from([0x0001, 0x0006, 0x0008, 0x0009, 0x0020, 0x0024, 0x0025, 0x8028, 0x8029, 0x802A]),
            st.integers(0, 65535),
        ),
        st.binary(max_size=40),
        st.one_of(st.none(), st.integers(0, 65535)),
    ),
    max_size=8,
)


def stun(
    username: str, password: str, extra: list[tuple[int, bytes, int | None]], kind: int = 0x0001, salt: bytes = b""
) -> bytes:
    """A message that is authentic, whatever else is in it; of another transaction with another ``salt``."""
    body = struct.pack("!HH", 0x0006, len(username)) + username.encode() + bytes(-len(username) % 4)
    for number, value, lie in extra:
        body += struct.pack("!HH", number, len(value) if lie is None else lie) + value + bytes(-len(value) % 4)
    head = struct.pack("!HH", kind, len(body) + 24) + b"\x21\x12\xa4\x42" + hashlib.sha256(salt + body).digest()[:12]
    signed = struct.pack("!HH", 0x0008, 20) + hmac.new(password.encode(), head + body, hashlib.sha1).digest()
    head = struct.pack("!HH", kind, len(body) + 32) + head[4:]
    check = zlib.crc32(head + body + signed) ^ 0x5354554E
    return head + body + signed + struct.pack("!HHI", 0x8028, 4, check)


async def test_stun_with_and_without_a_password(calls: Calls) -> None:
    julien, lea = await calls.pair()
    port = calls.engine._surroundings.port
    assert lea.down.remote is not None
    remote = lea.down.remote
    known = list(port._by_address)
    came = sent = 0

    def send(data: bytes, _address: Address) -> None:
        nonlocal sent
        sent += len(data) + HEADERS

    def attack(sources: list[Address]) -> None:
        @many
        @example([], 0x0001, True, b"")
        @given(attributes, st.sampled_from([0x0001, 0x0101, 0x0111, 0x0011]), st.booleans(), st.binary(max_size=90))
        def attacked(extra: list[tuple[int, bytes, int | None]], kind: int, good: bool, tail: bytes) -> None:
            nonlocal came
            username, password = f"{remote.fragment}:{lea.down.fragment}", remote.password if good else "0" * 36
            for source in sources:
                message = stun(username, password, extra, kind, repr(source).encode())
                for datagram in (message, message[: len(message) - len(tail)] + tail, message[:20] + tail):
                    came, before = came + len(datagram) + HEADERS, sent
                    later = 0 if source in known else came  # a stranger's as if they came one by one
                    port._stun(datagram, source, send, monotonic() + later)
                    assert sent - before <= len(datagram) + HEADERS + FIRST_CHECK

        attacked()

    attack(known)
    assert sent == 0  # whose addresses these are has a way of its own
    attack([("192.0.2.1", 9)])
    assert 0 < sent <= 2 * came + FIRST_CHECK
    await unharmed(julien, lea)
    await unharmed(lea, julien)


records = st.one_of(
    st.binary(min_size=1, max_size=200).map(lambda rest: bytes([20 + rest[0] % 44]) + rest[1:]),
    st.builds(  # a record whose header is right, with a handshake message or an alert that lies
        lambda kind, epoch, number, body: struct.pack("!BHHHIH", kind, 0xFEFD, epoch, 0, number, len(body)) + body,
        st.sampled_from([20, 21, 22, 23]),
        st.integers(0, 2),
        st.integers(0, 2**32 - 1),
        st.binary(max_size=120),
    ),
)


async def test_dtls_records_in_a_call_that_is_connected(calls: Calls, complaints: list[dict[str, Any]]) -> None:
    julien, lea = await calls.pair()
    legs = [calls.engine._rooms["room"].peers["lea"]._up_leg, calls.engine._rooms["room"].peers["lea"]._down_leg]

    @few
    @given(st.lists(records, min_size=1, max_size=4))
    def attack(flight: list[bytes]) -> None:
        for leg in legs:
            leg.refill()
            assert leg.ice.selected is not None
            for record in flight:
                leg.receive(record, leg.ice.selected.address, monotonic())

    for _ in range(4):
        attack()
        await asyncio.sleep(0.02)  # what waited is read
    await unharmed(julien, lea)
    await unharmed(lea, julien)
    assert [leg.connected for leg in legs] == [True, True]
    assert complaints == []


async def test_dtls_records_before_the_handshake_harm_their_sender_alone(
    calls: Calls, complaints: list[dict[str, Any]]
) -> None:
    julien, lea = await calls.pair()
    hello = await _client_hello()

    @few
    @given(st.lists(records, max_size=4), st.integers(0, len(hello) - 1), st.integers(0, 255))
    def flights(flight: list[bytes], position: int, value: int) -> None:
        changed.append([*flight, hello[:position] + bytes([value]) + hello[position + 1 :], hello[:position]])

    changed: list[list[bytes]] = []
    flights()
    for number, flight in enumerate(changed[::3]):
        browser = BareBrowser()
        joined = await calls.engine.join("elsewhere", f"{number}", browser.offer(), ALL_ON, video=True, capacity=4)
        browser.up.remote = Remote.read(joined.answer)
        browser.up.check()
        for record in flight:
            browser.up.send(record)
        await asyncio.sleep(0.01)
        await calls.engine.leave("elsewhere", f"{number}")
        await browser.close()
    await unharmed(julien, lea)
    claire = await calls.join("claire")
    await unharmed(lea, julien)
    claire.say(b"in spite of all")
    assert complaints == []


async def _client_hello() -> bytes:
    """The first flight of a real handshake."""
    caught: list[bytes] = []
    browser = BareBrowser()
    browser.up._shim._deliver = caught.append
    task = asyncio.create_task(browser.up.dtls.start(_parameters(browser)))
    while not caught:
        await asyncio.sleep(0.005)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await browser.close()
    return caught[0]


def _parameters(browser: BareBrowser) -> Any:
    from aiortc.rtcdtlstransport import RTCDtlsParameters

    return RTCDtlsParameters(browser.up.certificate.getFingerprints())
