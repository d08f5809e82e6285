"""Consent as people meet it: taken back in the middle of a call, and given by a child and a parent together."""

from datetime import UTC, datetime
from itertools import count

import pytest
from playwright.async_api import Locator, expect

from tests.browser.calls.test_calls import joins, receives
from tests.browser.conftest import PASSWORD, STAFF, TELEPHONE, Api, Logins, Person, Room

pytestmark = pytest.mark.timeout(180)

_numbers = count(1)


def purpose(person: Person, title: str) -> Locator:
    return person.page.get_by_role("article", name=title)


async def test_a_yes_taken_back_in_a_call_ends_it_and_can_be_given_again(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await joins(julien, "Appel vocal")
    await joins(lea, "Rejoindre sans caméra")
    await lea.press("Mon compte")
    await lea.page.get_by_role("banner").get_by_role("link", name="Mes accords").click()
    calls = purpose(lea, "S’appeler")
    await expect(calls.get_by_text("Activé", exact=True)).to_be_visible()
    await calls.get_by_role("button", name="Revenir sur mon oui").click()
    await expect(calls.get_by_text("Pas activé", exact=True)).to_be_visible()
    # The mentor reads that calls are off, not who said what; the room stays open.
    await expect(julien.page.get_by_role("button", name="Raccrocher")).to_have_count(0)
    await expect(julien.page.get_by_role("alert")).to_have_text(
        "L’appel s’est arrêté, et personne n’a rien fait de mal\u00a0: les appels ne sont pas activés pour ce binôme "
        "en ce moment. Le salon reste ouvert pour s’écrire."
    )
    await julien.say("On continue par écrit.")
    await expect(julien.bubbles.filter(has_text="On continue par écrit.")).to_have_count(1)
    await calls.get_by_role("button", name="Oui, je suis d’accord").click()
    await expect(calls.get_by_text("Activé", exact=True)).to_be_visible()
    await expect(julien.page.get_by_role("button", name="Appel vocal")).to_be_visible()


# A browser that does not obey: whatever its page ends goes on, unless the server ends it.
_STUBBORN = """
RTCPeerConnection.prototype.close = () => {};
MediaStreamTrack.prototype.stop = () => {};
"""


async def test_on_a_telephone_a_yes_is_taken_back_from_inside_the_call_and_nothing_arrives_any_more(
    room: Room, pair: Logins
) -> None:
    julien, lea = await room.seat(), await room.seat(viewport=TELEPHONE)
    for person, login in ((julien, pair.mentor), (lea, pair.mentee)):
        await person.context.add_init_script(_STUBBORN)
        await person.sign_in(login)
    await joins(julien, "Appel vidéo")
    await joins(lea, "Rejoindre avec caméra")
    for person in (julien, lea):
        await receives(person, video=1, audio=1)
    await lea.page.get_by_role("region", name="Appel").get_by_role("link", name="Mes accords").click()
    await expect(lea.page.get_by_role("link", name="Appel en cours")).to_be_visible()  # the way back
    await receives(julien, video=1, audio=1)  # looking at the page ends nothing
    await purpose(lea, "S’appeler").get_by_role("button", name="Revenir sur mon oui").click()
    await expect(purpose(lea, "S’appeler").get_by_role("alert")).to_contain_text("c’est ton droit")
    await expect(julien.page.get_by_role("alert")).to_contain_text("personne n’a rien fait de mal")
    for person in (julien, lea):
        await receives(person, video=0, audio=0)
    await lea.page.get_by_role("link", name="Accueil").click()
    await lea.page.get_by_role("link", name="Ouvrir le salon").click()
    await expect(lea.page.get_by_role("alert")).to_contain_text("tu n’as rien fait de mal")
    await expect(lea.page.get_by_role("button", name="Appel vocal")).to_have_count(0)


async def test_who_looks_at_what_they_agree_to_hears_that_somebody_else_ended_the_call(
    room: Room, pair: Logins, admin: Api
) -> None:
    """A no that a professional writes down, as it was said to them."""
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee, viewport=TELEPHONE)
    session = await lea.page.evaluate("fetch('/api/v1/session').then((answer) => answer.json())")
    await joins(julien, "Appel vocal")
    await joins(lea, "Rejoindre sans caméra")
    await lea.page.get_by_role("region", name="Appel").get_by_role("link", name="Mes accords").click()
    calls = purpose(lea, "S’appeler")
    await expect(calls.get_by_text("Activé", exact=True)).to_be_visible()
    said = {"by": session["account"]["id"], "purpose": "video", "agree": False, "how": "oral"}
    path = f"mentees/{said['by']}/consents"
    admin.ask("POST", path, said | {"day": str(datetime.now(UTC).date())})
    await expect(lea.page.get_by_role("alert")).to_contain_text("tu n’as rien fait de mal")
    await calls.get_by_role("button", name="Oui, je suis d’accord").click()
    await expect(lea.page.get_by_role("alert")).to_have_count(0)


async def test_a_child_and_a_parent_agree_and_the_professional_sees_it_happen(room: Room, admin: Api) -> None:
    number = next(_numbers)
    logins = {role: f"consent-{role}{number}" for role in ("mentee", "guardian", "supervisor")}
    made = {}
    for role, name in (("mentee", "Noé"), ("guardian", "Sophie"), ("supervisor", "Claire")):
        account = {"login": logins[role], "name": name, "role": role, "password": PASSWORD}
        if role == "mentee":
            account["birth_date"] = "2014-02-03"
        made[role] = admin.ask("POST", "accounts", account)["id"]
    STAFF.add(logins["supervisor"])
    claire = await room.seat(logins["supervisor"])
    await claire.page.goto(f"{claire.address}#/young/{made['mentee']}")
    await claire.press("Ajouter un responsable")
    form = claire.page.get_by_role("dialog")
    for label, option in (
        ("Personne", "Sophie"),
        ("Lien", "Parent"),
        ("Autorité parentale", "Oui\u00a0: peut consentir avant 15 ans"),
        ("Document vu", "Livret de famille"),
    ):
        await form.get_by_label(label, exact=True).select_option(label=option)
    await form.get_by_role("button", name="Enregistrer").click()
    await expect(claire.page.get_by_role("button", name="Mettre fin au lien avec Sophie")).to_be_visible()

    sophie, noe = await room.seat(logins["guardian"], viewport=TELEPHONE), await room.seat(logins["mentee"])
    await sophie.page.get_by_role("link", name="Voir et répondre").click()
    await noe.page.get_by_role("link", name="Voir et répondre").click()
    await purpose(sophie, "S’écrire").get_by_role("button", name="Oui, je suis d’accord").click()
    writing = purpose(noe, "S’écrire")
    await expect(writing.get_by_text("Il manque encore ta réponse.")).to_be_visible()  # heard, not asked for
    await writing.get_by_role("button", name="Oui, je suis d’accord").click()
    for person in (sophie, noe):
        await expect(purpose(person, "S’écrire").get_by_text("Activé", exact=True)).to_be_visible()
    seen = claire.page.locator("article").filter(has=claire.page.get_by_role("heading", name="S’écrire"))
    await expect(seen.get_by_text("Activé", exact=True)).to_be_visible()
    await expect(claire.page.get_by_text("Sophie a dit oui")).to_be_visible()
