"""Calls between real browsers with fake devices: pictures that move, voices that are heard, and nobody unseen."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Logins, Person, Room

pytestmark = pytest.mark.timeout(180)

# Per live track that comes in: frames decoded or energy heard so far, by the browser's own statistics.
_RECEIVED = """
async () => {
  const found = { video: [], audio: [] };
  for (const connection of window.calls.filter((one) => one.connectionState !== 'closed')) {
    for (const stats of (await connection.getStats()).values()) {
      if (stats.type !== 'inbound-rtp') continue;
      found[stats.kind].push(stats.kind === 'video' ? (stats.framesDecoded ?? 0) : (stats.totalAudioEnergy ?? 0));
    }
  }
  return found;
}
"""
# Packets of media that went out, by the browser's own statistics.
SENT = """
async () => {
  let packets = 0;
  for (const connection of window.calls.filter((one) => one.connectionState !== 'closed'))
    for (const stats of (await connection.getStats()).values())
      if (stats.type === 'outbound-rtp') packets += stats.packetsSent ?? 0;
  return packets;
}
"""
LOOK_MS = 500
PATIENCE = 40  # looks


async def _received(page: Page) -> dict[str, list[float]]:
    found: dict[str, list[float]] = await page.evaluate(_RECEIVED)
    return found


def _growing(before: dict[str, list[float]], after: dict[str, list[float]], kind: str) -> int:
    """How many tracks of ``kind`` moved on."""
    return sum(now > then for then, now in zip(before[kind], after[kind], strict=True))


async def receives(person: Person, *, video: int, audio: int) -> None:
    """Waits until exactly so many pictures move and voices sound at once on ``person``'s side."""
    seen: Any = None
    for _ in range(PATIENCE):
        before = await _received(person.page)
        await person.page.wait_for_timeout(LOOK_MS)
        after = await _received(person.page)
        if len(before["video"]) != len(after["video"]) or len(before["audio"]) != len(after["audio"]):
            continue
        seen = _growing(before, after, "video"), _growing(before, after, "audio")
        if seen == (video, audio):
            return
    raise AssertionError(f"{video} pictures and {audio} voices were expected; at last there were {seen}")


async def joins(person: Person, how: str) -> None:
    await person.press(how)
    await expect(person.page.get_by_role("button", name="Raccrocher")).to_be_visible()
    await expect(person.page.get_by_role("status").get_by_text("Appel en cours", exact=True)).to_be_visible(
        timeout=20_000
    )


def tiles(person: Person) -> Any:
    return person.page.get_by_role("figure")


