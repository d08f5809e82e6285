"""An emergency: a colleague breaks the glass, the young person is told and reads who it was; an admin sees that it was
done, and that the trail is whole."""

import re

from playwright.async_api import expect

from tests.browser.conftest import TELEPHONE, Api, Room, make_pair
from tests.processes import run


async def test_who_read_what_about_me(room: Room, admin: Api) -> None:
    elsewhere, pair = make_pair(admin), make_pair(admin)  # pages show them in this order
    lea = await room.seat(pair.mentee, viewport=TELEPHONE)
    await lea.in_room()
    await lea.say("j’ai raté le bus")
    await lea.page.get_by_role("link", name="Accueil").click()
    await lea.page.get_by_role("link", name="Qui a lu quoi sur toi").click()
    read = lea.page.get_by_role("main").get_by_role("listitem")
    await expect(read).to_contain_text(["A regardé où en sont tes accords."])  # who made the pair, and nobody else
    await lea.page.get_by_role("link", name="Accueil").click()

    colleague = await room.seat(elsewhere.supervisor)
    await colleague.page.get_by_role("link", name="Lecture d’urgence").click()
    await colleague.page.get_by_role("button", name="Lire en urgence").last.click()
    await colleague.page.get_by_label("Motif").select_option("absence")
    await colleague.page.get_by_label("Pourquoi, en une phrase").fill("Claire est malade et une mère a appelé.")
    await colleague.page.get_by_role("dialog").get_by_role("button", name="Lire en urgence").click()
    await expect(colleague.page.get_by_text("j’ai raté le bus")).to_be_visible()

    said = "a lu tes messages en urgence .* parce que le professionnel du binôme était absent"
    news = lea.page.get_by_text(re.compile(said))
    await expect(news).to_be_visible()
    await lea.page.get_by_role("link", name="Qui a lu quoi sur toi").click()
    await expect(lea.page.get_by_role("heading", name="aujourd’hui")).to_be_visible()
    line = lea.page.get_by_role("listitem").filter(has_text="A lu tes messages en urgence")
    await expect(line).to_contain_text("Pourquoi\u00a0: le professionnel du binôme était absent.")
    await expect(line).not_to_contain_text("malade")

    alice = await room.seat("admin")
    await alice.page.get_by_role("link", name="Lecture d’urgence").click()
    await expect(alice.page.get_by_text("Claire est malade et une mère a appelé.")).to_be_visible()
    await expect(alice.page.get_by_role("button", name="Lire en urgence")).to_have_count(0)
    await alice.page.goto(f"{alice.address}#/heads")
    shown = await alice.page.get_by_role("definition").first.inner_text()
    done = run("audit", "verify", "--organisation", "Les Passerelles", "--head", shown, env=room.server.env)
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing was changed" in done.stdout
