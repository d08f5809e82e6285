"""What comes late, or not at all: a part of the page, an answer to somebody who has gone."""

import asyncio

from playwright.async_api import Route, expect

from tests.browser.conftest import Logins, Room


async def test_help_stands_above_a_page_that_does_not_come(room: Room, pair: Logins) -> None:
    lea = await room.seat(pair.mentee, service_workers="block")
    await lea.in_room()
    await lea.context.route("**/assets/page-*", lambda route: route.abort())
    await lea.page.goto(f"{lea.address}#/journal")
    await expect(lea.page.get_by_role("alert")).to_contain_text("Le réseau ne répond pas.")
    await lea.press("Aide")
    await expect(lea.page.get_by_role("dialog")).to_contain_text("119")
    await lea.page.keyboard.press("Escape")
    await lea.context.unroute_all()
    await lea.press("Réessayer")
    await expect(lea.page.get_by_role("heading", level=1, name="Qui a lu quoi")).to_be_visible()


async def test_an_answer_to_who_has_gone_lets_nobody_in(room: Room, pair: Logins) -> None:
    lea = await room.seat(pair.mentee, service_workers="block")
    await lea.in_room()
    asked, gone = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        asked.set()
        await gone.wait()
        await route.fulfill(response=answer)

    await lea.page.route("**/api/v1/home", late)
    await lea.page.reload()  # what is known here stands at once, and is asked for anew
    await asyncio.wait_for(asked.wait(), 15)
    await lea.press("Mon compte")
    async with lea.page.expect_response("**/api/v1/session"):
        await lea.press("Se déconnecter")
    async with lea.page.expect_response("**/api/v1/home"):
        gone.set()
    await expect(lea.page.get_by_label("Nom de connexion")).to_be_visible()
    await lea.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    await expect(lea.page.get_by_role("button", name="Mon compte")).to_have_count(0)
    assert await lea.page.evaluate("localStorage.getItem('binome.me')") is None
