"""What the page for young people and families says is looked for, and what is looked for."""

import json
from pathlib import Path

from server.moderation.policy import table

PAGE = Path(__file__).parents[3] / "client_web" / "src" / "data" / "looked_at.json"
# Nobody listens to a voice note: the table only says what becomes of it. The model's classes are categories told again.
NOT_LOOKED_FOR = {"voice"}


def test_the_page_names_every_category_once() -> None:
    told = [category for group in json.loads(PAGE.read_bytes()).values() for category in group]
    assert sorted(told) == sorted(set(table()) - NOT_LOOKED_FOR)
