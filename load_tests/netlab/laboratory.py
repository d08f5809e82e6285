"""Runs one scenario: a server, a person on a good line, a person behind the bad one, and a timeline of it all."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Playwright
from playwright.async_api import TimeoutError as PageTimeout

from load_tests.binome import BinomeServer
from load_tests.netlab.bad_line import BadLine
from load_tests.netlab.people import Person, far_chromium, open_person
from load_tests.netlab.scenario import Named, Step
from load_tests.netlab.timeline import Counters, Second, Side
from load_tests.programs import find
from load_tests.seed import Seat

TICK = 1.0  # seconds
CONNECTING = 45.0  # seconds; who is not in the call by then is watched all the same
SEED = 2611  # losses fall alike in every run


@dataclass(slots=True)
class Run:
    """What a scenario left. Moments are seconds since both were in the call; ``zero`` is that moment by the wall."""

    named: Named
    seconds: list[Second] = field(default_factory=list)
    zero: float = 0.0
    moved: list[tuple[float, str, bool]] = field(default_factory=list)  # what the far browser said of its network
    pressed: float = 0.0  # when the far person pressed the button of the call
    connected: bool = False  # whether the far person came into the call at all
    first_voice: float | None = None  # when the far person's page played the first voice, by the wall
    joined: float = 0.0  # when their `call:join` went out
    far: Person | None = None
    near: Person | None = None
    steps: list[tuple[float, Step]] = field(default_factory=list)


def speech_file(folder: Path, name: str) -> Path:
    """Where the speech of ``near`` or ``far`` is."""
    return folder / f"speech.{name}.wav"


class Laboratory:
    """``server`` listens on all addresses of the run's own namespace; the speech of both is in ``folder``."""

    def __init__(self, tool: Playwright, server: BinomeServer, folder: Path) -> None:
        self._tool = tool
        self._server = server
        self._folder = folder

    async def run(self, named: Named, seats: tuple[Seat, Seat], line: BadLine, *, seconds: float) -> Run:
        scenario = named.scenario
        run = Run(named)
        async with AsyncExitStack() as stack:
            run.near = await self._person(stack, "near", seats[0], line, find("chromium", "chromium"))
            run.far = await self._person(stack, "far", seats[1], line, far_chromium(line.far_namespace, self._folder))
            await run.near.enter(camera=scenario.camera)
            if not await _connected(run.near):
                raise ConnectionError("the person on the good line is not in the call")
            if not scenario.shaped_in_call:
                await line.order(scenario.line.orders(self._server.port))
            run.pressed = await run.far.enter(camera=scenario.camera)
            run.connected = await _connected(run.far)
            await line.order(scenario.line.orders(self._server.port))
            run.zero = time.time()
            run.joined = next((at for at, _, name, _ in run.far.told if name == "call:join"), run.pressed)
            steps = asyncio.create_task(self._follow_steps(run, line))
            stack.callback(steps.cancel)
            await self._record(run, line, seconds)
            if steps.done():
                steps.result()
        return run

    async def _person(self, stack: AsyncExitStack, name: str, seat: Seat, line: BadLine, program: str) -> Person:
        origin = f"http://{line.near}:{self._server.port}"
        browser, person = await open_person(
            self._tool,
            name,
            program=program,
            speech=speech_file(self._folder, name),
            origin=origin,
            token=seat.token,
            host=line.near,
        )
        stack.push_async_callback(browser.close)
        await person.arrive(f"{origin}/#/r/{seat.room}")
        return person

    async def _follow_steps(self, run: Run, line: BadLine) -> None:
        for step in run.named.steps:
            await asyncio.sleep(max(0.0, run.zero + step.at_s - time.time()))
            orders: dict[str, Any] = {} if step.line is None else step.line.orders(self._server.port)
            if step.address:
                orders["address"] = "next"
            await line.order(orders)
            run.steps.append((time.time() - run.zero, step))

    async def _record(self, run: Run, line: BadLine, seconds: float) -> None:
        assert run.far is not None
        assert run.near is not None
        people = (run.far, run.near)
        counters = (Counters(), Counters())
        told = 0
        while (now := time.time() - run.zero) < seconds:
            looks = await asyncio.gather(*(person.statistics() for person in people))
            sides = []
            for person, counter, look in zip(people, counters, looks, strict=True):
                side = Side() if look is None else counter.look(look)
                if look is not None and person is run.far:
                    run.first_voice = look["firstVoice"]
                    run.moved = [(round(at - run.zero, 2), what, online) for at, what, online in look["moved"]]
                rung = person.last("call:rung") or {}
                side.out_rung, side.in_rung, side.reason = rung.get("out"), rung.get("in"), rung.get("reason")
                sides.append(side)
            second = Second(round(now, 2), far=sides[0], near=sides[1])
            while not line.reports.empty():
                second.line = line.reports.get_nowait()
            if len(run.steps) > told:
                second.event = ", ".join(step.name for _, step in run.steps[told:])
                told = len(run.steps)
            run.seconds.append(second)
            await asyncio.sleep(max(0.05, now + TICK - (time.time() - run.zero)))


async def _connected(person: Person) -> bool:
    """Waits until the page says so, or for ``CONNECTING``."""
    try:
        await person.page.get_by_text("Appel en cours", exact=True).first.wait_for(timeout=CONNECTING * 1000)
    except PageTimeout:
        return False
    return True
