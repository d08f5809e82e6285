"""Calls carried by processes of their own: as in one process, and whatever happens to these processes."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psutil
import pytest

from server.kernel.ground import GroundError
from server.media.engine import PeerState, Shape
from server.media.errors import NoSuchPeer, RoomFull, UnusableDescription
from server.media.worker.workers import WorkersEngine
from tests.integration.media.conftest import ALL_ON
from tests.integration.media.worker.conftest import ToldByWorkers, Works
from tests.support.bare_browser import BareBrowser, until

MUTED = PeerState(mic=False, camera=False, voice_only=False)


@contextmanager
def udp_port() -> Iterator[int]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def speak(speaker: BareBrowser, listener: BareBrowser, word: bytes) -> None:
    speaker.say(word)
    await until(lambda: any(word in listener.heard(mid) for mid in ("a0", "a1", "a2")), f"{word!r}")


async def test_a_whole_call(works: Works) -> None:
    julien, lea = await works.pair()
    await speak(julien, lea, b"bonjour")
    await speak(lea, julien, b"salut")
    assert works.heard.on_slot("julien", "lea", "audio") == "a0"
    await works.engine.set_state("room", "julien", MUTED)
    julien.say(b"private")
    await until(lambda: works.engine.counters()["packets_received"] == 3, "word of the third packet")
    await works.engine.set_state("room", "julien", ALL_ON)
    await speak(julien, lea, b"public")
    assert lea.heard("a0") == [b"bonjour", b"public"]
    await works.engine.shape("room", "lea", Shape(pictures_in="none", sparing=True))
    await works.engine.leave("room", "lea")
    await works.engine.leave("room", "lea")
    await until(lambda: works.heard.slots["julien"][0].peer is None, "the empty slot")
    await until(lambda: works.engine.counters()["packets_forwarded"] == 3, "the last count")
    assert works.engine.counters()["workers_replaced"] == 0
    await julien.up.dtls.stop()
    await until(lambda: ("closed", "julien") in works.heard.events, "the end")
    assert works.workers._placement.of("room") is None


async def test_refusals_are_those_of_the_engine(works: Works) -> None:
    await works.join("julien")
    with pytest.raises(UnusableDescription):
        await works.engine.join("room", "lea", "v=0\r\n", ALL_ON, video=True, capacity=4)
    with pytest.raises(NoSuchPeer):
        await works.engine.answer("room", "lea", "v=0\r\n")
    with pytest.raises(NoSuchPeer):
        await works.engine.set_state("elsewhere", "julien", ALL_ON)
    for peer in ("b", "c", "d"):
        await works.engine.join("room", peer, works.offer(), ALL_ON, video=True, capacity=4)
    with pytest.raises(RoomFull):
        await works.engine.join("room", "e", works.offer(), ALL_ON, video=True, capacity=4)
    assert not works.workers._placement.holds("room", "e")


async def test_voices_over_the_web_pass_both_ways(works: Works) -> None:
    julien, _ = await works.pair()
    await works.engine.open_web("room", "lea")
    works.engine.feed("room", "lea", 0, [b"\x58par le web"])
    await until(lambda: b"\x58par le web" in julien.heard("a0"), "Léa at Julien")
    julien.say(b"bien")
    await until(lambda: ("lea", "julien", b"bien") in [(p, s, o) for p, s, _, o in works.heard.voices], "Julien at Léa")
    await works.engine.close_web("room", "lea")
    works.engine.feed("nowhere", "lea", 0, [b"x"])  # and nothing happens


async def test_rooms_are_spread_and_each_is_on_one_worker(two_workers: Works) -> None:
    ports = two_workers.workers.ports
    assert len(set(ports)) == 2
    found = []
    for room in ("a", "b"):
        for peer in (f"{room}1", f"{room}2"):
            browser = await two_workers.join(peer, room=room)
            found.append((room, browser.remote_offer.port))
    assert found == [("a", ports[0])] * 2 + [("b", ports[1])] * 2


async def test_a_worker_that_is_killed_takes_nobody_else_along_and_is_replaced(two_workers: Works) -> None:
    ports, engine = two_workers.workers.ports, two_workers.workers
    await two_workers.join("a1", room="a")
    b1, b2 = await two_workers.join("b1", room="b"), await two_workers.join("b2", room="b")
    await speak(b1, b2, b"one")
    await until(lambda: engine.counters()["packets_forwarded"] >= 1, "the count")
    before = engine.counters()
    first = two_workers.process(0)
    first.kill()
    await until(lambda: two_workers.heard.failures == [["a"]], "word of it")
    assert not engine.alive()
    await speak(b1, b2, b"two")
    with pytest.raises(NoSuchPeer):
        await engine.set_state("a", "a1", MUTED)
    again = await two_workers.join("a1", room="a")  # on the one that runs
    assert again.remote_offer.port == ports[1]
    await two_workers.back()
    assert engine.ports == ports
    assert not psutil.pid_exists(first.pid)
    after = engine.counters()
    assert after["workers_replaced"] == 1
    assert all(after[name] >= count for name, count in before.items())
    assert b2.gaps("a0") == 0


async def test_who_comes_while_the_only_one_is_replaced_waits_for_it(works: Works) -> None:
    julien, _ = await works.pair()
    port = julien.remote_offer.port
    works.process().kill()
    await until(lambda: works.heard.failures == [["room"]], "word of it")
    works.heard.events.clear()
    again, lea = await works.join("julien"), await works.join("lea")  # under the same names
    assert again.remote_offer.port == port
    await speak(again, lea, b"de retour")


async def test_what_is_asked_of_a_worker_that_dies_is_answered(works: Works) -> None:
    await works.join("julien")
    process = works.process()
    process.suspend()
    asked = [
        asyncio.create_task(works.engine.leave("room", "julien")),
        asyncio.create_task(works.engine.join("b", "x", works.offer(), ALL_ON, video=True, capacity=4)),
    ]
    await asyncio.sleep(0)
    process.kill()
    left, joined = await asyncio.gather(*asked, return_exceptions=True)
    assert left is None
    assert type(joined).__name__ == "EngineAway"


async def test_a_worker_that_hangs_is_replaced(works: Works) -> None:
    await works.join("julien")
    process = works.process()
    process.suspend()
    await until(lambda: works.heard.failures == [["room"]], "word of it")
    await works.back()
    assert not psutil.pid_exists(process.pid)


async def test_a_port_that_is_lost_meanwhile_is_waited_for(works: Works) -> None:
    (port,) = works.workers.ports
    worker = works.workers._keepers[0].worker
    assert worker is not None
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as thief:
        os.kill(works.process().pid, signal.SIGSTOP)  # its port is let go by the kill that we see through ourselves
        os.kill(works.process().pid, signal.SIGKILL)
        await until(lambda: _bind(thief, port), "the theft")
        await asyncio.sleep(1.5)  # longer than a start takes here
        assert not works.workers.alive()
    await works.back()
    assert works.workers.ports == [port]


async def test_a_port_in_use_is_told_at_the_start() -> None:
    with udp_port() as port:
        engine = WorkersEngine("127.0.0.1", port)
        with pytest.raises(GroundError, match=f"UDP port {port} cannot be had .* set BINOME_MEDIA_PORT"):
            await engine.start(ToldByWorkers())
        await engine.stop()


async def test_it_may_be_stopped_at_any_time_and_leaves_nothing() -> None:
    for begin in ("never", "spawned", "started"):
        engine = WorkersEngine("127.0.0.1", 0, workers=2)
        if begin != "never":
            engine.spawn()
            pids = [keeper._coming.pid for keeper in engine._keepers if keeper._coming is not None]
            assert len(pids) == 2
        if begin == "started":
            await engine.start(ToldByWorkers())
        await engine.stop()
        assert not engine.alive()
    assert not any(pid is not None and psutil.pid_exists(pid) for pid in pids)


async def test_signals_for_everyone_are_the_servers_to_act_on(works: Works) -> None:
    """As a terminal's Ctrl-C and a service manager's SIGTERM to all processes: calls are let finish first."""
    process = works.process()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process.send_signal(number)
    julien, lea = await works.pair()
    await speak(julien, lea, b"encore")
    assert os.getpgid(process.pid) != os.getpgid(0)
    assert works.process() == process


async def test_a_worker_is_given_none_of_our_secrets(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINOME_SECRET", "k" * 40)
    works.process().kill()
    await until(lambda: not works.workers.alive(), "its end")
    await works.back()
    assert [name for name in works.process().environ() if name.startswith(("BINOME_", "PG"))] == []


def _bind(sock: socket.socket, port: int) -> bool:
    try:
        sock.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
