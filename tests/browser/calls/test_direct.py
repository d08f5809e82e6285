"""Calls from device to device between real browsers, and the process of calls killed under one."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.calls.test_calls import joins, receives
from tests.browser.conftest import Api, Logins, Person, Room, make_pair
from tests.processes import media_workers_of

pytestmark = pytest.mark.timeout(180)

# For each connection that stands: how many packets went out since it began, and the addresses of its other end.
_CONNECTIONS = """
async () => {
  const found = [];
  for (const connection of window.calls.filter((one) => one.connectionState === 'connected')) {
    const stats = [...(await connection.getStats()).values()];
    const sent = stats.filter((one) => one.type === 'outbound-rtp').reduce((sum, one) => sum + one.packetsSent, 0);
    const ports = stats.filter((one) => one.type === 'remote-candidate').map((one) => one.port);
    found.push([sent, ports]);
  }
  return found;
}
"""


async def connections(person: Person) -> list[Any]:
    found: list[Any] = await person.page.evaluate(_CONNECTIONS)
    return found


def grown_up(admin: Api) -> Logins:
    return make_pair(admin, "2004-05-05")


@pytest.fixture
def allowing(admin: Api) -> Iterator[Api]:
    """Where the association allows direct calls, for one test."""
    admin.ask("PUT", "policy", {"direct_calls": True})
    yield admin
    admin.ask("PUT", "policy", {"direct_calls": False})


async def test_two_adults_agree_go_direct_and_are_back_when_a_professional_comes(room: Room, allowing: Api) -> None:
    logins = grown_up(allowing)
    julien, lea = await room.seat(logins.mentor), await room.seat(logins.mentee)
    await joins(julien, "Appel vocal")
    await joins(lea, "Rejoindre sans caméra")
    await receives(lea, video=0, audio=1)
    assert len(await connections(lea)) == 2
    for person in (julien, lea):
        await person.press("Passer en appel direct")
        await expect(person.page.get_by_text("apprendrait alors l’adresse réseau")).to_be_visible()
        await person.press("Accepter l’appel direct")
    for person, other in ((julien, "Léa"), (lea, "Julien")):
        await expect(person.page.get_by_text(f"Appel direct avec {other}", exact=True)).to_be_visible(timeout=30_000)
    for person in (julien, lea):
        await receives(person, video=0, audio=1)
        assert len(await connections(person)) == 3
    still = await connections(julien)
    await julien.page.wait_for_timeout(1_000)
    moved = [after[0] > before[0] for before, after in zip(still, await connections(julien), strict=True)]
    assert moved == [False, False, True]  # nothing goes out through the server
    await julien.press("Allumer la caméra")
    await expect(lea.page.locator("video")).to_have_count(1)
    await receives(lea, video=1, audio=1)

    claire = await room.seat(logins.supervisor)
    await claire.page.get_by_role("link", name="Ouvrir le salon").click()
    await claire.press("Entrer, visible de tous")
    await claire.press("S’annoncer et entrer")
    await expect(claire.page.get_by_role("status").get_by_text("Appel en cours", exact=True)).to_be_visible(
        timeout=30_000
    )
    for person in (julien, lea):
        await expect(person.page.get_by_text("Appel direct avec")).to_have_count(0)
        await receives(person, video=1 if person is lea else 0, audio=1)  # she only observes
        assert len(await connections(person)) == 2
    await claire.press("Parler")
    for person in (julien, lea):
        await receives(person, video=1 if person is lea else 0, audio=2)


async def test_by_default_there_is_nothing_to_agree_to(room: Room, admin: Api) -> None:
    logins = grown_up(admin)
    julien, lea = await room.seat(logins.mentor), await room.seat(logins.mentee)
    await joins(julien, "Appel vocal")
    await joins(lea, "Rejoindre sans caméra")
    for person in (julien, lea):
        await receives(person, video=0, audio=1)
        await expect(person.page.get_by_role("button", name="Passer en appel direct")).to_have_count(0)
        ports = {port for _, found in await connections(person) for port in found}
        assert ports == {int(room.server.env["BINOME_MEDIA_PORT"])}
    alice = await room.seat("admin")
    switch = alice.page.get_by_role("checkbox", name="Permettre les appels directs entre adultes")
    await switch.check()
    await expect(alice.page.get_by_text("C’est enregistré, et cela vaut dès maintenant.")).to_be_visible()
    await expect(lea.page.get_by_role("button", name="Passer en appel direct")).to_be_visible()
    await switch.uncheck()
    await expect(lea.page.get_by_role("button", name="Passer en appel direct")).to_have_count(0)


async def test_a_call_comes_back_when_the_process_that_carries_it_is_killed(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await joins(julien, "Appel vocal")
    await joins(lea, "Rejoindre sans caméra")
    await receives(lea, video=0, audio=1)
    (worker,) = media_workers_of(room.server)
    worker.kill()
    for person in (julien, lea):
        await expect(person.page.get_by_role("status").get_by_text("Appel en cours", exact=True)).to_be_visible(
            timeout=20_000
        )
        await receives(person, video=0, audio=1)
        await expect(person.page.get_by_role("figure")).to_have_count(2)
