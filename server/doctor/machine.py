"""What a server needs of the machine and of what stands in front of it."""

import shutil
import socket
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from server.doctor.finding import Finding
from server.infra import data_folder, ports
from server.infra.secrets import FILE as SECRET_FILE
from server.kernel.ground import GroundError
from server.settings import Settings

NEEDED_MB = 300  # below, a new cluster and a day of logs do not fit
COMFORTABLE_MB = 2_000
RELEASED = datetime(2026, 11, 1, tzinfo=UTC)  # a clock that shows an earlier time is wrong


def clock(now: datetime) -> Finding:
    shown = now.isoformat(timespec="seconds")
    if now < RELEASED:
        return Finding("clock", "fix", f"it says {shown}, which is in the past; set it, and keep it right with NTP")
    return Finding("clock", "ok", shown)


def folder(data: Path) -> Finding:
    try:
        told = data_folder.examine(data)
    except GroundError as error:
        return Finding("data folder", "fix", str(error))
    return Finding("data folder", "ok", f"{data} {told}")


def disk(data: Path) -> Finding:
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


def ports_of(settings: Settings) -> list[Finding]:
    """Whether those that a server takes are free, or taken by the Binôme that runs."""
    serving = _serves(settings)
    found = [_port(serving, "port", settings.port, "BINOME_PORT", settings.host, ports.take_tcp)]
    for port in settings.media_ports:
        takes = (ports.take_udp, ports.take_tcp)
        found.append(_port(serving, "media port", port, "BINOME_MEDIA_PORT", settings.media_host, *takes))
    return found


_Take = Callable[[str, int, str], socket.socket]


def _port(serving: bool, what: str, port: int, setting: str, host: str, *takes: _Take) -> Finding:
    try:
        for take in takes:
            take(host, port, setting).close()
    except GroundError as error:
        if serving:
            return Finding(what, "ok", f"{port} on {host}, used by the Binôme that runs")
        return Finding(what, "fix", str(error))
    return Finding(what, "ok", f"{port} on {host} is free")


def calls(settings: Settings) -> Finding:
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


def front(settings: Settings) -> list[Finding]:
    """What a web server in front, and links in letters, need to be told."""
    if settings.public_url is None:
        if settings.smtp_url is None:
            return []
        return [
            Finding("site", "note", "letters have no links while BINOME_PUBLIC_URL is not set; set the site's address")
        ]
    if settings.public_url.startswith("https:") and not settings.trusted_proxies:
        return [
            Finding(
                "site",
                "fix",
                f"people reach {settings.public_url} through a web server in front, and all of them count as one; name "
                "it in BINOME_TRUSTED_PROXIES",
            )
        ]
    return [Finding("site", "ok", f"people reach {settings.public_url}")]


def secret(settings: Settings) -> Finding:
    if settings.secret is not None:
        return Finding("secret", "ok", "in BINOME_SECRET")
    file = settings.data / SECRET_FILE
    try:
        mode = file.stat().st_mode
        file.read_bytes()
    except FileNotFoundError:
        return Finding("secret", "note", f"none yet; one is made in {file} when it is first needed")
    except OSError as error:
        return Finding("secret", "fix", f"{file} cannot be read: {error.strerror}; give it to the user that serves")
    if mode & 0o077:
        return Finding("secret", "fix", f"{file} can be read by others of this machine; chmod 600 it")
    if settings.database_url is not None:
        return Finding("secret", "note", f"in {file}; several server processes need one in BINOME_SECRET")
    return Finding("secret", "ok", f"in {file}; keep a copy apart from the backups of the database")
