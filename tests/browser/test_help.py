"""Promise 9: help is one tap away, at the same place, without a network, before sign-in."""

from playwright.async_api import Locator, expect

from tests.browser.conftest import TELEPHONE, Logins, Room

NUMBERS = ["tel:112", "tel:15", "tel:17", "tel:18", "sms:114", "tel:119", "tel:3114", "tel:3018", "tel:0800235236"]


async def _numbers(card: Locator) -> list[str]:
    await expect(card).to_be_visible()
    return [str(await link.get_attribute("href")) for link in await card.get_by_role("link").all()]


async def test_the_card_is_there_without_network_or_session(room: Room) -> None:
    visitor = await room.seat(viewport=TELEPHONE)
    await visitor.arrive()
    await visitor.page.evaluate("navigator.serviceWorker.ready")
    await visitor.context.set_offline(True)
    await visitor.page.reload()
    await visitor.press("Aide")
    card = visitor.page.get_by_role("dialog", name="Besoin d’aide")
    assert sorted(await _numbers(card)) == sorted(NUMBERS)
    assert (await _numbers(card))[0] == "tel:112"
    await expect(card).to_contain_text("Numéros vérifiés le")
    await visitor.page.keyboard.press("Escape")
    await expect(card).to_have_count(0)
    await expect(visitor.page.get_by_role("button", name="Aide")).to_be_focused()


async def test_lines_that_sleep_are_not_offered_first(room: Room) -> None:
    visitor = await room.seat()
    await visitor.page.clock.set_fixed_time("2026-11-22T23:30:00+01:00")
    await visitor.arrive()
    await visitor.press("Aide")
    card = visitor.page.get_by_role("dialog")
    assert (await _numbers(card))[5:] == ["tel:119", "tel:3114", "tel:3018", "tel:0800235236"]
    await expect(card.get_by_text("fermé maintenant, ouvre à 9", exact=False)).to_have_count(2)


async def test_one_tap_tells_the_team(room: Room, pair: Logins) -> None:
    claire = await room.seat(pair.supervisor)
    lea = await room.seat(pair.mentee)
    await lea.press("Aide")
    await lea.press("Prévenir l’équipe maintenant")
    await expect(lea.page.get_by_text("L’équipe est prévenue", exact=False)).to_be_visible()
    alert = claire.page.get_by_role("article")
    await expect(alert).to_contain_text("Appel à l’aide")
    await expect(alert).to_contain_text("Critique")
    await expect(alert).to_contain_text("Léa")
    await claire.decide("J’ai vu", "à reprendre de vive voix")
    await expect(claire.page.get_by_role("article")).to_have_count(0)


async def test_a_call_for_help_without_a_network_goes_when_it_is_back(room: Room, pair: Logins) -> None:
    claire = await room.seat(pair.supervisor)
    lea = await room.seat(pair.mentee)
    await lea.in_room()
    await lea.context.set_offline(True)
    await lea.press("Aide")
    await lea.press("Prévenir l’équipe maintenant")
    await expect(lea.page.get_by_text("l’équipe sera prévenue dès qu’il revient", exact=False)).to_be_visible()
    await expect(claire.page.get_by_role("article")).to_have_count(0)
    await lea.context.set_offline(False)
    await expect(lea.page.get_by_text("L’équipe est prévenue", exact=False)).to_be_visible()
    await expect(claire.page.get_by_role("article")).to_have_count(1)


async def test_words_that_worry_bring_the_card_to_the_young_person(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await lea.say("j’en peux plus, j’ai envie de mourir")
    card = lea.page.get_by_role("dialog", name="Besoin d’aide")
    await expect(card).to_contain_text("Ce que tu viens d’écrire compte.")
    await julien.reads("envie de mourir")
    await expect(julien.page.get_by_role("dialog")).to_have_count(0)


async def test_help_stands_at_the_same_place_everywhere(room: Room, pair: Logins) -> None:
    lea = await room.seat(viewport=TELEPHONE)
    await lea.arrive()
    places = [await lea.page.get_by_role("button", name="Aide").bounding_box()]
    await lea.fill_in(pair.mentee)
    await lea.in_room()
    places.append(await lea.page.get_by_role("button", name="Aide").bounding_box())
    await lea.press("Appel vocal")
    await expect(lea.page.get_by_role("button", name="Raccrocher")).to_be_visible()
    places.append(await lea.page.get_by_role("button", name="Aide").bounding_box())
    await lea.page.get_by_role("link", name="Accueil").click()
    await expect(lea.page.get_by_text("Bonjour Léa")).to_be_visible()
    places.append(await lea.page.get_by_role("button", name="Aide").bounding_box())
    assert places == [places[0]] * 4
    assert places[0] is not None
    assert places[0]["height"] >= 44
