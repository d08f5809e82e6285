"""Letters between a person and their professionals, and the numbers that an admin keeps."""

import re

from playwright.async_api import expect

from tests.browser.conftest import TELEPHONE, Logins, Person, Room, case_of


async def open_letters(person: Person) -> None:
    await person.page.goto(f"{person.address}#/letters")
    await expect(person.page.get_by_role("heading", level=1, name="Lettres")).to_be_visible()


async def write(person: Person, text: str) -> None:
    await person.page.get_by_label(re.compile("Ta lettre|Votre lettre")).fill(text)
    await person.press("Envoyer")


async def test_a_letter_from_the_help_card_and_its_answer(room: Room, pair: Logins) -> None:
    claire = await room.seat(pair.supervisor)
    julien = await room.seat(pair.mentor)
    lea = await room.seat(pair.mentee, viewport=TELEPHONE)
    await lea.in_room()
    await lea.press("Aide")
    await lea.page.get_by_role("link", name=re.compile("^Écrire à")).click()
    await expect(
        lea.page.get_by_text("Ton mentor et tes parents ne lisent pas ces lettres.", exact=False)
    ).to_be_visible()
    await expect(lea.page.get_by_text("Ces lettres sont lues par : Claire.")).to_be_visible()
    await write(lea, "J’ai quelque chose à te dire")
    mine = lea.page.get_by_role("listitem").filter(has_text="J’ai quelque chose à te dire")
    await expect(mine).to_contain_text("envoyée")
    news = claire.page.get_by_role("listitem").filter(has_text="Une personne que vous suivez vous a écrit.")
    await news.get_by_role("link", name="Voir").click()
    await claire.page.get_by_role("link", name="Léa").first.click()
    await expect(claire.page.get_by_text("J’ai quelque chose à te dire")).to_be_visible()
    await expect(mine).to_contain_text("lue")
    await write(claire, "Je t’appelle demain.")
    await expect(lea.page.get_by_text("Je t’appelle demain.")).to_be_visible()
    await open_letters(julien)
    await expect(julien.page.get_by_text("J’ai quelque chose", exact=False)).to_have_count(0)


async def test_a_letter_is_attached_to_the_case_of_who_wrote_it(room: Room, pair: Logins) -> None:
    lea, claire = await room.seat(pair.mentee), await room.seat(pair.supervisor)
    await open_letters(lea)
    await expect(lea.page.get_by_text("une lettre peut rejoindre le dossier de suivi", exact=False)).to_be_visible()
    await write(lea, "J’ai peur de rentrer")
    await expect(lea.page.get_by_role("listitem").filter(has_text="J’ai peur de rentrer")).to_contain_text("envoyée")

    page = claire.page
    await open_letters(claire)
    await page.get_by_role("link", name="Léa").first.click()
    letter = page.get_by_role("listitem").filter(has_text="J’ai peur de rentrer")
    await letter.get_by_role("button", name="Joindre à un dossier").click()
    dialog = page.get_by_role("dialog", name="Joindre à un dossier")
    await expect(dialog).to_contain_text("Aucun dossier en cours ne concerne Léa.")
    await page.keyboard.press("Escape")

    await lea.page.goto(lea.address)
    await lea.in_room()
    await lea.say("je veux mourir ce soir")
    await expect(page.get_by_role("status").filter(has_text="idées suicidaires")).to_have_count(1)
    await letter.get_by_role("button", name="Joindre à un dossier").click()
    await dialog.get_by_role("button", name="Joindre", exact=True).click()
    await expect(dialog).to_have_count(0)
    await page.goto(f"{claire.address}#/case/{await case_of(claire)}")
    about = page.get_by_role("region", name="De quoi il s’agit")
    await expect(about.get_by_text("Une lettre de Léa")).to_be_visible()


async def test_a_letter_written_without_a_network_goes_when_it_is_back(room: Room, pair: Logins) -> None:
    lea = await room.seat(pair.mentee)
    await open_letters(lea)
    await expect(lea.page.get_by_text("Ces lettres sont lues par : Claire.")).to_be_visible()
    await lea.context.set_offline(True)
    await write(lea, "Hors réseau")
    waiting = lea.page.get_by_role("listitem").filter(has_text="Hors réseau")
    await expect(waiting).to_contain_text("Pas encore partie")
    await lea.context.set_offline(False)
    await expect(waiting).to_contain_text("envoyée")
    await expect(waiting).to_have_count(1)


