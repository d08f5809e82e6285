"""An emergency that is not told at once: a colleague has put it off, a voice note is heard through the glass, and the
young person is told when a professional ends what put it off."""

import re

from playwright.async_api import expect

from tests.browser.calls.test_notes import record
from tests.browser.conftest import Api, Person, Room, make_pair

SOON = "new Date(Date.now() + 5 * 86400000).toLocaleDateString('sv')"


async def send(person: Person) -> None:
    await person.page.get_by_role("dialog").locator("button[type=submit]").click()


async def test_put_off_heard_and_told(room: Room, admin: Api) -> None:
    elsewhere, pair = make_pair(admin), make_pair(admin)  # pages show them in this order
    lea, claire, colleague = [await room.seat(who) for who in (pair.mentee, pair.supervisor, elsewhere.supervisor)]
    await lea.in_room()
    await record(lea, 2)
    await lea.press("Envoyer")
    await expect(lea.page.get_by_text("Envoyé", exact=True)).to_be_visible()

    await claire.page.goto(f"{claire.address}#/glass")
    await claire.page.get_by_role("button", name="Différer l’information").last.click()
    await claire.page.get_by_label("Raison").select_option("safety")
    await claire.page.get_by_label("Pourquoi, en une phrase").fill("Le dire maintenant la mettrait en danger.")
    await claire.page.get_by_label("Jusqu’au").fill(await claire.page.evaluate(SOON))
    await send(claire)
    tell_now = claire.page.get_by_role("button", name="Informer maintenant").first
    await expect(tell_now).to_be_visible()

    await colleague.page.goto(f"{colleague.address}#/glass")
    await colleague.page.get_by_role("button", name="Lire en urgence").last.click()
    await colleague.page.get_by_label("Motif").select_option("danger")
    await colleague.page.get_by_label("Pourquoi, en une phrase").fill("Une mère a appelé, personne ne répond.")
    await send(colleague)
    player = colleague.page.locator(".player")
    await player.get_by_role("button", name=re.compile("Écouter le message vocal")).click()
    await expect(player.get_by_role("slider")).not_to_have_attribute("aria-valuetext", re.compile("^0:00"))

    news = lea.page.get_by_text(re.compile("a lu tes messages en urgence"))
    await lea.page.get_by_role("link", name="Accueil").click()
    await expect(lea.page.get_by_role("heading", level=1)).to_be_visible()
    await expect(news).to_be_hidden()
    await tell_now.click()
    await send(claire)
    await expect(claire.page.get_by_text(re.compile("Les deux personnes ont été informées"))).to_be_visible()
    await expect(news).to_be_visible()
