"""`binome demo` from its first start on: complete, the same again, and made anew when it was broken off."""

import json
import re
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from typing import Any

from server.demo.seed import association, sign_ins
from tests.processes import Server, wait_until
from tests.support.second_step import demonstration_code

LISTS = ("open", "closed", "second", "sample")


def _password(server: Server) -> str:
    wait_until(lambda: "Ctrl-C" in server.output(), 40.0, "the table of sign-ins")
    told = re.findall(r"password for all of them: (\S+)", server.output())
    assert isinstance(told[-1], str)
    return told[-1]


def _ask(server: Server, path: str, body: dict[str, str] | None = None, token: str | None = None) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{path}",
        data=json.dumps(body).encode() if body is not None else None,
        headers={"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - of loopback
        return json.load(answer)


def _sign_in(server: Server, login: str, password: str) -> str:
    """Staff are asked for the code that the demonstration prints."""
    told = _ask(server, "/api/v1/session", {"login": login, "password": password, "kind": "bearer"})
    if "second_factor" in told:
        told = _ask(server, "/api/v1/session/code", {"code": demonstration_code(server.data)}, told["token"])
    return str(told["token"])


def _home(server: Server, login: str, password: str) -> Any:
    return _ask(server, "/api/v1/home", token=_sign_in(server, login, password))


def _upto(pair: dict[str, Any]) -> int:
    """The number of the last change: a message is one, and so is a decision that changes it."""
    acts = [act for message in pair["messages"] for act in message.get("then", ())]
    return len(pair["messages"]) + sum(act.get("decide") in ("return", "refuse") for act in acts)


def _states(server: Server, token: str) -> dict[str, dict[str, int]]:
    """How many flags of which state are on each list."""
    lists = {name: _ask(server, f"/api/v1/flags?state={name}", token=token) for name in LISTS}
    return {name: dict(Counter(flag["state"] for flag in page["flags"])) for name, page in lists.items()}


def test_everyone_of_the_table_can_sign_in_and_finds_what_is_theirs(make_server: Callable[..., Server]) -> None:
    server = make_server(None, "demo")
    server.start()
    password = _password(server)
    tokens = {row.login: _sign_in(server, row.login, password) for row in sign_ins()}
    homes = {login: _ask(server, "/api/v1/home", token=token) for login, token in tokens.items()}
    assert {login: home["me"]["account"]["role"] for login, home in homes.items()} == {
        row.login: row.role.value for row in sign_ins()
    }
    for pair in association()["pairs"]:
        for role in ("mentor", "mentee"):
            home = homes[pair[role]]
            assert [card["upto"] for card in home["rooms"]] == [_upto(pair)]
            assert len(home["planned"]) == len(pair["planned"])
    assert homes["claire"]["queue"] == {"open": 4, "held": 2, "second": 0, "sample": 0}
    assert homes["samir"]["queue"] == {"open": 2, "held": 0, "second": 1, "sample": 1}
    assert _states(server, tokens["claire"]) == {
        "open": {"open": 2, "second": 1, "escalated": 1},
        "closed": {"returned": 1, "acknowledged": 2},
        "second": {},
        "sample": {},
    }
    assert _states(server, tokens["samir"]) == {
        "open": {"open": 1, "escalated": 1},
        "closed": {},
        "second": {"second": 1},
        "sample": {"open": 1},
    }

    server.signal(signal.SIGINT)
    assert server.wait() == 0
    again = make_server(server.data, "demo")
    again.start()
    assert _password(again) == password
    assert [card["upto"] for card in _home(again, "lea", password)["rooms"]] == [
        card["upto"] for card in homes["lea"]["rooms"]
    ]


def test_a_demonstration_that_was_broken_off_is_made_anew(make_server: Callable[..., Server]) -> None:
    first = make_server(None, "demo")
    first.start(ready=False)
    part = first.data / "demo-password.part"
    wait_until(part.exists, 40.0, "the start of the demonstration")
    time.sleep(0.5)  # somewhere in the middle of it
    first.signal(signal.SIGKILL)
    first.wait()
    assert part.exists(), "the machine was too quick for this test: it was complete already"

    second = make_server(first.data, "demo")
    second.start()
    password = _password(second)
    for pair in association()["pairs"]:
        assert [card["upto"] for card in _home(second, pair["mentee"], password)["rooms"]] == [_upto(pair)]
    assert not part.exists()


def test_the_demonstration_keeps_away_from_a_real_association(make_server: Callable[..., Server]) -> None:
    real = make_server(None, "admin", "create", "--organisation", "Vraie", "--login", "vraie", "--generate")
    real.start(ready=False)
    assert real.wait(40.0) == 0, real.output()
    demo = make_server(real.data, "demo")
    demo.start(ready=False)
    assert demo.wait(40.0) == 2
    told = [line for line in demo.output().splitlines() if not line.startswith("{")]
    assert told == [
        "binome: the demonstration wants a database of its own, and this one holds an association; "
        "name another folder with BINOME_DATA, or start it with `binome serve`"
    ]
