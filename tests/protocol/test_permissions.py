"""docs/permissions.md is what the table of permissions and the server say, and each act is explained."""

import pytest

from server.compose import Capabilities
from server.kernel.permissions import Permission
from server.transport.messages import LANGUAGES, catalogue
from tests.protocol.permissions_page import PATH, page

HOW = """
A new act takes one line in server/kernel/permissions.py (RESOURCE_ACT = "resource:act", *roles) and one under
"permissions" in server/locales/en.json and fr.json. Then: .venv/bin/python -m tests.protocol.permissions_page
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_act_has_its_meaning(language: str) -> None:
    assert sorted(catalogue(language)["permissions"]) == [act.value for act in Permission], HOW


def test_acts_are_in_alphabetical_order_and_named_alike() -> None:
    assert [act.value for act in Permission] == sorted(act.value for act in Permission)
    assert [act.name for act in Permission] == [
        act.value.upper().replace(":", "_").replace("-", "_") for act in Permission
    ]


def test_each_act_is_somebodys() -> None:
    assert [act for act in Permission if not act.roles] == []


def test_the_page(capabilities: Capabilities) -> None:
    assert PATH.read_text(encoding="utf-8") == page(capabilities), HOW
