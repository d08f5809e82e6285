"""The second step of a sign-in, as a person meets it: set up once, shown each time, by a code or by a passkey that
Chromium's own authenticator holds."""

import re
import time

import pyotp
from playwright.async_api import expect

from tests.browser.conftest import PASSWORD, TELEPHONE, Api, Person, Room, make_pair

CONTINUE, KEPT = "Continuer", "C’est noté, continuer"


async def _key_of(person: Person) -> str:
    """The secret, as it stands to be typed."""
    shown = await person.page.locator("code.secret").inner_text()
    return shown.replace(" ", "")


async def _chromium_authenticator(person: Person) -> None:
    """A telephone's: it holds keys, and its owner's finger is always right (WebAuthn Level 2, section 11)."""
    session = await person.context.new_cdp_session(person.page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def _came_in(person: Person) -> None:
    await expect(person.page.get_by_role("heading", level=1)).to_have_text(re.compile("Bonjour"))


async def test_a_professional_sets_up_codes_and_comes_back_with_one(room: Room, admin: Api) -> None:
    pair = make_pair(admin)
    claire = await room.seat(viewport=TELEPHONE)
    await claire.arrive()
    await claire.fill_in(pair.supervisor)
    await claire.press("Utiliser une application de codes")
    await expect(claire.page.get_by_role("img", name=re.compile("Carré à viser"))).to_be_visible()
    secret = await _key_of(claire)
    code = claire.page.get_by_label("Code de vérification")
    await code.fill("000000")
    await claire.press(CONTINUE)
    await expect(claire.page.get_by_role("alert")).to_contain_text("Ce code ne va pas")
    assert await _key_of(claire) == secret  # nothing begins anew
    await code.fill(pyotp.TOTP(secret).at(int(time.time()) - 30))
    await claire.press(CONTINUE)
    sheet = claire.page.locator(".recovery-codes code")
    await expect(sheet).to_have_count(10)
    codes = await sheet.all_inner_texts()
    await claire.press(KEPT)
    await _came_in(claire)

    again = await room.seat()
    await again.arrive()
    await again.fill_in(pair.supervisor)
    await expect(again.page.get_by_label("Code de vérification")).to_be_visible()
    await again.page.reload()
    await again.type_code(codes[0])
    await _came_in(again)

    await again.page.get_by_role("button", name="Mon compte").click()
    await again.page.get_by_role("link", name="Sécurité du compte").click()
    rows = again.page.get_by_role("listitem").filter(has_text="Ordinateur Linux, Chrome")
    await expect(rows).to_have_count(2)
    await again.page.get_by_role("button", name=re.compile("^Déconnecter :")).click()
    await expect(rows).to_have_count(1)
    await expect(
        claire.page.get_by_text(re.compile("Cette session a été fermée|La session est terminée"))
    ).to_be_visible()
    await again.page.get_by_label("Mot de passe actuel").fill(PASSWORD)
    await again.page.get_by_label("Nouveau mot de passe").fill("soleil2012")
    await again.press("Changer le mot de passe")
    await expect(again.page.get_by_role("alert")).to_contain_text("tout le monde essaie en premier")
    await again.page.get_by_label("Nouveau mot de passe").fill("trois galets bleus")
    await again.press("Changer le mot de passe")
    await expect(again.page.get_by_text("Le mot de passe est changé.")).to_be_visible()


async def test_a_passkey_alone_opens_the_door(room: Room, admin: Api) -> None:
    pair = make_pair(admin)
    claire = await room.seat()
    # In a browser that proposes no keys by itself: a finger that is always right would come in before the button.
    await claire.context.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")
    await _chromium_authenticator(claire)
    await claire.arrive()
    await claire.fill_in(pair.supervisor)
    await claire.press("Créer une clé d’accès")
    await claire.press(KEPT)
    await _came_in(claire)
    await claire.page.get_by_role("button", name="Mon compte").click()
    await claire.press("Se déconnecter")
    await expect(claire.page.get_by_label("Nom de connexion")).to_have_value("")
    await expect(claire.page.get_by_label("Mot de passe", exact=True)).to_have_value("")
    await claire.page.get_by_role("button", name="Avec une clé d’accès").click()
    await _came_in(claire)
