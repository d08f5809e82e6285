"""A mentor, a young person and a professional: what each of them sees, and what never reaches whom."""

import asyncio

from playwright.async_api import Route, WebSocket, expect

from tests.browser.conftest import Logins, Room


async def test_what_one_writes_the_other_reads(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await julien.say("Bonjour Léa !")
    await lea.reads("Bonjour Léa !")
    await lea.say("coucou\nça va ?")
    await julien.reads("ça va ?")
    assert await julien.texts() == await lea.texts() == ["Bonjour Léa !", "coucou\nça va ?"]
    await expect(lea.page.get_by_text("Lu", exact=True)).to_be_visible()


async def test_a_message_is_received_before_it_is_seen(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await lea.page.get_by_role("link", name="Accueil").click()
    await julien.say("Tu es là ?")
    await expect(julien.page.get_by_text("Reçu", exact=True)).to_be_visible()
    await expect(lea.page.get_by_text("1 nouveau message")).to_be_visible()
    await lea.page.get_by_role("link", name="Ouvrir le salon avec Julien").click()
    await expect(julien.page.get_by_text("Lu", exact=True)).to_be_visible()


async def test_who_writes_and_who_is_there_shows(room: Room, pair: Logins) -> None:
    julien = await room.seat(pair.mentor)
    lea = await room.seat(pair.mentee)
    await expect(julien.page.get_by_text("En ligne")).to_be_visible()
    await lea.page.get_by_label("Écrire un message").press_sequentially("je")
    await expect(julien.page.get_by_text("Léa écrit…")).to_be_visible()
    await lea.context.close()
    await expect(julien.page.get_by_text("En ligne")).to_have_count(0)


async def test_a_telephone_number_waits_for_the_professional(room: Room, pair: Logins) -> None:
    """Promise 2, from keyboard to screen: held, on the supervisor's screen by itself, released, read."""
    julien, lea = await room.seat(pair.mentor), await room.seat()
    frames: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(str(frame)))

    lea.page.on("websocket", listen)
    await lea.sign_in(pair.mentee)
    claire = await room.seat(pair.supervisor)
    await expect(claire.page.get_by_text("Rien n’attend.")).to_be_visible()

    await julien.say("appelle-moi au 06 12 34 56 78")
    flag = claire.page.get_by_role("article")
    await expect(flag).to_have_count(1)
    await expect(flag.locator("mark")).to_have_text("06 12 34 56 78")
    await expect(flag).to_contain_text("Julien")
    await expect(julien.page.get_by_text("En attente d’une deuxième lecture")).to_be_visible()

    await julien.say("à samedi")
    await lea.reads("à samedi")
    assert await lea.texts() == ["à samedi"]
    assert "06 12" not in "".join(frames)

    await claire.decide("Transmettre", "normal dans ce contexte")
    await lea.reads("06 12 34 56 78")
    assert await lea.texts() == ["appelle-moi au 06 12 34 56 78", "à samedi"], "at its own place"
    await expect(julien.page.get_by_text("Transmis après relecture")).to_be_visible()
    await expect(claire.page.get_by_role("article")).to_have_count(0)
    await expect(claire.page.get_by_text("Transmis", exact=True)).to_be_visible()


async def test_what_is_refused_is_never_read(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    claire = await room.seat(pair.supervisor)
    await julien.say("mon adresse : julien@example.org")
    await claire.press("Ne pas transmettre")
    await claire.press("Confirmer")
    await expect(claire.page.get_by_role("alert")).to_have_text("Il manque la raison.")
    await expect(claire.page.get_by_label("Pourquoi")).to_be_focused()
    await claire.page.get_by_label("Pourquoi").select_option(label="détail personnel")
    await claire.page.get_by_label("Note pour le suivi").fill("En parler avec Julien.")
    await claire.press("Confirmer")
    await expect(julien.page.get_by_text("Non transmis après relecture")).to_be_visible()
    await expect(claire.page.get_by_text("En parler avec Julien.")).to_be_visible()
    await julien.say("autre chose")
    await lea.reads("autre chose")
    assert await lea.texts() == ["autre chose"]
    await lea.page.reload()
    await lea.reads("autre chose")
    assert await lea.texts() == ["autre chose"]


async def test_two_professionals_do_not_decide_twice(room: Room, pair: Logins) -> None:
    julien = await room.seat(pair.mentor)
    claire, again = await room.seat(pair.supervisor), await room.seat(pair.supervisor)
    await julien.say("mon numéro : 06 12 34 56 78")
    await expect(again.page.get_by_role("article")).to_have_count(1)

    async def meanwhile(route: object) -> None:
        """The other one's click arrives first, and the news of it has not come yet."""
        await claire.decide("Transmettre", "normal dans ce contexte")
        await expect(claire.page.get_by_role("article")).to_have_count(0)
        await route.continue_()  # type: ignore[attr-defined]

    await again.page.route("**/decide", meanwhile)
    await again.decide("Ne pas transmettre", "détail personnel")
    await expect(again.page.get_by_role("article")).to_have_count(0)
    await expect(again.page.get_by_text("Déjà traité par Claire.")).to_be_visible()


async def test_a_flag_raised_while_the_queue_loads_is_not_lost(room: Room, pair: Logins) -> None:
    julien, claire = await room.seat(pair.mentor), await room.seat(pair.supervisor)
    fetched, arrived = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        """The server has answered; on a slow line the answer comes after the news."""
        response = await route.fetch()
        fetched.set()
        await arrived.wait()
        await route.fulfill(response=response)

    await claire.page.route("**/flags?state=open*", late)
    await claire.page.reload()
    await fetched.wait()
    await julien.say("mon numéro : 06 12 34 56 78")
    await expect(claire.page.get_by_role("article")).to_have_count(1)
    async with claire.page.expect_response("**/flags?state=closed"):
        arrived.set()
    await claire.page.wait_for_timeout(500)  # for the page to take what came; nothing else tells
    assert await claire.page.get_by_role("article").count() == 1


async def test_a_young_person_keeps_their_words_and_others_read_less(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await lea.say("mon mail c’est lea.dessine@example.org")
    await expect(lea.page.get_by_text("Une partie est cachée")).to_be_visible()
    await expect(lea.page.get_by_text("tu n’as rien fait de mal", exact=False)).to_be_visible()
    await lea.reads("lea.dessine@example.org")
    await expect(julien.page.get_by_text("Une partie a été cachée")).to_be_visible()
    assert "lea.dessine" not in await julien.page.content()


async def test_a_professional_enters_visibly_and_leaves_a_trace(room: Room, pair: Logins) -> None:
    """Promise 4: both see it as long as it lasts, and read of it afterwards."""
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await julien.say("on commence ?")
    await lea.reads("on commence ?")
    claire = await room.seat(pair.supervisor)
    await claire.page.get_by_role("link", name="Ouvrir le salon").click()
    await expect(claire.page.get_by_text("Entrer dans ce salon se voit")).to_be_visible()
    assert await claire.texts() == []
    banner = "Claire, de l’équipe professionnelle, est là."
    for person in (julien, lea):
        await expect(person.page.locator(".notice-staff")).to_have_count(0)
    await claire.press("Entrer, visible de tous")
    await claire.reads("on commence ?")
    for person in (julien, lea):
        await expect(person.page.locator(".notice-staff")).to_contain_text(banner)
    await claire.say("Bonjour à vous deux")
    await lea.reads("Bonjour à vous deux")
    await claire.page.get_by_role("link", name="Accueil").click()
    for person in (julien, lea):
        await expect(person.page.locator(".notice-staff")).to_have_count(0)
        await person.press("Qui a regardé")
        await expect(person.page.get_by_role("dialog")).to_contain_text("Claire a ouvert la conversation")


async def test_older_messages_come_when_one_scrolls_up(room: Room, pair: Logins) -> None:
    julien = await room.seat(pair.mentor)
    for number in range(45):
        await julien.say(f"message numéro {number}.")
    await julien.reads("message numéro 44.")
    await expect(julien.page.get_by_text("Envoi…")).to_have_count(0, timeout=30_000)
    lea = await room.seat(pair.mentee, viewport={"width": 360, "height": 640})
    await lea.reads("message numéro 44.")
    await lea.reads("message numéro 0.", times=0)
    await lea.page.get_by_role("region", name="Messages").hover()
    for _ in range(20):
        await lea.page.mouse.wheel(0, -2_000)
        await lea.page.wait_for_timeout(100)
    await lea.reads("message numéro 0.")
    texts = await lea.texts()
    assert texts == [f"message numéro {number}." for number in range(45)], "each once, in order"
    for person in (julien, lea):
        tall = await person.page.evaluate("document.documentElement.scrollHeight - innerHeight")
        assert tall <= 0, "messages scroll in their place, and not the page with them"


async def test_a_message_too_long_is_not_sent(room: Room, pair: Logins) -> None:
    julien = await room.seat(pair.mentor)
    box = julien.page.get_by_label("Écrire un message")
    await box.fill("é" * 3_900)
    await expect(julien.page.get_by_text("encore 100 caractères")).to_be_visible()
    await box.fill("😀" * 4_001)
    await expect(julien.page.get_by_text("1 caractère de trop")).to_be_visible()
    await expect(julien.page.get_by_role("button", name="Envoyer")).to_be_disabled()
    await box.fill("😀" * 4_000)
    await julien.page.get_by_role("button", name="Envoyer").click()
    await julien.reads("😀" * 10)
    await expect(julien.page.get_by_text("Envoyé", exact=True)).to_be_visible()


async def test_enter_sends_and_shift_enter_does_not(room: Room, pair: Logins) -> None:
    julien = await room.seat(pair.mentor)
    box = julien.page.get_by_label("Écrire un message")
    await box.press_sequentially("une ligne")
    await box.press("Shift+Enter")
    await box.press_sequentially("une autre")
    await box.press("Enter")
    await julien.reads("une autre")
    assert await julien.texts() == ["une ligne\nune autre"]
