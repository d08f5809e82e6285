"""Asks a relay for an allocation, as a browser would, so that an operator learns before a call does that it refuses."""

import asyncio
import re
import ssl
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from aioice.stun import TransactionError, TransactionFailed
from aioice.turn import create_turn_endpoint

from server.signalling.turn import credentials

PATIENCE: Final = 5.0  # seconds
UNAUTHORISED: Final = 401  # RFC 8489 section 14.8
DEFAULT_PORTS: Final = {"turn": 3478, "turns": 5349}  # RFC 7065 section 3.1

Verdict = Literal["ok", "refuses the secret", "refuses to relay", "does not answer"]


class _Allocation(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.ended = asyncio.Event()

    def connection_lost(self, _error: Exception | None) -> None:
        self.ended.set()


async def try_relay(url: str, secret: str, patience: float = PATIENCE) -> Verdict:
    """``url`` as the settings have it."""
    found = re.fullmatch(r"(turns?):\[?([^\]?]+?)\]?(?::(\d+))?(?:\?transport=(udp|tcp))?", url)
    if found is None:
        raise ValueError("not the address of a relay")
    scheme, host, port, transport = found.groups()
    username, credential = credentials(secret, datetime.now(UTC) + timedelta(minutes=1))
    try:
        async with asyncio.timeout(patience):
            relayed, allocation = await create_turn_endpoint(
                _Allocation,
                (host, int(port or DEFAULT_PORTS[scheme])),
                username,
                credential,
                ssl=ssl.create_default_context() if scheme == "turns" else None,
                transport="tcp" if scheme == "turns" else transport or "udp",
            )
            relayed.close()
            await allocation.ended.wait()
    except TransactionFailed as error:
        return "refuses the secret" if error.response.error_code == UNAUTHORISED else "refuses to relay"
    except (OSError, TransactionError):
        return "does not answer"
    return "ok"
