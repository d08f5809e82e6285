"""A young person asks to be forgotten, sees it through, and is; the other is told, the conversation stays in order."""

import asyncio
import io
import json
import zipfile
from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import TELEPHONE, Logins, Room


async def test_from_a_copy_to_being_forgotten(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee, viewport=TELEPHONE)
    await lea.in_room()
    await lea.say("salut Julien")
    await expect(julien.page.get_by_text("salut Julien")).to_be_visible()
    await lea.page.goto(f"{lea.address}#/data")
    await expect(lea.page.get_by_role("heading", level=1, name="Mes données")).to_be_visible()
    mentor = lea.page.locator(".seer").filter(has=lea.page.get_by_role("heading", name="Ton mentor"))
    await expect(mentor).to_contain_text("Julien")
    async with lea.page.expect_download() as coming:
        await lea.page.get_by_role("link", name="Télécharger mes données").click()
    path = await (await coming.value).path()
    copy = zipfile.ZipFile(io.BytesIO(await asyncio.to_thread(Path(path).read_bytes)))
    said = json.loads(copy.read("data.json"))["sections"]["conversation"]
    assert [(one["author"], one["text"]) for one in said] == [("me", "salut Julien")]

    await lea.page.get_by_label("Quoi", exact=True).select_option("erasure")
    await lea.page.get_by_role("button", name="Envoyer la demande").click()
    await expect(lea.page.get_by_text("Prochaine étape : l’association prend la demande.")).to_be_visible()

    admin = await room.seat("admin")
    await admin.page.goto(f"{admin.address}#/data-desk")
    mine = admin.page.locator(".requests > li").filter(has_text="Tout effacer").last
    await mine.get_by_role("button", name="Je m’en occupe").click()
    await expect(mine.get_by_text("s’en occupe.")).to_be_visible()
    await mine.get_by_role("button", name="Voir ce qui serait effacé").click()
    window = admin.page.get_by_role("dialog")
    await expect(window).to_contain_text("Messages (1)")
    await window.get_by_role("button", name="Effacer maintenant").click()
    await expect(window).to_be_hidden()

    await expect(lea.page.get_by_role("button", name="Entrer", exact=True)).to_be_visible()  # out, at once
    await expect(julien.page.get_by_text("Message effacé : la personne est partie.")).to_be_visible()
    await expect(julien.page.get_by_text("salut Julien")).to_be_hidden()
