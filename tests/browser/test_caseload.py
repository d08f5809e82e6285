"""Around pairs, as professionals and admins meet it: two who correct one person, pairs handed over, a young person
suspended, a charter written and signed."""

import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from tests.browser.conftest import PASSWORD, STAFF, TELEPHONE, Api, Logins, Room


def account(admin: Api, login: str, name: str, role: str) -> str:
    made = admin.ask("POST", "accounts", {"login": login, "name": name, "role": role, "password": PASSWORD})
    if role in ("admin", "supervisor"):
        STAFF.add(login)
    return str(made["id"])


async def test_of_two_admins_who_correct_one_person_neither_loses_anything(room: Room, admin: Api) -> None:
    paul = account(admin, "paul-corrected", "Paul", "mentor")
    account(admin, "second-admin", "Bernard", "admin")
    alice, bernard = await room.seat("admin"), await room.seat("second-admin", viewport=TELEPHONE)
    forms = []
    for person in (alice, bernard):
        await person.page.goto(f"{person.address}#/person/{paul}")
        await person.press("Corriger")
        forms.append(person.page.get_by_role("dialog"))
    hers, his = forms
    await hers.get_by_label("Prénom ou pseudonyme").fill("Paul Martin")
    await hers.get_by_label("Téléphone").fill("+33612345678")
    await hers.get_by_role("button", name="Enregistrer").click()
    await expect(alice.page.get_by_role("heading", level=1)).to_have_text("Paul Martin")

    await his.get_by_label("Prénom ou pseudonyme").fill("Paul Durand")
    await his.get_by_label("Adresse e-mail").fill("paul@example.org")
    await his.get_by_role("button", name="Enregistrer").click()
    await expect(his.get_by_role("alert")).to_be_in_viewport()  # the button that he pressed is far below
    told = his.get_by_role("listitem")
    await expect(told).to_have_text(
        [
            "Prénom ou pseudonyme\u00a0: maintenant «\u00a0Paul Martin\u00a0», "
            "vous aviez écrit «\u00a0Paul Durand\u00a0»",
            "Téléphone\u00a0: maintenant «\u00a0+33612345678\u00a0»",
        ]
    )
    # What he wrote stands, what he did not touch is hers.
    await expect(his.get_by_label("Prénom ou pseudonyme")).to_have_value("Paul Durand")
    await expect(his.get_by_label("Téléphone")).to_have_value("+33612345678")
    assert admin.ask("GET", f"accounts/{paul}")["name"] == "Paul Martin"
    await his.get_by_role("button", name="Enregistrer").click()
    await expect(bernard.page.get_by_role("heading", level=1)).to_have_text("Paul Durand")
    kept = admin.ask("GET", f"accounts/{paul}")
    assert [kept[name] for name in ("name", "phone", "email")] == ["Paul Durand", "+33612345678", "paul@example.org"]


async def test_a_pair_goes_to_a_colleague_who_suspends_the_young_person_and_lets_them_back(
    room: Room, pair: Logins, admin: Api
) -> None:
    account(admin, f"colleague-{pair.supervisor}", "Samir", "supervisor")
    claire = await room.seat(pair.supervisor, viewport=TELEPHONE)
    await claire.page.get_by_role("link", name="Julien · Léa", exact=True).click()
    await claire.page.get_by_role("link", name="Confier à un ou une collègue").click()
    await expect(claire.page.get_by_label("Julien · Léa")).to_be_checked()
    await claire.page.get_by_label("À qui").select_option(label="Samir")
    await claire.page.get_by_label("Note pour l’équipe").fill("Je pars en congé.")
    await claire.press("Confier 1 binôme")
    await expect(claire.page.get_by_text("Samir suit un binôme de plus")).to_be_visible()
    await expect(claire.page.get_by_text("Aucun binôme à confier.")).to_be_visible()

    samir = await room.seat(f"colleague-{pair.supervisor}")
    await samir.page.get_by_role("link", name="Julien · Léa", exact=True).click()
    history = samir.page.get_by_role("region", name="Histoire").get_by_role("listitem").first
    await expect(history).to_contain_text(re.compile("Confié à Samir.*Claire.*Je pars en congé"))

    lea = await room.seat(pair.mentee, viewport=TELEPHONE)
    await lea.in_room()
    await samir.page.get_by_role("link", name="Accords et suspension de Léa").click()
    await samir.press("Suspendre maintenant")
    form = samir.page.get_by_role("dialog")
    await form.get_by_label("Motif").select_option(label="sécurité")
    await form.get_by_role("button", name="Suspendre maintenant").click()
    card = samir.page.get_by_role("region", name="Suspension")
    await expect(card).to_contain_text(re.compile("par Samir.: sécurité"))
    await expect(lea.page.get_by_label("Écrire un message")).to_have_count(0)
    await expect(lea.page.get_by_text("L’équipe a mis une pause.")).to_be_visible()
    await expect(lea.page.get_by_text("sécurité")).to_have_count(0)
    await samir.press("Lever la suspension")
    await form.get_by_label("Motif").select_option(label="réglé")
    await form.get_by_role("button", name="Lever la suspension").click()
    await expect(samir.page.get_by_role("button", name="Suspendre maintenant")).to_be_visible()
    await lea.in_room()


async def test_an_association_writes_its_charter_and_a_mentor_signs_it_by_its_day(
    room: Room, pair: Logins, admin: Api
) -> None:
    alice, julien = await room.seat("admin"), await room.seat(pair.mentor, viewport=TELEPHONE)
    await alice.page.goto(f"{alice.address}#/charter")
    await alice.press("Écrire une nouvelle version")
    form = alice.page.get_by_role("dialog")
    await form.get_by_label("Articles en français").fill("J’écoute.\nJe préviens l’équipe le jour même.")
    await form.get_by_label("Articles en anglais").fill("I listen.\nI tell the team on the same day.")
    await form.get_by_label("Les mentors qui ont déjà signé").select_option("day")
    day = (datetime.now(UTC) + timedelta(days=20)).date()
    await form.get_by_label("À partir du").fill(str(day))
    await form.get_by_role("button", name="Enregistrer").click()
    await expect(alice.page.get_by_role("region", name="La charte en vigueur").get_by_role("listitem")).to_have_text(
        ["J’écoute.", "Je préviens l’équipe le jour même."]
    )
    waiting = alice.page.get_by_role("region", name="Qui ne l’a pas signée").get_by_role("link", name="Julien")
    before = await waiting.count()
    assert before > 0

    await julien.page.goto(f"{julien.address}#/papers")
    charter = julien.page.get_by_role("region", name="La charte du mentor")
    await expect(charter.get_by_role("listitem")).to_have_text(["J’écoute.", "Je préviens l’équipe le jour même."])
    await expect(charter).to_contain_text("Votre signature d’avant vaut jusqu’à")
    await charter.get_by_role("button", name="J’ai lu et je signe la charte").click()
    await expect(charter).to_contain_text("La charte est signée. Merci.")
    await alice.page.reload()
    await expect(waiting).to_have_count(before - 1)
