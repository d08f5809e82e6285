"""``binome doctor``: looks at what a server needs, and says of each thing whether it is in order and what to fix.

It changes nothing: where there is no data folder yet, it makes none.
"""

import asyncio
import shutil
import smtplib
import socket
import ssl
import urllib.request
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from sqlalchemy import text

from server.infra import data_folder, grants, migrate, ports
from server.infra.database import Database
from server.infra.open_database import borrow_database, not_held
from server.infra.postgres_programs import OLDEST_MAJOR, find_programs, find_user
from server.kernel.ground import GroundError
from server.settings import Settings
from server.signalling.relay_trial import Verdict, try_relay

State = Literal["ok", "note", "fix"]
TO_FIX = 1  # exit code

NEEDED_MB = 300  # below, a new cluster and a day of logs do not fit
COMFORTABLE_MB = 2_000
CLOCK_SECONDS = 2.0  # more between our clock and the database's, and times in logs and rooms contradict each other
RELEASED = datetime(2026, 11, 1, tzinfo=UTC)  # a clock that shows an earlier time is wrong
MAIL_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    state: State
    says: str

    def __str__(self) -> str:
        return f"{self.state:<5}{self.what:<12}{self.says}"


def exit_code(findings: list[Finding]) -> int:
    return TO_FIX if any(finding.state == "fix" for finding in findings) else 0


def list_settings(settings: Settings) -> list[str]:
    """One line a setting: its name, value, default, source and meaning, in columns."""
    rows = [("setting", "value", "default", "from", "meaning"), *settings.describe()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]) for row in rows]


async def examine(settings: Settings) -> list[Finding]:
    """Everything, in the order in which a start would meet it."""
    sources = sorted(set(settings.sources.values()))
    findings = [Finding("settings", "ok", f"{len(settings.sources)} set ({', '.join(sources) or 'all defaults'})")]
    findings.append(_clock(datetime.now(UTC)))
    if settings.database_url is None:
        findings += [_folder(settings.data), _disk(settings.data)]
    serving = await asyncio.to_thread(_serves, settings)
    findings.append(_port(serving, "port", settings.port, "BINOME_PORT", settings.host, ports.take_tcp))
    for port in settings.media_ports:
        findings.append(_port(serving, "media port", port, "BINOME_MEDIA_PORT", settings.media_host, *_MEDIA))
    findings.append(_calls(settings))
    findings += await _database(settings)
    if settings.smtp_url is not None:
        findings.append(await asyncio.to_thread(_mail, settings.smtp_url))
    for url in settings.turn_url:
        findings.append(_relay(url, await try_relay(url, settings.turn_secret or "")))
    return findings


def _relay(url: str, verdict: Verdict) -> Finding:
    if verdict == "ok":
        return Finding("relay", "ok", f"{url} takes the secret and relays")
    return Finding("relay", "fix", f"{url} {verdict}; see BINOME_TURN_URL and BINOME_TURN_SECRET")


def _clock(now: datetime) -> Finding:
    shown = now.isoformat(timespec="seconds")
    if now < RELEASED:
        return Finding("clock", "fix", f"it says {shown}, which is in the past; set it, and keep it right with NTP")
    return Finding("clock", "ok", shown)


def _folder(data: Path) -> Finding:
    try:
        told = data_folder.examine(data)
    except GroundError as error:
        return Finding("data folder", "fix", str(error))
    return Finding("data folder", "ok", f"{data} {told}")


def _disk(data: Path) -> Finding:
    there = next(folder for folder in (data, *data.parents) if folder.exists())
    free = shutil.disk_usage(there).free // 2**20
    if free < NEEDED_MB:
        return Finding("disk", "fix", f"{free} MB free at {there}; free at least {NEEDED_MB} MB")
    return Finding("disk", "note" if free < COMFORTABLE_MB else "ok", f"{free} MB free at {there}")


