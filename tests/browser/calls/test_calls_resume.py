"""A call that is cut comes back by itself, as the same participant; and what the page does for whoever is in one."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import WebSocket, expect

from tests.browser.calls.test_calls import joins, receives, tiles
from tests.browser.conftest import TELEPHONE, Logins, Person, Room
from tests.processes import Server, media_workers_of

pytestmark = pytest.mark.timeout(180)

SLOWLY = 40_000  # ms: CI runs everything on two cores


@dataclass
class Seen:
    """What one page was told of who is in the call: every name that anybody's part ever had."""

    parts: dict[str, set[str]] = field(default_factory=dict)
    connected: dict[str, list[bool]] = field(default_factory=dict)
    rungs: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # events of this page's own

    def watch(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._heard)
        socket.on("framesent", self._sent)

    def _sent(self, frame: str | bytes) -> None:
        found = re.match(r'42\d*\["([a-z:]+)"', frame if isinstance(frame, str) else "")
        if found is not None:
            self.said.append(found[1])

    def _heard(self, frame: str | bytes) -> None:
        found = re.fullmatch(r'42(\["call:(?:people|rung)",.*\])', frame if isinstance(frame, str) else "")
        if found is None:
            return
        event, told = json.loads(found[1])
        if event == "call:rung":
            self.rungs.append(told)
            return
        for person in told["people"]:
            self.parts.setdefault(person["name"], set()).add(person["peer"])
            self.connected.setdefault(person["name"], []).append(person["connected"])


async def seated(room: Room, login: str, **options: Any) -> tuple[Person, Seen]:
    person, seen = await room.seat(**options), Seen()
    person.page.on("websocket", seen.watch)
    await person.sign_in(login)
    return person, seen


# The most tiles that ever stood there at once.
_COUNT_TILES = """
() => {
  const count = () => (window.mostTiles = Math.max(window.mostTiles ?? 0, document.querySelectorAll('.tile').length));
  new MutationObserver(count).observe(document.body, { childList: true, subtree: true });
  count();
}
"""

# Packets of voice a second, on whichever slot they come in.
_VOICE_IN = """
async (patience) => {
  const look = async () => {
    let packets = 0;
    for (const connection of window.calls.filter((one) => one.connectionState !== 'closed')) {
      for (const one of (await connection.getStats()).values()) {
        if (one.type === 'inbound-rtp' && one.kind === 'audio') packets += one.packetsReceived;
      }
    }
    return packets;
  };
  const before = await look();
  await new Promise((done) => setTimeout(done, patience));
  return (await look() - before) / patience * 1000;
}
"""


async def until(value: Callable[[], Any], fits: Callable[[Any], bool], what: str) -> None:
    """Looks again and again until it ``fits``."""
    seen = None
    for _ in range(25):
        seen = await value()
        if fits(seen):
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{what}; at last there was {seen}")


async def test_when_the_worker_dies_everyone_is_back_as_who_they_were(server: Server, room: Room, pair: Logins) -> None:
    julien, seen = await seated(room, pair.mentor)
    lea, _ = await seated(room, pair.mentee)
    await joins(julien, "Appel vidéo")
    await joins(lea, "Rejoindre avec caméra")
    for person in (julien, lea):
        await receives(person, video=1, audio=1)
        await person.page.evaluate(_COUNT_TILES)
    (worker,) = media_workers_of(server)
    worker.kill()
    for person in (julien, lea):
        await expect(person.page.get_by_text("on reprend l’appel", exact=False)).to_be_visible(timeout=SLOWLY)
    for person in (julien, lea):
        await expect(person.page.get_by_text("Appel en cours", exact=True)).to_be_visible(timeout=SLOWLY)
        await receives(person, video=1, audio=1)
        assert await person.page.evaluate("window.mostTiles") == 2
    assert {name: len(parts) for name, parts in seen.parts.items()} == {"Julien": 1, "Léa": 1}


async def test_a_cut_socket_leaves_the_media_and_the_participant_as_they_are(room: Room, pair: Logins) -> None:
    julien, seen = await seated(room, pair.mentor)
    lea, _ = await seated(room, pair.mentee)
    await joins(julien, "Appel vocal")
    await joins(lea, "Rejoindre sans caméra")
    await receives(julien, video=0, audio=1)
    await julien.page.evaluate(_COUNT_TILES)
    for _ in range(2):
        await lea.context.set_offline(True)
        await receives(julien, video=0, audio=1)  # the voice goes on all the while
        await lea.context.set_offline(False)
        await expect(lea.page.get_by_text("Appel en cours", exact=True)).to_be_visible()
    await lea.press("Couper le micro")
    await expect(tiles(julien).filter(has_text="Léa")).to_contain_text("micro coupé")
    assert await julien.page.evaluate("window.mostTiles") == 2
    assert {name: len(parts) for name, parts in seen.parts.items()} == {"Julien": 1, "Léa": 1}


