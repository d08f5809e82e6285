"""A professional is asked for in a call, before real browsers; and what a professional reads at the door of a call."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.calls.test_calls import joins, tiles
from tests.browser.conftest import Logins, Person, Room

pytestmark = pytest.mark.timeout(240)


async def in_call(room: Room, pair: Logins) -> tuple[Person, Person]:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await joins(julien, "Appel vocal")
    await joins(lea, "Rejoindre sans caméra")
    return julien, lea


async def asks(lea: Person) -> None:
    await lea.press("Faire venir l’équipe")
    form = lea.page.get_by_role("dialog")
    await expect(form).to_contain_text("Tout le monde dans l’appel verra que tu l’as demandé.")
    await expect(form).to_contain_text("Pour demander de l’aide sans que cela se voie")
    await form.get_by_role("button", name="Demander maintenant").click()


async def test_who_is_asked_for_comes_straight_in(room: Room, pair: Logins) -> None:
    julien, lea = await in_call(room, pair)
    claire = await room.seat(pair.supervisor)
    await claire.page.goto(claire.address + "#/board")
    await expect(claire.page.get_by_role("heading", name="Appels en cours")).to_contain_text("1")
    await asks(lea)
    mine, theirs = (one.page.locator(".stage-summons") for one in (lea, julien))
    await expect(mine).to_contain_text("Tu as demandé que quelqu’un de l’équipe vienne. L’équipe est prévenue.")
    await expect(theirs).to_contain_text("Léa demande que quelqu’un de l’équipe vienne dans l’appel.")
    await expect(theirs.get_by_role("button")).to_have_count(0)
    await expect(lea.page.get_by_role("button", name="Faire venir l’équipe")).to_have_count(0)

    calls = claire.page.get_by_role("region", name="Appels à l’aide")
    await expect(calls).to_contain_text(re.compile(r"Léa demande quelqu’un de l’équipe depuis"))
    await calls.get_by_role("button", name="Je m’en occupe").click()
    await expect(mine).to_contain_text("Claire a vu ta demande.")
    await expect(theirs).to_contain_text("Claire a vu la demande.")
    await calls.get_by_role("button", name="S’annoncer et entrer").click()
    await expect(claire.page.get_by_role("status").get_by_text("Appel en cours", exact=True)).to_be_visible(
        timeout=30_000
    )
    for person in (julien, lea):
        await expect(tiles(person).filter(has_text="Claire")).to_contain_text("observe")
        await expect(person.page.locator(".stage-summons")).to_be_empty()
        await expect(person.page.get_by_role("button", name="Faire venir l’équipe")).to_have_count(0)


async def test_who_asked_takes_it_back(room: Room, pair: Logins) -> None:
    julien, lea = await in_call(room, pair)
    claire = await room.seat(pair.supervisor)
    await claire.page.get_by_role("link", name="Ouvrir le salon").click()
    await claire.press("Entrer, visible de tous")
    door = claire.page.get_by_role("region", name="Appel")
    await expect(door).to_contain_text("Tout le monde est prévenu avant que vous entriez.")
    await asks(lea)
    await expect(door).to_contain_text("Léa demande que quelqu’un de l’équipe vienne dans l’appel.")
    await expect(door).to_contain_text("On vous attend")
    await expect(door.get_by_role("button", name="Entrer sans attendre")).to_have_count(0)
    await lea.press("Reprendre ma demande")
    for person in (julien, lea):
        await expect(person.page.locator(".stage-summons")).to_be_empty()
    await expect(lea.page.get_by_role("button", name="Faire venir l’équipe")).to_be_visible()
    await expect(door).not_to_contain_text("Léa demande")
    await expect(door).to_contain_text("Tout le monde est prévenu avant que vous entriez.")
    # Her call for help waits for somebody all the same: it is critical.
    await expect(door.get_by_role("button", name="Entrer sans attendre")).to_be_visible()


async def test_who_may_enters_without_waiting(room: Room, pair: Logins) -> None:
    _, lea = await in_call(room, pair)
    claire = await room.seat(pair.supervisor)
    await claire.page.get_by_role("link", name="Ouvrir le salon").click()
    await claire.press("Entrer, visible de tous")
    await claire.press("Intervenir")
    dialog = claire.page.get_by_role("dialog")
    await expect(dialog.get_by_role("radio").first).to_be_visible()
    await expect(dialog.get_by_role("button", name="Entrer sans attendre")).to_have_count(0)
    await lea.press("Aide")
    await lea.press("Prévenir l’équipe maintenant")
    await expect(lea.page.get_by_text("L’équipe est prévenue", exact=False)).to_be_visible()
    await expect(dialog).to_contain_text("Un dossier critique est ouvert pour ce binôme")
    await dialog.get_by_role("button", name="Entrer sans attendre").click()
    await expect(claire.page.get_by_role("status").get_by_text("Appel en cours", exact=True)).to_be_visible(
        timeout=30_000
    )
    await lea.page.keyboard.press("Escape")
    await expect(tiles(lea).filter(has_text="Claire")).to_contain_text("observe")
