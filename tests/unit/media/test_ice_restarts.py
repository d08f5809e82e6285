"""A browser that restarts ICE without asking: its new paths are taken at once, by nobody else, and proved later."""

import pytest
from aioice.stun import Class, Message, Method

from server.media.engine import Credentials
from server.media.ice import FIRST_CHECK, FORSAKEN, HEADERS, LONGEST_NUMBER, MOST_PATHS, MOST_REMOTES, Address, IceLite
from tests.unit.media.test_ice import HOME, TRAIN, Network

CAFE: Address = ("192.0.2.77", 7000)
RENEWED = Credentials("efgh", "its password since the first restart")
AGAIN = Credentials("ijkl", "its password since the second restart")


class Restarting(Network):
    """A network with a browser that restarts by itself."""

    def home(self) -> IceLite:
        """A leg whose media goes home."""
        ice = self.leg()
        self.prove(ice, HOME, nominate=True)
        return ice

    def check(
        self, ice: IceLite, address: Address, generation: int | str, *, theirs: Credentials = RENEWED,
        nominate: bool = False, now: float = 2.0, local: Credentials | None = None,
    ) -> bool:  # fmt: skip
        """A check with our fragment and the number of a restart behind it."""
        return ice.request(asked(local or ice.local, generation, theirs, nominate), address, self.sendto, now)

    def answer(self, ice: IceLite, address: Address, response: Message, now: float = 2.0) -> bool:
        """``response`` to the check of ours that went to ``address`` last."""
        ours = [check for check, to in self.checks() if to == address][-1]
        response.transaction_id = ours.transaction_id
        return ice.response(bytes(response), address, now)

    def reach(self, ice: IceLite, address: Address, generation: int, **how: object) -> None:
        assert self.check(ice, address, generation, **how)  # type: ignore[arg-type]  # the keywords of check
        assert self.answer(ice, address, refusal())


def asked(ours: Credentials, generation: int | str, theirs: Credentials, nominate: bool) -> bytes:
    message = Message(Method.BINDING, Class.REQUEST)
    message.attributes["USERNAME"] = f"{ours.fragment}{generation}:{theirs.fragment}"
    message.attributes["PRIORITY"] = 1
    if nominate:
        message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(ours.password.encode())
    return bytes(message)


def refusal(code: int = 401, **more: object) -> Message:
    """What an ICE agent says to a password that is not its own."""
    return Message(Method.BINDING, Class.ERROR, attributes={"ERROR-CODE": (code, "Unauthorized"), **more})


def success(password: str | None = None) -> Message:
    message = Message(Method.BINDING, Class.RESPONSE, attributes={"XOR-MAPPED-ADDRESS": ("192.0.2.1", 1)})
    return message if password is None else signed(message, password)


def signed(message: Message, password: str) -> Message:
    """Signs when it is written, as its transaction comes later."""

    class Signed(Message):
        def __bytes__(self) -> bytes:
            plain = Message(self.message_method, self.message_class, self.transaction_id, dict(message.attributes))
            plain.add_message_integrity(password.encode())
            return bytes(plain)

    return Signed(message.message_method, message.message_class)


def test_a_new_path_is_taken_before_the_browser_has_chosen_and_before_its_password_is_known() -> None:
    network = Restarting()
    ice = network.home()
    assert network.check(ice, TRAIN, 1)
    check, address = network.checks()[-1]
    assert (address, check.attributes["USERNAME"]) == (TRAIN, f"efgh:{ice.local.fragment}1")
    assert network.selected == [HOME]
    assert network.answer(ice, TRAIN, refusal())
    assert network.selected == [HOME, TRAIN]
    assert (ice.paths[TRAIN].reached, ice.paths[TRAIN].verified) == (True, False)


def test_what_is_only_reached_is_no_consent() -> None:
    """Whoever wrote a check down could answer it from anywhere: nobody's part is kept open by that."""
    network = Restarting()
    ice = network.home()
    network.reach(ice, TRAIN, 1, now=20.0)
    network.check(ice, TRAIN, 1, now=21.0, nominate=True)
    assert ice.heard_at == 1.0