# The sockets on which both connections are, and the bytes that the server sent there, STUN left out.
_SOCKETS = """
async () => {
  const found = {};
  for (const connection of window.calls.filter((one) => one.connectionState === 'connected')) {
    const stats = await connection.getStats();
    for (const { type, selectedCandidatePairId } of stats.values()) {
      const pair = type === 'transport' && stats.get(selectedCandidatePairId);
      if (pair) found[stats.get(pair.localCandidateId).port] = pair.bytesReceived;
    }
  }
  return found;
}
"""


async def test_ice_is_restarted_without_a_socket_and_nobody_notices(room: Room, pair: Logins) -> None:
    """The browser says that the network is another one, and no web socket comes through it yet."""
    julien, seen = await seated(room, pair.mentor)
    lea, own = await seated(room, pair.mentee)
    await joins(julien, "Appel vocal")
    await joins(lea, "Rejoindre sans caméra")
    for person in (julien, lea):
        await receives(person, video=0, audio=1)

    async def connected() -> bool:
        return seen.connected["Léa"][-1]

    await until(connected, bool, "Julien sees that Léa is connected")
    seen.connected.clear()
    before = await lea.page.evaluate(_SOCKETS)
    assert len(before) == 2
    await lea.context.set_offline(True)
    own.said.clear()
    await lea.page.evaluate("window.dispatchEvent(new Event('online'))")
    await until(
        lambda: lea.page.evaluate(_SOCKETS),
        lambda now: len(now) == 2 and not set(before) & set(now) and all(came > 0 for came in now.values()),
        "media both ways on new sockets",
    )
    for person in (julien, lea):
        await receives(person, video=0, audio=1)
    assert own.said == []  # and not a word went to the server
    await lea.context.set_offline(False)

    async def said() -> list[str]:
        return own.said

    await until(said, lambda events: "call:restarted" in events, "the server is told")
    await expect(lea.page.get_by_text("Appel en cours", exact=True)).to_be_visible(timeout=SLOWLY)
    for person in (julien, lea):
        await receives(person, video=0, audio=1)
    assert not {"call:join", "call:restart"} & set(own.said)
    assert set(seen.connected.get("Léa", [])) <= {True}
    assert {name: len(parts) for name, parts in seen.parts.items()} == {"Julien": 1, "Léa": 1}


# While `blocked`, descriptions lose their candidates: as on a network that lets web pages through and nothing else.
_BLOCK = """
window.blocked = true;
const set = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
  return set.call(this, { type, sdp: window.blocked ? sdp.replace(/^a=candidate:.*\\r\\n/gm, '') : sdp });
};
"""
# Whether any voice that this page plays sounds just now.
_SOUNDS = """
async () => {
  const context = (window.listening ??= new AudioContext());
  let loudest = 0;
  for (const element of document.querySelectorAll('audio')) {
    const analyser = new AnalyserNode(context, { fftSize: 2048 });
    const source = context.createMediaStreamSource(element.srcObject);
    source.connect(analyser);
    const samples = new Float32Array(2048);
    for (let looks = 0; looks < 25; looks += 1) {
      await new Promise((done) => setTimeout(done, 40));
      analyser.getFloatTimeDomainData(samples);
      loudest = Math.max(loudest, ...samples.map(Math.abs));
    }
    source.disconnect();
  }
  return loudest;
}
"""


async def test_where_only_the_web_gets_through_the_voice_does_too_and_moves_when_it_can(
    room: Room, pair: Logins
) -> None:
    julien, seen = await seated(room, pair.mentor)
    lea = await room.seat()
    await lea.context.add_init_script(_BLOCK)
    await lea.sign_in(pair.mentee)
    await joins(julien, "Appel vocal")
    await lea.press("Rejoindre sans caméra")
    await expect(lea.page.get_by_text("Appel en cours, par le web", exact=True)).to_be_visible(timeout=SLOWLY)
    await receives(julien, video=0, audio=1)
    await until(lambda: lea.page.evaluate(_SOUNDS), lambda loud: loud > 0.01, "Léa hears Julien")

    await lea.page.evaluate("window.blocked = false")
    await expect(lea.page.get_by_text("Appel en cours", exact=True)).to_be_visible(timeout=SLOWLY)
    await receives(lea, video=0, audio=1)
    await receives(julien, video=0, audio=1)
    assert len(seen.parts["Léa"]) == 1