def _serves(settings: Settings) -> bool:
    """Whether it is a Binôme that has our HTTP port."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - asked of ourselves
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/healthz"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=2) as answer:
            return bool(answer.read(100) == b'{"alive":true}')
    except (OSError, ValueError):
        return False


_Take = Callable[[str, int, str], socket.socket]
_MEDIA: tuple[_Take, ...] = (ports.take_udp, ports.take_tcp)


def _port(serving: bool, what: str, port: int, setting: str, host: str, *takes: _Take) -> Finding:
    try:
        for take in takes:
            take(host, port, setting).close()
    except GroundError as error:
        if serving:
            return Finding(what, "ok", f"{port} on {host}, used by the Binôme that runs")
        return Finding(what, "fix", str(error))
    return Finding(what, "ok", f"{port} on {host} is free")


def _calls(settings: Settings) -> Finding:
    """Media passes through no proxy: a server that is reached through one has to be reached for calls as well."""
    first, last = settings.media_ports[0], settings.media_ports[-1]
    way_in = f"UDP and TCP port {first}" if first == last else f"UDP and TCP ports {first} to {last}"
    if settings.public_address is not None:
        return Finding("calls", "ok", f"reached at {settings.public_address}; the firewall must let {way_in} in")
    if not settings.calls_stay_here:
        return Finding("calls", "ok", f"reached at this machine's own addresses; the firewall must let {way_in} in")
    if settings.trusted_proxies:
        return Finding(
            "calls",
            "fix",
            "people come through a proxy, but calls cannot; set BINOME_PUBLIC_ADDRESS to the address "
            f"of this server, and let {way_in} through",
        )
    return Finding("calls", "note", "from this machine only; for others set BINOME_HOST or BINOME_PUBLIC_ADDRESS")


async def _database(settings: Settings) -> list[Finding]:
    if settings.database_url is None and not (settings.data / "postgres").exists():
        try:
            programs = find_programs(find_user(settings.data / "postgres"), None)
        except GroundError as error:
            return [Finding("database", "fix", str(error))]
        return [Finding("database", "ok", f"none yet; the first start makes one with PostgreSQL {programs.major}")]
    try:
        async with AsyncExitStack() as running:
            return await _look_into(await borrow_database(settings, running, migrated=False))
    except GroundError as error:
        return [Finding("database", "fix", str(error))]


async def _look_into(database: Database) -> list[Finding]:
    async with database.engine.connect() as connection:
        asked = await connection.execute(text("select current_setting('server_version_num')::int / 10000, now()"))
        major, their_now = asked.one()
    offset = abs((their_now - datetime.now(UTC)).total_seconds())
    findings = []
    if major < OLDEST_MAJOR:
        findings.append(Finding("database", "fix", f"is PostgreSQL {major}; Binôme needs {OLDEST_MAJOR} or newer"))
    else:
        findings.append(Finding("database", "ok", f"PostgreSQL {major} answers"))
    version, head = await migrate.current(database), migrate.head()
    if version is not None and version > head:
        findings.append(Finding("version", "fix", f"the database is at {version}, newer than this Binôme's {head}"))
    elif version != head:
        findings.append(Finding("version", "note", f"the next start brings it from {version or 'nothing'} to {head}"))
    else:
        findings.append(Finding("version", "ok", f"at {head}"))
    role, why = await grants.unbound(database)
    if why is not None:
        findings.append(Finding("role", "fix", not_held(role, why)))
    else:
        findings.append(Finding("role", "ok", f"{role} is held by row-level security, which keeps organisations apart"))
    if offset > CLOCK_SECONDS:
        findings.append(Finding("clocks", "fix", f"{offset:.0f} s apart from the database's; keep both right with NTP"))
    return findings


def _mail(url: str) -> Finding:
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "smtps"
    port = parts.port or (465 if secure else 587)
    context = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(host, port, timeout=MAIL_SECONDS, context=context)
            if secure
            else smtplib.SMTP(host, port, timeout=MAIL_SECONDS)
        ) as server:
            server.ehlo()
            if not secure and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
    except smtplib.SMTPAuthenticationError:
        return Finding("mail", "fix", f"{host}:{port} refuses the name or password of BINOME_SMTP_URL")
    except (OSError, smtplib.SMTPException) as error:
        return Finding("mail", "fix", f"{host}:{port} does not take mail ({type(error).__name__}); see BINOME_SMTP_URL")
    return Finding("mail", "ok", f"{host}:{port} answers")
