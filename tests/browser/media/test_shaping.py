"""The client's own connections (client_web/src/call/connections.ts) in real Chromium: a description that is rewritten
here, and shown to nobody, changes what goes over the wire."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.media.conftest import Studio

CLIENT = Path(__file__).parents[3] / "client_web"
LOOK_MS = 2_000
LEAN = {"kbps": 6, "ptime": 60, "red": False, "dtx": False, "fec": True}
FULL = {"kbps": 32, "ptime": 20, "red": False, "dtx": False, "fec": True}

_BEGIN = """
async () => {
  const media = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false }, video: true });
  const [mic] = media.getAudioTracks(), [camera] = media.getVideoTracks();
  window.connections = new client.Connections(mic, camera, { health: () => {}, tracks: () => {} });
  const joined = await window.join(await connections.offer());
  await window.answer(await connections.accept(joined.answer, joined.offer));
}
"""
# What goes out in a while: packets a second and bytes of payload in each, of the voice and of either picture.
_SENT = """
async (patience) => {
  const look = async () => {
    const found = {}, stats = await connections.up.getStats();
    for (const one of stats.values()) {
      if (one.type !== 'outbound-rtp') continue;
      const { packetsSent: packets, bytesSent: bytes, framesSent: frames, frameWidth: width } = one;
      found[one.mid] = { packets, bytes, frames, width };
    }
    return found;
  };
  const before = await look();
  await new Promise((done) => setTimeout(done, patience));
  const after = await look();
  return Object.fromEntries(Object.entries(after).map(([mid, now]) => {
    const packets = now.packets - before[mid].packets;
    const size = packets ? (now.bytes - before[mid].bytes) / packets : 0;
    const frames = (now.frames - before[mid].frames) / patience * 1000;
    return [mid, { rate: packets / patience * 1000, size, frames, width: now.width }];
  }));
}
"""


@pytest.fixture
def client(tmp_path: Path) -> str:
    """connections.ts as a script that makes ``client.Connections``."""
    bundle = tmp_path / "client.js"
    esbuild = next(CLIENT.glob("node_modules/@esbuild/*/bin/esbuild"))
    options = ["--bundle", "--format=iife", "--global-name=client", f"--outfile={bundle}"]
    subprocess.run([esbuild, "src/call/connections.ts", *options], cwd=CLIENT, check=True, capture_output=True)
    return bundle.read_text()


async def _publisher(studio: Studio, client: str) -> Page:
    page = await studio.visit("publisher")
    await page.add_script_tag(content=client)
    await page.evaluate(_BEGIN)
    await page.wait_for_function("connections.health() === 'connected'")
    return page


async def _until(page: Page, mid: str, **expected: tuple[int, int]) -> dict[str, float]:
    """What is sent, once each named figure is within its bounds."""
    sent: dict[str, Any] = {}
    for _ in range(15):
        sent = (await page.evaluate(_SENT, LOOK_MS))[mid]
        if all(low <= (sent[name] or 0) <= high for name, (low, high) in expected.items()):
            return sent
    raise AssertionError(f"{expected} was expected of {mid}; at last there was {sent}")


async def test_the_voice_on_the_wire_is_as_the_rung_says(studio: Studio, client: str) -> None:
    page = await _publisher(studio, client)
    described = await page.evaluate("connections.up.remoteDescription.sdp")
    await page.evaluate("(voice) => connections.encode(voice)", FULL)
    await _until(page, "0", rate=(40, 60), size=(20, 130))

    await page.evaluate("(voice) => connections.encode(voice)", LEAN)  # 60 ms at 6 kbit/s: 45 bytes
    await _until(page, "0", rate=(13, 20), size=(35, 60))
    assert "extmap" not in (await page.evaluate("connections.up.remoteDescription.sdp")).split("m=video")[0]

    await page.evaluate("(voice) => connections.encode(voice)", {**LEAN, "red": True})  # each of them twice
    await _until(page, "0", rate=(13, 20), size=(75, 125))

    await page.evaluate("(voice) => connections.encode(voice)", FULL)
    await _until(page, "0", rate=(40, 60), size=(20, 130))
    ice = [line for line in described.splitlines() if line.startswith("a=ice-")]
    assert ice == [
        line
        for line in (await page.evaluate("connections.up.remoteDescription.sdp")).splitlines()
        if line.startswith("a=ice-")
    ], "nothing was negotiated with the server"


async def test_of_two_qualities_of_the_picture_those_go_out_that_somebody_sees(studio: Studio, client: str) -> None:
    page = await _publisher(studio, client)
    await _until(page, "1", frames=(10, 35), width=(640, 640))
    assert (await page.evaluate(_SENT, LOOK_MS))["2"]["rate"] == 0

    await page.evaluate("connections.send(['small'])")
    small = await _until(page, "2", frames=(10, 35), width=(320, 320))
    assert small["rate"] * small["size"] * 8 < 200_000
    await _until(page, "1", rate=(0, 0))

    await page.evaluate("connections.send([])")
    await _until(page, "2", rate=(0, 0))
    await page.evaluate("connections.send(['full', 'small'])")
    await _until(page, "1", frames=(10, 35))
    await _until(page, "2", frames=(10, 35))
