"""The ICE-lite end against honest browsers, liars, and people who replay what they saw."""

from dataclasses import dataclass, field

from aioice.stun import Class, Message, Method, parse_message

from server.media.ice import MOST_PATHS, OWN, STRANGERS, Address, Credentials, IceLite, Path

HOME: Address = ("198.51.100.7", 4000)
TRAIN: Address = ("203.0.113.9", 5000)
BROWSER = Credentials("abcd", "the browser's own password")


@dataclass
class Network:
    """Collects what the leg sends, and runs its callbacks."""

    sent: list[tuple[bytes, Address]] = field(default_factory=list)
    selected: list[Address] = field(default_factory=list)
    forgotten: list[Address] = field(default_factory=list)

    def leg(self) -> IceLite:
        ice = IceLite(0.0, self._select, self.forgotten.append)
        ice.remote = BROWSER
        return ice

    def sendto(self, datagram: bytes, address: Address) -> None:
        self.sent.append((datagram, address))

    def _select(self, path: Path) -> None:
        self.selected.append(path.address)

    def ask(
        self, ice: IceLite, address: Address, *, nominate: bool = False, password: str | None = None, now: float = 1.0
    ) -> bool:
        return ice.request(request(ice.local, nominate=nominate, password=password), address, self.sendto, now)

    def checks(self) -> list[tuple[Message, Address]]:
        """The requests that the leg sent by itself."""
        messages = [(parse_message(datagram), address) for datagram, address in self.sent]
        return [(message, address) for message, address in messages if message.message_class is Class.REQUEST]

    def answer_check(self, ice: IceLite, *, source: Address | None = None, password: str = BROWSER.password) -> bool:
        check, address = self.checks()[-1]
        assert check.check_message_integrity(BROWSER.password.encode())
        response = Message(Method.BINDING, Class.RESPONSE, transaction_id=check.transaction_id)
        response.add_message_integrity(password.encode())
        return ice.response(bytes(response), source or address)


def request(credentials: Credentials, *, nominate: bool = False, password: str | None = None) -> bytes:
    message = Message(Method.BINDING, Class.REQUEST)
    message.attributes["USERNAME"] = f"{credentials.fragment}:{BROWSER.fragment}"
    message.attributes["PRIORITY"] = 1
    if nominate:
        message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity((password or credentials.password).encode())
    return bytes(message)


def test_a_wrong_password_changes_and_sends_nothing() -> None:
    network = Network()
    ice = network.leg()
    assert not network.ask(ice, HOME, nominate=True, password="wrong")
    assert (network.sent, network.selected, dict(ice.paths), ice.heard_at) == ([], [], {}, 0.0)


def test_before_the_keys_are_there_the_path_last_nominated_is_used() -> None:
    network = Network()
    ice = network.leg()
    assert network.ask(ice, HOME)
    assert network.ask(ice, TRAIN, nominate=True)
    assert network.ask(ice, HOME)
    assert network.selected == [HOME, TRAIN]
    assert network.checks() == []


def test_media_moves_to_a_new_address_only_after_it_answered() -> None:
    network = Network()
    ice = network.leg()
    network.ask(ice, HOME, nominate=True)
    ice.secured(HOME)
    network.ask(ice, TRAIN, nominate=True)
    assert network.selected == [HOME]
    assert network.answer_check(ice)
    assert network.selected == [HOME, TRAIN]
    network.ask(ice, HOME, nominate=True)  # back again: that one is known
    assert network.selected == [HOME, TRAIN, HOME]


def test_a_forged_source_address_receives_no_media() -> None:
    """Somebody with a good password lets a request seem to come from a victim. The victim gets an answer and a check
    for each request, both small, and never more."""
    network = Network()
    ice = network.leg()
    network.ask(ice, HOME, nominate=True)
    ice.secured(HOME)
    network.sent.clear()
    for _ in range(50):
        network.ask(ice, TRAIN, nominate=True)
    assert network.selected == [HOME]
    assert not network.answer_check(ice, password="a guess")
    assert not network.answer_check(ice, source=HOME)  # answered from elsewhere
    assert ice.selected is ice.paths[HOME]
    assert len(network.sent) == 100
    assert sum(len(datagram) for datagram, _ in network.sent) < 2 * 50 * len(request(ice.local, nominate=True))


