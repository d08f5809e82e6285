"""What `make run` shows on the first day: README, "Try it"."""

import re

from playwright.async_api import expect

from tests.browser.conftest import Room
from tests.processes import wait_until
from tests.support.second_step import demonstration_code


def _password(room: Room) -> str:
    """As the command prints it."""
    wait_until(lambda: "Ctrl-C" in room.server.output(), what="the table of sign-ins")
    found = re.search(r"password for all of them: (\S+)", room.server.output())
    assert found is not None, room.server.output()
    return found.group(1)


async def test_the_mentor_the_young_person_and_the_professional_meet(demo_room: Room) -> None:
    julien, lea, claire = [await demo_room.seat() for _ in range(3)]
    for person, login in ((julien, "julien"), (lea, "lea"), (claire, "claire")):
        await person.page.goto(person.address)
        await person.fill_in(login, _password(demo_room))
        if login == "claire":
            await person.type_code(demonstration_code(demo_room.server.data))
    await expect(claire.page.get_by_role("article").first).to_be_visible()
    await expect(lea.bubbles.first).to_be_visible()
    await lea.say("je suis là !")
    await expect(lea.page.get_by_text(re.compile("^(Envoyé|Reçu|Lu)$"))).to_be_visible()
