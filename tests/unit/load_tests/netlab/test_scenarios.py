"""Every scenario that is shipped says something possible, and what the issue asks for is among them."""

import msgspec
import pytest

from load_tests.netlab.link import Conditions
from load_tests.netlab.measure import SCENARIOS
from load_tests.netlab.packets import Firewall
from load_tests.netlab.plot import RUNGS
from load_tests.netlab.scenario import Line, Named, Scenario, names


@pytest.mark.parametrize("name", names())
def test_each_scenario_gives_orders_that_the_line_obeys(name: str) -> None:
    named = Named.read(name)
    for line in (named.scenario.line, *(step.line for step in named.steps if step.line)):
        orders = line.orders(web_port=8080)
        Conditions(**orders["up"])
        Conditions(**orders["down"])
        Firewall(orders["udp"], orders["tcp_ports"])
    assert set(named.scenario.expect.rungs) | set(named.scenario.expect.rung_says) <= set(RUNGS)
    assert all(step.at_s < named.seconds(None) for step in named.steps), "every step is taken, shortened or not"
    assert 0.2 * 60 <= named.seconds(None) <= 300


def test_what_is_measured_exists() -> None:
    assert set(SCENARIOS) <= set(names())


def test_a_long_run_is_never_shorter_than_its_steps() -> None:
    assert Named.read("blocked").seconds(0.2) == 35 + 30
    assert Named.read("weak-24").seconds(10) == 600


def test_a_line_is_told_in_units_of_its_own() -> None:
    line = Line(kbit=24, down_kbit=48, rtt_ms=800, jitter_ms=5, loss=0.2, queue_ms=500, udp=False, tcp_web_only=True)
    half = {"delay": 0.4, "jitter": 0.005, "loss": 0.2, "burst": 1, "queue": 0.5, "cut": False}
    assert line.orders(web_port=8080) == {
        "up": {"rate": 24_000, **half},
        "down": {"rate": 48_000, **half},
        "udp": False,
        "tcp_ports": [8080],
    }


def test_a_word_that_is_none_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="speed"):
        msgspec.convert({"title": "x", "seconds": 60, "line": {"speed": 3}}, Scenario)
