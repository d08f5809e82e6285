"""Coming in: a young person types the code that staff gave, an adult follows the link; staff cut a device off."""

import asyncio
import re

from playwright.async_api import expect

from tests.browser.conftest import PASSWORD, TELEPHONE, Api, Person, Room
from tests.support.entry import letters

A_LONG_TIME_AGO = "localStorage.setItem('binome.here', '0')"


async def add(admin: Person, role: str, name: str, birth_date: str = "") -> None:
    """The admin's page of the new person, reached by searching for them."""
    await admin.press("Ajouter une personne")
    form = admin.page.get_by_role("dialog")
    await form.get_by_label("Rôle").select_option(role)
    await form.get_by_label("Prénom ou pseudonyme").fill(name)
    if birth_date:
        await form.get_by_label("Date de naissance").fill(birth_date)
    await form.get_by_role("button", name="Enregistrer").click()
    await admin.page.get_by_label("Chercher un nom").fill(name.lower().replace("é", "e"))
    await admin.page.get_by_label("Où en est-on").select_option("none")
    await admin.page.get_by_role("link", name=name).click()
    await expect(admin.page.get_by_role("heading", level=1, name=name)).to_be_visible()


async def test_a_code_binds_a_telephone_and_its_pin_guards_it(room: Room, admin: Api) -> None:
    staff = await room.seat("admin")
    await add(staff, "mentee", "Zoé Tilleul", "2011-03-01")
    await staff.press("Donner un code et un QR")
    sheet = staff.page.get_by_role("dialog")
    await expect(sheet.get_by_role("img", name="Le lien, en QR")).to_be_visible()
    code = await sheet.locator(".sheet-code").inner_text()

    zoe = await room.seat(viewport=TELEPHONE)
    await zoe.arrive()
    await zoe.press("J’ai un code")
    field = zoe.page.get_by_label("Code donné par l’association")
    await field.fill(code[:-1] + ("2" if code[-1] != "2" else "3"))
    await zoe.press("Entrer avec ce code")
    await expect(zoe.page.get_by_role("alert")).to_contain_text("Un des signes ne va pas")
    await field.fill(code.lower())
    await zoe.press("Entrer avec ce code")
    await expect(zoe.page.get_by_role("heading", level=1, name="Bonjour Zoé Tilleul")).to_be_visible()

    await zoe.page.goto(f"{zoe.address}#/security")
    await zoe.page.get_by_label("Nouveau code PIN").fill("2580")
    await zoe.press("Enregistrer ce code PIN")
    await expect(zoe.page.get_by_text("Un code PIN est demandé sur cet appareil.")).to_be_visible()
    await zoe.page.goto("about:blank")
    await zoe.page.goto(zoe.address)  # soon after: nothing is asked
    await expect(zoe.page.get_by_role("heading", level=1, name="Bonjour Zoé Tilleul")).to_be_visible()
    await zoe.page.add_init_script(A_LONG_TIME_AGO)
    await zoe.page.reload()
    await expect(zoe.page.get_by_role("heading", level=1, name="Te revoilà")).to_be_visible()
    await expect(zoe.page.get_by_text("Bonjour")).to_have_count(0)
    await zoe.page.get_by_label("Code PIN").fill("1111")
    await zoe.press("Ouvrir")
    await expect(zoe.page.get_by_role("alert")).to_contain_text("Ce n’est pas ce code PIN.")
    await zoe.page.get_by_label("Code PIN").fill("2580")
    await zoe.press("Ouvrir")
    await expect(zoe.page.get_by_role("heading", level=1, name="Bonjour Zoé Tilleul")).to_be_visible()

    await staff.page.reload()
    await expect(staff.page.get_by_text("Elle a servi.")).to_be_visible()
    await staff.page.get_by_role("button", name=re.compile("^Couper : ")).click()
    await expect(zoe.page.get_by_role("button", name="J’ai un code")).to_be_visible()
    await expect(staff.page.get_by_text("Aucun appareil n’est connecté.")).to_be_visible()
    assert staff.complaints + zoe.complaints == []


async def test_a_link_lets_an_adult_choose_a_password_and_come_in(room: Room, admin: Api) -> None:
    made = admin.ask("POST", "accounts", {"name": "Ana", "role": "mentor", "email": "ana@example.org"})
    issued = admin.ask("POST", f"accounts/{made['id']}/invitation", {})
    ana = await room.seat()
    await ana.page.goto(issued["link"])
    await expect(ana.page.get_by_text("Les Passerelles vous invite, Ana.")).to_be_visible()
    await ana.page.get_by_label("Mot de passe").fill("motdepasse1")
    await ana.press("Enregistrer et continuer")
    await expect(ana.page.get_by_role("alert")).to_be_visible()  # one of those that everybody tries first
    await ana.page.get_by_label("Mot de passe").fill("trois galets dans une poche")
    await ana.press("Enregistrer et continuer")
    await expect(ana.page.get_by_role("heading", level=1, name="Bonjour Ana")).to_be_visible()
    assert not any(
        issued["link"].rpartition("/")[2] in request.url for request in ana.requests if "#" not in request.url
    )
    again = await room.seat()
    await again.page.goto(issued["link"])
    await expect(again.page.get_by_role("alert")).to_contain_text("Ce lien ne marche plus")
    assert ana.complaints + again.complaints == []


async def test_who_forgot_their_password_chooses_another_by_a_letter(room: Room, admin: Api) -> None:
    about = {"name": "Oumar", "login": "oumar", "role": "mentor", "email": "oumar@example.org"}
    admin.ask("POST", "accounts", {**about, "password": PASSWORD})
    oumar = await room.seat(viewport=TELEPHONE)
    await oumar.arrive()
    await oumar.press("Mot de passe oublié")
    await oumar.page.get_by_label("Nom de connexion ou adresse e‑mail").fill("oumar@example.org")
    await oumar.press("Recevoir un lien par e‑mail")
    await expect(oumar.page.get_by_text("Si un compte correspond")).to_be_visible()
    async with asyncio.timeout(60):
        while not (mine := [one for one in letters(room.server.data) if one["To"] == "oumar@example.org"]):
            await asyncio.sleep(0.1)
    link = re.search(r"https?://\S+", mine[0].get_content())
    assert link is not None
    await oumar.page.goto(link[0])
    await expect(oumar.page.get_by_text("Bonjour Oumar. Ici, vous choisissez un autre mot de passe")).to_be_visible()
    await oumar.page.get_by_label("Mot de passe").fill("quatre cailloux dans une botte")
    await oumar.press("Enregistrer et continuer")
    await expect(oumar.page.get_by_role("heading", level=1, name="Bonjour Oumar")).to_be_visible()
    assert oumar.complaints == []
