"""How one is told while the page is closed: choosing it, a try that arrives, what a notification shows and opens."""

import json
import re
from typing import Any

import pytest
from playwright.async_api import Worker, expect

from server.kernel.identifiers import new_id
from tests.browser.conftest import TELEPHONE, Api, Logins, Person, Room, make_pair
from tests.support.entry import letters

# Chromium without Google's keys has no push service to subscribe with. In its place stands what one would give: an
# address and a key. All else is the browser's own: permission, worker, push event, notification.
_SUBSCRIBES = """
const plain = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const given = () => {
  const kept = JSON.parse(localStorage.getItem('tests.push'));
  return kept && {
    endpoint: kept.endpoint,
    options: {applicationServerKey: new Uint8Array(kept.server).buffer},
    toJSON: () => ({endpoint: kept.endpoint, keys: kept.keys}),
    unsubscribe: async () => { localStorage.removeItem('tests.push'); return true; },
  };
};
PushManager.prototype.getSubscription = async () => given();
PushManager.prototype.subscribe = async ({applicationServerKey}) => {
  const made = await crypto.subtle.generateKey({name: 'ECDH', namedCurve: 'P-256'}, true, ['deriveBits']);
  localStorage.setItem('tests.push', JSON.stringify({
    endpoint: 'https://fcm.googleapis.com/fcm/send/' + crypto.randomUUID(),
    keys: {
      p256dh: plain(await crypto.subtle.exportKey('raw', made.publicKey)),
      auth: plain(crypto.getRandomValues(new Uint8Array(16))),
    },
    server: [...applicationServerKey],
  }));
  return given();
};
"""


async def open_page(person: Person, title: str = "Comment vous joindre") -> None:
    # The menu closes when the page behind it is there at last.
    await expect(person.page.get_by_role("heading", level=1)).to_be_visible()
    await person.page.get_by_role("button", name="Mon compte").click()
    await person.page.get_by_role("link", name=title).click()
    await expect(person.page.get_by_role("heading", level=1, name=title)).to_be_visible()


def give_mail(admin: Api, login: str) -> str:
    (account,) = [one for one in admin.ask("GET", "accounts")["accounts"] if one["login"] == login]
    card = admin.ask("GET", f"accounts/{account['id']}")
    kept = {name: card[name] for name in ("version", "name", "language", "zone")}
    admin.ask("PUT", f"accounts/{account['id']}", {**kept, "email": f"{login}@example.org"})
    return f"{login}@example.org"


async def test_choosing_and_a_try_that_arrives(room: Room, admin: Api, pair: Logins) -> None:
    address = give_mail(admin, pair.supervisor)
    claire = await room.seat(pair.supervisor)
    await open_page(claire)
    page = claire.page
    await expect(page.get_by_text(address)).to_be_visible()
    await page.get_by_label("Un e-mail").uncheck()
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("alert")).to_have_text(re.compile("Il doit rester au moins un moyen"))
    await page.get_by_label("Un e-mail").check()
    await page.get_by_label("De", exact=True).fill("20:30")
    await page.get_by_label("Numéro de travail à montrer").fill("01 42 76 12 12")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_text("C’est enregistré.")).to_be_visible()
    await expect(page.get_by_label("Numéro de travail à montrer")).to_have_value("+33142761212")
    await page.reload()
    await expect(page.get_by_label("De", exact=True)).to_have_value("20:30")

    await page.get_by_role("button", name="M’envoyer un essai").click()
    await expect(page.get_by_text(re.compile("Essai de .* il est parti."))).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="E-mail")).to_have_text(
        "E-mail parti (gardé sur le serveur\u00a0: aucun serveur de courrier n’est réglé)"
    )
    told = [one["Subject"] for one in letters(room.server.data) if one["To"] == address]
    assert told.count("Ceci est un essai\u00a0: Binôme arrive bien jusqu’à vous") == 1


async def test_nobody_is_asked_for_notifications_unasked(room: Room, pair: Logins) -> None:
    """Neither on arriving nor on opening the page; a no of the browser is told in plain words."""
    lea = await room.seat(viewport=TELEPHONE)
    await lea.context.add_init_script("""
        let said = 'default'; // headless Chromium says no by itself
        Object.defineProperty(Notification, 'permission', {get: () => said});
        Notification.requestPermission = async () => { window.wasAsked = true; return (said = 'denied'); };
    """)
    await lea.sign_in(pair.mentee)
    await lea.in_room()
    await lea.page.get_by_role("link", name="Accueil").click()
    await open_page(lea, "Comment te joindre")
    await expect(lea.page.get_by_role("button", name="Activer les notifications ici")).to_be_visible()
    assert await lea.page.evaluate("window.wasAsked") is None
    await lea.page.get_by_role("button", name="Activer les notifications ici").click()
    await expect(lea.page.get_by_role("alert")).to_have_text(re.compile("Ce navigateur a gardé un refus"))
    assert await lea.page.evaluate("window.wasAsked") is True
    await expect(lea.page.get_by_text("Aucun appareil pour le moment.")).to_be_visible()


NOTIFIED = ["notifications", "microphone", "camera"]
SHOWS = "Cet appareil affiche les notifications."


async def test_notifications_on_this_device(room: Room, pair: Logins) -> None:
    julien = await room.seat(pair.mentor, permissions=NOTIFIED)
    await julien.context.add_init_script(_SUBSCRIBES)
    await julien.page.goto(f"{julien.address}#/reach")
    await julien.page.reload()
    await julien.page.get_by_role("button", name="Activer les notifications ici").click()
    await expect(julien.page.get_by_text(SHOWS)).to_be_visible()
    await expect(julien.page.get_by_text("Un appareil.")).to_be_visible()
    await julien.page.get_by_role("button", name="Ne plus notifier ici").click()
    await expect(julien.page.get_by_text("Aucun appareil pour le moment.")).to_be_visible()
    assert await julien.page.evaluate("localStorage.getItem('tests.push')") is None