async def test_the_rung_changes_what_arrives(room: Room, pair: Logins) -> None:
    """With pictures a voice has packets of 20 ms; on the rung of voices alone, of 40."""
    julien, _ = await seated(room, pair.mentor)
    lea, seen = await seated(room, pair.mentee)
    await joins(julien, "Appel vidéo")
    await joins(lea, "Rejoindre avec caméra")
    await until(lambda: julien.page.evaluate(_VOICE_IN, 2_000), lambda rate: rate > 40, "50 packets a second")
    await lea.press("Passer en voix seule")
    await until(lambda: julien.page.evaluate(_VOICE_IN, 2_000), lambda rate: 15 < rate < 32, "25 packets a second")
    assert {(told["out"], told["voice"]["ptime"], told["reason"]) for told in seen.rungs[-1:]} == {
        ("voice", 40, "pinned")
    }
    await lea.press("Revenir aux images")
    await until(lambda: julien.page.evaluate(_VOICE_IN, 2_000), lambda rate: rate > 40, "50 packets a second again")


async def test_the_data_used_is_counted_while_one_looks(room: Room, pair: Logins) -> None:
    julien = await room.seat(pair.mentor)
    lea = await room.seat(pair.mentee, viewport=TELEPHONE)
    await joins(julien, "Appel vidéo")
    await joins(lea, "Rejoindre avec caméra")
    counter = lea.page.locator(".stage-data")
    await expect(counter).to_contain_text(re.compile(r"\d,[1-9]\sMo utilisés"), timeout=SLOWLY)

    async def shown() -> float:
        found = re.search(r"([\d,]+)\sMo", await counter.inner_text())
        return float(found[1].replace(",", ".")) if found else 0.0

    early = await shown()
    await until(shown, lambda now: now > early + 0.1, "the counter goes on")
    carried = """async () => {
      let bytes = 0;
      for (const connection of window.calls.filter((one) => one.connectionState === 'connected'))
        for (const one of (await connection.getStats()).values())
          if (one.type === 'transport') bytes += one.bytesSent + one.bytesReceived;
      return bytes / 1e6;
    }"""
    payload = await lea.page.evaluate(carried)
    await until(shown, lambda now: now >= payload - 0.1, "no less than what the connections carried")


async def test_a_hidden_page_keeps_the_voice(room: Room, pair: Logins) -> None:
    """Headless Chromium hides no page: this shows that nothing of ours stops when a page is told that it is hidden."""
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await joins(julien, "Appel vocal")
    await joins(lea, "Rejoindre sans caméra")
    await lea.page.evaluate(
        """
        Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
        document.dispatchEvent(new Event('visibilitychange'));
        """
    )
    for person in (julien, lea):
        await receives(person, video=0, audio=1)
    await lea.page.wait_for_timeout(1_000)
    for person in (julien, lea):
        await receives(person, video=0, audio=1)
    await expect(lea.page.get_by_text("Appel en cours", exact=True)).to_be_visible()


async def test_the_screen_stays_on_for_as_long_as_the_call(room: Room, pair: Logins) -> None:
    lea = await room.seat(permissions=["microphone", "screen-wake-lock"])
    await lea.context.add_init_script(
        """
        window.locks = [];
        const request = WakeLock.prototype.request;
        WakeLock.prototype.request = async function (type) {
          const lock = await request.call(this, type);
          window.locks.push(lock);
          return lock;
        };
        """
    )
    await lea.sign_in(pair.mentee)

    async def held() -> list[bool]:
        locks: list[bool] = await lea.page.evaluate("window.locks.map((lock) => !lock.released)")
        return locks

    await joins(lea, "Appel vocal")
    await until(held, lambda locks: locks == [True], "the screen is kept on")
    await lea.page.evaluate("window.locks[0].release()")  # as the browser does when the page is hidden
    await lea.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await until(held, lambda locks: locks == [False, True], "and kept on again")
    await lea.press("Raccrocher")
    await until(held, lambda locks: not any(locks), "the screen may sleep")
