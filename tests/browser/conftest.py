"""A real server, real Chromium, and people who sit before it. No test reaches into the page: it clicks and reads."""

import json
import re
import shutil
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.error import HTTPError

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Playwright,
    Request,
    async_playwright,
    expect,
)

from tests.processes import Server, run, short_folder
from tests.support import second_step
from tests.support.beginning import begin_pair

CODE = re.compile("Code de vérification|Verification code")
PASSWORD = "un mot de passe long"  # of people who live as long as the test
SCREEN = {"width": 1280, "height": 800}
TELEPHONE = {"width": 360, "height": 640}

expect.set_options(timeout=15_000)  # ms: CI runs server, database and three browsers on two cores

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
# Remembers every PeerConnection of the page, so that a test can ask the browser's own statistics.
_WATCH_CALLS = """
window.calls = [];
const Made = RTCPeerConnection;
window.RTCPeerConnection = class extends Made {
  constructor(...given) { super(...given); window.calls.push(this); }
};
"""
_numbers = count(1)
STAFF: set[str] = set()  # logins of people who are asked for a second factor


@contextmanager
def run_server(**settings: str) -> Iterator[Server]:
    """``binome serve`` with one association and its admin."""
    with short_folder() as folder:
        running = Server(folder / "data", **settings)
        answer = run(
            "admin", "create", "--organisation", "Les Passerelles", "--login", "admin", "--password-stdin",
            env=running.env, stdin=PASSWORD,
        )  # fmt: skip
        assert answer.returncode == 0, answer.stderr
        running.start()
        assert running.ask("/")[0] == 200, "build the client first: python client_web/build.py"
        try:
            yield running
        finally:
            running.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One for all tests, each with people of its own."""
    with run_server() as running:
        yield running


@dataclass
class Api:
    """The HTTP side, for what a test needs before it begins."""

    server: Server
    token: str = ""

    def ask(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token or self.token:
            headers["Authorization"] = f"Bearer {token or self.token}"
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.server.port}/api/v1/{path}",
            method=method,
            headers=headers,
            data=None if body is None else json.dumps(body).encode(),
        )
        while True:  # one admin makes everybody, quicker than a person could: they wait as they are told to
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  # our own server
                    return json.loads(answer.read() or b"null")
            except HTTPError as refused:
                if refused.code != HTTPStatus.TOO_MANY_REQUESTS:
                    raise
                time.sleep(json.loads(refused.read())["error"]["retry_in_ms"] / 1000)

    def sign_in(self, login: str) -> None:
        self.token = second_step.sign_in(self.ask, str(self.server.data), login, PASSWORD)


@dataclass
class Logins:
    """A pair of this test's own, with its supervisor."""

    mentor: str
    mentee: str
    supervisor: str


@pytest.fixture(scope="session")
def admin(server: Server) -> Api:
    """Signed in once: whoever tries too often has to wait."""
    api = Api(server)
    api.sign_in("admin")
    return api


@pytest.fixture
def pair(admin: Api) -> Logins:
    """Julien and Léa, who never met before, looked after by Claire."""
    return make_pair(admin)


def make_pair(api: Api, born: str = "2011-05-05") -> Logins:
    number = next(_numbers)
    made: dict[str, str] = {}
    logins = {}
    for role, name in (("mentor", "Julien"), ("mentee", "Léa"), ("supervisor", "Claire")):
        logins[role] = f"{role}{number}"
        person = {"login": logins[role], "name": name, "role": role, "password": PASSWORD}
        if role == "mentee":
            person["birth_date"] = born
        made[role] = api.ask("POST", "accounts", person)["id"]
    today = str(datetime.now(UTC).date())
    for purpose in ("chat", "video", "family_call", "prescriber", "notifications"):
        paper = {"by": made["mentee"], "purpose": purpose, "agree": True, "how": "paper", "day": today}
        api.ask("POST", f"mentees/{made['mentee']}/consents", paper)
    two = {role: _token(api, logins[role]) for role in ("mentor", "mentee")}
    begin_pair(api.ask, api.token, made, two)
    STAFF.add(logins["supervisor"])
    return Logins(**logins)


def _token(api: Api, login: str) -> str:
    opened = api.ask("POST", "session", {"login": login, "password": PASSWORD, "kind": "bearer"})
    return str(opened["token"])


