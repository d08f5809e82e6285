"""What an association decides for its people: off at first, switched by its admin, for itself alone."""

import logging

import pytest

from server.kernel.permissions import Role
from tests.support.rooms import House, organisation


async def test_it_is_off_until_an_admin_switches_it_on_for_their_own_people(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    alice = await house.person(Role.ADMIN, "Alice")
    bob = await house.person(Role.ADMIN, "Bob", where=await organisation(house.database, "South"))
    assert (await house.ask(alice, "GET", "/api/v1/policy")).body == {"direct_calls": False, "silence_days": 21}
    with caplog.at_level(logging.INFO, logger="server.people.policy"):
        for _ in range(2):  # the second changes nothing
            assert (await house.ask(alice, "PUT", "/api/v1/policy", {"direct_calls": True})).status == 204
    assert [(record.msg, record.state, record.account) for record in caplog.records] == [  # type: ignore[attr-defined]
        ("policy_changed", "direct_on", alice.id)
    ]
    assert (await house.ask(alice, "GET", "/api/v1/policy")).body == {"direct_calls": True, "silence_days": 21}
    assert (await house.ask(bob, "GET", "/api/v1/policy")).body == {"direct_calls": False, "silence_days": 21}
