"""Which token counts, which page may use the cookie, and what a proxy is believed."""

from ipaddress import ip_network

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from server.kernel.errors import Forbidden
from server.transport.reached import TRUSTED_PROXIES, Reached, TrustedProxies, is_loopback_name, reached
from server.transport.web_session import (
    check_origin,
    check_reading,
    clear_cookie,
    cookie_header,
    device_of,
    set_cookie,
    token_of,
    uses_cookie,
)

A, B = "a" * 43, "b" * 43


class Transport:
    """Just what aiohttp asks of a transport to know who is at the other end."""

    def __init__(self, peer: str) -> None:
        self._facts = {"peername": (peer, 50_000)}

    def get_extra_info(self, name: str, default: object = None) -> object:
        return self._facts.get(name, default)


def request(
    headers: dict[str, str] | list[tuple[str, str]] | None = None,
    *,
    peer: str = "203.0.113.9",
    trusted: str = "",
) -> web.Request:
    app = web.Application()
    app[TRUSTED_PROXIES] = TrustedProxies.parse(trusted)
    given = CIMultiDict(headers or {})
    given.setdefault("Host", "binome.example")
    made = make_mocked_request("POST", "/api/v1/x", given, app=app, transport=Transport(peer))
    assert isinstance(made, web.Request)
    return made


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, None),
        ({"Authorization": f"Bearer {A}"}, A),
        ({"Authorization": f"bearer   {A} "}, A),
        ({"Authorization": f"Basic {A}"}, None),
        ({"Authorization": "Bearer"}, None),
        ({"Authorization": "Bearer short"}, None),
        ({"Authorization": f"Bearer {A} {B}"}, None),
        ({"Authorization": "Bearer " + "a" * 201}, None),
        ({"Authorization": "Bearer " + "é" * 43}, None),
        ({"Cookie": f"binome={A}"}, None),  # a neighbour of the same domain may have planted it
        ({"Cookie": f"other=1; __Host-binome={A}; more=2"}, A),
        ({"Cookie": f"Binome={A}"}, None),
        ({"Cookie": f"__Host-binome={A}"}, A),
        ({"Cookie": f"binome={B}; __Host-binome={A}"}, A),
        ({"Cookie": f"__Host-binome={A}; binome={B}"}, A),
        ({"Cookie": f"binome={B}; __Host-binome=short"}, None),
        ({"Cookie": f"__Secure-binome={A}"}, None),
        ({"Cookie": f"__host-binome={A}"}, None),  # browsers look at the prefix in this case alone
        ({"Cookie": f"\u2000__Host-binome={A}"}, None),
        ({"Cookie": f"\xa0__Host-binome={A}"}, None),
        ({"Cookie": f"=__Host-binome={A}"}, None),
        ({"Cookie": f"a=1, __Host-binome={B}"}, None),
        ({"Cookie": f"$Version=1, a=1, __Host-binome={B}"}, None),
        ({"Cookie": f'a="; __Host-binome={B}'}, B),
        ({"Cookie": f"__Host-binome={A}; __Host-binome={B}"}, None),
        ({"Cookie": "__Host-binome="}, None),
        ({"Cookie": f"__Host-binome={A}", "Authorization": f"Bearer {B}"}, B),
        ({"Cookie": f"__Host-binome={A}", "Authorization": "Basic dXNlcjpwYXNz"}, A),
    ],
)
def test_the_token(headers: dict[str, str], token: str | None) -> None:
    assert token_of(request(headers)) == token


def test_a_bearer_token_does_not_count_as_the_cookie() -> None:
    assert uses_cookie(request({"Cookie": f"__Host-binome={A}"})) is True
    assert uses_cookie(request({"Cookie": f"__Host-binome={A}", "Authorization": f"Bearer {B}"})) is False
    assert uses_cookie(request()) is False


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://rewritten.example"},
        {"Origin": "http://binome.example"},
        {"Origin": "http://binome.example:80"},
        {"Host": "binome.example:8080", "Origin": "http://binome.example:8080"},
        {"Host": "[::1]:8080", "Origin": "http://[::1]:8080"},
        {"Host": "BINOME.example", "Origin": "http://binome.example"},
    ],
)
def test_pages_of_this_server_pass(headers: dict[str, str]) -> None:
    check_origin(request(headers))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://binome.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://binome.example.evil.example"},
        {"Origin": "http://evil.example/binome.example"},
        {"Origin": "http://binome.example@evil.example"},
        {"Origin": "https://binome.example"},
        {"Origin": "http://binome.example:8080"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://"},
        {"Origin": "http://binome.example:port"},
        {"Origin": "http://[::1"},
        {"Host": "", "Origin": "http://"},
        {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
    ],
)
def test_other_pages_do_not(headers: dict[str, str]) -> None:
    with pytest.raises(Forbidden) as refused:
        check_origin(request(headers))
    assert refused.value.detail == "cross_site"


