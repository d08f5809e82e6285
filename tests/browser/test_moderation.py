"""What becomes of a message, seen by those it concerns: hidden, held, returned, appealed, paused; the queue of the
professionals on several screens; the rules of an association, tried before they are saved."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Locator, WebSocket, expect

from tests.browser.conftest import PASSWORD, STAFF, Api, Logins, Person, Room, make_pair, run_server
from tests.processes import Server

NARROW = {"width": 320, "height": 568}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One of its own: what is escalated stands on the list of every professional of the association."""
    with run_server() as running:
        yield running


@pytest.fixture(scope="module")
def admin(server: Server) -> Api:
    api = Api(server)
    api.sign_in("admin")
    return api


@pytest.fixture(scope="module")
def colleague(admin: Api) -> str:
    """Hugo, who answers for no pair."""
    person = {"login": "hugo", "name": "Hugo", "role": "supervisor", "password": PASSWORD}
    STAFF.add("hugo")
    admin.ask("POST", "accounts", person)
    return "hugo"


def card(person: Person, text: str) -> Locator:
    return person.page.get_by_role("article").filter(has_text=text)


def frames_of(person: Person) -> list[str]:
    """What the web socket of this page has brought, from its next connection on."""
    frames: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(str(frame)))

    person.page.on("websocket", listen)
    return frames


async def change(person: Person, old: str, new: str) -> None:
    """Changes a message of one's own, in its place."""
    message = person.page.locator(".message", has_text=old)
    await message.get_by_role("button", name="Modifier ce message").click()
    await person.page.get_by_label("Modifier le message").fill(new)
    await person.press("Enregistrer")


