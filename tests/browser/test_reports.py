"""Reporting: a message with a stop of contact, a worry from the help card, and what who reported sees of it."""

import re
from typing import Any

from playwright.async_api import expect

from tests.browser.conftest import TELEPHONE, Api, Logins, Person, Room
from tests.processes import Server


def staff(server: Server, login: str) -> Api:
    api = Api(server)
    api.sign_in(login)
    return api


def own_case(claire: Api) -> Any:
    """The one that she looks after: other tests have cases in the same association."""
    me = claire.ask("GET", "session")["account"]["id"]
    (case,) = [one for one in claire.ask("GET", "cases")["cases"] if one.get("owner", {}).get("id") == me]
    return case


async def choose(person: Person, kind: str) -> None:
    await person.page.get_by_role("radio", name=kind).check()


async def arrived(person: Person) -> None:
    await expect(person.page.get_by_role("heading", name="Le signalement est arrivé")).to_be_visible()


async def test_a_young_person_reports_a_message_and_contact_stops(room: Room, pair: Logins, server: Server) -> None:
    julien = await room.seat(pair.mentor)
    lea = await room.seat(pair.mentee, viewport=TELEPHONE)
    await julien.in_room()
    await lea.in_room()
    await julien.say("Bonjour Léa")
    await lea.reads("Bonjour Léa")
    await expect(julien.page.get_by_role("link", name="Signaler ce message")).to_have_count(0)  # it is his own
    await lea.page.get_by_role("link", name="Signaler ce message").click()
    await expect(lea.page.get_by_role("heading", level=1, name="Signaler un message")).to_be_visible()
    await expect(lea.page.get_by_text("Un message de Julien")).to_be_visible()
    await expect(lea.page.locator("blockquote")).to_have_text("Bonjour Léa")
    await lea.press("Envoyer le signalement")
    await expect(lea.page.get_by_role("alert")).to_contain_text("Choisis ce qui ressemble le plus")
    stop = lea.page.get_by_role("checkbox", name="Arrêter l’échange tout de suite")
    await choose(lea, "Ça blesse, insulte ou menace")
    await expect(stop).not_to_be_checked()
    await choose(lea, "On me demande un secret, une photo ou de se voir ailleurs")
    await expect(stop).to_be_checked()
    await lea.page.get_by_label("Si tu veux en dire plus (facultatif)").fill("Il me demande de ne rien dire.")
    await lea.press("Envoyer le signalement")
    await arrived(lea)
    await expect(lea.page.get_by_text("L’échange est en pause dès maintenant.")).to_be_visible()
    # The other one: a pause, without a why.
    await expect(julien.page.get_by_label("Écrire un message")).to_have_count(0)
    await expect(julien.page.get_by_text("La discussion est en pause")).not_to_have_count(0)
    await expect(julien.page.get_by_text(re.compile("signal", re.IGNORECASE))).to_have_count(0)
    await lea.page.get_by_role("link", name="Suivre ce que ça devient").click()
    await expect(lea.page.get_by_role("heading", level=1, name="Mes signalements")).to_be_visible()
    now = lea.page.locator("[aria-current=step]")
    await expect(now).to_contain_text("Reçu")
    claire = staff(server, pair.supervisor)
    case = own_case(claire)
    assert (case["origin"], case["severity"], case["by"]["name"]) == ("report", 4, "Léa")
    claire.ask("POST", f"cases/{case['id']}/acknowledge")
    await expect(now).to_contain_text("Quelqu’un s’en occupe")
    desk = await room.seat(pair.supervisor)
    await desk.page.goto(f"{desk.address}#/case/{case['id']}")
    file = desk.page.get_by_role("article").filter(has_text="Signalé par Léa (jeune)")
    await expect(file.get_by_text("Il me demande de ne rien dire.")).to_be_visible()
    await expect(file.get_by_text("Bonjour Léa", exact=True)).to_be_visible()
    await file.get_by_label("Répondre à Léa").fill("Merci. Je t’appelle demain.")
    await file.get_by_role("button", name="Envoyer la réponse").click()
    await expect(file.get_by_label("Répondre à Léa")).to_have_value("")
    await expect(desk.page.get_by_text("Claire a répondu à qui a signalé.")).to_be_visible()
    await expect(lea.page.get_by_text("Merci. Je t’appelle demain.")).to_be_visible()


async def test_a_worry_needs_the_network_and_is_not_lost_without(room: Room, pair: Logins, server: Server) -> None:
    lea = await room.seat(pair.mentee, viewport=TELEPHONE)
    await lea.in_room()
    await lea.press("Aide")
    await lea.page.get_by_role("link", name="Je m’inquiète pour quelqu’un").click()
    await expect(lea.page.get_by_role("dialog")).to_have_count(0)
    await choose(lea, "Quelqu’un est en danger")
    await expect(lea.page.get_by_text("Appelle le 112", exact=False)).to_be_visible()
    await lea.press("Envoyer le signalement")
    await expect(lea.page.get_by_role("alert")).to_contain_text("Dis en quelques mots")
    words = lea.page.get_by_label("En quelques mots", exact=True)
    await words.fill("Mon amie veut partir de chez elle.")
    await lea.context.set_offline(True)
    await lea.press("Envoyer le signalement")
    await expect(lea.page.get_by_role("alert")).to_contain_text("Ce que tu as écrit est toujours là")
    await lea.page.evaluate("location.hash = '#/reports'")
    await lea.page.evaluate("location.hash = '#/report'")
    await expect(words).to_have_value("Mon amie veut partir de chez elle.")
    await lea.context.set_offline(False)
    await lea.press("Envoyer le signalement")
    await arrived(lea)
    case = own_case(staff(server, pair.supervisor))
    assert (case["origin"], case["category"], case["severity"]) == ("report", "danger", 4)


async def test_a_person_is_chosen_by_name(room: Room, pair: Logins, server: Server) -> None:
    julien = await room.seat(pair.mentor)
    await julien.in_room()
    await julien.page.goto(f"{julien.address}#/report")
    await expect(julien.page.get_by_role("checkbox", name="Arrêter l’échange")).to_have_count(0)
    await julien.page.get_by_label("Qui est-ce ?").select_option(label="Léa (jeune)")
    await expect(julien.page.get_by_role("checkbox", name="Arrêter l’échange")).not_to_be_checked()
    await choose(julien, "Quelqu’un ne va pas bien")
    await julien.press("Envoyer le signalement")
    await arrived(julien)
    await julien.page.goto(f"{julien.address}#/reports")
    await expect(julien.page.get_by_role("heading", name="Quelqu’un ne va pas bien")).to_be_visible()
    case = own_case(staff(server, pair.supervisor))
    assert (case["about"]["name"], case["severity"]) == ("Léa", 3)