@pytest.mark.parametrize(
    "response",
    [
        success(),  # an open STUN server
        success("a guess"),
        refusal(400),
        refusal(420),  # a STUN server that does not know what PRIORITY is
        refusal(401, REALM="turn.example", NONCE=b"n"),  # a TURN server
        Message(Method.BINDING, Class.ERROR),
        Message(Method.BINDING, Class.INDICATION, attributes={"ERROR-CODE": (401, "")}),
    ],
    ids=["open", "guess", "400", "420", "realm", "bare", "indication"],
)
def test_nothing_but_the_refusal_of_an_ice_agent_reaches(response: Message) -> None:
    network = Restarting()
    ice = network.home()
    network.check(ice, TRAIN, 1, nominate=True)
    assert not network.answer(ice, TRAIN, response)
    network.check(ice, TRAIN, 1, nominate=True)
    assert (network.selected, ice.paths[TRAIN].reached) == ([HOME], False)


def test_a_refusal_counts_only_from_where_our_check_went_and_with_its_transaction() -> None:
    network = Restarting()
    ice = network.home()
    network.check(ice, TRAIN, 1)
    network.check(ice, CAFE, 1)
    to_train = next(check for check, address in network.checks() if address == TRAIN)
    answer = refusal()
    answer.transaction_id = to_train.transaction_id
    assert not ice.response(bytes(answer), CAFE, 2.0)
    assert not ice.response(bytes(answer), ("192.0.2.99", 9), 2.0)
    answer.transaction_id = bytes(12)
    assert not ice.response(bytes(answer), TRAIN, 2.0)
    assert network.selected == [HOME]


def test_a_refusal_by_who_is_known_is_one() -> None:
    """Its password was told meanwhile; the refusal of before comes late."""
    network = Restarting()
    ice = network.home()
    network.check(ice, TRAIN, 1)
    ice.set_remote(RENEWED)
    assert not network.answer(ice, TRAIN, refusal())
    assert network.selected == [HOME]


def test_a_first_connection_and_a_path_without_a_number_are_proved_or_nothing() -> None:
    network = Restarting()
    ice = network.leg()
    network.check(ice, HOME, "", nominate=True)
    assert not network.answer(ice, HOME, refusal())
    network.check(ice, HOME, "", nominate=True)
    assert network.selected == []


def test_before_the_browser_has_described_itself_nothing_is_asked_of_anybody() -> None:
    network = Restarting()
    ice = IceLite(0.0, network._select, network.forgotten.append)
    network.check(ice, HOME, 1)
    assert network.checks() == []


@pytest.mark.parametrize("number", ["", "0", "x", "-1", "1x", "²", "٣", "9" * (LONGEST_NUMBER + 1)])
def test_what_is_not_a_number_is_no_newer_generation(number: str) -> None:
    network = Restarting()
    ice = network.home()
    assert network.check(ice, TRAIN, number)
    assert not network.answer(ice, TRAIN, refusal())
    assert network.selected == [HOME]


def test_an_unknown_fragment_or_a_shorter_one_is_not_ours() -> None:
    network = Restarting()
    ice = network.home()
    stranger = Credentials("0" * 12, ice.local.password)
    assert not network.check(ice, TRAIN, 1, local=stranger)
    assert not network.check(ice, TRAIN, "", local=Credentials(ice.local.fragment[:-1], ice.local.password))
    assert not network.check(ice, TRAIN, 1, local=Credentials(ice.local.fragment, "wrong"))
    assert list(ice.paths) == [HOME]


