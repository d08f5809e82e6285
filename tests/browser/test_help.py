"""Promise 9: help is one tap away, at the same place, without a network, before sign-in."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from playwright.async_api import Locator, expect

from tests.browser.conftest import SCREEN, TELEPHONE, Api, Logins, Room, make_pair

NUMBERS = ["tel:112", "tel:15", "tel:17", "tel:18", "sms:114", "tel:119", "tel:3114", "tel:3018", "tel:0800235236"]


ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"
PHONE: Any = {"user_agent": ANDROID, "is_mobile": True, "has_touch": True}


async def _numbers(card: Locator) -> list[str]:
    await expect(card).to_be_visible()
    found = [str(await link.get_attribute("href")) for link in await card.get_by_role("link").all()]
    return [address for address in found if address.startswith(("tel:", "sms:"))]


async def test_the_card_is_there_without_network_or_session(room: Room) -> None:
    visitor = await room.seat(viewport=TELEPHONE, **PHONE)
    await visitor.arrive()
    await visitor.page.evaluate("navigator.serviceWorker.ready")
    await visitor.context.set_offline(True)
    await visitor.page.reload()
    await visitor.press("Aide")
    card = visitor.page.get_by_role("dialog", name="Besoin d’aide")
    await expect(card.get_by_text("Numéros vérifiés le", exact=False)).to_be_visible()
    assert sorted(await _numbers(card)) == sorted(NUMBERS)
    assert (await _numbers(card))[0] == "tel:112"
    await visitor.page.keyboard.press("Escape")
    await expect(card).to_have_count(0)
    await expect(visitor.page.get_by_role("button", name="Aide")).to_be_focused()


async def test_lines_that_sleep_are_not_offered_first(room: Room) -> None:
    visitor = await room.seat(**PHONE)
    await visitor.page.clock.set_fixed_time("2026-11-22T23:30:00+01:00")
    await visitor.arrive()
    await visitor.press("Aide")
    card = visitor.page.get_by_role("dialog")
    await expect(card.get_by_text("fermé maintenant, ouvre à 9", exact=False)).to_have_count(2)
    assert (await _numbers(card))[5:] == ["tel:119", "tel:3114", "tel:3018", "tel:0800235236"]
    await card.get_by_label("Je ne peux pas parler maintenant").check()
    assert (await _numbers(card)) == ["sms:114", *NUMBERS[:4], "tel:119", "tel:3114", "tel:3018", "tel:0800235236"]
    await expect(card.get_by_text("discussion fermée maintenant", exact=False)).to_have_count(2)


async def test_a_device_that_makes_no_calls_shows_numbers_to_read_and_copy(room: Room) -> None:
    visitor = await room.seat(permissions=["clipboard-read", "clipboard-write"])
    await visitor.arrive()
    await visitor.press("Aide")
    card = visitor.page.get_by_role("dialog")
    await expect(card.get_by_text("0 800 235 236", exact=True)).to_be_visible()
    assert await _numbers(card) == []
    await card.get_by_role("button", name="Copier le 3114").click()
    await expect(card.get_by_text("Copié", exact=True)).to_have_count(1)
    assert await visitor.page.evaluate("navigator.clipboard.readText()") == "3114"


async def test_the_card_knows_the_age_and_words_it_for_an_adult(room: Room, admin: Api) -> None:
    year = datetime.now(UTC).year
    young, grown = make_pair(admin, f"{year - 16}-01-01"), make_pair(admin, f"{year - 28}-01-01")
    for login, last, worded in (
        (young.mentee, "Fil Santé Jeunes", "Enfant ou jeune en danger"),
        (grown.mentee, "Fil Santé Jeunes", "Inquiet pour un enfant"),
        (young.mentor, "Fil Santé Jeunes", "Inquiet pour un enfant"),
    ):
        person = await room.seat(login)
        await person.page.clock.set_fixed_time("2026-11-23T03:00:00+01:00")
        async with person.page.expect_response(re.compile("help/card")):
            await person.press("Aide")
        card = person.page.get_by_role("dialog")
        await expect(card.get_by_text(worded, exact=False)).to_be_visible()
        await expect(card.locator(".talk-lines > li").last).to_contain_text(last)


async def test_the_device_keeps_who_can_be_called_and_forgets_the_people_at_sign_out(
    room: Room, admin: Api, pair: Logins
) -> None:
    before = admin.ask("GET", "help/lines")["version"]
    near = {"kind": "own", "id": str(uuid4()), "number": "01 99 00 00 01", "audience": "La maison des ados d’ici"}
    near |= {"source": "annuaire de la ville", "checked": "2026-01-02"}
    admin.ask("PUT", "help/lines", {"after": before, "lines": [near], "phone": "01 40 00 00 00"})
    lea = await room.seat(pair.mentee, viewport=TELEPHONE, **PHONE)
    await lea.in_room()  # which the device keeps, too
    async with lea.page.expect_response(re.compile("help/card")):
        await lea.press("Aide")
    card = lea.page.get_by_role("dialog")
    await expect(card.get_by_role("link", name="Écrire à Claire")).to_be_visible()
    await lea.page.evaluate("navigator.serviceWorker.ready")
    await lea.context.set_offline(True)
    await lea.page.reload()
    await lea.press("Aide")
    await expect(card.get_by_text("La maison des ados d’ici")).to_be_visible()
    await expect(card.get_by_role("link", name="Écrire à Claire")).to_be_visible()
    assert (await _numbers(card))[0] == "tel:+33140000000"
    await lea.page.keyboard.press("Escape")
    await lea.page.get_by_role("link", name="Accueil").click()
    await lea.press("Mon compte")
    await lea.press("Se déconnecter")
    await expect(lea.page.get_by_label("Nom de connexion")).to_be_visible()
    await lea.press("Aide")
    await expect(card.get_by_text("La maison des ados d’ici")).to_be_visible()
    await expect(card.get_by_text("Claire", exact=False)).to_have_count(0)
    kept = await lea.page.evaluate("JSON.stringify(localStorage)")
    assert "Claire" not in kept
    admin.ask("PUT", "help/lines", {"after": before + 1, "lines": []})


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


async def place(button: Locator) -> tuple[int, int]:
    """Where its corner is on the screen, once it is drawn."""
    await expect(button).to_be_visible()
    box = await button.bounding_box()
    assert box is not None
    return round(box["x"]), round(box["y"])


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


async def test_help_stands_at_the_same_place_over_dialogs_and_at_every_door(room: Room, pair: Logins) -> None:
    for viewport in (TELEPHONE, SCREEN):
        visitor = await room.seat(viewport=viewport)
        places = []
        for address in ("", "#/looks", f"#/join/{'A' * 43}"):
            await visitor.page.goto(visitor.address + address)
            await visitor.page.reload()
            places.append(await place(visitor.page.get_by_role("button", name="Aide")))
        admin = await room.seat("admin", viewport=viewport)
        places.append(await place(admin.page.get_by_role("button", name="Aide")))
        await admin.press("Ajouter une personne")
        await expect(admin.page.get_by_role("dialog")).to_be_visible()
        button = admin.page.get_by_role("dialog").get_by_role("button", name="Aide")
        places.append(await place(button))
        await button.click()  # nothing stands before it
        await expect(admin.page.get_by_role("dialog", name="Besoin d’aide")).to_be_visible()
        assert places == [places[0]] * len(places)


async def test_a_tap_goes_through_when_only_http_does(room: Room, pair: Logins) -> None:
    lea = await room.seat()
    await lea.context.route("**/socket.io/**", lambda route: route.abort())
    await lea.context.route_web_socket(re.compile("socket.io"), lambda socket: socket.close())
    await lea.sign_in(pair.mentee)
    await lea.in_room()
    await lea.press("Aide")
    await lea.press("Prévenir l’équipe maintenant")
    await expect(lea.page.get_by_text("L’équipe est prévenue", exact=False)).to_be_visible()


async def test_leaving_leaves_nothing_and_the_way_back_shows_nothing(room: Room, pair: Logins) -> None:
    lea = await room.seat(pair.mentee, viewport=TELEPHONE)
    await lea.in_room()
    await lea.say("rien que pour toi")
    await lea.reads("rien que pour toi")
    await lea.page.get_by_role("link", name="Accueil").click()
    await expect(lea.page.get_by_text("Bonjour Léa")).to_be_visible()
    await lea.press("Aide")
    async with lea.page.expect_navigation(url=re.compile("calc.html")):
        await lea.press("Quitter vite")
    await expect(lea.page).to_have_title("Calculatrice")
    for number in range(3):
        await lea.page.go_back()
        await lea.page.wait_for_timeout(500)
        shown = await lea.page.evaluate("document.title + document.body.innerText")
        assert "Léa" not in shown, number
        assert "Bin" not in shown, number
        assert lea.page.url.endswith("/calc.html") or lea.page.url == "about:blank", number
        if lea.page.url == "about:blank":
            break
    # Who opens it on purpose has to sign in.
    await lea.page.goto(lea.address)
    await expect(lea.page.get_by_label("Nom de connexion")).to_be_visible()
    assert "binome" not in {cookie["name"] for cookie in await lea.context.cookies()}


async def test_three_times_escape_leaves_from_anywhere_also_without_a_network(room: Room, pair: Logins) -> None:
    lea = await room.seat(pair.mentee)
    await lea.in_room()
    await lea.page.evaluate("navigator.serviceWorker.ready")
    await lea.context.set_offline(True)
    await lea.press("Aide")
    for _ in range(3):
        await lea.page.keyboard.press("Escape")
    await expect(lea.page).to_have_title("Calculatrice")
    for key in ("7", "×", "6", "="):
        await lea.page.get_by_role("button", name=key, exact=True).click()
    await expect(lea.page.locator("output")).to_have_text("42")


async def test_a_call_for_help_that_has_not_gone_goes_although_one_left(room: Room, pair: Logins) -> None:
    claire = await room.seat(pair.supervisor)
    lea = await room.seat(pair.mentee)
    await lea.in_room()
    await lea.context.set_offline(True)
    await lea.press("Aide")
    await lea.press("Prévenir l’équipe maintenant")
    await expect(lea.page.get_by_text("dès qu’il revient", exact=False)).to_be_visible()
    await lea.press("Quitter vite")
    await expect(lea.page).to_have_title("Calculatrice")
    await lea.context.set_offline(False)
    await lea.page.goto(lea.address)
    await lea.in_room()  # still signed in, for that one reason
    await expect(claire.page.get_by_role("article")).to_have_count(1)


async def test_behind_the_pin_help_is_there_and_leaving_asks_for_it_again(room: Room, admin: Api, pair: Logins) -> None:
    (mentee,) = [one["id"] for one in admin.ask("GET", "accounts")["accounts"] if one["login"] == pair.mentee]
    lea = await room.seat(viewport=TELEPHONE)
    await lea.arrive()
    await lea.press("J’ai un code")
    code = admin.ask("POST", f"accounts/{mentee}/invitation", {})["code"]
    await lea.page.get_by_label("Code donné par l’association").fill(code)
    await lea.press("Entrer avec ce code")
    await lea.in_room()
    await lea.page.goto(f"{lea.address}#/security")
    await lea.page.get_by_label("Nouveau code PIN").fill("2580")
    await lea.press("Enregistrer ce code PIN")
    await expect(lea.page.get_by_text("Un code PIN est demandé sur cet appareil.")).to_be_visible()
    await lea.press("Aide")
    await expect(lea.page.get_by_role("link", name=re.compile("^Écrire à"))).to_be_visible()
    async with lea.page.expect_navigation(url=re.compile("calc.html")):
        await lea.press("Quitter vite")
    await lea.page.goto(lea.address)
    await expect(lea.page.get_by_role("heading", level=1, name="Te revoilà")).to_be_visible()
    await lea.press("Aide")
    await expect(lea.page.get_by_text("En danger tout de suite")).to_be_visible()
    await expect(lea.page.get_by_role("link", name=re.compile("^Écrire à"))).to_have_count(0)
    await lea.press("Prévenir l’équipe maintenant")
    await expect(lea.page.get_by_text("L’équipe est prévenue", exact=False)).to_be_visible()
