"""Calls of people whose network lets no UDP through: passive ICE-TCP (RFC 6544), and what strangers do to its port."""

import asyncio
import random
import resource
import socket
import struct
from collections.abc import AsyncIterator
from typing import Literal

import pytest

from server.media import tcp
from server.media.addresses import EVERYWHERE
from server.media.connection import LARGEST_FRAME, MOST_REFUSED, Connection
from server.media.counters import Counters
from server.media.engine import Credentials
from server.media.forwarding import ForwardingEngine
from server.media.ice import Address
from tests.integration.media.conftest import ALL_ON, Calls, running
from tests.integration.media.test_attacks import request, unharmed
from tests.integration.media.test_forwarding import talking
from tests.support.bare_browser import BareBrowser, BareLeg, Remote, until


class Caller:
    """A TCP connection of a stranger."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), source_address=(host, 0))
        self.socket.setblocking(False)
        self.came = b""

    def send(self, data: bytes) -> None:
        self.socket.send(data)

    def frame(self, packet: bytes) -> None:
        self.send(struct.pack("!H", len(packet)) + packet)

    def closed(self) -> bool:
        try:
            data = self.socket.recv(4096)
        except BlockingIOError:
            return False
        except OSError:
            return True
        self.came += data
        return not data


@pytest.fixture
async def callers(calls: Calls) -> AsyncIterator[list[Caller]]:
    opened: list[Caller] = []
    yield opened
    for caller in opened:
        caller.socket.close()


def listeners(calls: Calls) -> tcp.TcpListeners:
    return calls.engine._surroundings.port._tcp


def paths(calls: Calls, peer: str) -> list[str | None]:
    """What *up* and *down* of a peer travel on."""
    member = calls.engine._rooms["room"].peers[peer]
    return [member._up_leg.path, member._down_leg.path]


def missing(browser: BareBrowser, mid: str) -> int:
    """Packets of a slot that did not come, in whatever order the others did."""
    numbers = sorted(packet.sequence_number for packet in browser.got(mid))
    return numbers[-1] - numbers[0] + 1 - len(numbers)


class TcpAlone:
    """The connections without the engine, whose patience a test may shorten."""

    def __init__(self, **patience: float) -> None:
        self.accepted: list[Connection] = []
        self.lost: list[Address] = []
        self.listeners = tcp.TcpListeners(Counters(), self._deliver, self.lost.append, **patience)
        self.listeners.open("127.0.0.1", 0)
        self.number = self.listeners._listeners[0].getsockname()[1]

    def _deliver(self, connection: Connection, _packet: bytes, _now: float) -> None:
        self.accepted.append(connection)


async def test_who_has_no_udp_hears_sees_and_is_heard(calls: Calls) -> None:
    julien, lea = await calls.join("julien"), await calls.join("lea", over="tcp")
    async with talking(julien, lea):
        await until(lambda: len(lea.got("v0")) > 20 and len(julien.got("v0")) > 20, "pictures both ways")
    assert lea.gaps("a0") == lea.gaps("v0") == julien.gaps("a0") == julien.gaps("v0") == 0
    assert paths(calls, "lea") == ["tcp", "tcp"]
    assert paths(calls, "julien") == ["udp", "udp"]
    assert listeners(calls).unknown == 0


async def test_tcp_over_ipv6(calls: Calls) -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    async with running(ForwardingEngine(EVERYWHERE[0], 0)) as everywhere:
        julien = await everywhere.join("julien", loopback="::1", over="tcp")
        lea = await everywhere.join("lea", over="tcp")
        julien.say(b"six")
        lea.say(b"quatre")
        await until(lambda: lea.heard("a0") == [b"six"] and julien.heard("a0") == [b"quatre"], "the call")


async def test_media_moves_from_tcp_to_udp_and_back_without_a_packet_missing(calls: Calls) -> None:
    """Both are live; the browser says which."""
    julien, lea = await calls.join("julien"), await calls.join("lea", over="tcp")
    async with talking(julien, lea):
        await until(lambda: len(lea.got("v0")) > 3, "pictures")
        ways: list[Literal["udp", "tcp"]] = ["udp", "tcp"]
        for number, over in enumerate(ways, 1):
            for one in (lea.up, lea.down):
                one.over = over
                one.move()
            await until(lambda number=number: lea.down.arrivals[number] > 5, f"media over {over}")  # type: ignore[misc]
            assert paths(calls, "lea") == [over, over]
    for browser in (julien, lea):
        assert missing(browser, "a0") == missing(browser, "v0") == 0
    assert calls.told.events == [("connected", "julien"), ("connected", "lea")]


async def test_a_connection_that_breaks_is_a_path_less_and_not_the_end(calls: Calls) -> None:
    julien, lea = await calls.join("julien"), await calls.join("lea", over="tcp")
    await until(lambda: len(listeners(calls)) == 2, "two connections")
    for one in (lea.up, lea.down):
        one.cut()
    await until(lambda: len(listeners(calls)) == 0, "that the connections are forgotten")
    assert paths(calls, "lea") == [None, None]
    julien.say(b"into the void")
    for one in (lea.up, lea.down):
        one.move()
    await until(lambda: paths(calls, "lea")[1] == "tcp", "a new path")
    await unharmed(julien, lea)
    await unharmed(lea, julien)
    assert calls.told.events == [("connected", "julien"), ("connected", "lea")]


async def test_when_tcp_breaks_the_udp_path_beside_it_takes_over_at_once(calls: Calls) -> None:
    julien, lea = await calls.join("julien"), await calls.join("lea", over="tcp")
    lea.down.over = "udp"
    tcp_socket = lea.down.current
    lea.down.move()
    await until(lambda: paths(calls, "lea")[1] == "udp", "UDP")
    lea.down.silence()
    lea.down.send(lea.down.request(), tcp_socket)  # back to TCP, as a browser would when UDP gets worse
    await until(lambda: paths(calls, "lea")[1] == "tcp", "TCP")
    lea.down._sockets.append(lea.down._sockets.pop(0))
    lea.down.cut()
    await until(lambda: paths(calls, "lea")[1] == "udp", "UDP again")
    await unharmed(julien, lea)


async def test_an_ice_restart_over_tcp_keeps_keys_and_packets(calls: Calls) -> None:
    julien, lea = await calls.join("julien"), await calls.join("lea", over="tcp")
    async with talking(julien, lea):
        await until(lambda: len(lea.got("v0")) > 3, "pictures")
        for one in (lea.up, lea.down):
            one.renew()
        restarted = await calls.engine.restart("room", "lea", lea.offer())
        await calls.engine.answer("room", "lea", lea.answer(restarted.offer))
        lea.up.restarted(Remote.read(restarted.answer))
        lea.down.restarted(Remote.read(restarted.offer))
        for one in (lea.up, lea.down):
            one.move()
        await until(lambda: lea.down.arrivals[1] > 10, "media on the new connection")
    assert lea.gaps("a0") == lea.gaps("v0") == julien.gaps("a0") == 0
    assert lea.down.dtls.state == "connected"


async def test_connections_close_when_their_person_goes(calls: Calls) -> None:
    julien, lea = await calls.join("julien"), await calls.join("lea", over="tcp")
    await calls.engine.leave("room", "lea")
    received = calls.engine.counters()["packets_received"]
    lea.say(b"still here")
    await until(lambda: _ended(lea.up) and _ended(lea.down), "the end of both connections")
    assert calls.engine.counters()["packets_received"] == received
    assert julien.heard("a0") == []
    assert len(listeners(calls)) == 0


def _ended(one: BareLeg) -> bool:
    try:
        return one.current.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


async def test_who_says_nothing_authentic_is_closed_in_time(callers: list[Caller]) -> None:
    port = TcpAlone(unknown_for=0.2)
    callers += [Caller(port.number) for _ in range(3)]
    callers[1].send(b"\x00")  # half a length
    callers[2].send(b"\x00\x70\x00\x01")  # the beginning of a request, and never more
    await until(lambda: all(caller.closed() for caller in callers), "that they are closed")
    assert len(port.listeners) == 0
    port.listeners.close()


async def test_who_never_reads_is_cut(callers: list[Caller]) -> None:
    port = TcpAlone(stuck=0.2)
    callers.append(Caller(port.number))
    callers[0].frame(b"hello")
    await until(lambda: port.accepted, "the connection")
    while not port.lost:
        port.accepted[0].sendto(b"v" * 1100, ())
        await asyncio.sleep(0.001)
    assert (port.accepted[0].closed, len(port.listeners)) == (True, 0)
    port.listeners.close()


async def test_strangers_are_few_from_one_address_and_in_all(calls: Calls, callers: list[Caller]) -> None:
    julien, lea = await calls.pair()
    most, of_one = tcp.MOST_UNKNOWN, tcp.MOST_UNKNOWN_OF_ONE
    callers += [Caller(calls.engine.port, "127.0.0.2") for _ in range(of_one + 8)]
    await until(lambda: sum([caller.closed() for caller in callers]) == 8, "that the last ones are closed")
    for last in range(3, 4 + most // of_one):
        host = f"127.0.0.{last}"
        callers += [Caller(calls.engine.port, host) for _ in range(of_one)]
        await until(lambda host=host: listeners(calls)._unknown_of[host] == of_one, "the newest")  # type: ignore[misc]
        assert listeners(calls).unknown <= most
    # However many there are, somebody with a password comes in.
    claire = await calls.join("claire", over="tcp")
    await unharmed(julien, lea)
    claire.say(b"me too")
    await until(lambda: b"me too" in lea.heard(calls.told.on_slot("lea", "claire", "audio")), "a word")
    assert listeners(calls)._unknown_of.total() == listeners(calls).unknown == most - 2


async def test_noise_over_tcp_is_not_answered_and_ends_the_connection(calls: Calls, callers: list[Caller]) -> None:
    julien, lea = await calls.pair()
    chance = random.Random(3)  # noqa: S311 (the same noise each time)
    assert lea.down.remote is not None
    rubbish = [
        b"GET / HTTP/1.1\r\nHost: binome\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + chance.randbytes(505),  # TLS
        b"\xff\xff" + chance.randbytes(100),
        struct.pack("!H", LARGEST_FRAME + 1),
        struct.pack("!H", 40) + b"\x80" + chance.randbytes(39),
        struct.pack("!H", 200) + b"\x16\xfe\xfd" + chance.randbytes(197),
        b"".join(struct.pack("!H", 30) + b"\x00\x01" + chance.randbytes(28) for _ in range(MOST_REFUSED)),
        b"".join(
            struct.pack("!H", len(packet)) + packet
            for packet in [request(lea.down.remote.fragment, "0" * 36)] * MOST_REFUSED
        ),
    ]
    for data in rubbish:
        caller = Caller(calls.engine.port)
        callers.append(caller)
        for at in range(0, len(data), 50):
            try:
                caller.send(data[at : at + 50])
            except OSError:  # it hung up on us
                break
    await until(lambda: all(caller.closed() for caller in callers), "that they are closed")
    assert {caller.came for caller in callers} == {b""}
    assert len(listeners(calls)) == 0
    await unharmed(julien, lea)


async def test_who_does_not_read_loses_pictures_before_the_voice_and_little_waits(calls: Calls) -> None:
    julien, lea = await calls.join("julien"), await calls.join("lea", over="tcp")
    julien.show(key=True)
    await until(lambda: lea.got("v0"), "a picture")
    peer = calls.engine._rooms["room"].peers["lea"]
    assert peer._down_leg.ice.selected is not None
    connection = listeners(calls)._connections[peer._down_leg.ice.selected.address]
    loop = asyncio.get_running_loop()
    loop.remove_reader(lea.down.current)
    unsent = calls.engine.counters()["packets_unsent"]
    backlog = connection._backlog
    for _ in range(400):  # three megabytes: more than this machine's buffers take in
        for _ in range(5):
            julien.up.send_rtp(96, julien.start + julien.shown, 0, julien.picture_ssrc, b"\x10" + bytes(1100))
            julien.shown += 1
        julien.say(b"v" * 60)
        await asyncio.sleep(0.006)
        if calls.engine.counters()["packets_unsent"] > unsent + 20:
            break
    assert calls.engine.counters()["packets_unsent"] > unsent
    assert len(backlog) < 110 * 1024
    assert backlog._pictures_size > 0
    loop.add_reader(lea.down.current, lea.down._readable, lea.down.current)
    await until(lambda: not backlog, "that what waited has left")
    await unharmed(julien, lea)
    assert connection.closed is False


async def test_a_flood_over_tcp_waits_in_the_senders_own_buffers(calls: Calls) -> None:
    julien, lea = await calls.pair()
    loud = await calls.join("loud", room="another", over="tcp")
    loud.up.current.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    frame = struct.pack("!H", 1000) + b"\x80" + bytes(999)
    loop = asyncio.get_running_loop()
    waits, delays, rest = 0, [], b""
    while waits < 20:
        for _ in range(200):
            try:
                rest = (rest or frame)[loud.up.current.send(rest or frame) :]
            except BlockingIOError:
                waits += 1
                break
        count, start = len(lea.got("a0")), loop.time()
        julien.say(b"word")
        await until(lambda count=count: len(lea.got("a0")) > count, "a word")  # type: ignore[misc]
        delays.append(loop.time() - start)
    assert lea.gaps("a0") == 0
    assert sorted(delays)[len(delays) // 2] < 0.1
    assert calls.engine.counters()["packets_refused"] > 0  # what was read, and was nothing


async def test_replayed_and_borrowed_packets_are_worth_nothing_on_another_connection(
    calls: Calls, callers: list[Caller]
) -> None:
    julien, lea = await calls.join("julien"), await calls.join("lea", over="tcp")
    seen = lea.down.request(nominate=True)
    lea.down.send(seen)
    await unharmed(julien, lea)
    thief = Caller(calls.engine.port)
    callers.append(thief)
    for _ in range(MOST_REFUSED):
        thief.frame(seen)
    await until(thief.closed, "that the thief is closed")
    assert thief.came == b""
    await unharmed(julien, lea)


async def test_no_file_is_left_and_then_there_is(calls: Calls) -> None:
    """accept() fails without taking the connection away: the loop must not spin on it, nor forget it."""
    julien, lea = await calls.pair()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket() as caller:
        with socket.socket() as spare:
            lowest = spare.fileno()
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
        try:
            caller.connect(("127.0.0.1", calls.engine.port))
            await unharmed(julien, lea)
            assert listeners(calls).unknown == 0
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        await until(lambda: listeners(calls).unknown == 1, "that the connection is taken")


async def test_a_restart_that_nobody_is_asked_for_may_go_over_tcp(calls: Calls) -> None:
    """UDP is blocked in the midst of a call, and the web with it."""
    julien, lea = await calls.pair()
    async with talking(julien, lea):
        await until(lambda: len(lea.got("a0")) > 3, "a voice")
        for leg in (lea.up, lea.down):
            leg.over = "tcp"
        restarted = lea.restart()
        await until(lambda: lea.down.arrivals[1] > 20, "media over TCP")
        assert paths(calls, "lea") == ["tcp", "tcp"]
        await calls.engine.restarted(
            "room", "lea", *(Credentials(told["ufrag"], told["pwd"]) for told in restarted.values())
        )
        member = calls.engine._rooms["room"].peers["lea"]
        for end in (member._up_leg, member._down_leg):
            await until(lambda: end.ice.selected is not None and end.ice.selected.verified, "the proof")  # noqa: B023
        came = len(julien.got("a0"))
        await until(lambda: len(julien.got("a0")) > came + 10, "her voice")
        assert paths(calls, "lea") == ["tcp", "tcp"]
    assert missing(lea, "a0") == 0


async def test_the_first_person_may_be_on_tcp_alone_and_never_connect(calls: Calls) -> None:
    browser = BareBrowser(BareLeg(over="tcp"), BareLeg(over="tcp"))
    calls.browsers.append(browser)
    joined = await calls.engine.join("room", "julien", browser.offer(), ALL_ON, video=True, capacity=4)
    browser.up.remote = Remote.read(joined.answer)
    browser.up.move()
    await until(lambda: listeners(calls).unknown == 0 and len(listeners(calls)) == 1, "a proved connection")
    browser.up.cut()
    await until(lambda: len(listeners(calls)) == 0, "its end")
