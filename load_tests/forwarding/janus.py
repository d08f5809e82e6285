"""Janus VideoRoom from Debian, on ports and folders of its own: the peer that our engine stands beside."""

import asyncio
import itertools
import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp

from load_tests.cores import MEASURED
from load_tests.forwarding.screens import Picture, Screen
from load_tests.programs import LOOPBACK, Program, find
from tests.support.ports import free_port

MODULES = Path("/usr/lib") / f"{os.uname().machine}-linux-gnu" / "janus"
ROOM = 1
ANSWER_TIMEOUT = 20  # seconds

CORE_CONFIGURATION = """
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{modules}/plugins"
  transports_folder = "{modules}/transports"
  events_folder = "{modules}/events"
  loggers_folder = "{modules}/loggers"
  debug_level = 3
  session_timeout = 0
}}
nat: {{ ice_enforce_list = "{address}" }}
media: {{ ipv6 = false }}
plugins: {{ disable = "{other_plugins}" }}
transports: {{ disable = "{other_transports}" }}
events: {{ broadcast = false }}
"""

WEBSOCKETS_CONFIGURATION = """
general: {{ json = "compact", ws = true, ws_port = {port}, ws_ip = "127.0.0.1", wss = false }}
admin: {{ admin_ws = false }}
"""


class JanusSession:
    """One web socket to Janus, with the sessions and handles opened over it (Janus API over WebSockets)."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._transactions = itertools.count()
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._session: int | None = None
        self._up: dict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self._reader = asyncio.create_task(self._read())

    async def open(self) -> None:
        answer = await self._ask({"janus": "create"})
        self._session = answer["data"]["id"]

    async def attach(self) -> int:
        answer = await self._ask({"janus": "attach", "plugin": "janus.plugin.videoroom"})
        handle: int = answer["data"]["id"]
        return handle

    async def message(self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None) -> dict[str, Any]:
        """The plugin's answer: its data, and ``jsep`` where it has one. Raises ConnectionError with its error."""
        request: dict[str, Any] = {"janus": "message", "handle_id": handle, "body": body}
        if jsep is not None:
            request["jsep"] = jsep
        answer = await self._ask(request)
        data: dict[str, Any] = answer["plugindata"]["data"]
        if "error" in data:
            raise ConnectionError(f"{body['request']}: {data['error']}")
        return {**data, "jsep": answer.get("jsep")}

    async def media_up(self, handle: int) -> None:
        """Until the connection of ``handle`` carries media: nobody can subscribe to it before."""
        async with asyncio.timeout(ANSWER_TIMEOUT):
            await self._up[handle].wait()

    async def close(self) -> None:
        self._reader.cancel()
        await self._socket.close()

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        transaction = str(next(self._transactions))
        self._answers[transaction] = asyncio.get_running_loop().create_future()
        session = {} if self._session is None else {"session_id": self._session}
        await self._socket.send_json({**request, **session, "transaction": transaction})
        async with asyncio.timeout(ANSWER_TIMEOUT):
            answer = await self._answers[transaction]
        if answer["janus"] == "error":
            raise ConnectionError(f"{request['janus']}: {answer['error']}")
        return answer

    async def _read(self) -> None:
        async for message in self._socket:
            told = message.json()
            if told["janus"] == "webrtcup":
                self._up[told["sender"]].set()
            waiting = self._answers.get(told.get("transaction", ""))
            # an asynchronous request is acknowledged first and answered by an event of the same transaction
            if waiting is not None and not waiting.done() and told["janus"] != "ack":
                waiting.set_result(told)


class Janus:
    name = "janus"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program: Program | None = None
        self._http: aiohttp.ClientSession | None = None
        self._sessions: list[JanusSession] = []
        self._port = free_port()

    @property
    def roots(self) -> list[int]:
        assert self._program is not None
        return [self._program.pid]

    async def start(self, people: int) -> None:
        janus = find("janus", "janus")
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "janus.jcfg").write_text(
            CORE_CONFIGURATION.format(
                folder=self._folder,
                modules=MODULES,
                address=LOOPBACK,
                other_plugins=",".join(_others("plugins", "videoroom")),
                other_transports=",".join(_others("transports", "websockets")),
            )
        )
        (self._folder / "janus.transport.websockets.jcfg").write_text(WEBSOCKETS_CONFIGURATION.format(port=self._port))
        (self._folder / "janus.plugin.videoroom.jcfg").write_text("general: { }\n")
        self._program = Program(
            [janus, "--configs-folder", str(self._folder), "--disable-colors"],
            self._folder / "janus.out",
            cores=MEASURED,
        )
        self._program.wait_for_port(self._port, timeout=20)
        self._http = aiohttp.ClientSession()
        session = await self._open_session()
        await session.message(
            await session.attach(),
            {
                "request": "create",
                "room": ROOM,
                "publishers": people,
                "audiocodec": "opus",
                "videocodec": "vp8",
                "bitrate": 0,
            },
        )

    async def _open_session(self) -> JanusSession:
        assert self._http is not None
        socket = await self._http.ws_connect(f"ws://{LOOPBACK}:{self._port}/", protocols=("janus-protocol",))
        session = JanusSession(socket)
        await session.open()
        self._sessions.append(session)
        return session

    async def call(self, people: Sequence[Screen], picture: Picture) -> None:
        sessions, feeds = [], []
        for person in people:
            session = await self._open_session()
            publisher = await session.attach()
            joined = await session.message(publisher, {"request": "join", "ptype": "publisher", "room": ROOM})
            feeds.append(joined["id"])
            offer = {"type": "offer", "sdp": await person.offer_up(picture)}
            published = await session.message(publisher, {"request": "publish"}, offer)
            await person.accept_up(published["jsep"]["sdp"])
            await session.media_up(publisher)
            sessions.append(session)
        for person, session, own in zip(people, sessions, feeds, strict=True):
            subscriber = await session.attach()
            streams = [{"feed": feed} for feed in feeds if feed != own]
            offered = await session.message(
                subscriber, {"request": "join", "ptype": "subscriber", "room": ROOM, "streams": streams}
            )
            answer = {"type": "answer", "sdp": await person.answer_down(offered["jsep"]["sdp"])}
            await session.message(subscriber, {"request": "start"}, answer)

    async def stop(self) -> None:
        for session in self._sessions:
            await session.close()
        if self._http is not None:
            await self._http.close()
        if self._program is not None:
            self._program.stop()


def _others(kind: str, wanted: str) -> list[str]:
    """The modules of a kind that are installed, but for the one that is wanted."""
    return sorted(path.name for path in (MODULES / kind).glob("*.so") if wanted not in path.name)