def test_the_newest_restart_wins_and_what_was_before_does_not_take_media_back() -> None:
    """The browser goes on nominating its old pair until it has chosen a new one."""
    network = Restarting()
    ice = network.home()
    network.reach(ice, TRAIN, 1, now=2.0)
    for now in (2.1, 2.2, 2.3):
        network.ask(ice, HOME, nominate=True, now=now)
        network.check(ice, TRAIN, 1, now=now)
    assert network.selected == [HOME, TRAIN]
    network.reach(ice, CAFE, 2, now=3.0, theirs=AGAIN)
    network.check(ice, TRAIN, 1, nominate=True, now=3.1)
    network.ask(ice, HOME, nominate=True, now=3.2)
    assert network.selected == [HOME, TRAIN, CAFE]


def test_within_a_restart_the_browser_chooses() -> None:
    network = Restarting()
    ice = network.home()
    network.reach(ice, TRAIN, 1)
    network.reach(ice, CAFE, 1)
    assert network.selected == [HOME, TRAIN]
    network.check(ice, CAFE, 1, nominate=True)
    network.check(ice, TRAIN, 1)
    assert network.selected == [HOME, TRAIN, CAFE]


def test_a_browser_that_has_left_its_new_paths_is_followed_back() -> None:
    network = Restarting()
    ice = network.home()
    network.reach(ice, TRAIN, 1, now=2.0)
    network.ask(ice, HOME, nominate=True, now=2.0 + FORSAKEN)
    assert network.selected == [HOME, TRAIN]
    network.ask(ice, HOME, nominate=True, now=2.1 + FORSAKEN)
    assert network.selected == [HOME, TRAIN, HOME]


def test_credentials_that_are_told_later_verify_the_path_with_the_same_check() -> None:
    network = Restarting()
    ice = network.home()
    network.reach(ice, TRAIN, 1, now=2.0)
    ice.set_remote(RENEWED)
    check, address = network.checks()[-1]
    assert address == TRAIN
    assert check.check_message_integrity(RENEWED.password.encode())
    assert network.answer(ice, TRAIN, success(RENEWED.password), now=5.0)
    assert network.selected == [HOME, TRAIN, TRAIN]  # told again: without bounds
    assert (ice.paths[TRAIN].verified, ice.heard_at) == (True, 5.0)


def test_who_is_known_takes_media_from_who_is_only_reached() -> None:
    """Somebody on the way was faster than the browser, with a copy of its first check."""
    network = Restarting()
    ice = network.home()
    network.reach(ice, CAFE, 1)
    network.reach(ice, TRAIN, 1)
    assert network.selected == [HOME, CAFE]
    ice.set_remote(RENEWED)
    assert network.answer(ice, TRAIN, success(RENEWED.password))
    assert network.selected == [HOME, CAFE, TRAIN]
    network.check(ice, CAFE, 1, nominate=True)
    assert network.selected == [HOME, CAFE, TRAIN]


def test_a_check_of_a_restart_long_ago_takes_nothing_even_when_its_password_is_forgotten() -> None:
    network = Restarting()
    ice = network.home()
    network.reach(ice, TRAIN, MOST_REMOTES + 2, theirs=AGAIN)
    ice.set_remote(AGAIN)
    network.answer(ice, TRAIN, success(AGAIN.password))
    network.check(ice, CAFE, 1, nominate=True)
    network.answer(ice, CAFE, refusal())
    for now in (2.0, 3.0 + FORSAKEN):  # nor when the browser is silent
        network.check(ice, CAFE, 1, nominate=True, now=now)
        assert ice.paths[CAFE].reached
        assert ice.selected is ice.paths[TRAIN]


def test_the_credentials_of_the_last_restarts_are_kept_and_no_more() -> None:
    network = Restarting()
    ice = network.home()
    told = [Credentials(f"restart{number}", f"password {number}") for number in range(1, MOST_REMOTES + 1)]
    for credentials in told:
        ice.set_remote(credentials)
    assert list(ice._remotes.values()) == told  # those of the first description have gone
    ice.set_remote(told[0])  # told twice
    assert list(ice._remotes.values()) == [*told[1:], told[0]]
    for number, credentials in enumerate(told, 1):
        address = ("192.0.2.5", number)
        network.check(ice, address, number, theirs=credentials)
        assert network.answer(ice, address, success(credentials.password))
    assert ice.selected is ice.paths["192.0.2.5", MOST_REMOTES]


