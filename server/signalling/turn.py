"""Relays (TURN, RFC 8656) that the operator names, for networks from which only those are reached. None by default.

Clients get credentials that run out, as coturn's ``use-auth-secret`` checks them (draft-uberti-behave-turn-rest-00):
the relay shares a secret with this server and knows nobody. Those of a call under way are renewed.
"""

import asyncio
import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from server.kernel.clock import Clock
from server.signalling import wire
from server.signalling.parts import Part, Parts

LIFETIME: Final = timedelta(hours=1)
RENEWED_BEFORE: Final = timedelta(minutes=15)  # a device may be without its socket for some time, and clocks differ
LOOK_SECONDS: Final = 60.0

log = logging.getLogger(__name__)


class Relays:
    """``urls`` as RTCPeerConnection takes them. Nothing is told, and nothing runs, without any."""

    def __init__(
        self,
        urls: Sequence[str],
        secret: str,
        clock: Clock,
        *,
        lifetime: timedelta = LIFETIME,
        renewed_before: timedelta = RENEWED_BEFORE,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._urls = list(urls)
        self._secret = secret
        self._clock = clock
        self._lifetime = lifetime
        self._renewed_before = renewed_before
        self._look_seconds = look_seconds
        self._task: asyncio.Task[None] | None = None

    def servers(self) -> list[wire.IceServer]:
        """With new credentials, for whoever gets them. Empty without relays."""
        if not self._urls:
            return []
        username, credential = credentials(self._secret, self._clock.now() + self._lifetime)
        return [wire.IceServer(urls=self._urls, username=username, credential=credential)]

    def servers_for(self, part: Part) -> list[wire.IceServer]:
        """As ``servers``; they are renewed as long as the part lasts."""
        part.relays_until = self._clock.now() + self._lifetime
        return self.servers()

    def start(self, parts: Parts) -> None:
        if self._urls:
            self._task = asyncio.get_running_loop().create_task(self._renew(parts), name="relays")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _renew(self, parts: Parts) -> None:
        while True:
            await asyncio.sleep(self._look_seconds)
            due = self._clock.now() + self._renewed_before
            renewed = 0
            for part in parts.all():
                if part.connection is not None and part.relays_until is not None and part.relays_until <= due:
                    part.connection.send("call:ice", wire.Ice(part.room_id, part.peer, self.servers_for(part)))
                    renewed += 1
            if renewed:
                log.info("relays_renewed", extra={"count": renewed})


def credentials(secret: str, until: datetime) -> tuple[str, str]:
    """User name and password that a relay with the same secret takes ``until`` then. The name is chance beside the
    time, so that the relay cannot tell two calls of one person."""
    username = f"{int(until.timestamp())}:{secrets.token_hex(8)}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()
