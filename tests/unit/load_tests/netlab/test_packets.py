"""A firewall between two ends, on packets as they pass through a TUN device."""

import pytest

from load_tests.netlab.packets import Firewall, is_ipv4

# captured: an IPv4 header of 20 bytes, then ports
UDP = bytes.fromhex("45000020a5f340004011de970a4d00020a4d0001c3501f91000c0000deadbeef")
TCP = bytes.fromhex("4500003c1c4640004006b1e60a4d00020a4d00019c4e1f90a1b2c3d40000000000000000")
WITH_OPTIONS = bytes.fromhex("4600002c1c4640004006b1e60a4d00020a4d0001940400001f909c4e0000000000000000")
PING = bytes.fromhex("450000541c4640004001b1e60a4d00020a4d00010800f7ff00000000")
UDP6 = bytes.fromhex("6000000000081140" + "00" * 32 + "c3501f9100080000")


def test_an_open_line_passes_everything() -> None:
    assert all(Firewall().passes(packet) for packet in (UDP, TCP, WITH_OPTIONS, PING, UDP6))


def test_udp_can_be_blocked_alone() -> None:
    wall = Firewall(udp=False)
    assert [wall.passes(packet) for packet in (UDP, UDP6, TCP, PING)] == [False, False, True, True]


@pytest.mark.parametrize(("port", "passes"), [(0x1F90, True), (0x9C4E, True), (443, False)])
def test_tcp_passes_to_and_from_an_open_port_only(port: int, passes: bool) -> None:
    wall = Firewall(udp=False, tcp_ports=frozenset({port}))
    assert wall.passes(TCP) is passes
    assert wall.passes(WITH_OPTIONS) is passes, "the header's length is read, not assumed"
    assert not wall.passes(UDP)


def test_what_the_kernel_says_in_ipv6_is_told_apart() -> None:
    assert is_ipv4(UDP)
    assert not is_ipv4(UDP6)
    assert not is_ipv4(b"")
