"""A professional in a session, before real browsers: announced, observing, writing aside, pausing, leading, ending."""

import re
from typing import Any

import pytest
from playwright.async_api import WebSocket, expect

from tests.browser.calls.test_calls import SENT, joins, receives, tiles
from tests.browser.conftest import Logins, Person, Room

pytestmark = pytest.mark.timeout(240)

ASIDE = "demande-lui comment va le lycée"
ANSWER = "bonne idée, j’y viens"


async def in_call_with_claire(room: Room, pair: Logins, **options: Any) -> tuple[Person, Person, Person, list[str]]:
    """Julien, Léa and, after she knocked, Claire; and all that came down to Léa by the socket."""
    julien, lea = await room.seat(pair.mentor, **options), await room.seat(**options)
    heard: list[str] = []
    lea.page.on("websocket", lambda socket: _listen(socket, heard))
    await lea.sign_in(pair.mentee)
    await joins(julien, "Appel vidéo")
    await joins(lea, "Rejoindre avec caméra")
    claire = await room.seat(pair.supervisor, **options)
    await claire.page.get_by_role("link", name="Ouvrir le salon").click()
    await claire.press("Entrer, visible de tous")
    await claire.press("S’annoncer et entrer")
    await expect(claire.page.get_by_text(re.compile(r"Votre arrivée est annoncée\s: entrée dans"))).to_be_visible()
    for person in (julien, lea):
        await expect(person.page.locator(".notice-staff", has_text="va entrer dans l’appel")).to_be_visible()
        await expect(tiles(person)).to_have_count(2)
    await expect(claire.page.get_by_role("status").get_by_text("Appel en cours", exact=True)).to_be_visible(
        timeout=30_000
    )
    return julien, lea, claire, heard


def _listen(socket: WebSocket, heard: list[str]) -> None:
    socket.on("framereceived", lambda frame: heard.append(frame if isinstance(frame, str) else repr(frame)))


async def test_a_professional_observes_writes_aside_and_pauses(room: Room, pair: Logins) -> None:
    julien, lea, claire, heard = await in_call_with_claire(room, pair)
    await receives(claire, video=2, audio=2)
    for person in (julien, lea):
        await expect(tiles(person).filter(has_text="Claire")).to_contain_text("observe")
        await receives(person, video=1, audio=1)
    assert await claire.page.evaluate(SENT) == 0

    await claire.press("Écrire au mentor")
    await claire.page.get_by_label("Quelques mots pour le mentor").fill(ASIDE)
    await claire.press("Envoyer à part")
    await expect(julien.page.get_by_text(ASIDE)).to_be_visible()
    await julien.page.get_by_label("Répondre à part").fill(ANSWER)
    await julien.press("Envoyer à part")
    await expect(claire.page.get_by_text(ANSWER)).to_be_visible()

    await lea.page.get_by_label("Écrire un message").fill("attends, je finis")
    await claire.press("Mettre en pause")
    form = claire.page.get_by_role("dialog")
    await form.get_by_role("button", name="Mettre en pause").click()
    await expect(form.get_by_role("alert")).to_have_text("Il manque la raison.")
    await form.get_by_label("Pourquoi").select_option(label="Pour souffler un moment")
    await form.get_by_role("button", name="Mettre en pause").click()
    for person in (julien, lea):
        await expect(person.page.get_by_role("status").filter(has_text="L’appel est en pause.")).to_contain_text(
            "Claire propose une petite pause."
        )
        await expect(person.page.get_by_text("La discussion est en pause")).to_be_visible()
        await expect(person.page.get_by_label("Écrire un message")).to_have_count(0)
        await receives(person, video=0, audio=0)
    await expect(lea.page.get_by_text("Ce que tu étais en train d’écrire est gardé.", exact=False)).to_be_visible()

    await claire.press("Reprendre")
    for person in (julien, lea):
        await expect(person.page.get_by_text("L’appel est en pause.")).to_have_count(0)
        await receives(person, video=1, audio=1)
    await expect(lea.page.get_by_label("Écrire un message")).to_have_value("attends, je finis")
    await lea.press("Envoyer")
    await julien.reads("attends, je finis")

    assert any("attends, je finis" in frame or "Claire" in frame for frame in heard), "frames can be read here"
    for secret in (ASIDE, ANSWER):
        assert not any(secret in frame for frame in heard)
        await expect(lea.page.get_by_text(secret)).to_have_count(0)


