"""Voice notes between real browsers with a real recorder: what was spoken here is heard there, once and in order."""

import re
from typing import Any

from playwright.async_api import expect

from tests.browser.conftest import Logins, Person, Room

# Decodes the note behind the first "listen" of the page: its length in seconds, and how loud it is on average.
_HEARD = """
async () => {
  const asked = performance.getEntriesByType('resource').map((one) => one.name);
  const note = await fetch(asked.filter((name) => /notes\\/[\\w-]{22}$/.test(name)).at(-1));
  const bytes = await note.arrayBuffer();
  const size = bytes.byteLength;
  const sound = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(bytes);
  const samples = sound.getChannelData(0);
  const energy = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
  return { seconds: sound.duration, energy, size, type: note.headers.get('Content-Type') };
}
"""


async def record(person: Person, seconds: float) -> None:
    """Records until it is ready to be heard or sent."""
    await person.page.get_by_role("button", name="Enregistrer un message vocal").focus()
    await person.page.keyboard.press("Enter")
    recorder = person.page.get_by_role("region", name="Enregistrer un message vocal")
    await expect(recorder.get_by_role("timer")).to_be_visible()
    await person.page.wait_for_timeout(int(seconds * 1000))
    await person.press("Arrêter")
    await expect(recorder.get_by_text("On peut écouter avant d’envoyer.")).to_be_visible()


def players(person: Person) -> Any:
    return person.page.locator(".message .player")


async def plays(person: Person, number: int = 0) -> None:
    """Starts a note and waits until it has moved on."""
    player = players(person).nth(number)
    await player.get_by_role("button", name=re.compile("Écouter le message vocal")).click()
    await expect(player.get_by_role("button", name="Pause")).to_be_visible()
    await expect(player.get_by_role("slider")).not_to_have_attribute("aria-valuetext", re.compile("^0:00"))


async def test_what_is_spoken_is_heard_by_the_other(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await julien.say("avant")
    await record(julien, 3)
    own = julien.page.locator(".recorder .player")
    await own.get_by_role("button", name=re.compile("Écouter")).click()
    await expect(own.get_by_role("button", name="Pause")).to_be_visible()
    await julien.press("Envoyer")
    await expect(players(julien)).to_have_count(1)
    await julien.say("après")
    await expect(julien.page.get_by_text("Envoyé", exact=True)).to_be_visible()
    await lea.reads("après")
    assert [text.split("\n")[0] for text in await lea.texts()][::2] == ["avant", "après"]
    await plays(lea)
    heard = await lea.page.evaluate(_HEARD)
    assert 2 <= heard["seconds"] <= 6, heard
    assert heard["energy"] > 0.01, heard  # the fake microphone beeps
    assert heard["size"] / heard["seconds"] < 1_600, (
        heard
    )  # bytes a second: 12.8 kbit/s, head and tail of a short note in
    assert heard["type"] == "audio/ogg"
    await expect(
        players(lea).get_by_role("button", name=re.compile("Écouter le message vocal : Julien, 0:0"))
    ).to_be_visible()
    await players(lea).get_by_role("button", name="Vitesse : 1").click()
    await expect(players(lea).get_by_role("button", name="Vitesse : 1,5")).to_be_visible()


async def test_a_note_recorded_without_a_network_goes_later_in_its_place(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await lea.in_room()
    await lea.page.evaluate("navigator.serviceWorker.ready")
    await record(lea, 1)  # brings the code of it, which is then kept
    await lea.press("Supprimer")
    await lea.context.set_offline(True)
    await lea.say("un")
    await record(lea, 2)
    await expect(
        lea.page.get_by_text("Pas de réseau : le message vocal partira tout seul", exact=False)
    ).to_be_visible()
    await lea.press("Envoyer")
    await lea.say("trois")
    await expect(lea.page.get_by_text("Partira dès que le réseau le permet")).to_be_visible()
    await lea.page.reload()
    await lea.reads("trois")
    await expect(players(lea)).to_have_count(1)
    await plays(lea)  # kept on the device, and to be heard there
    await lea.context.set_offline(False)
    await julien.reads("trois")
    kinds = [
        ("voice" if "player" in await bubble.inner_html() else await bubble.inner_text())
        for bubble in await julien.bubbles.all()
    ]
    assert kinds == ["un", "voice", "trois"]
    await plays(julien)
    assert (await julien.page.evaluate(_HEARD))["energy"] > 0.01
    await expect(lea.page.get_by_text("Partira dès que le réseau le permet")).to_have_count(0)


async def test_a_cut_in_the_middle_of_an_upload_sends_the_rest(room: Room, pair: Logins) -> None:
    """A piece goes over the wire until it has arrived, and not again afterwards, though its answer was lost."""
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await lea.in_room()
    lost = 0

    async def pass_or_lose(route: Any) -> None:
        nonlocal lost
        if "/chunks/0" in route.request.url and lost < 2:
            lost += 1
            if lost == 2:
                await route.fetch()  # it arrives, and its answer does not
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await lea.page.route("**/chunks/*", pass_or_lose)
    await record(lea, 2)
    await lea.press("Envoyer")
    await expect(players(julien)).to_have_count(1, timeout=30_000)
    await plays(julien)
    sent = [request.url.rpartition("/")[2] for request in lea.requests if "/chunks/" in request.url]
    assert (lost, sent) == (2, ["0", "0"])  # then the server is asked, and has it


async def test_a_long_press_records_as_long_as_it_lasts(room: Room, pair: Logins) -> None:
    lea = await room.seat(pair.mentee)
    await lea.in_room()
    box = await lea.page.get_by_role("button", name="Enregistrer un message vocal").bounding_box()
    assert box is not None
    await lea.page.mouse.move(box["x"] + 10, box["y"] + 10)
    await lea.page.mouse.down()
    await expect(lea.page.get_by_role("timer")).to_be_visible()
    await lea.page.wait_for_timeout(1_500)
    await lea.page.mouse.up()
    await expect(lea.page.get_by_text("On peut écouter avant d’envoyer.")).to_be_visible()
    await expect(lea.page.get_by_role("button", name="Envoyer", exact=True)).to_be_focused()
    await lea.page.keyboard.press("Escape")
    await lea.in_room()


async def test_a_refused_microphone_is_said_with_what_to_do(room: Room, pair: Logins) -> None:
    lea = await room.seat()
    await lea.page.add_init_script(
        "MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    )
    await lea.sign_in(pair.mentee)
    await lea.page.get_by_role("button", name="Enregistrer un message vocal").click()
    await expect(lea.page.get_by_role("alert")).to_contain_text("Le micro est bloqué pour ce site.")
    await lea.press("Annuler")
    await lea.in_room()
