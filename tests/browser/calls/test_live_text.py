"""Real-time text beside the voice: words that come while they are written, and nothing that should not."""

from playwright.async_api import expect

from tests.browser.calls.test_calls import joins
from tests.browser.conftest import Logins, Person, Room


async def writes(person: Person, text: str) -> None:
    """Types as a person does, key by key."""
    await person.page.get_by_label("Écrire un message").press_sequentially(text, delay=60)


async def test_words_are_shown_while_they_are_written(room: Room, pair: Logins) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    line = lea.page.locator(".live-line")
    await expect(julien.page.get_by_role("switch")).to_have_count(0)  # not without a call
    await joins(julien, "Appel vocal")
    await joins(lea, "Rejoindre sans caméra")
    await writes(julien, "pas encore ")  # until it is chosen
    await expect(julien.page.get_by_text("désactivé")).to_be_visible()
    await expect(line).to_have_count(0)
    await julien.page.get_by_label("Écrire un message").fill("")
    await julien.page.get_by_role("switch", name="Texte en direct").click()

    await writes(julien, "bonjour Léa, tu me vois é")
    await expect(line).to_have_text("Julien écrit : bonjour Léa, tu me vois")
    await writes(julien, "crire ?")
    await expect(line).to_have_text("Julien écrit : bonjour Léa, tu me vois écrire ?")
    status = lea.page.get_by_role("status").filter(has_text="Julien écrit")
    await expect(status.first).to_contain_text("tu me vois écrire ?")  # read aloud, once it is a sentence
    await julien.page.keyboard.press("Enter")
    await lea.reads("bonjour Léa, tu me vois écrire ?")
    await expect(line).to_have_count(0)

    await writes(julien, "appelle le 06 12 34 56 78 ")
    await expect(julien.page.get_by_text("Les autres verront cette ligne après l’envoi", exact=False)).to_be_visible()
    await expect(line).to_have_count(0)
    await julien.page.get_by_label("Écrire un message").evaluate(
        """(field) => ['', 'pardon '].forEach((text) => {
          field.value = text;
          field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        })"""  # erased and written again before the page had time to draw: as on a busy telephone
    )
    await expect(line).to_have_text("Julien écrit : pardon")

    await julien.page.reload()  # the choice is kept
    await expect(line).to_have_count(0)
    await joins(julien, "Rejoindre sans caméra")
    await expect(julien.page.get_by_role("switch", name="Texte en direct")).to_be_checked()