async def test_notifications_end_with_the_session_and_belong_to_who_switched_them_on(
    room: Room, admin: Api, pair: Logins
) -> None:
    """Julien signs out and in again: his go on. Another mentor signs in on the same device: they are nobody's."""
    other = make_pair(admin)
    here = await room.seat(pair.mentor, permissions=NOTIFIED)
    await here.context.add_init_script(_SUBSCRIBES)
    await here.page.goto(f"{here.address}#/reach")
    await here.page.reload()
    await here.page.get_by_role("button", name="Activer les notifications ici").click()
    await expect(here.page.get_by_text(SHOWS)).to_be_visible()

    await here.page.get_by_role("button", name="Mon compte").click()
    await here.page.get_by_role("button", name="Se déconnecter").click()
    await here.sign_in(pair.mentor)
    await here.in_room()  # their only one, which opens by itself: the menu would close above it
    await open_page(here)
    await expect(here.page.get_by_text("Un appareil.")).to_be_visible()
    await expect(here.page.get_by_text(SHOWS)).to_be_visible()

    await here.page.get_by_role("button", name="Mon compte").click()
    await here.page.get_by_role("button", name="Se déconnecter").click()
    await here.sign_in(other.mentor)
    await here.page.wait_for_function("localStorage.getItem('tests.push') === null")
    await open_page(here)
    await expect(here.page.get_by_text("Aucun appareil pour le moment.")).to_be_visible()


async def worker_of(person: Person) -> Worker:
    await person.page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    workers = person.context.service_workers
    return workers[0] if workers else await person.context.wait_for_event("serviceworker")


async def push(person: Person, data: str) -> None:
    """As the push service hands a message to the browser."""
    tool = await person.context.new_cdp_session(person.page)
    found: list[str] = []
    tool.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    await tool.send("ServiceWorker.enable")
    while not found:
        await person.page.wait_for_timeout(20)
    origin = person.address.rstrip("/")
    await tool.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": found[0], "data": data})
    await tool.detach()


_SHOWN = """async () => (await registration.getNotifications())
    .map(({title, body, tag, data}) => ({title, body, tag, data}))"""


async def shown(worker: Worker, count: int) -> list[dict[str, Any]]:
    for _ in range(200):
        found: list[dict[str, Any]] = await worker.evaluate(_SHOWN)
        if len(found) == count:
            return found
        await worker.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    raise AssertionError(f"{found} are shown")


@pytest.mark.parametrize("wrong", ["", "no JSON", json.dumps({"link": "https://evil.example/"}), "null"])
async def test_what_cannot_be_read_still_shows_something_and_leads_nowhere(
    room: Room, pair: Logins, wrong: str
) -> None:
    julien = await room.seat(pair.mentor, permissions=NOTIFIED)
    worker = await worker_of(julien)
    await push(julien, wrong)
    (one,) = await shown(worker, 1)
    assert (one["title"], one["data"]) == ("Binôme", None)


async def test_a_notification_says_that_something_waits_and_opens_where(room: Room, pair: Logins) -> None:
    julien = await room.seat(pair.mentor, permissions=NOTIFIED)
    worker = await worker_of(julien)
    said = {"id": str(new_id()), "kind": "message", "text": "Vous avez un message sur Binôme", "link": "/#/reach"}
    for _ in range(2):  # what is sent twice is shown once
        await push(julien, json.dumps(said))
    assert await shown(worker, 1) == [
        {"title": "Binôme", "body": "Vous avez un message sur Binôme", "tag": said["id"], "data": "/#/reach"}
    ]
    await worker.evaluate(
        """async () => {
            const [notification] = await registration.getNotifications();
            self.dispatchEvent(new NotificationEvent('notificationclick', {notification}));
        }"""
    )
    await expect(julien.page.get_by_role("heading", level=1, name="Comment vous joindre")).to_be_visible()
    assert await shown(worker, 0) == []


async def test_an_admin_sees_who_is_out_of_reach_and_keeps_contacts(room: Room, admin: Api, pair: Logins) -> None:
    alice = await room.seat("admin")
    page = alice.page
    people = page.get_by_role("region", name="Joindre les professionnels")
    await expect(people.get_by_role("listitem").first).to_contain_text("Par rien")
    contacts = page.get_by_role("region", name="Contacts extérieurs")
    name = f"Ligne de garde {pair.mentor}"
    await contacts.get_by_role("button", name="Ajouter").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Nom").fill(name)
    await dialog.get_by_role("button", name="Enregistrer").click()
    await expect(dialog.get_by_role("alert")).to_have_text(re.compile("Il manque un moyen de joindre"))
    await dialog.get_by_label("Téléphone").fill("01 42 76 12 12")
    await dialog.get_by_role("button", name="Enregistrer").click()
    line = contacts.get_by_role("listitem").filter(has_text=name)
    await expect(line).to_contain_text("+33142761212")
    await line.get_by_role("button", name=f"Retirer {name}").click()
    await page.get_by_role("dialog").get_by_role("button", name="Retirer", exact=True).click()
    await expect(line).to_have_count(0)
    young = page.get_by_role("region", name="Prévenir les jeunes")
    await young.get_by_label("SMS").uncheck()
    await expect(young.get_by_text("C’est enregistré.")).to_be_visible()
    assert admin.ask("GET", "reach/young")["sms"] is False
    await young.get_by_label("SMS").check()