async def test_both_see_that_something_was_hidden_and_why(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await lea.say("mon mail c’est lea.dessine@example.org")
    await expect(julien.page.locator(".hidden-part")).to_have_text("coordonnées masquées")
    await expect(lea.page.locator(".others-read .hidden-part")).to_have_text("coordonnées masquées")
    assert "lea.dessine" not in await julien.page.content()
    await julien.page.get_by_role("link", name="Pourquoi").click()
    await expect(julien.page.get_by_role("heading", level=1)).to_have_text("Ce qui est regardé, et par qui")


async def test_an_appeal_is_answered_under_the_message(room: Room, pair: Logins) -> None:
    julien, lea, claire = [await room.seat(login) for login in (pair.mentor, pair.mentee, pair.supervisor)]
    await lea.say("mon mail c’est lea.dessine@example.org")
    await lea.press("Demander un autre regard")
    await lea.page.get_by_label("Quelques mots").fill("c’est l’adresse du concours")
    await lea.press("Demander")
    await expect(lea.page.get_by_text("Un autre regard est demandé.")).to_be_visible()
    await expect(card(claire, "c’est l’adresse du concours")).to_contain_text("Léa demande un autre regard")
    await claire.decide("Transmettre", "normal dans ce contexte")
    await julien.reads("lea.dessine@example.org")
    await expect(lea.page.get_by_text("Transmis après relecture")).to_be_visible()

    tablet = await room.seat(pair.mentee)
    await lea.say("et mon numéro : 06 12 34 56 78")
    await lea.press("Demander un autre regard")
    await lea.press("Demander")
    await expect(tablet.page.get_by_text("Un autre regard est demandé.")).to_be_visible()
    await expect(card(claire, "06 12 34 56 78")).to_contain_text("Léa demande un autre regard")
    await claire.decide("J’ai vu", "détail personnel")
    await expect(claire.page.get_by_role("article")).to_have_count(0)
    for device in (lea, tablet):
        await expect(device.page.get_by_text("La décision reste la même.")).to_be_visible()
    later = await room.seat(pair.mentee)
    await expect(later.page.get_by_text("La décision reste la même.")).to_be_visible()


async def test_what_is_returned_is_written_anew_in_its_place(room: Room, pair: Logins) -> None:
    julien, lea, claire = await room.seat(pair.mentor), await room.seat(), await room.seat(pair.supervisor)
    frames = frames_of(lea)
    await lea.sign_in(pair.mentee)
    await julien.say("appelle-moi au 06 12 34 56 78")
    await expect(julien.page.get_by_text("c’est sans doute un oubli", exact=False)).to_be_visible()
    await julien.say("à samedi")
    await lea.reads("à samedi")
    await claire.press("Rendre avec un conseil")
    await claire.page.get_by_label("Pourquoi").select_option(label="détail personnel")
    await claire.press("Confirmer")
    await expect(claire.page.get_by_role("alert")).to_contain_text("Il manque le conseil")
    await claire.page.get_by_label("Conseil à l’auteur").fill("Un appel se propose ici, sans numéro.")
    await claire.press("Confirmer")
    await expect(julien.page.locator(".advice")).to_contain_text("Un appel se propose ici, sans numéro.")

    await julien.press("Modifier")
    await expect(julien.page.get_by_label("Modifier le message")).to_have_value("appelle-moi au 06 12 34 56 78")
    await julien.context.set_offline(True)
    await expect(julien.page.get_by_text("Modifier demande le réseau.", exact=False)).to_be_visible()
    await julien.page.get_by_label("Modifier le message").fill("on s’appelle ici demain ?")
    await julien.context.set_offline(False)
    await julien.press("Envoyer de nouveau")
    await lea.reads("on s’appelle ici demain ?")
    assert await lea.texts() == await julien.texts() == ["on s’appelle ici demain ?", "à samedi"]
    assert "06 12" not in "".join(frames)


async def test_a_held_edit_waits_while_the_old_text_is_read(room: Room, pair: Logins) -> None:
    julien, lea, claire = await room.seat(pair.mentor), await room.seat(), await room.seat(pair.supervisor)
    frames = frames_of(lea)
    await lea.sign_in(pair.mentee)
    await julien.say("bonjour Léa")
    await lea.reads("bonjour Léa")
    await change(julien, "bonjour Léa", "bonjour Léa, et à demain")
    await lea.reads("bonjour Léa, et à demain")
    await expect(lea.page.get_by_text("modifié", exact=True)).to_be_visible()

    await change(julien, "et à demain", "bonjour Léa, écris à julien@example.org")
    await expect(julien.page.get_by_text("La modification attend une deuxième lecture")).to_be_visible()
    await expect(julien.page.get_by_role("button", name="Modifier ce message")).to_have_count(0)
    await expect(card(claire, "julien@example.org")).to_be_visible()
    assert await lea.texts() == ["bonjour Léa, et à demain"]
    assert "julien@example.org" not in "".join(frames)
    await claire.press("Transmettre en cachant")
    await expect(claire.page.get_by_role("button", name="julien@example.org")).to_have_attribute("aria-pressed", "true")
    await claire.page.get_by_label("Pourquoi").select_option(label="détail personnel")
    await claire.press("Confirmer")
    await expect(lea.page.locator(".hidden-part")).to_be_visible()
    assert "julien@example.org" not in "".join(frames)


async def test_a_claim_shows_on_the_other_screens_at_once(room: Room, pair: Logins, colleague: str) -> None:
    julien, claire, hugo = [await room.seat(login) for login in (pair.mentor, pair.supervisor, colleague)]
    await julien.say("mon numéro : 06 98 76 54 32")
    await claire.decide("Demander à l’équipe", "à reprendre de vive voix", card=card(claire, "06 98 76 54 32"))
    await card(hugo, "06 98 76 54 32").get_by_role("button", name="Je m’en occupe").click()
    theirs = card(claire, "06 98 76 54 32")
    await expect(theirs).to_contain_text(re.compile(r"Pris par Hugo, encore [45]:\d\d"))
    await expect(theirs.get_by_role("button", name="Transmettre", exact=True)).to_be_disabled()
    await expect(card(hugo, "06 98 76 54 32")).to_contain_text("À vous encore")

    await claire.page.get_by_role("button", name=re.compile("^À voir")).focus()
    await claire.page.keyboard.press("j")
    assert await claire.page.evaluate("document.activeElement.tagName") == "BUTTON", "no key acts outside the list"
    await theirs.focus()
    await claire.page.keyboard.press("k")
    await expect(theirs).to_be_focused()

    await card(hugo, "06 98 76 54 32").get_by_role("button", name="Laisser à un collègue").click()
    await expect(theirs.get_by_role("button", name="Transmettre", exact=True)).to_be_enabled()
    await hugo.decide("Ne pas transmettre", "détail personnel", card=card(hugo, "06 98 76 54 32"))
    await expect(theirs).to_have_count(0)
    await expect(claire.page.locator(".decided").filter(has_text="Hugo")).to_contain_text("Non transmis")


async def test_what_is_critical_takes_two_and_pauses_the_pair_meanwhile(
    room: Room, pair: Logins, colleague: str
) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    claire, hugo = await room.seat(pair.supervisor), await room.seat(colleague)
    await julien.say("je vais te tuer")
    for person in (julien, lea):
        await expect(person.page.get_by_text("La discussion est en pause", exact=True)).to_be_visible()
        await expect(person.page.get_by_label("Écrire un message")).to_have_count(0)
    await expect(julien.page.get_by_text("la discussion est en pause pour tout le monde", exact=False)).to_be_visible()
    await lea.press("Aide")
    await expect(lea.page.get_by_role("dialog", name="Besoin d’aide")).to_contain_text("119")
    await lea.page.keyboard.press("Escape")

    text = claire.page.locator(".veiled-text")
    await expect(text).to_have_attribute("aria-hidden", "true")
    await claire.press("Afficher le texte")
    await expect(text).not_to_have_attribute("aria-hidden", "true")
    await claire.press("Transmettre")
    await claire.page.get_by_label("Pourquoi").select_option(label="mal compris par le programme")
    await claire.page.get_by_label("Lever la pause du binôme").check()
    await expect(claire.page.get_by_text("Un ou une collègue devra être d’accord.", exact=False)).to_be_visible()
    await claire.press("Proposer")
    await expect(claire.page.get_by_text("Vous avez proposé", exact=False)).to_be_visible()
    assert await lea.texts() == []

    await hugo.page.get_by_role("button", name=re.compile("^Second avis")).click()
    await expect(hugo.page.get_by_role("article")).to_contain_text("Claire propose")
    await hugo.press("Je suis d’accord")
    await lea.reads("je vais te tuer")
    for person in (julien, lea):
        await expect(person.page.get_by_label("Écrire un message")).to_be_visible()
    await expect(claire.page.locator(".decided")).to_contain_text("Claire et Hugo")


async def test_reading_around_a_message_is_told_to_the_pair(room: Room, pair: Logins) -> None:
    """Promise 4, without entering the room."""
    julien, claire = await room.seat(pair.mentor), await room.seat(pair.supervisor)
    await julien.say("on se retrouve samedi ?")
    await julien.say("mon numéro : 06 12 34 56 78")
    await expect(claire.page.get_by_text("Cette lecture se verra")).to_be_visible()
    await claire.press("Lire les messages autour")
    await expect(claire.page.locator(".around-list li")).to_have_count(2)
    await expect(claire.page.locator(".around-list .is-flagged")).to_contain_text("06 12 34 56 78")
    await julien.press("Qui a regardé")
    await expect(julien.page.get_by_role("dialog")).to_contain_text("Claire a ouvert la conversation")


async def test_rules_are_tried_before_they_are_saved_and_nobody_is_overwritten(room: Room, admin: Api) -> None:
    pair = make_pair(admin)
    claire, boss = await room.seat(pair.supervisor), await room.seat("admin")
    for person in (claire, boss):
        await person.page.goto(f"{person.address}#/rules")
    await claire.page.get_by_label("Phrase", exact=True).fill("appelle-moi au 06 12 34 56 78")
    await claire.press("Essayer")
    tried = claire.page.locator(".try-answer")
    await expect(tried).to_contain_text("Rien, tant que personne n’a décidé.")
    await expect(tried).to_contain_text("contact.phone")
    await expect(tried).to_contain_text("Un numéro de téléphone")
    await claire.press("Mon compte")
    for other, explanation in (("English", "telephone number"), ("Français", "numéro de téléphone")):
        await claire.press(other)
        await expect(tried.locator(".try-labels")).to_contain_text(explanation)
    await claire.press("Mon compte")

    words = claire.page.get_by_role("region", name="Mots surveillés")
    await words.get_by_role("button", name="Ajouter").click()
    await words.get_by_role("textbox").fill("(fugue")
    await claire.press("Enregistrer les règles")
    await expect(words.get_by_role("alert")).to_have_text("Une parenthèse n’est pas fermée.")
    await expect(words.get_by_role("textbox")).to_be_focused()
    await words.get_by_role("textbox").fill("fugue")
    await claire.page.get_by_label("Phrase", exact=True).fill("la fugue de Bach")
    await claire.press("Essayer avec le brouillon")
    await expect(tried).to_contain_text("mot surveillé par l’association")
    await claire.press("Enregistrer les règles")
    await expect(claire.page.get_by_text("C’est enregistré", exact=False)).to_be_visible()

    allowed = boss.page.get_by_role("region", name="Phrases toujours permises")
    await allowed.get_by_role("button", name="Ajouter").click()
    await allowed.get_by_role("textbox").fill("01 23 45 67 89")
    await boss.press("Enregistrer les règles")
    await expect(boss.page.get_by_role("alert")).to_contain_text("Claire a changé les règles entre-temps.")
    await boss.press("Reprendre ses règles")
    held = boss.page.get_by_role("region", name="Mots surveillés")
    await expect(held.get_by_role("textbox")).to_have_value("fugue")
    admin.ask("PUT", "moderation/rules", {"version": 1})


async def test_what_must_not_be_loosened_cannot_be_chosen(room: Room, pair: Logins) -> None:
    claire = await room.seat(pair.supervisor)
    await claire.page.get_by_role("link", name="Règles de modération").click()
    category = claire.page.locator(".policy-category").filter(has_text="mal-être")
    await category.locator("summary").click()
    await category.get_by_role("button", name="Changer : D’un mineur à un adulte").click()
    held = category.get_by_label("Que faire").get_by_role("option", name="retenu pour un second regard")
    await expect(held).to_be_disabled()
    await expect(category.get_by_text("Ce qu’un mineur confie est toujours transmis", exact=False)).to_be_visible()
    await category.get_by_label("Gravité").select_option("3")
    await category.get_by_role("button", name="Mettre dans le brouillon").click()
    await expect(category.get_by_text("Ici : D’un mineur à un adulte")).to_be_visible()
    await expect(claire.page.get_by_role("button", name="Enregistrer les règles")).to_be_visible()


UNNAMED_OR_SMALL = """() => {
  const shown = [...document.querySelectorAll('button, a[href], input, textarea, select, summary')]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.classList.contains('skip'));
  const name = (one) => one.ariaLabel || one.labels?.[0]?.textContent || one.textContent.trim();
  const inText = (one) => one.matches('p a');
  const box = (one) => (one.type === 'checkbox' ? one.closest('label') : one).getBoundingClientRect();
  const small = (one) => !inText(one) && (box(one).width < 24 || box(one).height < 24);
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  const pointing = [...document.querySelectorAll('[aria-labelledby], label[for]')]
    .map((one) => one.getAttribute('aria-labelledby') ?? one.getAttribute('for'));
  return {
    unnamed: shown.filter((one) => !name(one)).map((one) => one.outerHTML.slice(0, 120)),
    small: shown.filter(small).map((one) => name(one) || one.outerHTML.slice(0, 120)),
    twice: ids.filter((id, at) => ids.indexOf(id) !== at),
    nowhere: pointing.filter((id) => !document.getElementById(id)),
    wide: document.documentElement.scrollWidth > innerWidth,
  };
}"""
WELL = {"unnamed": [], "small": [], "twice": [], "nowhere": [], "wide": False}


async def test_every_new_control_has_a_name_and_a_size_on_the_narrowest_screen(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor, viewport=NARROW), await room.seat(pair.mentee, viewport=NARROW)
    claire = await room.seat(pair.supervisor, viewport=NARROW)
    await lea.say("mon mail c’est lea.dessine@example.org")
    await expect(julien.page.locator(".hidden-part")).to_be_visible()
    await julien.say("mon numéro : 06 12 34 56 78")
    await lea.press("Demander un autre regard")
    await expect(lea.page.get_by_label("Quelques mots")).to_be_focused()
    for person in (julien, lea):
        assert await person.page.evaluate(UNNAMED_OR_SMALL) == WELL
    await card(claire, "06 12").get_by_role("button", name="Transmettre en cachant").click()
    await expect(claire.page.get_by_role("form", name="Transmettre en cachant")).to_be_visible()
    assert await claire.page.evaluate(UNNAMED_OR_SMALL) == WELL
    await claire.press("Chiffres")
    await expect(claire.page.get_by_role("heading", name="Accord entre professionnels")).to_be_visible()
    assert await claire.page.evaluate(UNNAMED_OR_SMALL) == WELL
    await claire.page.get_by_role("link", name="Règles de modération").click()
    await claire.page.get_by_role("region", name="Lignes à vous").get_by_role("button", name="Ajouter").click()
    await claire.page.locator(".policy-category summary").first.click()
    await claire.page.get_by_role("button", name="Changer : D’un adulte à un mineur").click()
    assert await claire.page.evaluate(UNNAMED_OR_SMALL) == WELL
