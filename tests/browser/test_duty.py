"""Who is on call, as the staff meet it: a plan that leaves a time to nobody is refused, mended, and swapped."""

import re

from playwright.async_api import Locator, expect

from server.kernel.identifiers import new_id
from tests.browser.conftest import TELEPHONE, Api, Person, Room
from tests.browser.test_caseload import account

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


async def on_page(person: Person) -> None:
    await person.page.goto(f"{person.address}#/duty")
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Astreinte")


def region(person: Person, name: str | re.Pattern[str]) -> Locator:
    return person.page.get_by_role("region", name=name)


async def test_a_gap_is_refused_mended_accepted_and_swapped(room: Room, admin: Api) -> None:
    account(admin, "odile", "Odile", "supervisor")
    account(admin, "paulette", "Paulette", "supervisor")
    contact = {"id": str(new_id()), "name": "Permanence régionale", "phone": "+33612345678"}
    admin.ask("POST", "reach/contacts", contact)
    alice = await room.seat("admin")
    await on_page(alice)
    await expect(alice.page.get_by_role("alert")).to_contain_text("Personne n’est d’astreinte en ce moment.")

    # Somebody at each hour.
    await alice.press("Ajouter un créneau")
    form = alice.page.get_by_role("dialog")
    for day in DAYS:
        await form.get_by_label(day).check()
    await form.get_by_label("De", exact=True).fill("08:00")
    await form.get_by_label("À", exact=True).fill("08:00")
    await form.get_by_label("Qui est d’astreinte ?").select_option(label="Odile")
    await form.get_by_label("À partir du").fill("2026-01-01")
    await form.get_by_role("button", name="Enregistrer").click()
    await expect(form).to_have_count(0)
    await expect(alice.page.get_by_text("Quelqu’un est là à chaque moment des trois prochains mois.")).to_be_visible()

    # Without its Sundays it is not saved: each of them is named.
    plan = region(alice, "Planning d’astreinte")
    await plan.get_by_role("button", name=re.compile("^Changer")).click()
    await form.get_by_label("dimanche").uncheck()
    await form.get_by_role("button", name="Enregistrer").click()
    await expect(form.get_by_role("alert")).to_contain_text("personne ne serait d’astreinte")
    sundays = form.get_by_role("listitem")
    await expect(sundays.first).to_have_text(re.compile("^du dimanche .* à 08:00 au lundi .* à 08:00$"))
    await expect(form.get_by_text(re.compile("^Et . autres moments$"))).to_be_visible()
    # Whoever knows saves it, once there is somebody outside.
    await form.get_by_label(re.compile("Je le sais")).check()
    await form.get_by_role("button", name="Enregistrer").click()
    await expect(form.get_by_role("alert")).to_contain_text("il faut donc un contact extérieur")
    await form.get_by_role("button", name="Annuler").click()
    await region(alice, "Contact extérieur").get_by_role("button", name="Choisir").click()
    await form.get_by_label("Contact extérieur").select_option(label="Permanence régionale")
    await form.get_by_role("button", name="Enregistrer").click()
    await expect(form).to_have_count(0)
    await plan.get_by_role("button", name=re.compile("^Changer")).click()
    await form.get_by_label("dimanche").uncheck()
    await form.get_by_role("button", name="Enregistrer").click()
    await form.get_by_label(re.compile("Je le sais")).check()
    await form.get_by_role("button", name="Enregistrer").click()
    await expect(form).to_have_count(0)
    await expect(region(alice, re.compile("Il manque quelqu’un à 1[23] moments"))).to_be_visible()
    await expect(alice.page.locator(".duty-week .is-nobody").first).to_contain_text("Personne")

    # A colleague reads it, on a telephone, and mends it.
    odile = await room.seat("odile", viewport=TELEPHONE)
    await expect(odile.page.get_by_text(re.compile("Il manque quelqu’un d’astreinte"))).to_be_visible()
    await odile.page.get_by_role("link", name="Astreinte").click()
    await region(odile, "Planning d’astreinte").get_by_role("button", name=re.compile("^Changer")).click()
    hers = odile.page.get_by_role("dialog")
    await hers.get_by_label("dimanche").check()
    await hers.get_by_role("button", name="Enregistrer").click()
    await expect(hers).to_have_count(0)
    await expect(odile.page.get_by_text("Quelqu’un est là à chaque moment des trois prochains mois.")).to_be_visible()
    width = await odile.page.evaluate("document.documentElement.scrollWidth")
    assert width <= TELEPHONE["width"], "nothing is beside the screen"

    # She asks Paulette, who takes it.
    await region(odile, "Mes astreintes").get_by_role("button").first.click()
    await hers.get_by_label("À qui ?").select_option(label="Paulette")
    await hers.get_by_role("button", name="Envoyer la demande").click()
    await expect(hers).to_have_count(0)
    paulette = await room.seat("paulette", viewport=TELEPHONE)
    await on_page(paulette)
    changes = region(paulette, "Remplacements et absences")
    await expect(changes).to_contain_text("Odile demande à Paulette de prendre la place")
    await changes.get_by_role("button", name="J’accepte").click()
    await paulette.page.get_by_role("dialog").get_by_role("button", name="J’accepte").click()
    await expect(changes).to_contain_text("Paulette remplace Odile")
    await expect(region(paulette, "Mes astreintes").get_by_role("listitem")).to_have_count(1)
    await on_page(odile)
    await expect(odile.page.get_by_text("En ce moment, d’astreinte\u00a0: Paulette.")).to_be_visible()