def test_a_restart_over_tcp_is_reached_and_proved_like_one_over_udp() -> None:
    network = Restarting()
    ice = network.home()
    datagram = asked(ice.local, 1, RENEWED, nominate=False)
    assert ice.request(datagram, TRAIN, network.sendto, 2.0, "tcp")
    assert network.answer(ice, TRAIN, refusal())
    assert ice.selected is not None
    assert (ice.selected.kind, ice.selected.verified, network.selected) == ("tcp", False, [HOME, TRAIN])
    ice.set_remote(RENEWED)
    assert network.answer(ice, TRAIN, success(RENEWED.password))
    assert ice.selected.verified
    ice.lose(TRAIN)  # the connection breaks: what is proved goes on
    assert ice.selected is ice.paths[HOME]


def test_many_restarts_leave_room_for_all_the_paths_of_the_next() -> None:
    """All are asked for before the first has answered, on a line that is far."""
    network = Restarting()
    ice = network.home()
    for generation in range(1, 2 * MOST_PATHS):
        credentials = Credentials(f"restart{generation}", "its password")
        ice.set_remote(credentials)
        address = ("192.0.2.5", generation)
        network.check(ice, address, generation, theirs=credentials, nominate=True)
        assert network.answer(ice, address, success(credentials.password))
    assert len(ice.paths) == MOST_PATHS
    fresh = [("198.51.100.1", port) for port in range(MOST_PATHS - 1)]
    for _ in range(3):
        for address in fresh:
            network.check(ice, address, 2 * MOST_PATHS)
    assert set(fresh) < set(ice.paths)
    checks = [check.transaction_id for check, address in network.checks() if address in fresh]
    assert len(set(checks)) == len(fresh)
    for address in reversed(fresh):
        assert network.answer(ice, address, refusal())
    assert ice.selected is ice.paths[fresh[-1]]


def test_a_restart_of_ours_begins_to_count_anew() -> None:
    network = Restarting()
    ice = network.home()
    network.reach(ice, TRAIN, 7)
    ice.restart(3.0)
    ice.set_remote(AGAIN)
    network.check(ice, CAFE, "", theirs=AGAIN, nominate=True, now=3.1)
    assert network.answer(ice, CAFE, success(AGAIN.password))
    assert network.selected == [HOME, TRAIN, CAFE]
    ice.restart(4.0)
    before = ice.previous
    assert network.check(ice, TRAIN, 8, local=before, now=4.1)  # it has not heard of that restart yet
    assert (ice.selected, ice.paths[TRAIN].generation) == (ice.paths[CAFE], 0)


def test_a_check_of_before_from_the_same_address_makes_a_path_no_older() -> None:
    network = Restarting()
    ice = network.home()
    written = asked(ice.local, 1, RENEWED, nominate=True)
    assert ice.request(written, TRAIN, network.sendto, 2.0)
    network.reach(ice, TRAIN, 2, theirs=AGAIN)
    assert ice.request(written, TRAIN, network.sendto, 3.0)
    assert (ice.paths[TRAIN].generation, ice.paths[TRAIN].theirs) == (2, "ijkl")


def test_a_victim_who_says_nothing_gets_no_more_than_came_in_its_name() -> None:
    network = Restarting()
    ice = network.home()
    network.sent.clear()
    came = 0
    for number in range(1, 51):
        datagram = asked(ice.local, number, RENEWED, nominate=True)
        came += len(datagram) + HEADERS
        ice.request(datagram, TRAIN, network.sendto, 2.0)
    sent = sum(len(datagram) + HEADERS for datagram, _ in network.sent)
    assert 0 < sent <= came + FIRST_CHECK
    assert network.selected == [HOME]