def test_a_program_that_is_no_browser_may_sign_in() -> None:
    check_origin(request(), required=False)
    with pytest.raises(Forbidden):
        check_origin(request({"Origin": "https://evil.example"}), required=False)
    with pytest.raises(Forbidden):
        check_origin(request({"Sec-Fetch-Site": "cross-site"}), required=False)


def test_behind_a_believed_proxy_the_origin_is_the_one_outside() -> None:
    forwarded = {
        "Host": "127.0.0.1:8080",
        "X-Forwarded-Host": "binome.example",
        "X-Forwarded-Proto": "https",
        "Origin": "https://binome.example",
    }
    check_origin(request(forwarded, peer="127.0.0.1", trusted="127.0.0.1"))
    with pytest.raises(Forbidden):
        check_origin(request(forwarded, peer="127.0.0.1"))


@pytest.mark.parametrize(
    ("trusted", "peer", "hops", "address"),
    [
        ("", "203.0.113.9", ["10.0.0.1"], "203.0.113.9"),
        ("10.0.0.0/8", "203.0.113.9", ["198.51.100.7"], "203.0.113.9"),
        ("10.0.0.0/8", "10.0.0.2", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.0/8", "10.0.0.2", ["198.51.100.7, 10.0.0.9"], "198.51.100.7"),
        ("10.0.0.0/8", "10.0.0.2", ["1.1.1.1, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.0/8", "10.0.0.2", ["1.1.1.1", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.0/8", "10.0.0.2", ["garbage"], "10.0.0.2"),
        ("10.0.0.0/8", "10.0.0.2", ["198.51.100.7, garbage, 10.0.0.9"], "10.0.0.9"),
        ("10.0.0.0/8", "10.0.0.2", [], "10.0.0.2"),
        ("10.0.0.0/8", "::ffff:10.0.0.2", ["2001:db8::1"], "2001:db8::1"),
        ("fd00::/8", "fd00::1%eth0", ["198.51.100.7"], "198.51.100.7"),
    ],
)
def test_the_address_of_who_asks(trusted: str, peer: str, hops: list[str], address: str) -> None:
    headers = [("X-Forwarded-For", hop) for hop in hops]
    assert reached(request(headers, peer=peer, trusted=trusted)).address == address


def test_how_a_direct_request_reached_us() -> None:
    assert reached(request()) == Reached("http", "binome.example", "203.0.113.9", False, False)


def test_a_scheme_that_a_proxy_invents_is_not_taken() -> None:
    odd = request({"X-Forwarded-Proto": "gopher"}, peer="127.0.0.1", trusted="127.0.0.1")
    assert reached(odd).scheme == "http"


def test_trusted_proxies_are_addresses_and_networks() -> None:
    assert TrustedProxies.parse(" 10.0.0.1, fd00::/8,") == TrustedProxies(
        (ip_network("10.0.0.1"), ip_network("fd00::/8"))
    )
    with pytest.raises(ValueError, match=r"proxy\.example"):
        TrustedProxies.parse("proxy.example")


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("localhost:8080", True),
        ("binome.localhost", True),
        ("127.0.0.1:8080", True),
        ("127.9.9.9", True),
        ("[::1]:8080", True),
        ("localhost.evil.example", False),
        ("notlocalhost", False),
        ("192.168.1.10", False),
        ("", False),
        ("[::1", False),
    ],
)
def test_names_of_this_machine(host: str, local: bool) -> None:
    assert is_loopback_name(host) is local


def test_the_cookie_of_a_page_on_this_machine() -> None:
    local = request({"Host": "localhost:8080"}, peer="127.0.0.1")
    assert cookie_header(local, A, 60) == f"binome={A}; HttpOnly; Max-Age=60; Path=/; SameSite=Strict"


@pytest.mark.parametrize(
    ("headers", "peer", "trusted"),
    [
        ({}, "203.0.113.9", ""),
        ({"Host": "localhost"}, "203.0.113.9", ""),
        ({"Host": "192.168.1.10:8080"}, "127.0.0.1", ""),
        ({"Host": "127.0.0.1:8080", "X-Forwarded-For": "203.0.113.9"}, "127.0.0.1", ""),
        ({"Host": "127.0.0.1:8080", "X-Forwarded-For": "203.0.113.9"}, "127.0.0.1", "127.0.0.1"),
        ({"Host": "localhost", "X-Forwarded-Proto": "https"}, "127.0.0.1", "127.0.0.1"),
    ],
)
def test_everywhere_else_the_cookie_is_secure(headers: dict[str, str], peer: str, trusted: str) -> None:
    there = request(headers, peer=peer, trusted=trusted)
    told = f"__Host-binome={A}; HttpOnly; Max-Age=60; Path=/; SameSite=Strict; Secure"
    assert cookie_header(there, A, 60) == told


def test_on_this_machine_the_cookie_has_its_plain_name() -> None:
    here = request({"Host": "localhost", "Cookie": f"binome={A}"}, peer="127.0.0.1")
    assert (token_of(here), uses_cookie(here)) == (A, True)
    headers = CIMultiDict[str]()
    set_cookie(headers, here, A, 60)
    clear_cookie(headers, here)
    assert headers.getall("Set-Cookie") == [
        f"binome={A}; HttpOnly; Max-Age=60; Path=/; SameSite=Strict",
        "binome=; HttpOnly; Max-Age=0; Path=/; SameSite=Strict",
    ]


@pytest.mark.parametrize(
    ("headers", "peer"),
    [
        ({"Host": "localhost"}, "203.0.113.9"),  # anybody may write that
        ({"Host": "localhost", "X-Forwarded-For": "127.0.0.1"}, "127.0.0.1"),  # a proxy on this machine
        ({"Host": "localhost", "Via": "1.1 proxy"}, "127.0.0.1"),
        ({"Host": "binome.example"}, "127.0.0.1"),  # a proxy that says nothing of itself
    ],
)
def test_elsewhere_a_planted_cookie_is_not_read(headers: dict[str, str], peer: str) -> None:
    here = request({**headers, "Cookie": f"binome={A}; binome_device={A}"}, peer=peer)
    assert (token_of(here), device_of(here), uses_cookie(here)) == (None, None, False)


@pytest.mark.parametrize("site", [None, "same-origin"])
def test_our_own_pages_may_read(site: str | None) -> None:
    check_reading(request({"Sec-Fetch-Site": site} if site else {}))


@pytest.mark.parametrize("site", ["none", "cross-site", "same-site", "", "Same-Origin", "same-origin, cross-site"])
def test_pages_of_others_may_not_even_ask_nor_who_types_the_address_past_a_pin(site: str) -> None:
    with pytest.raises(Forbidden):
        check_reading(request({"Sec-Fetch-Site": site}))


SPOOFED = {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize("trusted", ["", "10.0.0.0/8"])
def test_nobody_is_believed_who_is_not_named(trusted: str) -> None:
    assert reached(request(SPOOFED, trusted=trusted)) == Reached("http", "binome.example", "203.0.113.9", False, True)


@pytest.mark.parametrize("name", ["Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Via"])
def test_other_words_for_an_address_are_never_read(name: str) -> None:
    told = reached(request({name: "127.0.0.1"}, peer="10.0.0.2", trusted="10.0.0.0/8"))
    assert (told.address, told.from_loopback) == ("10.0.0.2", False)


def test_through_two_believed_proxies_what_the_client_wrote_itself_stays_the_clients() -> None:
    """The nearest hop that no believed proxy wrote ends it: what stands before was in the client's own request."""
    written = [("X-Forwarded-For", "127.0.0.1, 10.0.0.7, 203.0.113.9, 10.0.0.3")]
    told = reached(request(written, peer="10.0.0.2", trusted="10.0.0.0/8"))
    assert (told.address, told.from_loopback) == ("203.0.113.9", False)


def test_a_visitor_cannot_become_local_through_a_believed_proxy() -> None:
    """Else its cookie would go without Secure."""
    written = [("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-For", "203.0.113.9"), ("Host", "localhost")]
    told = request(written, peer="127.0.0.1", trusted="127.0.0.1")
    assert reached(told).address == "203.0.113.9"
    assert cookie_header(told, A, 60).endswith("; Secure")


def test_of_several_hosts_and_schemes_the_nearest_proxys_counts() -> None:
    """A proxy that adds instead of replacing writes behind what the client sent."""
    written = [
        ("X-Forwarded-Host", "evil.example, binome.example"),
        ("X-Forwarded-Proto", "gopher, https"),
        ("X-Forwarded-For", "203.0.113.9"),
    ]
    told = reached(request(written, peer="10.0.0.2", trusted="10.0.0.2"))
    assert (told.scheme, told.host) == ("https", "binome.example")


def test_of_several_hosts_the_one_that_the_outermost_believed_proxy_wrote_counts() -> None:
    written = [
        ("X-Forwarded-Host", "evil.example, binome.example, inner.example"),
        ("X-Forwarded-Proto", "https, http"),
        ("X-Forwarded-For", "127.0.0.1, 203.0.113.9, 10.0.0.9"),
    ]
    told = reached(request(written, peer="10.0.0.2", trusted="10.0.0.0/8"))
    assert (told.scheme, told.host, told.address) == ("https", "binome.example", "203.0.113.9")