async def test_two_see_and_hear_each_other(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await joins(julien, "Appel vidéo")
    await expect(lea.page.get_by_text("Julien est dans l’appel", exact=True).first).to_be_visible()
    await joins(lea, "Rejoindre avec caméra")
    for person in (julien, lea):
        await receives(person, video=1, audio=1)
        await expect(tiles(person)).to_have_count(2)

    await lea.press("Couper le micro")
    await expect(tiles(julien).filter(has_text="Léa")).to_contain_text("micro coupé")
    await receives(julien, video=1, audio=0)
    await lea.press("Remettre le micro")
    await receives(julien, video=1, audio=1)

    await lea.press("Éteindre la caméra")
    await expect(tiles(julien).filter(has_text="Léa").locator("video")).to_have_count(0)
    await receives(julien, video=0, audio=1)
    await lea.press("Allumer la caméra")
    await expect(tiles(julien).filter(has_text="Léa").locator("video")).to_have_count(1)
    await receives(julien, video=1, audio=1)

    await lea.press("Raccrocher")
    await expect(tiles(julien)).to_have_count(1)
    await expect(julien.page.get_by_text("Les autres voient que vous êtes là.", exact=False)).to_be_visible()


async def test_a_third_comes_and_goes_and_disturbs_no_one(room: Room, pair: Logins) -> None:
    """The third is the professional: everyone sees them enter (promise 4), and no picture stops for it."""
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await joins(julien, "Appel vidéo")
    await joins(lea, "Rejoindre avec caméra")
    for person in (julien, lea):
        await receives(person, video=1, audio=1)

    claire = await room.seat(pair.supervisor)
    await claire.page.get_by_role("link", name="Ouvrir le salon").click()
    await claire.press("Entrer, visible de tous")
    negotiations = await _negotiations(julien.page)
    await claire.press("S’annoncer et entrer")
    for person in (julien, lea):
        await expect(person.page.locator(".notice-staff", has_text="va entrer dans l’appel")).to_contain_text(
            "Claire, de l’équipe professionnelle"
        )
        await expect(tiles(person)).to_have_count(2)  # not in yet
    await expect(claire.page.get_by_role("status").get_by_text("Appel en cours", exact=True)).to_be_visible(
        timeout=30_000
    )
    await receives(claire, video=2, audio=2)
    for person in (julien, lea):
        tile = tiles(person).filter(has_text="Claire")
        await expect(tile).to_contain_text("équipe professionnelle")
        await expect(tile).to_contain_text("observe")
        await expect(person.page.get_by_text("va entrer dans l’appel")).to_have_count(0)
        await receives(person, video=1, audio=1)
    assert await claire.page.evaluate(SENT) == 0, "who observes sends nothing, not even to the server"

    await claire.press("Parler")
    await claire.press("Allumer la caméra")
    for person in (julien, lea):
        tile = tiles(person).filter(has_text="Claire")
        await expect(tile).not_to_contain_text("observe")
        await receives(person, video=2, audio=2)
        await expect(person.page.locator(".notice-staff")).to_contain_text(
            "Claire, de l’équipe professionnelle, est là."
        )
    frozen = julien.page.evaluate(_LONGEST_STILL, 6_000)
    await claire.press("Raccrocher")
    for person in (julien, lea):
        await expect(tiles(person).filter(has_text="Claire")).to_have_count(0)
    assert await frozen < 3_000, "the others' picture never stood still"
    for person in (julien, lea):
        await receives(person, video=1, audio=1)
    assert await _negotiations(julien.page) == negotiations, "nobody negotiated again"

    await claire.page.get_by_role("link", name="Accueil").click()
    await lea.press("Qui a regardé")
    journal = lea.page.get_by_role("dialog")
    await expect(journal).to_contain_text("Claire a rejoint l’appel")
    await expect(journal).to_contain_text("Claire a ouvert la conversation")


# The longest time, in milliseconds, during which the first picture of somebody else showed no new frame.
_LONGEST_STILL = """
(patience) => new Promise((done) => {
  const video = document.querySelector('.tile:not(.tile-own) video');
  let last = performance.now(), longest = 0;
  const frame = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    video.requestVideoFrameCallback(frame);
  };
  video.requestVideoFrameCallback(frame);
  setTimeout(() => done(Math.max(longest, performance.now() - last)), patience);
})
"""


async def _negotiations(page: Page) -> list[str]:
    """Names of what was agreed: another description has another origin line or version."""
    found: list[str] = await page.evaluate(
        "window.calls.map((one) => (one.remoteDescription?.sdp.match(/^o=.*$/m) ?? [''])[0])"
    )
    return found


async def test_voice_only_stops_pictures_both_ways(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await joins(julien, "Appel vidéo")
    await joins(lea, "Rejoindre avec caméra")
    await receives(lea, video=1, audio=1)
    await lea.press("Passer en voix seule")
    await receives(lea, video=0, audio=1)
    await receives(julien, video=0, audio=1)
    await expect(tiles(julien).filter(has_text="Léa")).to_contain_text("Voix seule")
    await expect(lea.page.get_by_text("la voix passe mieux", exact=False)).to_be_visible()
    await lea.press("Revenir aux images")
    await receives(lea, video=1, audio=1)


async def test_without_a_camera_one_is_heard(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await joins(julien, "Appel vocal")
    await joins(lea, "Rejoindre sans caméra")
    await receives(julien, video=0, audio=1)
    await receives(lea, video=0, audio=1)


async def test_a_cut_of_the_network_resumes_the_same_call(room: Room, pair: Logins) -> None:
    """Promise 6 and no ghost: the socket goes and comes back, the voice goes on, nobody is there twice."""
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await joins(julien, "Appel vidéo")
    await joins(lea, "Rejoindre avec caméra")
    await receives(julien, video=1, audio=1)
    await lea.context.set_offline(True)
    await lea.page.wait_for_timeout(2_000)
    await lea.context.set_offline(False)
    await receives(julien, video=1, audio=1)
    await receives(lea, video=1, audio=1)
    for person in (julien, lea):
        await expect(tiles(person)).to_have_count(2)
    await lea.press("Couper le micro")
    await expect(tiles(julien).filter(has_text="Léa")).to_contain_text("micro coupé")


async def test_a_closed_page_leaves_no_ghost(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await joins(julien, "Appel vocal")
    await joins(lea, "Rejoindre sans caméra")
    await expect(tiles(julien)).to_have_count(2)
    await lea.page.close(run_before_unload=False)
    await expect(tiles(julien)).to_have_count(1, timeout=10_000)


async def test_a_second_tab_takes_the_call_over(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await joins(julien, "Appel vocal")
    await joins(lea, "Rejoindre sans caméra")
    second = await room.seat(pair.mentee)
    await joins(second, "Rejoindre sans caméra")
    await expect(lea.page.get_by_text("L’appel continue sur un autre appareil", exact=False)).to_be_visible()
    await expect(tiles(julien)).to_have_count(2)
    await receives(second, video=0, audio=1)


async def test_a_refused_microphone_is_said_with_what_to_do(room: Room, pair: Logins) -> None:
    lea = await room.seat()
    await lea.page.add_init_script(
        "MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    )
    await lea.sign_in(pair.mentee)
    await lea.press("Appel vocal")
    await expect(lea.page.get_by_role("alert")).to_contain_text("Le micro est bloqué pour ce site.")
    await expect(lea.page.get_by_role("button", name="Appel vocal")).to_be_enabled()


async def test_a_missing_camera_leaves_the_voice(room: Room, pair: Logins) -> None:
    lea = await room.seat()
    await lea.page.add_init_script(
        """
        const real = MediaDevices.prototype.getUserMedia;
        MediaDevices.prototype.getUserMedia = function (wanted) {
          return wanted.video ? Promise.reject(new DOMException('', 'NotFoundError')) : real.call(this, wanted);
        };
        """
    )
    await lea.sign_in(pair.mentee)
    await joins(lea, "Appel vidéo")
    await expect(lea.page.get_by_role("alert")).to_contain_text(
        "Aucune caméra trouvée : l’appel continue avec la voix."
    )
