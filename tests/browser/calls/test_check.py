"""The look at the line before a call: what it sees, that it can be skipped, and that it is remembered."""

import pytest
from playwright.async_api import expect

from tests.browser.calls.test_calls import joins, receives
from tests.browser.conftest import TELEPHONE, Logins, Person, Room

pytestmark = pytest.mark.timeout(120)


def _dialog(person: Person):  # type: ignore[no-untyped-def]  # Playwright's own
    return person.page.get_by_role("dialog", name="Avant l’appel")


async def test_a_first_call_looks_at_the_line_and_goes_on_by_itself(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee, checks=True)
    await joins(julien, "Appel vidéo")
    await lea.press("Rejoindre avec caméra")
    await expect(_dialog(lea)).to_contain_text("Le micro fonctionne.")  # the fake microphone beeps
    await expect(_dialog(lea)).to_contain_text("La connexion est bonne : voix et image.")
    await expect(_dialog(lea)).to_have_count(0)
    for person in (julien, lea):
        await receives(person, video=1, audio=1)
    assert await lea.page.evaluate("window.calls.filter((one) => one.connectionState !== 'closed').length") == 2

    await lea.press("Raccrocher")
    await lea.press("Rejoindre sans caméra")  # the network is known by now
    await expect(lea.page.get_by_role("button", name="Raccrocher")).to_be_visible()
    await expect(_dialog(lea)).to_have_count(0)
    await receives(lea, video=1, audio=1)


async def test_it_can_be_skipped_once_or_for_good(room: Room, pair: Logins) -> None:
    lea = await room.seat(pair.mentee, checks=True, viewport=TELEPHONE)
    await lea.press("Appel vocal")
    await lea.press("Passer et appeler")
    await expect(lea.page.get_by_role("button", name="Raccrocher")).to_be_visible()
    await lea.press("Raccrocher")
    await lea.press("Appel vocal")
    await lea.press("Ne plus regarder avant les appels")
    await expect(lea.page.get_by_role("button", name="Raccrocher")).to_be_visible()
    await lea.press("Raccrocher")
    await lea.press("Appel vocal")
    await expect(lea.page.get_by_role("button", name="Raccrocher")).to_be_visible()
    await expect(_dialog(lea)).to_have_count(0)


async def test_a_network_that_blocks_calls_is_told(room: Room, pair: Logins) -> None:
    """Every path to the port of calls is taken away from the page: the description comes without candidates."""
    lea = await room.seat(pair.mentee, checks=True)
    await lea.context.add_init_script(
        """
        const set = RTCPeerConnection.prototype.setRemoteDescription;
        RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
          return set.call(this, { type, sdp: sdp.replace(/^a=candidate:.*\\r\\n/gm, '') });
        };
        """
    )
    await lea.page.reload()
    await lea.press("Appel vocal")
    await expect(_dialog(lea)).to_contain_text("Ce réseau bloque les appels directs", timeout=20_000)
    await expect(lea.page.get_by_role("button", name="Entrer dans l’appel")).to_be_visible()


async def test_devices_and_data_are_chosen_in_the_call(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await joins(julien, "Appel vidéo")
    await joins(lea, "Rejoindre avec caméra")
    await receives(julien, video=1, audio=1)
    await lea.press("Réglages de l’appel")
    settings = lea.page.get_by_role("dialog", name="Réglages de l’appel")
    await expect(settings.get_by_label("Micro").locator("option")).to_have_count(3)  # the device’s own, and two fakes
    await settings.get_by_label("Micro").select_option(index=2)
    await settings.get_by_label("Caméra").select_option(index=1)
    await settings.get_by_label("Données pour cet appel").select_option("Sans limite")
    await settings.get_by_label("Données pour cet appel").select_option("25 Mo")
    await lea.page.keyboard.press("Escape")
    await expect(settings).to_have_count(0)
    await receives(julien, video=1, audio=1)
