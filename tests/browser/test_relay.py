"""A child's words on their way to the CRIP: quoted as written, looked at by a second professional, printed, downloaded,
and told to the young person."""

import io
import re
import zipfile
from pathlib import Path

from playwright.async_api import Page, expect

from server.relay.check import check
from tests.browser.conftest import Api, Person, Room, case_of, make_pair

WORDS = "je veux mourir ce soir <script>document.title='pris'</script> & \"fin\""
TOLD = "J’ai prévenu des gens dont c’est le métier de te protéger."


async def fill(page: Page, fields: dict[str, str]) -> None:
    for label, text in fields.items():
        await page.get_by_label(label, exact=True).last.fill(text)


async def submit(person: Person) -> None:
    await person.page.get_by_role("dialog").locator("button[type=submit]").click()
    await expect(person.page.get_by_role("dialog")).to_have_count(0)


async def test_a_letter_to_the_crip_leaves_by_two(room: Room, admin: Api, tmp_path: Path) -> None:
    pair, elsewhere = make_pair(admin), make_pair(admin)

    lea = await room.seat(pair.mentee)
    await lea.in_room()
    await lea.say(WORDS)
    await expect(lea.bubbles.first).to_be_visible()
    claire = await room.seat(pair.supervisor)
    case = await case_of(claire)
    accepted = await claire.page.evaluate(
        "(id) => fetch(`/api/v1/cases/${id}/acknowledge`, {method: 'POST'}).then((answer) => answer.status)", case
    )
    assert accepted == 200

    await claire.page.goto(f"{claire.address}#/case/{case}/relay")
    await claire.press("Préparer un document")
    await claire.page.get_by_label("Quel document ?").select_option("concern")
    await fill(claire.page, {"Ce que le jeune lira, avec des mots pour lui ou pour elle": TOLD})
    await submit(claire)
    quote = claire.page.locator(".relay-quote .relay-verbatim")
    await expect(quote).to_have_text(WORDS)
    await expect(claire.page.get_by_text(re.compile("Il manque encore"))).to_be_visible()
    await claire.page.get_by_label("Département où vit l’enfant").select_option("93")
    await expect(claire.page.get_by_text(re.compile("le 119 peut les donner"))).to_be_visible()
    await claire.page.get_by_label("Les parents sont-ils informés de cette transmission ?").select_option("yes")
    await fill(
        claire.page,
        {
            "Votre fonction": "Éducatrice",
            "Téléphone professionnel": "01 00 00 00 00",
            "Adresse, ou où vit l’enfant": "Bobigny",
            "Si personne n’est connu : pourquoi": "Pas encore connus.",
            "Ce que vous avez observé, ce que vous en pensez": "Le danger me semble proche.",
            "Fait à": "Bobigny",
            "Le": "2026-11-22",
        },
    )
    await claire.page.get_by_label("Joindre la copie du dossier").check()
    await claire.press("Enregistrer")
    await expect(claire.page.get_by_text(re.compile("Il manque encore"))).to_have_count(0)

    await claire.press("Proposer à un second regard")
    others = claire.page.get_by_label("Qui peut le regarder ? Cette personne verra le dossier.")
    await expect(others).to_be_visible()
    await others.select_option(index=(await others.locator("option").count()) - 1)
    await submit(claire)
    await expect(claire.page.get_by_text("attend un second regard")).to_be_visible()
    await expect(claire.page.get_by_role("link", name="Télécharger le fichier")).to_have_count(0)

    samir = await room.seat(elsewhere.supervisor)
    await samir.page.goto(f"{samir.address}#/second-looks")
    await samir.page.get_by_role("link", name="Information préoccupante").first.click()
    async with samir.context.expect_page() as opened:
        await samir.page.get_by_role("link", name="Lire le document").click()
    letter = await opened.value
    await expect(letter.get_by_role("heading", name="Information préoccupante")).to_be_visible()
    assert await letter.locator(".child .words").all_inner_texts() == [WORDS]
    assert "pris" not in await letter.title()
    printed = await letter.pdf(format="A4", prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    await samir.press("Donner mon avis")
    await samir.page.get_by_label("Peut-il partir ainsi ?").select_option("yes")
    await submit(samir)

    await claire.page.reload()
    async with claire.page.expect_download() as coming:
        await claire.page.get_by_role("link", name="Télécharger le fichier").click()
    kept = tmp_path / "bundle.zip"
    await (await coming.value).save_as(kept)
    content = kept.read_bytes()
    assert check(content).faults == []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        offline = tmp_path / "dossier.html"
        offline.write_bytes(archive.read("dossier.html"))
    page = await claire.context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(offline.as_uri())
    assert WORDS in await page.locator(".child .words").all_inner_texts()
    assert (await page.pdf(prefer_css_page_size=True)).startswith(b"%PDF")
    assert asked == [offline.as_uri()]
    await page.close()

    await claire.press("Noter que c’est parti")
    await claire.page.get_by_label("Comment ?").select_option("encrypted")
    await submit(claire)
    await expect(claire.page.get_by_text(re.compile("e-mail chiffré"))).to_be_visible()
    await lea.page.goto(f"{lea.address}#/journal")
    await expect(lea.page.get_by_text(TOLD)).to_be_visible()
    await expect(lea.page.get_by_text(re.compile("a prévenu le service qui protège les enfants"))).to_be_visible()


async def test_an_admin_notes_where_a_crip_is_reached(room: Room, admin: Api) -> None:
    ada = await room.seat("admin")
    await ada.page.goto(f"{ada.address}#/departments")
    await ada.page.get_by_label("Chercher un département").fill("corse du")
    await expect(ada.page.get_by_role("heading", level=2)).to_have_text(["2A – Corse-du-Sud"])
    await expect(ada.page.get_by_text("Pas encore noté. Le 119 (SNATED) peut le dire.")).to_be_visible()
    await ada.page.get_by_role("button", name="Noter 2A Corse-du-Sud").click()
    await fill(
        ada.page,
        {
            "Nom du service": "CRIP de Corse-du-Sud",
            "Téléphone": "04 00 00 00 00",
            "Source (site, document, appel)": "appel au 119",
            "Vérifié le": "2026-11-20",
        },
    )
    await submit(ada)
    await expect(ada.page.get_by_text("CRIP de Corse-du-Sud")).to_be_visible()
    noted = [one for one in admin.ask("GET", "departments")["departments"] if "contact" in one]
    assert [(one["code"], one["contact"]["phone"]) for one in noted] == [("2A", "04 00 00 00 00")]