async def test_to_somebody_else_than_ones_own_professional(room: Room, pair: Logins) -> None:
    lea = await room.seat(pair.mentee)
    claire = await room.seat(pair.supervisor)
    await open_letters(lea)
    await lea.page.get_by_role("link", name="À quelqu’un d’autre").click()
    await expect(lea.page.get_by_text("Ton professionnel ne peut pas lire ces lettres.", exact=False)).to_be_visible()
    await write(lea, "C’est à propos de lui")
    await expect(lea.page.get_by_role("listitem").filter(has_text="C’est à propos de lui")).to_contain_text("envoyée")
    await open_letters(claire)
    await expect(claire.page.get_by_text("Léa", exact=False).first).to_be_visible()  # as somebody to write to
    await expect(claire.page.get_by_text("à lire")).to_have_count(0)


async def test_a_letter_opens_a_case(room: Room, pair: Logins) -> None:
    lea, claire = await room.seat(pair.mentee), await room.seat(pair.supervisor)
    await open_letters(lea)
    await write(lea, "Je dors mal depuis des semaines.")
    await expect(lea.page.get_by_role("listitem").filter(has_text="Je dors mal")).to_contain_text("envoyée")
    await open_letters(claire)
    page = claire.page
    await page.get_by_role("link", name="Léa").first.click()
    await (
        page.get_by_role("listitem")
        .filter(has_text="Je dors mal")
        .get_by_role("button", name="Ouvrir un dossier")
        .click()
    )
    form = page.get_by_role("dialog", name="Ouvrir un dossier")
    await expect(form.get_by_label("À propos de qui").locator("option:checked")).to_have_text("Julien · Léa")
    await form.get_by_label("De quoi s’agit-il").select_option(label="mal-être")
    await form.get_by_label("Gravité").select_option(label="À relire")
    await form.get_by_label("Ce que vous savez").fill("Elle l’a écrit.")
    await form.get_by_role("button", name="Ouvrir un dossier").click()
    await expect(page.get_by_text("Vous suivez ce dossier")).to_be_visible()
    about = page.get_by_role("region", name="De quoi il s’agit")
    await expect(about).to_contain_text("Une lettre de Léa")
    await expect(about).not_to_contain_text("Je dors mal")
    await about.get_by_role("link", name="Lire la lettre").click()
    await expect(page.get_by_text("Je dors mal depuis des semaines.")).to_be_visible()


async def test_an_admin_keeps_the_numbers(room: Room) -> None:
    admin = await room.seat("admin")
    await admin.page.get_by_role("link", name="Numéros d’aide").click()
    await expect(admin.page.get_by_role("heading", level=1, name="Numéros d’aide")).to_be_visible()
    await expect(admin.page.get_by_role("button", name="Masquer : 112")).to_have_count(0)
    await admin.press("Ajouter un numéro")
    form = admin.page.get_by_role("dialog")
    await form.get_by_label("Numéro", exact=True).fill("01 99 00 00 02")
    await form.get_by_label("Pour qui, pour quoi").fill("Le point écoute du quartier")
    await form.get_by_label("Source", exact=True).fill("mairie")
    await form.get_by_role("button", name="Garder").click()
    await expect(form.get_by_role("alert")).to_contain_text("vérifié le")
    await form.get_by_label("Vérifié le").fill("2026-11-02")
    await form.get_by_label("Répond à partir de").fill("18:30")
    await form.get_by_role("button", name="Garder").click()
    await expect(form.get_by_role("alert")).to_contain_text("répond jusqu’à")
    await form.get_by_label("Répond jusqu’à").fill("22:00")
    await form.get_by_role("button", name="Garder").click()
    await expect(form).to_have_count(0)
    await admin.press("Masquer : 3018")
    await admin.press("Enregistrer")
    await expect(admin.page.get_by_text("C’est enregistré.", exact=False)).to_be_visible()
    await admin.page.get_by_role("button", name="Aide", exact=True).click()
    card = admin.page.get_by_role("dialog")
    await expect(card.get_by_text("Le point écoute du quartier")).to_be_visible()
    await expect(card.get_by_text("3018", exact=True)).to_have_count(0)
    await admin.page.keyboard.press("Escape")
    await admin.press("Afficher : 3018")
    await admin.press("Retirer : 01 99 00 00 02")
    await admin.press("Enregistrer")
    await expect(admin.page.get_by_text("C’est enregistré.", exact=False)).to_be_visible()