async def test_a_professional_leads_puts_out_and_ends(room: Room, pair: Logins) -> None:
    julien, lea, claire, _ = await in_call_with_claire(room, pair)
    await claire.press("Prendre la main")
    await expect(tiles(lea).filter(has_text="Claire")).to_contain_text("mène l’échange")
    await expect(tiles(lea).filter(has_text="Julien")).to_contain_text("laisse la parole")
    await expect(julien.page.get_by_text("on ne vous entend pas et on ne vous voit pas.")).to_be_visible()
    await receives(lea, video=0, audio=1)
    await claire.press("Rendre la main")
    await expect(tiles(lea).filter(has_text="Julien")).not_to_contain_text("laisse la parole")
    await receives(lea, video=1, audio=2)
    await claire.press("Observer sans parler")
    await expect(tiles(lea).filter(has_text="Claire")).to_contain_text("observe")
    await receives(lea, video=1, audio=1)

    await claire.press("Intervenir")
    form = claire.page.get_by_role("dialog")
    await form.get_by_label("Faire sortir Julien des appels").check()
    await form.get_by_label("Pourquoi").select_option(label="Pour revenir sur ce qui a été dit")
    await form.get_by_role("button", name="Faire sortir Julien des appels").click()
    await expect(tiles(lea).filter(has_text="Julien")).to_be_visible()  # once more first
    await form.get_by_role("button", name="Oui, faire sortir Julien").click()
    kept_out = julien.page.get_by_role("alert").filter(has_text="L’équipe a demandé une pause dans les appels")
    await expect(kept_out).to_be_visible()
    await expect(tiles(lea).filter(has_text="Julien")).to_have_count(0)
    await julien.page.reload()
    await expect(kept_out).to_be_visible()
    await expect(julien.page.get_by_role("button", name=re.compile("Rejoindre|Appel v"))).to_have_count(0)
    await expect(claire.page.get_by_text("Julien est hors des appels pour le moment.")).to_be_visible()
    await expect(lea.page.get_by_text("hors des appels")).to_have_count(0)
    await claire.press("Intervenir")
    await expect(form.get_by_label("Faire sortir Léa des appels")).to_be_visible()
    await expect(form.get_by_label("Faire sortir Julien des appels")).to_have_count(0)
    await claire.page.keyboard.press("Escape")
    await claire.press("Laisser Julien revenir dans les appels")
    await expect(claire.page.get_by_text("Julien est hors des appels")).to_have_count(0)
    await expect(kept_out).to_have_count(0)
    await joins(julien, "Rejoindre avec caméra")
    await claire.press("Intervenir")
    await form.get_by_label("Pourquoi").select_option(label="Quelque chose ne marche pas")
    await form.get_by_role("button", name="Terminer l’appel pour tous").click()
    for person in (julien, lea):
        await expect(person.page.get_by_role("alert")).to_contain_text("L’équipe a mis fin à l’appel")
        await expect(person.page.get_by_role("button", name="Appel vidéo")).to_be_enabled()


async def test_who_thinks_better_of_it_does_not_come(room: Room, pair: Logins) -> None:
    julien, claire = await room.seat(pair.mentor), await room.seat(pair.supervisor)
    await joins(julien, "Appel vocal")
    await claire.page.get_by_role("link", name="Ouvrir le salon").click()
    await claire.press("Entrer, visible de tous")
    await claire.press("S’annoncer et entrer")
    notice = julien.page.locator(".notice-staff", has_text="va entrer dans l’appel")
    await expect(notice).to_be_visible()
    await claire.press("Annuler")
    await expect(notice).to_have_count(0)
    await expect(claire.page.get_by_role("button", name="S’annoncer et entrer")).to_be_enabled()
    await expect(tiles(julien)).to_have_count(1)
