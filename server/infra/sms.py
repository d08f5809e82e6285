"""Short messages out, through any gateway that speaks HTTP: the operator writes its address with ``{to}`` and
``{text}`` where the number and the text go, and with ``{id}`` where the gateway takes what tells a repeat. Without one,
nothing is sent and nobody is offered it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote
from uuid import UUID

import aiohttp

from server.infra.mail import NotDelivered
from server.kernel.identifiers import new_id

SECONDS = 20.0


class Sms(Protocol):
    @property
    def available(self) -> bool: ...

    async def send(self, to: str, text: str, *, message_id: UUID | None = None, seconds: float = SECONDS) -> None:
        """Sends ``text`` to an E.164 number, within ``seconds``. A gateway that knows ``message_id`` from before sends
        it once. Raises NotDelivered."""
        ...


class NoSms:
    """Where no gateway is set."""

    available = False

    async def send(  # as the protocol has it
        self,
        to: str,  # noqa: ARG002
        text: str,  # noqa: ARG002
        *,
        message_id: UUID | None = None,  # noqa: ARG002
        seconds: float = SECONDS,  # noqa: ARG002
    ) -> None:
        raise NotDelivered("no_gateway", final=True)


@dataclass(frozen=True, slots=True)
class HttpSms:
    """``url`` is asked with GET, or with POST when there is a ``body``: JSON, with the same places in its texts.
    ``authorization`` is sent as that header. Each message has an ``Idempotency-Key``."""

    url: str
    body: str | None = None
    authorization: str | None = None
    available = True

    async def send(self, to: str, text: str, *, message_id: UUID | None = None, seconds: float = SECONDS) -> None:
        places = {"to": to, "text": text, "id": str(message_id or new_id())}
        headers = {"Authorization": self.authorization} if self.authorization else {}
        headers["Idempotency-Key"] = places["id"]
        url = _filled(self.url, {name: quote(value, safe="") for name, value in places.items()})
        more: dict[str, Any] = {}
        if self.body is not None:
            more["json"] = _in_json(json.loads(self.body), places)
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(seconds), headers=headers) as http,
                http.request("GET" if self.body is None else "POST", url, allow_redirects=False, **more) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise NotDelivered("unreachable") from None
        if status in (401, 403):
            raise NotDelivered("login")
        if not 200 <= status < 300:
            raise NotDelivered("refused", final=400 <= status < 500 and status not in (408, 429))


def _filled(template: str, places: Mapping[str, str]) -> str:
    """In one pass: what stands for the text may itself hold braces."""
    return re.sub(r"\{(to|text|id)\}", lambda found: places[found[1]], template)


def _in_json(value: Any, places: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _in_json(inner, places) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_json(inner, places) for inner in value]
    return _filled(value, places) if isinstance(value, str) else value


def open_sms(url: str | None, body: str | None, authorization: str | None) -> Sms:
    """What the settings say to send with."""
    return NoSms() if url is None else HttpSms(url, body, authorization)
