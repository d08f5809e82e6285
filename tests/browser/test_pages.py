"""Every page: no word to a stranger, no sideways scroll, both languages, by keyboard alone, few bytes."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from server.kernel.permissions import Role
from tests.browser.conftest import PASSWORD, Api, Logins, Room

NARROW = {"width": 320, "height": 568}
FIRST_LOAD_BYTES = 60_000  # the house's own target; the figure itself is printed by `make load`


@pytest.fixture(scope="session")
def others(admin: Api) -> dict[Role, str]:
    """A guardian and a prescriber, who have pages too."""
    for role in (Role.GUARDIAN, Role.PRESCRIBER):
        admin.ask("POST", "accounts", {"login": role, "name": "Sophie", "role": role, "password": PASSWORD})
    return {Role.ADMIN: "admin", Role.GUARDIAN: "guardian", Role.PRESCRIBER: "prescriber"}


async def test_no_page_talks_to_anyone_else(room: Room, pair: Logins) -> None:
    """Promise 7, on every request of a day: sign-in, chat, call, help, queue; the worker's included."""
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    claire = await room.seat(pair.supervisor)
    await julien.say("bonjour https://example.org")
    await lea.press("Appel vidéo")
    await julien.press("Rejoindre avec caméra")
    await claire.page.get_by_role("link", name="Ouvrir le salon").click()
    await lea.press("Aide")
    await lea.page.wait_for_timeout(2_000)
    asked = {urlsplit(request.url).netloc for person in room.people for request in person.requests}
    assert asked == {f"localhost:{room.server.port}"}


async def test_the_policy_lets_nothing_else_in(room: Room) -> None:
    visitor = await room.seat()
    answer = await visitor.page.goto(visitor.address)
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    page = await visitor.page.content()
    assert re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page) is None


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_nothing_scrolls_sideways_on_the_narrowest_screen(
    room: Room, pair: Logins, others: dict[Role, str], language: str
) -> None:
    logins = {Role.MENTOR: pair.mentor, Role.MENTEE: pair.mentee, Role.SUPERVISOR: pair.supervisor, **others}
    for role in (None, *Role):
        person = await room.seat(viewport=NARROW, locale=language)
        page = person.page
        await person.arrive()
        await page.evaluate("(chosen) => localStorage.setItem('binome.language', chosen)", language)
        if role is None:
            await page.reload()
        else:
            await person.sign_in(logins[role])
            await expect(
                page.get_by_role("button", name=re.compile("Mon compte|My account|Qui a|Who"))
            ).not_to_have_count(0)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.get_by_text(re.compile("Un instant…|One moment…"))).to_have_count(0)
        assert await page.evaluate("document.documentElement.lang") == language
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], role
        help_button = page.get_by_role("button", name=re.compile("^(Aide|Help)$"))
        await expect(help_button).to_be_visible()
        box = await help_button.bounding_box()
        assert box is not None, role
        assert box["x"] + box["width"] <= NARROW["width"], role


async def test_every_target_is_large_enough(room: Room, pair: Logins) -> None:
    """WCAG 2.2, 2.5.8: at least 24 by 24."""
    lea = await room.seat(pair.mentee, viewport=NARROW)
    await lea.in_room()
    await lea.press("Appel vocal")
    await expect(lea.page.get_by_role("button", name="Raccrocher")).to_be_visible()
    await lea.press("Aide")
    sizes = await lea.page.evaluate(
        """() => [...document.querySelectorAll('button, a[href], input, textarea, select')]
            .filter((one) => one.checkVisibility() && !one.classList.contains('skip'))
            .map((one) => [one.textContent || one.ariaLabel, one.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name)"""
    )
    assert sizes == []


