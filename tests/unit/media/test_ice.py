"""The ICE-lite end against honest browsers, liars, and people who replay what they saw."""

from dataclasses import dataclass, field

from aioice.stun import Class, Message, Method, parse_message

from server.media.engine import Credentials
from server.media.ice import FIRST_CHECK, HEADERS, MOST_PATHS, OWN, STRANGERS, Address, IceLite, Path

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
        ice.set_remote(BROWSER)
        return ice

    def sendto(self, datagram: bytes, address: Address) -> None:
        self.sent.append((datagram, address))

    def _select(self, path: Path) -> None:
        self.selected.append(path.address)

    def ask(
        self, ice: IceLite, address: Address, *, nominate: bool = False, password: str | None = None, now: float = 1.0
    ) -> bool:
        return ice.request(request(ice.local, nominate=nominate, password=password), address, self.sendto, now)

    def prove(self, ice: IceLite, address: Address, *, nominate: bool = False, now: float = 1.0) -> None:
        """A browser at ``address`` asks, and answers our check."""
        assert self.ask(ice, address, nominate=nominate, now=now)
        assert self.checks()[-1][1] == address
        assert self.answer_check(ice, now=now)

    def checks(self) -> list[tuple[Message, Address]]:
        """The requests that the leg sent by itself."""
        messages = [(parse_message(datagram), address) for datagram, address in self.sent]
        return [(message, address) for message, address in messages if message.message_class is Class.REQUEST]

    def answer_check(
        self, ice: IceLite, *, source: Address | None = None, password: str = BROWSER.password, now: float = 1.0
    ) -> bool:
        check, address = self.checks()[-1]
        assert check.check_message_integrity(BROWSER.password.encode())
        response = Message(Method.BINDING, Class.RESPONSE, transaction_id=check.transaction_id)
        response.add_message_integrity(password.encode())
        return ice.response(bytes(response), source or address, now)


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


def test_nothing_is_selected_before_it_answered_and_then_the_path_last_nominated_is() -> None:
    network = Network()
    ice = network.leg()
    assert network.ask(ice, HOME, nominate=True)
    assert network.selected == []
    assert network.answer_check(ice)
    assert network.selected == [HOME]
    network.prove(ice, TRAIN)
    assert network.selected == [HOME]
    assert network.ask(ice, TRAIN, nominate=True)  # it is proved already: media moves at once
    assert network.ask(ice, HOME)
    assert network.selected == [HOME, TRAIN]
    assert len(network.checks()) == 2


def test_checks_that_came_before_the_description_are_remembered() -> None:
    network = Network()
    ice = IceLite(0.0, network._select, network.forgotten.append)
    for address in (HOME, TRAIN):
        network.ask(ice, address)
    assert network.checks() == []
    ice.set_remote(BROWSER)
    assert [address for _, address in network.checks()] == [HOME, TRAIN]
    network.answer_check(ice)
    assert network.selected == [TRAIN]


def test_media_moves_to_a_new_address_only_after_it_answered() -> None:
    network = Network()
    ice = network.leg()
    network.prove(ice, HOME, nominate=True)
    network.ask(ice, TRAIN, nominate=True)
    assert network.selected == [HOME]
    assert network.answer_check(ice)
    assert network.selected == [HOME, TRAIN]
    network.ask(ice, HOME, nominate=True)  # back again: that one is known
    assert network.selected == [HOME, TRAIN, HOME]


def test_a_forged_source_address_receives_no_media_and_less_than_was_sent() -> None:
    """Somebody with a good password lets requests seem to come from a victim."""
    network = Network()
    ice = network.leg()
    network.prove(ice, HOME, nominate=True)
    network.sent.clear()
    asked = [request(ice.local, nominate=True) for _ in range(50)]
    for datagram in asked:
        ice.request(datagram, TRAIN, network.sendto, 1.0)
    assert network.selected == [HOME]
    assert not network.answer_check(ice, password="a guess")
    assert not network.answer_check(ice, source=HOME)  # answered from elsewhere
    assert ice.selected is ice.paths[HOME]
    sent = sum(len(datagram) + HEADERS for datagram, _ in network.sent)
    assert 0 < sent <= sum(len(datagram) + HEADERS for datagram in asked) + FIRST_CHECK


