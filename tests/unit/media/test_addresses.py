import ipaddress

import pytest

from server.kernel.ground import GroundError
from server.media.addresses import EVERYWHERE, bindings, candidate_lines, reachable


async def test_the_operators_address_is_the_only_one_named() -> None:
    assert await reachable(EVERYWHERE, "203.0.113.7") == ["203.0.113.7"]
    assert await reachable(EVERYWHERE, "203.0.113.7, 2001:db8::7") == ["203.0.113.7", "2001:db8::7"]


async def test_an_address_of_a_version_that_is_not_listened_on_is_left_out() -> None:
    assert await reachable(["192.0.2.1"], "2001:db8::7,203.0.113.7") == ["203.0.113.7"]
    assert await reachable(["192.0.2.1"], "2001:db8::7") == ["2001:db8::7"]  # the operator knows better


async def test_a_name_is_resolved() -> None:
    assert set(await reachable(EVERYWHERE, "localhost")) <= {"127.0.0.1", "::1"}


async def test_an_unknown_name_stops_the_start() -> None:
    with pytest.raises(GroundError, match=r"BINOME_PUBLIC_ADDRESS names no-such-host\.invalid"):
        await reachable(EVERYWHERE, "no-such-host.invalid")


async def test_a_port_bound_to_one_address_is_reached_there() -> None:
    assert await reachable(["127.0.0.1"], None) == ["127.0.0.1"]


async def test_without_an_address_this_machine_names_its_own_and_the_loopback_last() -> None:
    addresses = await reachable(EVERYWHERE, None)
    assert addresses[-2:] == ["127.0.0.1", "::1"]
    assert len(addresses) == len(set(addresses)) <= 8
    assert not [address for address in addresses if ipaddress.ip_address(address).is_link_local]


def test_candidates_are_in_order_of_preference() -> None:
    lines = candidate_lines(["192.0.2.1", "2001:db8::1"], 8081)
    assert lines == [
        "a=candidate:1 1 udp 2130706431 192.0.2.1 8081 typ host",
        "a=candidate:2 1 udp 2130706175 2001:db8::1 8081 typ host",
        "a=candidate:3 1 tcp 1520435199 192.0.2.1 8081 typ host tcptype passive",
        "a=candidate:4 1 tcp 1520434943 2001:db8::1 8081 typ host tcptype passive",
    ]


async def test_all_addresses_are_those_of_both_families() -> None:
    assert await bindings("::") == await bindings(EVERYWHERE[0]) == list(EVERYWHERE)
    assert await bindings("127.0.0.1") == ["127.0.0.1"]
    assert (await bindings("localhost"))[0] in ("127.0.0.1", "::1")