def test_the_handshake_proves_the_address_it_came_from_and_no_other() -> None:
    network = Network()
    ice = network.leg()
    network.ask(ice, HOME)
    network.ask(ice, TRAIN, nominate=True)
    ice.secured(HOME)
    assert network.selected == [HOME, TRAIN, HOME]
    assert [address for _, address in network.checks()] == [TRAIN]
    network.answer_check(ice)
    assert network.selected[-1] == TRAIN


def test_a_request_seen_on_the_way_is_worth_nothing_from_elsewhere() -> None:
    network = Network()
    ice = network.leg()
    seen = request(ice.local, nominate=True)
    assert ice.request(seen, HOME, network.sendto, 1.0)
    assert not ice.request(seen, TRAIN, network.sendto, 2.0)
    assert list(ice.paths) == [HOME]
    assert ice.request(seen, HOME, network.sendto, 3.0)  # a browser repeats a request that got no answer


def test_after_a_restart_the_old_path_carries_on_until_a_new_one_is_nominated() -> None:
    network = Network()
    ice = network.leg()
    network.ask(ice, HOME, nominate=True)
    ice.secured(HOME)
    before = ice.local
    ice.restart(5.0)
    assert ice.local != before
    assert ice.selected is ice.paths[HOME]
    assert ice.request(request(before, nominate=True), HOME, network.sendto, 6.0)
    network.ask(ice, TRAIN, nominate=True, now=7.0)
    network.answer_check(ice)
    assert network.selected == [HOME, TRAIN]
    assert not ice.request(request(before, nominate=True), HOME, network.sendto, 8.0)


def test_restarts_that_never_reach_the_browser_do_not_shut_it_out() -> None:
    network = Network()
    ice = network.leg()
    network.ask(ice, HOME, nominate=True)
    known = ice.local
    for _ in range(5):
        ice.restart(2.0)
        assert ice.request(request(known, nominate=True), HOME, network.sendto, 3.0)
        assert ice.fragments == {known.fragment, ice.local.fragment}
    network.ask(ice, HOME, nominate=True)
    assert not ice.request(request(known, nominate=True), HOME, network.sendto, 4.0)


def test_strangers_are_authenticated_slowly_and_do_not_use_up_what_the_legs_own_paths_have() -> None:
    network = Network()
    ice = network.leg()
    network.ask(ice, HOME)
    assert sum(ice.admit(("192.0.2.1", port), 1.0) for port in range(1000)) == STRANGERS[1]
    assert ice.admit(HOME, 1.0)
    assert not ice.admit(TRAIN, 1.0)
    assert ice.admit(TRAIN, 1.1)  # a tenth of a second later two more are


def test_a_leg_that_asks_without_end_is_not_answered_without_end() -> None:
    network = Network()
    ice = network.leg()
    network.ask(ice, HOME)
    assert sum(ice.admit(HOME, 1.0) for _ in range(1000)) == OWN[1]


def test_addresses_are_bounded_and_the_one_in_use_is_kept() -> None:
    network = Network()
    ice = network.leg()
    network.ask(ice, HOME, nominate=True)
    ice.secured(HOME)
    for port in range(100):
        network.ask(ice, ("192.0.2.1", port))
    assert len(ice.paths) == MOST_PATHS
    assert HOME in ice.paths
    assert network.forgotten == [("192.0.2.1", port) for port in range(100 - MOST_PATHS + 1)]


def test_only_authentic_requests_are_consent() -> None:
    network = Network()
    ice = network.leg()
    network.ask(ice, HOME, now=10.0)
    network.ask(ice, HOME, now=20.0, password="wrong")
    ice.request(b"\0\1 garbage", HOME, network.sendto, 30.0)
    assert ice.heard_at == 10.0