def test_long_fragments_do_not_make_checks_that_are_longer_than_what_was_asked() -> None:
    network = Network()
    ice = IceLite(0.0, network._select, network.forgotten.append)
    ice.set_remote(Credentials("f" * 256, BROWSER.password))
    came = 0
    for _ in range(20):
        datagram = request(ice.local)
        came += len(datagram) + HEADERS
        ice.request(datagram, HOME, network.sendto, 1.0)
        assert sum(len(sent) + HEADERS for sent, _ in network.sent) <= came + FIRST_CHECK
    assert network.checks()


def test_other_bytes_from_an_address_pay_for_another_check() -> None:
    """The first check was lost, the browser has its answer and goes on with the handshake."""
    network = Network()
    ice = network.leg()
    network.ask(ice, HOME)
    network.sent.clear()
    ice.earn(TRAIN, 1200)
    assert network.sent == []
    ice.earn(HOME, 200)
    assert [address for _, address in network.checks()] == [HOME]
    assert network.answer_check(ice)
    ice.earn(HOME, 200)
    assert len(network.checks()) == 1


def test_when_a_connection_breaks_media_goes_on_over_the_proved_path_heard_last() -> None:
    network = Network()
    ice = network.leg()
    network.prove(ice, ("192.0.2.1", 1), now=1.0)
    network.prove(ice, ("192.0.2.1", 2), now=2.0)
    network.prove(ice, HOME, nominate=True, now=3.0)
    network.ask(ice, TRAIN, now=4.0)  # not proved
    ice.lose(HOME)
    assert network.selected[-1] == ("192.0.2.1", 2)
    ice.lose(("192.0.2.1", 1))
    ice.lose(("192.0.2.1", 2))
    assert ice.selected is None
    assert network.answer_check(ice)
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
    network.prove(ice, HOME, nominate=True)
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
    network.prove(ice, HOME, nominate=True)
    for port in range(100):
        network.ask(ice, ("192.0.2.1", port))
    assert len(ice.paths) == MOST_PATHS
    assert HOME in ice.paths
    assert network.forgotten == [("192.0.2.1", port) for port in range(100 - MOST_PATHS + 1)]


def test_only_authentic_requests_are_consent() -> None:
    network = Network()
    ice = network.leg()
    network.prove(ice, HOME, now=10.0)
    network.ask(ice, HOME, now=20.0, password="wrong")
    ice.request(b"\0\1 garbage", HOME, network.sendto, 30.0)
    assert ice.heard_at == 10.0
    network.ask(ice, HOME, now=40.0)
    assert ice.heard_at == 40.0


def test_what_was_written_down_and_is_sent_again_is_no_consent_and_nominates_nothing() -> None:
    network = Network()
    ice = network.leg()
    network.prove(ice, TRAIN, now=1.0)
    network.prove(ice, HOME, now=1.0)
    written = request(ice.local, nominate=True)
    assert ice.request(written, HOME, network.sendto, 2.0)
    network.ask(ice, TRAIN, nominate=True, now=3.0)
    assert ice.request(written, HOME, network.sendto, 9.0)  # as if from the same address
    assert (ice.heard_at, ice.selected) == (3.0, ice.paths[TRAIN])
    for _ in range(200):  # so long ago that it is forgotten, and from another address
        network.ask(ice, TRAIN, now=4.0)
    assert ice.request(written, ("192.0.2.66", 6), network.sendto, 9.0)
    assert (ice.heard_at, ice.selected) == (4.0, ice.paths[TRAIN])


def test_addresses_that_proved_themselves_are_kept_before_those_that_did_not() -> None:
    network = Network()
    ice = network.leg()
    network.prove(ice, TRAIN)
    network.prove(ice, HOME, nominate=True)
    for port in range(100):
        network.ask(ice, ("192.0.2.1", port))
    assert {HOME, TRAIN} < set(ice.paths)
