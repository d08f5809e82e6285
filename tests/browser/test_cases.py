"""From something serious to a professional who says that they look after it: the board, the file, the sound, the title,
and the page of an outside contact."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from playwright.async_api import Locator, async_playwright, expect

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.browser.conftest import (
    CHROMIUM,
    PASSWORD,
    STAFF,
    TELEPHONE,
    Api,
    Logins,
    Person,
    Room,
    run_server,
)
from tests.processes import Server
from tests.support.rooms import House, served

SUICIDE = "je veux mourir ce soir"
TITLE = re.compile(r"^\(1\) Tableau de veille")
# Counts the notes that are played; and opens no web socket while `cut` says so. It is no other way into the page.
_AROUND = """
window.cut = false;
const Line = WebSocket;
window.WebSocket = class extends Line {
  constructor(...given) {
    if (window.cut) throw new Error("no line");
    super(...given);
  }
};
window.notes = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...at) { window.notes += 1; return start.apply(this, at); };
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One of its own: what is critical is told to every professional of the association."""
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


async def board(room: Room, login: str) -> Person:
    """Somebody who watches, and has touched the page."""
    person = await room.seat()
    await person.context.add_init_script(_AROUND)
    await person.sign_in(login)
    await person.page.get_by_role("link", name="Tableau de veille").click()
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Tableau de veille")
    return person


def cases(person: Person) -> Locator:
    """Those that this person sees whole: of other tests there are outlines, without names."""
    return person.page.locator("[data-case]", has_text="Léa")


async def notes(person: Person) -> int:
    return int(await person.page.evaluate("window.notes"))


async def rung(person: Person, count: int) -> None:
    async with asyncio.timeout(15):
        while await notes(person) < count:
            await person.page.wait_for_timeout(50)


async def test_what_is_critical_rings_counts_and_is_taken_by_keyboard(room: Room, pair: Logins) -> None:
    claire, lea = await board(room, pair.supervisor), await room.seat(pair.mentee)
    page = claire.page
    await expect(page.get_by_text("Le son prévient quand un appel critique vous arrive.")).to_be_visible()
    assert await notes(claire) == 0
    await lea.say(SUICIDE)

    await expect(cases(claire)).to_have_count(1)
    await expect(cases(claire)).to_contain_text("idées suicidaires")
    await expect(cases(claire)).to_contain_text("Binôme Julien · Léa")
    await expect(cases(claire)).to_contain_text("On compte sur vous")
    await expect(cases(claire).get_by_role("timer")).to_have_text(re.compile(r"^à prendre dans [0-5]:\d\d$"))
    await expect(page).to_have_title(TITLE)
    await expect(page.get_by_text("Un appel critique sonne")).to_be_visible()
    await rung(claire, 4)  # and again

    await page.keyboard.press("j")
    await expect(cases(claire)).to_be_focused()
    await page.keyboard.press("a")
    await expect(cases(claire)).to_contain_text("Vous suivez ce dossier")
    await expect(page.get_by_text("C’est noté : vous vous occupez du dossier")).to_be_visible()
    await expect(page).to_have_title(re.compile("^Tableau de veille"))
    await expect(page.get_by_text("Un appel critique sonne")).to_have_count(0)

    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Lire ce dossier se note : Léa le verra")).to_be_visible()
    timeline = page.get_by_role("region", name="Ce qui s’est passé").get_by_role("listitem")
    await expect(timeline.filter(has_text="Le dossier s’est ouvert.")).to_have_count(1)
    await expect(timeline.filter(has_text="Appel, étape 1")).to_contain_text("Claire")
    await expect(timeline.filter(has_text="Claire a dit « Je m’en occupe ».")).to_have_count(1)
    await page.get_by_role("button", name="Afficher le texte").click()
    await expect(page.get_by_role("region", name="De quoi il s’agit")).to_contain_text(SUICIDE)

    await lea.page.goto(lea.address + "#/journal")
    await expect(lea.page.get_by_text("A lu un dossier de suivi qui te concerne.").first).to_be_visible()


async def test_it_is_silenced_until_told_again_and_can_be_switched_off(room: Room, pair: Logins) -> None:
    claire, lea = await board(room, pair.supervisor), await room.seat(pair.mentee)
    page = claire.page
    await lea.say(SUICIDE)
    await rung(claire, 2)
    await claire.press("Faire taire")
    await expect(page.get_by_text("Un appel critique sonne")).to_have_count(0)
    await expect(page).to_have_title(TITLE)  # it still waits
    quiet = await notes(claire)
    await page.wait_for_timeout(5_000)  # longer than from one ring to the next
    assert await notes(claire) == quiet
    await claire.press("Couper le son")
    await expect(page.get_by_text("Le son est coupé.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("Le son est coupé.")).to_be_visible()
    await expect(page.get_by_text("Un appel critique sonne")).to_have_count(0)
    await expect(cases(claire)).to_have_count(1)
    await page.get_by_role("button", name="Je m’en occupe").click()
    await expect(page).to_have_title(re.compile("^Tableau de veille"))


async def test_letters_do_nothing_while_one_writes_or_when_they_are_off(room: Room, pair: Logins) -> None:
    claire, lea = await board(room, pair.supervisor), await room.seat(pair.mentee)
    page = claire.page
    await lea.say(SUICIDE)
    await expect(cases(claire)).to_have_count(1)
    await page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Raccourcis clavier")
    await expect(dialog).to_contain_text("Suivant")
    await page.keyboard.press("a")  # in the window above the board
    await dialog.get_by_label("Activer les raccourcis à une touche").uncheck()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await cases(claire).focus()
    for key in ("a", "?", "j"):
        await page.keyboard.press(key)
    await expect(dialog).to_have_count(0)
    await expect(cases(claire)).to_contain_text("On compte sur vous")
    await page.keyboard.press("Enter")  # no single letter: it still opens
    await expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Dossier [0-9A-Z]{5}$"))
    await page.get_by_role("button", name="Je m’en occupe").click()
    await expect(page.get_by_text("C’est noté : vous vous en occupez.")).to_be_visible()


async def test_two_at_once_the_second_is_told_who_was_faster(room: Room, pair: Logins, colleague: str) -> None:
    claire, hugo = await board(room, pair.supervisor), await board(room, colleague)
    lea = await room.seat(pair.mentee)
    await lea.say(SUICIDE)
    await expect(cases(hugo)).to_contain_text("Attendu de Claire")
    await expect(hugo.page.get_by_text("Un appel critique sonne")).to_have_count(0)  # it was not for him
    await hugo.context.set_offline(True)  # he does not hear that she was faster
    await cases(claire).get_by_role("button", name="Je m’en occupe").click()
    await expect(cases(claire)).to_contain_text("Vous suivez ce dossier")
    await expect(cases(hugo)).to_contain_text("Attendu de Claire")
    await hugo.page.evaluate("window.cut = true")
    await hugo.page.route("**/socket.io/**", lambda route: route.abort())
    await hugo.context.set_offline(False)
    await cases(hugo).get_by_role("button", name="Je m’en occupe").click()
    await expect(hugo.page.get_by_role("alert")).to_have_text("Ce dossier est déjà suivi par Claire.")
    await expect(hugo.page.get_by_text("Suivi par Claire")).not_to_have_count(0)


async def test_the_strip_leads_there_from_every_page_also_on_a_telephone(room: Room, pair: Logins) -> None:
    claire, lea = await room.seat(pair.supervisor, viewport=TELEPHONE), await room.seat(pair.mentee)
    await lea.say(SUICIDE)
    strip = claire.page.get_by_role("link", name="Un dossier vous attend")
    await expect(strip).to_be_visible()
    await claire.page.goto(claire.address + "#/data")
    await strip.click()
    await expect(claire.page.get_by_role("heading", level=1)).to_have_text(re.compile("^Dossier [0-9A-Z]{5}$"))
    await expect(strip).to_have_count(0)
    wide = await claire.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide
    await claire.page.get_by_role("button", name="Je m’en occupe").click()
    await expect(claire.page.get_by_text("C’est noté : vous vous en occupez.")).to_be_visible()


async def test_a_case_from_its_opening_to_its_end(room: Room, pair: Logins, colleague: str) -> None:
    claire, hugo = await room.seat(pair.supervisor), await room.seat(colleague)
    page = claire.page
    await page.get_by_role("link", name="Dossiers", exact=True).click()
    await claire.press("Ouvrir un dossier")
    form = page.get_by_role("dialog", name="Ouvrir un dossier")
    await form.get_by_label("À propos de qui").select_option(label="Julien · Léa")
    await form.get_by_label("De quoi s’agit-il").select_option(label="mal-être")
    await form.get_by_label("Gravité").select_option(label="À relire")
    await form.get_by_label("Ce que vous savez").fill("Elle ne vient plus au club.")
    await form.get_by_role("button", name="Ouvrir un dossier").click()
    await expect(page.get_by_text("Vous suivez ce dossier")).to_be_visible()
    await expect(page.get_by_text("Elle ne vient plus au club.")).to_be_visible()
    reference = (await page.get_by_role("heading", level=1).inner_text()).removeprefix("Dossier ")

    await claire.press("Écrire une note")
    form = page.get_by_role("dialog", name="Écrire une note")
    await form.get_by_label("Note").fill("Sa mère est seule le soir.")
    await form.get_by_label("Qui peut la lire").select_option("confidential")
    await form.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_text("Sa mère est seule le soir.")).to_be_visible()
    await claire.press("Ajouter une chose à faire")
    form = page.get_by_role("dialog", name="Ajouter une chose à faire")
    await form.get_by_label("Quoi").fill("Appeler le collège")
    await form.get_by_label("Qui (facultatif)").select_option(label="Hugo")
    await form.get_by_role("button", name="Ajouter").click()
    await page.get_by_role("button", name="C’est fait : Appeler le collège").click()
    await expect(page.get_by_text("Fait par Claire")).to_be_visible()

    await hugo.page.goto(page.url)
    await expect(hugo.page.get_by_text("Vous voyez l’essentiel de ce dossier")).to_be_visible()
    assert "Léa" not in await hugo.page.get_by_role("main").inner_text()

    await claire.press("J’ai commencé à agir")
    form = page.get_by_role("dialog", name="J’ai commencé à agir")
    await form.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_text("En cours · Vous suivez ce dossier")).to_be_visible()
    await claire.press("Confier")
    form = page.get_by_role("dialog", name="Confier le dossier")
    await form.get_by_label("À qui").select_option(label="Hugo")
    await form.get_by_role("button", name="Confier").click()
    await expect(page.get_by_text("Suivi par Hugo")).to_be_visible()
    await expect(page.get_by_text("Claire a confié le dossier à Hugo.")).to_be_visible()

    await expect(hugo.page.get_by_text("Vous suivez ce dossier")).to_be_visible()
    await expect(hugo.page.get_by_text("Sa mère est seule le soir.")).to_be_visible()
    await hugo.press("Clore")
    form = hugo.page.get_by_role("dialog", name="Clore le dossier")
    await form.get_by_label("Comment cela se termine").select_option(label="la situation est réglée")
    await form.get_by_label("En une phrase ou deux").fill("Elle revient lundi.")
    await form.get_by_role("button", name="Clore").click()
    await expect(hugo.page.get_by_text("Fin : la situation est réglée")).to_be_visible()
    await page.goto(claire.address + "#/cases")
    await claire.press("Clos")
    await expect(cases(claire).filter(has_text=reference)).to_contain_text("Fin : la situation est réglée")


async def test_people_and_messages_are_added_and_taken_back(room: Room, pair: Logins) -> None:
    """By keyboard where it matters, and on a telephone."""
    claire, lea = await room.seat(pair.supervisor, viewport=TELEPHONE), await room.seat(pair.mentee)
    await lea.say("Le car est encore passé sans moi.")
    await lea.reads("Le car est encore passé sans moi.")
    await lea.say(SUICIDE)
    page = claire.page
    await page.get_by_role("link", name="Un dossier vous attend").click()
    await page.get_by_role("button", name="Je m’en occupe").click()
    await expect(page.get_by_text("C’est noté : vous vous en occupez.")).to_be_visible()

    about = page.get_by_role("region", name="De quoi il s’agit")
    await about.get_by_role("button", name="Lire les messages autour").click()
    added = about.get_by_role("button", name="Ajouter au dossier")
    await expect(added).to_have_count(0)  # behind the blur nothing takes the focus
    await about.locator(".around").get_by_role("button", name="Afficher le texte").click()
    await added.first.focus()
    await page.keyboard.press("Enter")
    message = about.locator(".case-message")
    await expect(message).to_contain_text("Ajouté par Claire")
    await expect(message).not_to_contain_text("Le car est encore")
    await message.get_by_role("button", name="Lire le message").click()
    await message.get_by_role("button", name="Afficher le texte").click()
    await expect(message.locator(".is-flagged")).to_contain_text("Le car est encore passé sans moi.")
    await message.get_by_role("button", name="Retirer ce message du dossier").click()
    form = page.get_by_role("dialog", name="Retirer ce message du dossier")
    await form.get_by_role("button", name="Retirer", exact=True).click()
    await expect(form.get_by_role("alert")).to_be_visible()  # not without a reason
    await form.get_by_label("Pourquoi").fill("C’était un autre jour.")
    await form.get_by_role("button", name="Retirer", exact=True).click()
    await expect(message).to_have_count(0)
    timeline = page.get_by_role("region", name="Ce qui s’est passé")
    await expect(timeline).to_contain_text("Claire a retiré un message du dossier.")
    await expect(timeline).to_contain_text("C’était un autre jour.")

    people = page.get_by_role("region", name="Qui est dans ce dossier")
    await people.get_by_role("button", name="Ajouter une personne").click()
    form = page.get_by_role("dialog", name="Ajouter une personne")
    await form.get_by_label("Qui", exact=True).select_option(label="Julien (mentor)")
    await form.get_by_label("À quel titre").select_option("witness")
    await form.get_by_role("button", name="Ajouter", exact=True).click()
    await expect(people.get_by_role("listitem").filter(has_text="Julien")).to_contain_text("mentor · témoin")
    await people.get_by_role("button", name="Retirer Julien (témoin)").click()
    form = page.get_by_role("dialog", name="Retirer une personne du dossier")
    await form.get_by_label("Pourquoi").fill("Il n’était pas là.")
    await form.get_by_role("button", name="Retirer", exact=True).click()
    await expect(people).not_to_contain_text("Julien")
    wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide

    await lea.page.goto(lea.address + "#/journal")
    await expect(
        lea.page.get_by_text("A lu, dans un dossier de suivi, quelques messages de ta discussion.")
    ).to_be_visible()


async def test_a_message_of_a_conversation_goes_into_a_case_from_where_it_is_read(room: Room, pair: Logins) -> None:
    claire, lea = await room.seat(pair.supervisor), await room.seat(pair.mentee)
    await lea.say("Bonjour")
    await lea.say(SUICIDE)
    await expect(claire.page.get_by_role("link", name="Un dossier vous attend")).to_be_visible()
    await claire.page.goto(claire.address + "#/home")
    await claire.page.get_by_role("link", name=re.compile("Julien")).first.click()
    await claire.press("Entrer, visible de tous")
    await claire.reads("Bonjour")
    await claire.page.get_by_role("link", name="Signaler ce message").first.click()
    await expect(claire.page.get_by_role("heading", name="Ou l’ajouter à un dossier")).to_be_visible()
    await claire.press("Ajouter au dossier")
    await claire.page.get_by_role("link", name="Voir le dossier").click()
    await expect(claire.page.locator(".case-message")).to_contain_text("Ajouté par Claire")


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    """A server whose clock the test moves."""
    async with served(database) as house:
        yield house


async def test_an_outside_contact_says_that_they_heard(house: House) -> None:
    if CHROMIUM is None:
        pytest.skip("no Chromium on PATH: install the system's package 'chromium'")
    nadia = await house.person(Role.ADMIN, "Nadia")
    contact = str(new_id())
    outside = {"id": contact, "name": "La ligne de garde", "email": "garde@example.org"}
    assert (await house.ask(nadia, "POST", "/api/v1/reach/contacts", outside)).status == 204
    body = {"revision": 0, "fallback": contact, "accept_gaps": True}
    planned = await house.ask(nadia, "PUT", "/api/v1/duty", body)
    assert planned.status < 300, planned.body
    pair = await house.room()
    assert (await (await house.open(pair.mentee)).say(pair, SUICIDE))["ok"]
    for step in range(1, 5):
        async with asyncio.timeout(10):
            while (await house.sql("select count(*) from case_pages"))[0][0] < step:
                await asyncio.sleep(0.01)
        house.clock.advance(timedelta(minutes=5).total_seconds())
        await house.capabilities.escalation.pager.look()
    links = await house.sql("select distinct link from deliveries where contact_id is not null")
    assert len(links) == 1
    async with async_playwright() as tool:
        browser = await tool.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": 360, "height": 640}, locale="fr-FR")
        page = await context.new_page()
        await page.goto(house.site.url + links[0][0])
        await expect(page.get_by_role("heading", level=1)).to_have_text("Quelqu’un a besoin de vous")
        told = await page.get_by_role("main").inner_text()
        assert not any(word in told for word in ("Lea", "Julien", "suicid", "mourir"))
        await page.get_by_role("button", name="Je m’en occupe").click()
        await expect(page.get_by_text("C’est noté : vous vous en occupez.")).to_be_visible()
        await page.reload()
        await expect(page.get_by_text("C’est noté : vous vous en occupez.")).to_be_visible()
        await browser.close()
    rows = await house.sql("select state, acknowledged_outside from cases")
    assert [(state, str(who)) for state, who in rows] == [("acknowledged", contact)]


async def test_what_was_reported_stands_in_the_file_with_a_word_back(room: Room, pair: Logins, admin: Api) -> None:
    claire, lea = await room.seat(pair.supervisor), await room.seat(pair.mentee)
    told = """async (id) => {
      const { people } = await (await fetch('/api/v1/reports/people')).json();
      const julien = people.find(({ role }) => role === 'mentor').id;
      const body = JSON.stringify({ id, subject: 'person', kind: 'uneasy', person: julien, words: 'Il insiste.' });
      const headers = { 'Content-Type': 'application/json' };
      return (await fetch('/api/v1/reports', { method: 'POST', headers, body })).status;
    }"""
    assert await lea.page.evaluate(told, str(new_id())) == 200
    mine = """async () => {
      const { cases } = await (await fetch('/api/v1/cases')).json();
      return cases.find(({ origin, sight }) => origin === 'report' && sight === 'whole').id;
    }"""
    await claire.page.evaluate("(id) => { location.hash = `#/case/${id}` }", await claire.page.evaluate(mine))
    about = claire.page.get_by_role("region", name="De quoi il s’agit")
    await expect(about).to_contain_text("Il insiste.")
    await about.get_by_role("textbox").fill("Merci, je t’appelle ce soir.")
    await about.get_by_role("textbox").press("Tab")
    await claire.page.keyboard.press("Enter")
    await expect(about.get_by_text("Merci, je t’appelle ce soir.")).to_be_visible()