async def test_one_signs_in_and_writes_by_keyboard_alone(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat()
    await lea.arrive()
    keys = lea.page.keyboard
    await keys.press("Tab")
    await expect(lea.page.get_by_text("Aller au contenu")).to_be_focused()
    await lea.page.get_by_label("Nom de connexion").focus()
    await keys.type(pair.mentee)
    await keys.press("Tab")
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await lea.in_room()
    for _ in range(12):
        if await lea.page.evaluate("document.activeElement.id") == "composer":
            break
        await keys.press("Tab")
    await keys.type("sans souris")
    await keys.press("Enter")
    await julien.reads("sans souris")


async def test_a_wrong_password_is_said_plainly(room: Room, pair: Logins) -> None:
    lea = await room.seat()
    await lea.arrive()
    await lea.press("Entrer")
    await expect(lea.page.get_by_role("alert")).to_have_text("Il manque le nom de connexion.")
    await expect(lea.page.get_by_label("Nom de connexion")).to_be_focused()
    await lea.fill_in(pair.mentee, "pas le bon du tout")
    await expect(lea.page.get_by_role("alert")).to_contain_text("ne vont pas ensemble")
    secret = lea.page.get_by_label("Mot de passe", exact=True)
    await expect(secret).to_be_focused()
    await expect(secret).to_have_attribute("autocomplete", "current-password")
    await expect(secret).to_have_attribute("type", "password")
    await lea.press("Afficher le mot de passe")
    await expect(secret).to_have_attribute("type", "text")


async def test_the_language_is_one_tap_and_stays(room: Room, pair: Logins) -> None:
    lea = await room.seat()
    await lea.arrive()
    await lea.press("English")
    await expect(lea.page.get_by_label("Sign-in name")).to_be_visible()
    await lea.fill_in(pair.mentee)
    await expect(lea.page.get_by_label("Write a message")).to_be_visible()
    await lea.page.reload()
    await expect(lea.page.get_by_label("Write a message")).to_be_visible()
    assert await lea.page.evaluate("document.documentElement.lang") == "en"


async def test_an_admin_adds_people_and_a_pair(room: Room, pair: Logins) -> None:
    admin = await room.seat("admin")
    await admin.press("Ajouter une personne")
    form = admin.page.get_by_role("dialog")
    await form.get_by_label("Prénom ou pseudonyme").fill("Chloé")
    await form.get_by_label("Nom de connexion").fill(pair.mentee)
    await form.get_by_label("Premier mot de passe").fill(PASSWORD)
    await form.get_by_role("button", name="Enregistrer").click()
    await expect(form.get_by_role("alert")).to_have_text("Il manque : date de naissance.")
    await form.get_by_label("Date de naissance").fill("2011-02-03")
    await form.get_by_role("button", name="Enregistrer").click()
    await expect(form.get_by_role("alert")).to_contain_text("déjà pris")
    await form.get_by_label("Nom de connexion").fill(f"chloe-{pair.mentee}")
    await form.get_by_role("button", name="Enregistrer").click()
    await expect(admin.page.get_by_text("C’est enregistré pour Chloé.", exact=False)).to_be_visible()

    await admin.press("Proposer un binôme")
    for label, login in (("Mentor", pair.mentor), ("Jeune", f"chloe-{pair.mentee}"), ("Suivi par", pair.supervisor)):
        choice = form.get_by_label(label)
        await choice.select_option(value=await choice.locator("option", has_text=f"({login})").get_attribute("value"))
    await form.get_by_role("button", name="Proposer un binôme").click()
    await expect(admin.page.get_by_text("Le binôme Julien et Chloé est proposé.", exact=False)).to_be_visible()
    chloe = await room.seat(f"chloe-{pair.mentee}")
    await expect(chloe.page.get_by_role("heading", name="Julien voudrait faire équipe avec toi")).to_be_visible()
    await chloe.press("Oui, d’accord")
    await expect(chloe.page.get_by_text("C’est noté", exact=False)).to_be_visible()
    # The page says what is missing before a professional can begin it.
    await admin.page.reload()
    await admin.page.get_by_role("link", name="Julien · Chloé").click()
    await expect(admin.page.get_by_text("L’accord pour s’écrire")).to_be_visible()
    await expect(admin.page.get_by_role("button", name="Commencer")).to_have_count(0)


async def test_an_admin_says_which_adult_a_call_needs(room: Room, admin: Api) -> None:
    alice = await room.seat("admin")
    calls = alice.page.get_by_role("region", name="Les appels")
    await expect(calls.get_by_label("Adulte présent, avant 15 ans")).to_have_value("mentor")
    await calls.get_by_label("Adulte présent, avant 15 ans").select_option(label="un professionnel")
    await expect(calls.get_by_role("status")).to_have_text("C’est enregistré, et cela vaut dès maintenant.")
    seconds = calls.get_by_label("Secondes d’annonce")
    await seconds.fill("4")
    await seconds.press("Tab")
    await expect(calls.get_by_role("alert")).to_be_visible()
    await expect(seconds).to_have_value("10")  # as it still is
    assert admin.ask("GET", "policy/calls") == {"announce_s": 10, "under_15": "professional", "under_18": "mentor"}
    await calls.get_by_label("Adulte présent, avant 15 ans").select_option(label="le mentor ou un professionnel")
    await expect(calls.get_by_role("status")).to_have_text("C’est enregistré, et cela vaut dès maintenant.")
    await expect(calls.get_by_role("alert")).to_have_count(0)
    assert admin.ask("GET", "policy/calls")["under_15"] == "mentor"


async def test_the_first_load_of_the_room_is_small(room: Room, pair: Logins) -> None:
    """Everything on the wire, headers and the worker's own fetches included."""
    lea = await room.seat()
    protocol = await lea.context.new_cdp_session(lea.page)
    received: list[int] = []
    protocol.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    await protocol.send("Network.enable")
    await lea.sign_in(pair.mentee)
    await lea.in_room()
    await lea.page.wait_for_timeout(1_500)
    assert sum(received) <= FIRST_LOAD_BYTES
