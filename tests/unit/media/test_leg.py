"""What a leg sends to an address that is not proved yet, without a handshake before it."""

from collections import Counter
from time import monotonic

import pytest
from aioice.stun import Class, Message, Method
from aiortc.rtcdtlstransport import RTCCertificate

from server.media.counters import Counters
from server.media.engine import Credentials
from server.media.ice import HEADERS, Address
from server.media.leg import FIRST_LOAN, LOAN, PAID_BACK, VOICE, Leg
from server.media.stun import is_stun
from tests.unit.media.test_ice import BROWSER, HOME, TRAIN
from tests.unit.media.test_ice_restarts import CAFE, RENEWED, Restarting, refusal, success

PICTURE = bytes(1200)
WORD = bytes(100)


CERTIFICATE = RTCCertificate.generateCertificate()


class Wire(Restarting):
    """A network under a leg, whose media goes home; tells STUN from all else."""

    def __init__(self, *, settled: bool = True) -> None:
        super().__init__()
        self.counters = Counters()
        self.came: Counter[Address] = Counter()  # bytes of media, by where they went
        self.wire_leg = Leg(CERTIFICATE, "server", self.counters, self.forgotten.append, monotonic())
        self.ice = self.wire_leg.ice
        self.ice.set_remote(BROWSER)
        self.prove(self.ice, HOME, nominate=True)
        for _ in range(60 if settled else 0):  # a minute passes
            self.wire_leg.refill()

    def sendto(self, datagram: bytes, address: Address) -> None:
        if is_stun(datagram):
            super().sendto(datagram, address)
        else:
            self.came[address] += len(datagram) + HEADERS

    def media(self, address: Address) -> int:
        return self.came[address]

    def send(self, datagram: bytes, times: int = 1) -> None:
        for _ in range(times):
            self.wire_leg._send_plain(datagram)


@pytest.fixture
def wire() -> Wire:
    wire = Wire()
    assert wire.ice.selected is not None
    return wire


def test_where_it_is_proved_there_is_no_bound(wire: Wire) -> None:
    wire.send(PICTURE, 1000)
    assert wire.media(HOME) == 1000 * (len(PICTURE) + HEADERS)


def test_pictures_use_half_of_the_loan_and_voices_what_is_left(wire: Wire) -> None:
    wire.reach(wire.ice, TRAIN, 1)
    wire.send(PICTURE, 1000)
    assert LOAN // 2 - len(PICTURE) - HEADERS < wire.media(TRAIN) <= LOAN // 2
    wire.send(bytes(VOICE), 1000)
    assert LOAN - VOICE - HEADERS < wire.media(TRAIN) <= LOAN
    wire.send(WORD, 1000)
    assert LOAN - len(WORD) - HEADERS < wire.media(TRAIN) <= LOAN
    assert wire.counters.packets_unsent > 2000
    assert wire.media(HOME) == 0


def test_to_begin_again_and_again_brings_no_more_than_to_wait() -> None:
    """What a browser may have joined every two seconds is worth two seconds of what is paid back."""
    wire = Wire(settled=False)
    wire.reach(wire.ice, TRAIN, 1)
    wire.send(WORD, 1000)
    wire.send(PICTURE)
    assert FIRST_LOAN - len(WORD) - HEADERS < wire.media(TRAIN) <= FIRST_LOAN == 2 * PAID_BACK


def test_once_it_is_proved_everything_goes_there(wire: Wire) -> None:
    wire.reach(wire.ice, TRAIN, 1)
    wire.send(PICTURE, 1000)
    wire.ice.set_remote(RENEWED)
    assert wire.answer(wire.ice, TRAIN, success(RENEWED.password))
    before = wire.media(TRAIN)
    wire.send(PICTURE, 1000)
    assert wire.media(TRAIN) - before == 1000 * (len(PICTURE) + HEADERS)


def test_restarts_one_after_the_other_share_one_loan(wire: Wire) -> None:
    for generation in range(1, 30):
        address = ("192.0.2.9", generation)
        wire.reach(wire.ice, address, generation, theirs=Credentials(f"number{generation}", "p" * 22))
        wire.send(WORD, 1000)
    assert sum(wire.media(("192.0.2.9", generation)) for generation in range(1, 30)) <= LOAN


def test_proving_another_address_in_between_pays_nothing_back_but_time_does(wire: Wire) -> None:
    """Else who has one address of their own could have any amount sent to another."""
    wire.reach(wire.ice, TRAIN, 1)
    wire.send(WORD, 5000)
    wire.wire_leg.refill()  # a second passes, at an address that is not proved
    assert wire.media(TRAIN) <= LOAN
    wire.ice.set_remote(RENEWED)
    wire.check(wire.ice, HOME, 2, nominate=True)  # home is proved since the beginning
    assert wire.ice.selected is wire.ice.paths[HOME]
    other = Credentials("another", "p" * 22)
    wire.reach(wire.ice, CAFE, 3, theirs=other)
    wire.send(WORD, 5000)
    assert wire.media(CAFE) < len(WORD) + HEADERS
    wire.check(wire.ice, HOME, 4, nominate=True)
    wire.wire_leg.refill()
    wire.reach(wire.ice, CAFE, 5, theirs=other)
    wire.send(WORD, 5000)
    assert PAID_BACK - len(WORD) - HEADERS < wire.media(CAFE) < PAID_BACK + len(WORD) + HEADERS
    wire.check(wire.ice, HOME, 6, nominate=True)
    for _ in range(1000):
        wire.wire_leg.refill()
    wire.reach(wire.ice, CAFE, 7, theirs=other)
    wire.send(WORD, 9000)
    assert wire.media(CAFE) <= LOAN + PAID_BACK + len(WORD) + HEADERS


def test_who_grants_our_check_is_lent_nothing(wire: Wire) -> None:
    wire.check(wire.ice, TRAIN, 1, nominate=True)
    assert not wire.answer(wire.ice, TRAIN, success())
    wire.check(wire.ice, TRAIN, 1, nominate=True)
    wire.send(WORD, 100)
    assert (wire.media(TRAIN), wire.media(HOME)) == (0, 100 * (len(WORD) + HEADERS))


def test_a_refused_check_of_a_stranger_is_an_ice_agents(wire: Wire) -> None:
    wire.check(wire.ice, TRAIN, 1)
    answer = Message(Method.BINDING, Class.ERROR, attributes=dict(refusal().attributes))
    assert wire.answer(wire.ice, TRAIN, answer)
    wire.send(WORD)
    assert wire.media(TRAIN) == len(WORD) + HEADERS
