"""Short messages out, through any gateway that speaks HTTP: the operator writes its address with ``{to}`` and
``{text}`` where the number and the text go. Without one, nothing is sent and nobody is offered it.
"""

import json
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import aiohttp

from server.infra.mail import NotDelivered

SECONDS = 20.0


class Sms(Protocol):
    @property
    def available(self) -> bool: ...

    async def send(self, to: str, text: str) -> None:
        """Sends ``text`` to an E.164 number. Raises NotDelivered."""
        ...


class NoSms:
    """Where no gateway is set."""

    available = False

    async def send(self, to: str, text: str) -> None:  # noqa: ARG002 - as the protocol has it
        raise NotDelivered("no_gateway", final=True)


@dataclass(frozen=True, slots=True)
class HttpSms:
    """``url`` is asked with GET, or with POST when there is a ``body``: JSON, with the same two places in its texts.
    ``authorization`` is sent as that header."""

    url: str
    body: str | None = None
    authorization: str | None = None
    available = True

    async def send(self, to: str, text: str) -> None:
        headers = {"Authorization": self.authorization} if self.authorization else {}
        url = _filled(self.url, quote(to, safe=""), quote(text, safe=""))
        more: dict[str, Any] = {}
        if self.body is not None:
            more["json"] = _in_json(json.loads(self.body), to, text)
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(SECONDS), headers=headers) as http,
                http.request("GET" if self.body is None else "POST", url, allow_redirects=False, **more) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise NotDelivered("unreachable") from None
        if status in (401, 403):
            raise NotDelivered("login")
        if not 200 <= status < 300:
            raise NotDelivered("refused", final=400 <= status < 500 and status not in (408, 429))


def _filled(template: str, to: str, text: str) -> str:
    """In one pass: what stands for the text may itself hold braces."""
    return text.join(part.replace("{to}", to) for part in template.split("{text}"))


def _in_json(value: Any, to: str, text: str) -> Any:
    if isinstance(value, dict):
        return {name: _in_json(inner, to, text) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_json(inner, to, text) for inner in value]
    return _filled(value, to, text) if isinstance(value, str) else value


def open_sms(url: str | None, body: str | None, authorization: str | None) -> Sms:
    """What the settings say to send with."""
    return NoSms() if url is None else HttpSms(url, body, authorization)
