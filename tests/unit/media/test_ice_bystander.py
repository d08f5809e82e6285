"""Somebody on the way sees every check of a browser, may keep them from arriving, sends them from elsewhere whenever
they like, and answers what comes there in any way that needs no password. The browser gets its media all the same."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from server.media.engine import Credentials
from server.media.ice import MOST_PATHS, Address
from tests.unit.media.test_ice import BROWSER
from tests.unit.media.test_ice_restarts import Restarting, asked, refusal, success

EVE: list[Address] = [("203.0.113.66", port) for port in range(2)]


class OnTheWay(RuleBasedStateMachine):
    @initialize()
    def connect(self) -> None:
        self.network = Restarting()
        self.ice = self.network.home()
        self.now = 2.0
        self.generation = 0
        self.credentials = BROWSER
        self.address: Address = ("198.51.100.7", 4000)
        self.checks: list[bytes] = []
        self.reached: set[Address] = set()

    @rule(told=st.booleans())
    def restart(self, told: bool) -> None:
        """The browser does, on a socket of its own; what it tells may never come."""
        self.generation += 1
        self.credentials = Credentials(f"restart{self.generation}", f"password {self.generation}")
        self.address = ("198.51.100.7", 4000 + self.generation)
        if told:
            self.ice.set_remote(self.credentials)

    @rule(nominate=st.booleans(), arrives=st.booleans(), seconds=st.floats(0, 4))
    def check(self, nominate: bool, arrives: bool, seconds: float) -> None:
        """The browser's next one; Eve has a copy in any case."""
        self.now += seconds
        datagram = asked(self.ice.local, self.generation or "", self.credentials, nominate)
        self.checks.append(datagram)
        if arrives:
            assert self.ice.request(datagram, self.address, self.network.sendto, self.now)

    @rule(data=st.data(), address=st.sampled_from(EVE))
    def copy(self, data: st.DataObject, address: Address) -> None:
        if self.checks:
            datagram = data.draw(st.sampled_from(self.checks))
            self.ice.request(datagram, address, self.network.sendto, self.now)

    @rule(address=st.sampled_from(EVE), granted=st.booleans())
    def eve_answers(self, address: Address, granted: bool) -> None:
        if any(to == address for _, to in self.network.checks()):
            taken = self.network.answer(self.ice, address, success("a guess") if granted else refusal(), self.now)
            if taken:
                self.reached.add(address)

    @rule()
    def browser_answers(self) -> None:
        """To our last check of it, with the password that it has now."""
        checks = [check for check, to in self.network.checks() if to == self.address]
        if checks:
            known = checks[-1].check_message_integrity(self.credentials.password.encode())
            answer = success(self.credentials.password) if known else refusal()
            self.network.answer(self.ice, self.address, answer, self.now)

    @rule()
    def tell(self) -> None:
        self.ice.set_remote(self.credentials)

    @invariant()
    def nobody_else_is_ever_known(self) -> None:
        if not hasattr(self, "ice"):
            return
        assert len(self.ice.paths) <= MOST_PATHS
        for address in EVE:
            path = self.ice.paths.get(address)
            assert path is None or not path.verified
            assert path is None or path is not self.ice.selected or address in self.reached
        assert self.ice.selected is not None

    def teardown(self) -> None:
        """Once the browser can tell, a few checks of its are enough, and no copy changes that."""
        if not hasattr(self, "ice"):
            return
        self.tell()
        for _ in range(8):  # two or three pay for a check of ours
            self.check(nominate=True, arrives=True, seconds=0.05)
            self.browser_answers()
        assert self.ice.selected is self.ice.paths[self.address]
        assert self.ice.selected.verified
        for datagram in self.checks:
            for address in EVE:
                self.ice.request(datagram, address, self.network.sendto, self.now)
                if any(to == address for _, to in self.network.checks()):
                    self.network.answer(self.ice, address, refusal(), self.now)
                self.ice.request(datagram, address, self.network.sendto, self.now)
        assert self.ice.selected is self.ice.paths[self.address]


OnTheWay.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestOnTheWay = OnTheWay.TestCase