@dataclass
class Person:
    """Someone before a browser of their own."""

    page: Page
    context: BrowserContext
    address: str
    server: Server | None = None
    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    async def arrive(self) -> None:
        await self.page.goto(self.address)
        await expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    async def sign_in(self, login: str, password: str = PASSWORD) -> None:
        here = str(self.server.data) if self.server is not None else ""
        if self.server is not None and login in STAFF and not second_step.has_one(here, login):
            Api(self.server).sign_in(login)  # a first sign-in: what they see of it is test_second_step's business
        await self.page.goto(self.address)
        await self.fill_in(login, password)
        if self.server is not None and second_step.has_one(here, login):
            second_step.renew(Api(self.server).ask, here, login, PASSWORD)
            await self.type_code(second_step.code(here, login))
            await expect(self.page.get_by_label(CODE)).to_have_count(0)
        await expect(self.page.get_by_label(re.compile("Nom de connexion|Sign-in name"))).to_have_count(0)

    async def fill_in(self, login: str, password: str = PASSWORD) -> None:
        await self.page.get_by_label(re.compile("Nom de connexion|Sign-in name")).fill(login)
        await self.page.get_by_label(re.compile("^(Mot de passe|Password)$")).fill(password)
        await self.page.get_by_role("button", name=re.compile("Entrer|Come in")).click()

    async def type_code(self, code: str) -> None:
        await self.page.get_by_label(CODE).fill(code)
        await self.page.get_by_role("button", name=re.compile("^(Continuer|Continue)$")).click()

    async def in_room(self) -> None:
        await expect(self.page.get_by_label("Écrire un message")).to_be_visible()

    async def say(self, text: str) -> None:
        await self.page.get_by_label("Écrire un message").fill(text)
        await self.page.get_by_role("button", name="Envoyer").click()

    async def reads(self, text: str, times: int = 1) -> None:
        await expect(self.bubbles.filter(has_text=text)).to_have_count(times)

    @property
    def bubbles(self) -> Any:
        return self.page.locator(".bubble")

    async def texts(self) -> list[str]:
        return [text async for text in _inner_texts(self.bubbles)]

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def decide(self, decision: str, reason: str, *, card: Locator | None = None) -> None:
        """Decides a flag of the queue, as a professional does: what, why, and yes."""
        place = self.page if card is None else card
        await place.get_by_role("button", name=decision, exact=True).click()
        form = place.get_by_role("form", name=decision)
        await form.get_by_label("Pourquoi").select_option(label=reason)
        await form.get_by_role("button", name=re.compile("Confirmer|Proposer")).click()


async def _inner_texts(locator: Any) -> AsyncIterator[str]:
    for text in await locator.all_inner_texts():
        yield text


@dataclass
class Room:
    """Where people of one test sit."""

    browser: Browser
    server: Server
    stack: AsyncExitStack
    people: list[Person] = field(default_factory=list)

    async def seat(self, login: str | None = None, *, checks: bool = False, **options: Any) -> Person:
        """A person with a browser profile of their own, signed in when ``login`` is given; one who does not want a look
        at the line before each call, unless ``checks``."""
        wanted = {"viewport": SCREEN, "locale": "fr-FR", "permissions": ["microphone", "camera"], **options}
        if not checks:
            kept = [{"name": "binome.check", "value": "never"}]
            origin = {"origin": f"http://localhost:{self.server.port}", "localStorage": kept}
            wanted.setdefault("storage_state", {"cookies": [], "origins": [origin]})
        context = await self.browser.new_context(**wanted)
        self.stack.push_async_callback(context.close)
        await context.add_init_script(_WATCH_CALLS)
        page = await context.new_page()
        person = Person(page, context, f"http://localhost:{self.server.port}/", self.server)
        page.on("pageerror", lambda error: person.complaints.append(str(error)))
        context.on("request", lambda request: person.requests.append(request))
        self.people.append(person)
        if login:
            await person.sign_in(login)
        return person


@asynccontextmanager
async def opened(browser: Browser, server: Server) -> AsyncIterator[Room]:
    """People may be seated there; none of their pages may throw."""
    async with AsyncExitStack() as stack:
        room = Room(browser, server, stack)
        yield room
        assert [complaint for person in room.people for complaint in person.complaints] == []


@asynccontextmanager
async def with_chromium(server: Server) -> AsyncIterator[Room]:
    """With a Chromium of its own."""
    async with async_playwright() as tool, await launched(tool) as browser, opened(browser, server) as room:
        yield room


async def launched(tool: Playwright) -> Browser:
    if CHROMIUM is None:
        pytest.skip("no Chromium on PATH: install the system's package 'chromium'")
    return await tool.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)


class Chromium:
    """One for all tests, which seat their people with profiles of their own; another one when it has died."""

    def __init__(self, tool: Playwright) -> None:
        self._tool = tool
        self._browser: Browser | None = None

    async def browser(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            self._browser = await launched(self._tool)
        return self._browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who shares the Chromium shares its event loop."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Chromium]:
    async with async_playwright() as tool:  # which ends what it has launched
        yield Chromium(tool)


@pytest_asyncio.fixture(loop_scope="session")
async def room(chromium: Chromium, server: Server) -> AsyncIterator[Room]:
    async with opened(await chromium.browser(), server) as room:
        yield room


@pytest.fixture(scope="session")
def demonstration() -> Iterator[Server]:
    """``binome demo``, for what belongs to it."""
    with short_folder() as folder:
        running = Server(folder / "data", "demo")
        running.start()
        try:
            yield running
        finally:
            running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def demo_room(chromium: Chromium, demonstration: Server) -> AsyncIterator[Room]:
    async with opened(await chromium.browser(), demonstration) as room:
        yield room


async def case_of(person: Person) -> str:
    """The case that a professional looks after, among those of all tests."""
    found: dict[str, Any] = {}
    for path in ("session", "cases"):
        answer = await person.page.evaluate(f"fetch('/api/v1/{path}').then((answer) => answer.text())")
        found |= json.loads(answer)
    me = found["account"]["id"]
    return str(next(case["id"] for case in found["cases"] if case.get("owner", {}).get("id") == me))
