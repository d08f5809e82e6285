"""A call that waits for the adult who must be there, before real browsers: what the young person reads, that nothing is
heard meanwhile, that it goes on by itself, and that it ends kindly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from playwright.async_api import expect

from server.infra.database import Database
from server.kernel.permissions import Role
from tests.browser.calls.test_calls import joins, receives, tiles
from tests.browser.conftest import Person, with_chromium
from tests.browser.conftest import Room as Seats
from tests.processes import Server
from tests.support.rooms import House, served
from tests.support.rooms import Person as Account

pytestmark = pytest.mark.timeout(180)

LEFT = "L’adulte qui accompagne l’appel n’est plus là"
AWAITED = "L’appel commencera quand la personne de l’équipe sera là."


@asynccontextmanager
async def seats(database: Database) -> AsyncIterator[tuple[House, Seats]]:
    """A server in this very process, so that five minutes need not pass, and browsers before it."""
    async with served(database) as house, with_chromium(cast("Server", house.site)) as room:
        yield house, room


async def seat(seats: Seats, who: Account) -> Person:
    """Somebody who is signed in already."""
    person = await seats.seat()
    await person.context.add_cookies([{"name": "binome", "value": who.token, "url": person.address}])
    await person.arrive()
    return person


def waits(person: Person) -> Any:
    return person.page.locator(".stage-waits")


async def comes(claire: Person, lea: Person) -> None:
    """Léa asks for the professional, who therefore need not wait at the door."""
    await lea.press("Faire venir l’équipe")
    await lea.press("Demander maintenant")
    await expect(claire.page.get_by_text("On vous attend", exact=False)).to_be_visible()
    await joins(claire, "S’annoncer et entrer")


async def test_it_waits_for_the_mentor_and_goes_on_when_he_is_back(database: Database) -> None:
    async with seats(database) as (house, chairs):
        room = await house.room()
        julien, lea = await seat(chairs, room.mentor), await seat(chairs, room.mentee)
        await joins(julien, "Appel vocal")
        await joins(lea, "Rejoindre sans caméra")
        await receives(lea, video=0, audio=1)
        await julien.press("Raccrocher")
        await expect(waits(lea)).to_contain_text(LEFT)
        await expect(waits(lea)).to_contain_text("On l’attend jusqu’à")
        await expect(waits(lea)).to_contain_text("Si tu en as besoin, le bouton Aide marche toujours.")
        await expect(lea.page.get_by_role("button", name="Raccrocher")).to_be_visible()
        await joins(julien, "Rejoindre sans caméra")
        await expect(waits(lea)).to_be_empty()
        await receives(lea, video=0, audio=1)
        await receives(julien, video=0, audio=1)

        house.capabilities.supervision.adults._back_within = 0.2
        await julien.press("Raccrocher")
        told = lea.page.get_by_role("alert")
        await expect(told).to_contain_text("L’adulte qui accompagne l’appel n’a pas pu revenir")
        await expect(told).to_contain_text("Tu n’y es pour rien.")
        await expect(tiles(lea)).to_have_count(0)
        await expect(lea.page.get_by_role("button", name="Appel vocal")).to_be_enabled()


async def test_the_two_hear_nothing_until_the_professional_is_there(database: Database) -> None:
    async with seats(database) as (house, chairs):
        alice = await house.person(Role.ADMIN, "Alice")
        policy = {"announce_s": 5, "under_15": "professional", "under_18": "professional"}
        assert (await house.ask(alice, "PUT", "/api/v1/policy/calls", policy)).status == 204
        room = await house.room()
        julien, lea, claire = [await seat(chairs, who) for who in (room.mentor, room.mentee, room.supervisor)]
        await joins(julien, "Appel vocal")
        await joins(lea, "Rejoindre sans caméra")
        for person in (julien, lea):
            await expect(waits(person)).to_contain_text(AWAITED)
            await receives(person, video=0, audio=0)
        await claire.page.get_by_role("link", name="Ouvrir le salon").click()
        await claire.press("Entrer, visible de tous")
        await comes(claire, lea)
        for person in (julien, lea):
            await expect(waits(person)).to_be_empty()
            await receives(person, video=0, audio=1)
        await claire.press("Raccrocher")
        for person in (julien, lea):
            await expect(waits(person)).to_contain_text(LEFT)
            await receives(person, video=0, audio=0)
        await comes(claire, lea)
        for person in (julien, lea):
            await expect(waits(person)).to_be_empty()
            await receives(person, video=0, audio=1)

        house.capabilities.supervision.adults._back_within = 0.2
        await claire.press("Raccrocher")
        for person in (julien, lea):
            await expect(person.page.get_by_role("alert")).to_contain_text("n’a pas pu revenir")
            await expect(tiles(person)).to_have_count(0)
