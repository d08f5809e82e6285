"""A call between real browsers, then a worry: the file of its case says who was there, and so does one's own copy."""

import asyncio
import json
import re
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.calls.test_calls import joins, tiles
from tests.browser.conftest import Logins, Room

pytestmark = pytest.mark.timeout(240)

SUICIDE = "je veux mourir ce soir"
STAY = r"\d\d:\d\d – \d\d:\d\d, a raccroché"


async def test_a_case_says_who_was_in_the_call_before_it(room: Room, pair: Logins, tmp_path: Path) -> None:
    julien, lea = await room.seat(pair.mentor), await room.seat(pair.mentee)
    await joins(julien, "Appel vidéo")
    await joins(lea, "Rejoindre avec caméra")
    await expect(tiles(lea)).to_have_count(2)
    await lea.press("Raccrocher")
    await julien.press("Raccrocher")
    await lea.say(SUICIDE)

    claire = await room.seat(pair.supervisor)
    page = claire.page
    await page.get_by_role("link", name="Tableau de veille").click()
    case = page.locator("[data-case]", has_text="Léa").first
    await case.get_by_role("button", name="Je m’en occupe").click()
    await expect(case).to_contain_text("Vous suivez ce dossier")
    await case.get_by_role("link").first.click()
    calls = page.get_by_role("region", name="Appels, et qui y était")
    await expect(calls).to_contain_text("Un appel n’est jamais enregistré")
    async with asyncio.timeout(30):  # it is written a moment after the call
        while await calls.get_by_text("en cours").count() or await calls.get_by_role("time").count() == 0:
            await page.wait_for_timeout(500)
            await page.reload()
            await expect(calls).to_be_visible()
    await expect(calls.get_by_role("list").get_by_role("list").get_by_role("listitem")).to_have_text(
        [re.compile(rf"^Julien \(mentor\)\s: {STAY}$"), re.compile(rf"^Léa \(jeune\)\s: {STAY}$")]
    )

    await julien.page.goto(julien.address + "#/data")
    await expect(julien.page.get_by_text("un appel n’est jamais enregistré", exact=False)).to_be_visible()
    async with julien.page.expect_download() as download:
        await julien.page.get_by_role("link", name="Télécharger mes données").click()
    await (await download.value).save_as(tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as copy:
        rows = json.loads(copy.read("data.json"))["sections"]["call_presences"]
    assert [(row["participant"], row["end"]) for row in rows] == [("me", "left"), ("mentee", "left")]
    assert all(datetime.fromisoformat(row["came_at"]) < datetime.fromisoformat(row["went_at"]) for row in rows)
    assert pair.mentee not in json.dumps(rows)
