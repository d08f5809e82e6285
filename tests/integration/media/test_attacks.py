"""Everything that strangers, insiders and bystanders may send to the one open port."""

import asyncio
import contextlib
import os
import random
import socket
import struct
from collections.abc import AsyncIterator
from time import monotonic

import pylibsrtp
import pytest
from aioice.stun import Class, Message, Method
from aiortc.rtp import RtpPacket

from server.media.ice import HEADERS
from server.media.leg import MOST_RTCP, MOST_STREAMS
from tests.integration.media.conftest import ALL_ON, Calls
from tests.integration.media.test_forwarding import talking
from tests.support.bare_browser import OPUS, BareBrowser, Remote, until


class Stranger:
    """A UDP socket that nobody knows."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect(("127.0.0.1", port))

    def send(self, datagram: bytes) -> None:
        try:
            self._socket.send(datagram)
        except BlockingIOError:
            return

    def received(self) -> bytes:
        came = b""
        while True:
            try:
                came += self._socket.recv(4096)
            except OSError:
                return came

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
async def stranger(calls: Calls) -> AsyncIterator[Stranger]:
    stranger = Stranger(calls.engine.port)
    yield stranger
    stranger.close()


def request(fragment: str, password: str) -> bytes:
    message = Message(Method.BINDING, Class.REQUEST)
    message.attributes.update({"USERNAME": f"{fragment}:who", "PRIORITY": 1, "USE-CANDIDATE": None})
    message.add_message_integrity(password.encode())
    return bytes(message)


def sizes(calls: Calls) -> tuple[int, int]:
    port = calls.engine._surroundings.port
    return len(port._by_address), len(port._by_fragment)


async def unharmed(julien: BareBrowser, lea: BareBrowser) -> None:
    before = len(lea.got("a0"))
    julien.say(b"unharmed")
    await until(lambda: len(lea.got("a0")) == before + 1, "a word")
    assert lea.heard("a0")[-1] == b"unharmed"


async def test_noise_from_a_stranger_is_not_answered_and_not_remembered(calls: Calls, stranger: Stranger) -> None:
    julien, lea = await calls.pair()
    before = sizes(calls)
    chance = random.Random(1)  # noqa: S311 (the same noise each time)
    for length in [0, 1, 2, 11, 12, 13, 19, 20, 21, 100, 1200, 1500, 2048, 9000]:
        for first in [0, 1, 3, 4, 19, 20, 22, 63, 64, 127, 128, 129, 191, 192, 255]:
            stranger.send(bytes([first])[:length] + chance.randbytes(max(0, length - 1)))
            stranger.send(b"\x00\x01" + struct.pack("!H", length) + b"\x21\x12\xa4\x42" + chance.randbytes(length))
    await unharmed(julien, lea)
    assert stranger.received() == b""
    assert sizes(calls) == before
    assert calls.engine.counters()["packets_unknown"] > 0
    assert calls.engine.counters()["stun_refused"] > 0


async def test_a_made_up_fragment_is_not_answered(calls: Calls, stranger: Stranger) -> None:
    julien, lea = await calls.pair()
    before = sizes(calls)
    for index in range(500):
        stranger.send(request(f"{index:012x}", "0" * 36))
    await unharmed(julien, lea)
    assert stranger.received() == b""
    assert sizes(calls) == before


async def test_a_fragment_seen_on_the_way_is_worth_nothing_without_its_password(
    calls: Calls, stranger: Stranger
) -> None:
    julien, lea = await calls.pair()
    before = sizes(calls)
    for leg in (lea.up, lea.down):
        assert leg.remote is not None
        for _ in range(300):
            stranger.send(request(leg.remote.fragment, "0" * 36))
    await unharmed(julien, lea)
    assert stranger.received() == b""
    assert sizes(calls) == before


async def test_guessing_does_not_keep_the_person_themselves_from_moving(calls: Calls, stranger: Stranger) -> None:
    """What is spent on strangers is bounded for each leg; its own paths are never among them, and new ones wait for
    a moment at most."""
    julien, lea = await calls.pair()
    assert lea.down.remote is not None
    for _ in range(300):
        stranger.send(request(lea.down.remote.fragment, "0" * 36))
    lea.down.move()
    await until(lambda: len(calls.engine._surroundings.port._by_address) == 5, "the new address")
    await unharmed(julien, lea)


async def test_a_check_seen_on_the_way_and_sent_from_elsewhere_moves_nothing(calls: Calls, stranger: Stranger) -> None:
    julien, lea = await calls.pair()
    seen = [lea.down.request(nominate=True) for _ in range(5)]
    for datagram in seen:
        lea.down.send(datagram)
    await unharmed(julien, lea)
    for datagram in seen:
        stranger.send(datagram)
    await unharmed(julien, lea)
    assert stranger.received() == b""


async def test_media_is_not_sent_to_who_does_not_answer(calls: Calls) -> None:
    """An insider lets their check seem to come from a victim, who is small and must stay so."""
    julien, lea = await calls.pair()
    async with talking(julien):
        await until(lambda: len(lea.got("v0")) > 3, "pictures")
        lea.down.answers_checks = False  # the victim knows nothing of this call
        lea.down.move()
        for _ in range(20):
            lea.down.check(nominate=True)
        await asyncio.sleep(0.3)
    assert lea.down.arrivals[1] == 0
    assert lea.gaps("v0") == 0
    assert len(lea.got("v0")) == julien.shown


async def test_a_handshake_is_not_answered_at_an_address_that_proved_nothing(calls: Calls) -> None:
    """An insider joins and lets their checks and the beginning of a handshake, of which the answer is much larger, seem
    to come from a victim."""
    insider = BareBrowser()
    calls.browsers.append(insider)
    joined = await calls.engine.join("room", "insider", insider.offer(), ALL_ON, video=True, capacity=4)
    insider.up.answers_checks = False  # the victim knows nothing of this call
    insider.up.remote = Remote.read(joined.answer)
    sent = []
    for _ in range(10):
        sent.append(insider.up.request())
        insider.up.send(sent[-1])
        sent.append(bytes.fromhex("16fefd0000000000000000") + (300).to_bytes(2, "big") + bytes(300))
        insider.up.send(sent[-1])
        await asyncio.sleep(0.02)
    await until(lambda: len(insider.up.datagrams) >= 10, "the answers to the checks")
    assert all(datagram[0] < 4 for datagram in insider.up.datagrams)  # STUN alone
    came = sum(len(datagram) + HEADERS for datagram in insider.up.datagrams)
    assert came <= sum(len(datagram) + HEADERS for datagram in sent)
    assert calls.engine.counters()["handshakes"] == 0


async def test_a_handshake_does_not_prove_the_address_that_its_last_record_seems_to_come_from(calls: Calls) -> None:
    """The insider makes the handshake from home, but lets its end seem to come from a victim: no media goes there."""
    julien = await calls.join("julien")
    insider = BareBrowser()
    calls.browsers.append(insider)
    joined = await calls.engine.join("room", "insider", insider.offer(), ALL_ON, video=True, capacity=4)
    await calls.engine.answer("room", "insider", insider.answer(joined.offer))
    insider.down.remote = Remote.read(joined.offer)
    insider.down.check()
    leg = calls.engine._rooms["room"].peers["insider"]._down_leg
    await until(lambda: leg.path == "udp", "that home is proved")
    insider.down.answers_checks = False
    insider.down.move()  # what is sent from now on seems to come from the victim
    victim = insider.down.current
    insider.down._shim._deliver = lambda record: insider.down.send(record, victim)
    insider.remote_offer = insider.down.remote
    await asyncio.gather(insider.up.connect(Remote.read(joined.answer)), insider.down.connect(insider.down.remote))
    async with talking(julien):
        await until(lambda: insider.down.arrivals[0] > 10, "media at home")
    assert insider.down.arrivals[1] == 0


async def test_nobody_takes_over_the_address_of_another(calls: Calls) -> None:
    """Léa, with good credentials, forges Julien's address: what comes from there is still Julien's."""
    julien, lea = await calls.pair()
    julien.up.send(lea.down.request(nominate=True), julien.up.current)
    julien.up.send(lea.up.request(nominate=True), julien.up.current)
    await asyncio.sleep(0.05)
    await unharmed(julien, lea)


async def test_a_packet_is_heard_once_however_often_it_is_sent(calls: Calls) -> None:
    julien, lea = await calls.pair()
    packet = RtpPacket(OPUS, 1, 1000, 5, julien.voice_ssrc, b"once").serialize()
    protected = julien.up.protect(packet)
    for _ in range(10):
        julien.up.send(protected)
    await until(lambda: lea.got("a0"), "a word")
    await asyncio.sleep(0.05)
    assert lea.heard("a0") == [b"once"]
    assert calls.engine.counters()["packets_refused"] == 9


async def test_packets_of_one_person_are_refused_from_the_address_of_another(calls: Calls) -> None:
    julien, lea = await calls.pair()
    lea.up.send(julien.up.protect(RtpPacket(OPUS, 1, 1000, 5, julien.voice_ssrc, b"forged").serialize()))
    await asyncio.sleep(0.05)
    assert lea.down.rtp == []
    assert julien.down.rtp == []
    assert calls.engine.counters()["packets_refused"] == 1


async def test_rubbish_from_an_insider_harms_nobody(calls: Calls) -> None:
    """Unprotected, half protected, and well protected nonsense; DTLS records in the middle of the call."""
    julien, lea = await calls.pair()
    chance = random.Random(2)  # noqa: S311 (the same noise each time)
    for leg in (julien.up, julien.down):
        for length in (1, 2, 12, 13, 40, 200, 1400, 1499, 1500, 1501, 2000):
            for first in (20, 21, 22, 23, 25, 63, 128, 144, 160, 191):
                leg.send(bytes([first]) + chance.randbytes(length - 1))
        for _ in range(200):
            body = chance.randbytes(chance.randrange(1, 300))
            bits, kind, ssrc = chance.randrange(64), chance.randrange(256), chance.getrandbits(32)
            with contextlib.suppress(pylibsrtp.Error):  # some headers it will not protect
                leg.send(leg.protect(struct.pack("!BBHII", 0x80 | bits, kind, 1, 2, ssrc) + body))
            body += bytes(-len(body) % 4)
            with contextlib.suppress(pylibsrtp.Error):
                leg.send_rtcp(struct.pack("!BBHI", 0x80 | bits, 200 + kind % 8, len(body) // 4 + 1, ssrc) + body)
    await unharmed(lea, julien)
    assert julien.up.dtls.state == julien.down.dtls.state == "connected"


async def test_who_sends_without_measure_is_cut_short_and_the_others_are_not(calls: Calls) -> None:
    """Fifty megabits a second from one person."""
    julien, lea = await calls.pair()
    loud = await calls.join("loud", room="another")
    flood = [
        loud.up.protect(RtpPacket(OPUS, 1, number, number, loud.voice_ssrc, os.urandom(1200)).serialize())
        for number in range(6000)
    ]
    delays = []
    for start in range(0, len(flood), 60):
        for datagram in flood[start : start + 60]:
            loud.up.send(datagram)
        count = len(lea.got("a0"))
        sent = monotonic()
        julien.say(b"word")
        await until(lambda count=count: len(lea.got("a0")) > count, "a word")  # type: ignore[misc]
        delays.append(monotonic() - sent)
    assert lea.gaps("a0") == 0
    counters = calls.engine.counters()
    assert counters["bytes_received"] < 3_000_000  # of 7.4 million
    assert counters["packets_refused"] > 3_000
    assert sorted(delays)[len(delays) // 2] < 0.1


async def test_streams_without_end_are_refused_before_they_cost_memory(calls: Calls) -> None:
    """SRTP keeps state for each SSRC, also of RTCP."""
    julien, lea = await calls.pair()
    julien.say(b"first")
    await until(lambda: lea.got("a0"), "a word")
    before = calls.engine.counters()["packets_received"]
    for ssrc in range(1, 500):
        julien.up.send_rtp(OPUS, 1, 1, ssrc, b"x")
        julien.up.send_rtcp(struct.pack("!BBHI", 0x80, 201, 1, 1000 + ssrc))
    await unharmed(lea, julien)
    assert calls.engine.counters()["packets_received"] - before <= MOST_STREAMS + 1
    leg = calls.engine._rooms["room"].peers["julien"]._up_leg
    assert len(leg._streams) == MOST_STREAMS


async def test_records_and_reports_without_end_are_not_read(calls: Calls) -> None:
    julien, lea = await calls.pair()
    for leg in (julien.up, julien.down):
        for _ in range(1500):
            leg.send(b"\x17\xfe\xfd" + bytes(40))
        await asyncio.sleep(0.1)
    assert calls.engine.counters()["packets_refused"] > 2000
    refused = calls.engine.counters()["packets_refused"]
    for start in range(0, MOST_RTCP * 2, 50):
        for _ in range(50):
            lea.down.send_rtcp(bytes.fromhex("80c9000100000001"))
        await asyncio.sleep(0.005 if start else 0.01)
    await until(lambda: calls.engine.counters()["packets_refused"] > refused, "a refusal")
    await unharmed(lea, julien)


async def test_asking_for_repairs_without_end_is_not_obeyed(calls: Calls) -> None:
    julien, lea = await calls.pair()
    julien.show(key=True, count=50)
    await until(lambda: len(lea.got("v0")) == 50, "pictures")
    ssrc = lea.remote_offer.ssrcs("v0")[0]
    first = lea.got("v0")[0].sequence_number
    fci = b"".join(struct.pack("!HH", (first + at) & 0xFFFF, 0xFFFF) for at in range(0, 50, 17))
    nack = struct.pack("!BBHII", 0x81, 205, 2 + len(fci) // 4, 1, ssrc) + fci
    for _ in range(50):
        lea.down.send_rtcp(bytes.fromhex("80c9000100000001") + nack * 5)
        await asyncio.sleep(0.002)
    await unharmed(julien, lea)
    assert len(lea.repairs("v0")) <= 160  # a hundred saved up, and one for each packet since


async def test_packets_of_who_has_left_stop_at_once(calls: Calls) -> None:
    julien, lea = await calls.pair()
    async with talking(julien, lea):
        await until(lambda: len(lea.got("v0")) > 3, "pictures")
        await calls.engine.leave("room", "julien")
        heard, sent = len(lea.down.rtp), calls.engine.counters()["packets_forwarded"]
        await asyncio.sleep(0.2)
        assert calls.engine.counters()["packets_forwarded"] == sent
        assert len(lea.down.rtp) <= heard + 2
    assert calls.engine.counters()["packets_unknown"] > 0
