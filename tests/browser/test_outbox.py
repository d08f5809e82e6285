"""What is written without a network, or without a session, goes later: once, in order, and as its author."""

from playwright.async_api import expect

from tests.browser.conftest import Api, Logins, Room, make_pair


async def test_messages_written_offline_go_by_themselves(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await julien.say("avant le tunnel")
    await lea.reads("avant le tunnel")
    await expect(julien.page.get_by_text("Lu", exact=True)).to_be_visible()
    await lea.context.set_offline(True)
    for text in ("un", "deux", "trois"):
        await lea.say(text)
    await expect(lea.page.get_by_text("En attente du réseau")).to_have_count(3)
    await expect(lea.page.get_by_text("Hors connexion")).to_be_visible()
    await julien.say("pendant le tunnel")
    await expect(julien.page.get_by_text("Envoyé", exact=True)).to_be_visible()  # it has its place
    await lea.context.set_offline(False)
    await lea.reads("pendant le tunnel")
    await expect(lea.page.get_by_text("En attente du réseau")).to_have_count(0)
    await julien.reads("trois")
    expected = ["avant le tunnel", "pendant le tunnel", "un", "deux", "trois"]
    assert await julien.texts() == await lea.texts() == expected


async def test_they_survive_a_reload_without_a_network(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await lea.in_room()
    await lea.page.evaluate("navigator.serviceWorker.ready")
    await lea.context.set_offline(True)
    await lea.say("écrit dans le bus")
    await expect(lea.page.get_by_text("En attente du réseau")).to_be_visible()
    await lea.page.reload()
    await lea.reads("écrit dans le bus")
    await expect(lea.page.get_by_text("En attente du réseau")).to_be_visible()
    await lea.context.set_offline(False)
    await julien.reads("écrit dans le bus")
    await expect(lea.page.get_by_text("En attente du réseau")).to_have_count(0)
    assert await lea.texts() == await julien.texts() == ["écrit dans le bus"]


async def test_an_answer_lost_on_the_way_doubles_nothing(room: Room, pair: Logins) -> None:
    """The message arrives, its acknowledgement does not; the retry carries the same identifier."""
    julien, lea = await room.seat(pair.mentor), await room.seat()
    await lea.page.add_init_script(
        """
        const Made = WebSocket;
        window.WebSocket = class extends Made {
          set onmessage(handler) {
            super.onmessage = (event) => {
              if (window.deaf && /^43/.test(event.data)) { this.close(); window.deaf = false; return; }
              handler(event);
            };
          }
        };
        """
    )
    await lea.sign_in(pair.mentee)
    await lea.in_room()
    await julien.say("bonjour")
    await lea.reads("bonjour")
    await lea.page.wait_for_timeout(1_000)  # marks of the first message are acknowledged
    await lea.page.evaluate("window.deaf = true")
    await lea.say("une seule fois")
    await expect(lea.page.get_by_text("Envoi…")).to_have_count(0, timeout=20_000)
    await julien.reads("une seule fois")
    assert await lea.page.evaluate("window.deaf") is False, "an acknowledgement was lost"
    assert await julien.texts() == await lea.texts() == ["bonjour", "une seule fois"]


async def test_an_ended_session_keeps_what_was_not_sent_for_its_author(room: Room, pair: Logins, admin: Api) -> None:
    other = make_pair(admin)
    julien = await room.seat(pair.mentor)
    lea = await room.seat(pair.mentee)
    await lea.in_room()
    await lea.context.set_offline(True)
    await lea.say("un secret pour Julien")
    await expect(lea.page.get_by_text("En attente du réseau")).to_be_visible()
    await lea.context.clear_cookies()  # the session is gone by the time the network is back
    await lea.context.set_offline(False)
    await expect(lea.page.get_by_text("La session est terminée.", exact=False)).to_be_visible()
    await expect(lea.page.get_by_text("Un message attend sur cet appareil.", exact=False)).to_be_visible()

    await lea.fill_in(other.mentee)  # somebody else, on the same device
    await lea.in_room()
    await lea.say("je suis quelqu’un d’autre")
    await expect(lea.page.get_by_text("Envoyé", exact=True)).to_be_visible()
    assert await lea.texts() == ["je suis quelqu’un d’autre"]
    await lea.press("Mon compte")
    await lea.press("Se déconnecter")

    await lea.fill_in(pair.mentee)
    await julien.reads("un secret pour Julien")
    await lea.reads("un secret pour Julien")
    assert await lea.texts() == await julien.texts() == ["un secret pour Julien"]


async def test_signing_out_asks_what_becomes_of_the_unsent(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await lea.in_room()
    await lea.context.set_offline(True)
    await lea.say("finalement non")
    await expect(lea.page.get_by_text("En attente du réseau")).to_be_visible()
    await lea.press("Mon compte")
    await lea.press("Se déconnecter")
    await expect(lea.page.get_by_role("dialog")).to_contain_text("Un message n’est pas encore parti")
    await lea.press("Effacer et se déconnecter")
    await lea.context.set_offline(False)
    await lea.sign_in(pair.mentee)
    await lea.say("bonjour")
    await julien.reads("bonjour")
    assert await julien.texts() == ["bonjour"]


async def test_two_tabs_send_each_message_once(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await lea.in_room()
    second = await lea.context.new_page()
    await second.goto(lea.address)
    await expect(second.get_by_label("Écrire un message")).to_be_visible()
    await lea.context.set_offline(True)
    for number in range(6):
        page = lea.page if number % 2 else second
        await page.get_by_label("Écrire un message").fill(f"n° {number}")
        await page.get_by_role("button", name="Envoyer").click()
        await expect(lea.page.get_by_text("En attente du réseau")).to_have_count(number + 1)
    await lea.context.set_offline(False)
    await julien.reads("n° 5")
    expected = [f"n° {number}" for number in range(6)]
    assert await julien.texts() == expected
    await expect(lea.page.get_by_text("En attente du réseau")).to_have_count(0)
    await expect(second.get_by_text("En attente du réseau")).to_have_count(0)
    assert await lea.texts() == await second.locator(".bubble").all_inner_texts() == expected
