"""What an operator can set: environment variables ``BINOME_*``, or the same names in a TOML file.

The environment wins over the file. A name that is not listed here stops the start, since a setting that is silently
ignored is worse than none.
"""

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

from server.kernel.ground import GroundError
from server.settings import values

PREFIX = "BINOME_"
CONFIG = "BINOME_CONFIG"  # the TOML file itself; only ever in the environment
FOREIGN = ("BINOME_TEST_",)  # read by the tests, not by the server


class SettingsError(GroundError):
    """A setting is unknown, malformed, or contradicts another one."""


def _about(meaning: str, parse: Callable[[str], Any], *, hidden: bool = False) -> dict[str, Any]:
    return {"meaning": meaning, "parse": parse, "hidden": hidden}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, validated. ``sources`` tells where each one that is not a default came from."""

    data: Path = field(default=Path("data"), metadata=_about("folder for all that is kept on disk", values.path))
    host: str = field(default="127.0.0.1", metadata=_about("address that HTTP listens on", values.host))
    port: int = field(default=8080, metadata=_about("TCP port of HTTP", values.port))
    media_port: int = field(default=8081, metadata=_about("UDP and TCP port of calls", values.port))
    media_workers: int = field(
        default=1,
        metadata=_about("processes that carry calls; each takes one core and the next media port", values.workers),
    )
    public_address: str | None = field(
        default=None, metadata=_about("addresses or names that calls are reached at from outside", values.hosts)
    )
    trusted_proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = field(
        default=(), metadata=_about("reverse proxies whose X-Forwarded headers are believed", values.networks)
    )
    database_url: str | None = field(
        default=None,
        repr=False,
        metadata=_about(
            "PostgreSQL 15 or newer, as the role that serves; without it, one is run in the data folder",
            values.url("postgresql", "postgres", path=True),
            hidden=True,
        ),
    )
    database_owner_url: str | None = field(
        default=None,
        repr=False,
        metadata=_about(
            "the same database, as the role that owns its tables; for migrations only",
            values.url("postgresql", "postgres", path=True),
            hidden=True,
        ),
    )
    redis_url: str | None = field(
        default=None,
        repr=False,
        metadata=_about(
            "Redis or Valkey, in which several server processes count rates together",
            values.url("redis", "rediss"),
            hidden=True,
        ),
    )
    media_engine: str = field(
        default="builtin", metadata=_about("what forwards calls' media", values.one_of("builtin"))
    )
    smtp_url: str | None = field(
        default=None,
        repr=False,
        metadata=_about(
            "server that mail goes out through; without it, letters are files in the data folder",
            values.url("smtp", "smtps"),
            hidden=True,
        ),
    )
    mail_from: str | None = field(
        default=None, metadata=_about("address that letters come from, as binome@example.org", values.address)
    )
    public_url: str | None = field(
        default=None,
        metadata=_about("address of the site as people type it; links in letters begin with it", values.site),
    )
    sms_url: str | None = field(
        default=None,
        repr=False,
        metadata=_about(
            "gateway of short messages, with {to} and {text} where these go; without it, none are sent",
            values.url("https", "http"),
            hidden=True,
        ),
    )
    sms_body: str | None = field(
        default=None,
        repr=False,
        metadata=_about(
            "JSON to POST to that gateway, with {to} and {text}; without it, GET", values.json_text, hidden=True
        ),
    )
    sms_authorization: str | None = field(
        default=None, repr=False, metadata=_about("Authorization header for that gateway", values.text, hidden=True)
    )
    push_hosts: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            "push services that notifications go to besides those of the known browsers, as push.example.org",
            values.push_hosts,
        ),
    )
    push_contact: str | None = field(
        default=None,
        metadata=_about(
            "where push services find the operator, as mailto:tech@example.org; else the address of letters or site",
            values.push_contact,
        ),
    )
    secret: str | None = field(
        default=None,
        repr=False,
        metadata=_about(
            "secrets that server processes share, the one in force first; without it, one is made in the data folder",
            values.secrets,
            hidden=True,
        ),
    )
    turn_url: tuple[str, ...] = field(
        default=(),
        metadata=_about("TURN relays for networks that let nothing else out, as turn:host:3478", values.relays),
    )
    turn_secret: str | None = field(
        default=None,
        repr=False,
        metadata=_about("what the relays were given as static-auth-secret", values.secret, hidden=True),
    )
    drain_seconds: float = field(
        default=60.0, metadata=_about("how long calls may go on after SIGTERM", values.seconds)
    )
    log_format: str = field(
        default="auto",
        metadata=_about(
            "form of the log; auto is console at a terminal, json elsewhere", values.one_of("auto", "json", "console")
        ),
    )
    log_level: str = field(
        default="info",
        metadata=_about("least weight that is logged", values.one_of("debug", "info", "warning", "error")),
    )
    rate_factor: float = field(
        default=1.0, metadata=_about("multiplies the rates of sockets and requests; for load tests only", values.factor)
    )
    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> Self:
        """The settings of ``environ`` (default: this process's) and of the file that it names. Raises SettingsError."""
        environ = os.environ if environ is None else environ
        given = {name: (value, "environment") for name, value in environ.items() if _is_ours(name)}
        file = environ.get(CONFIG)
        if file is not None:
            given = {**_read_file(Path(file).expanduser()), **given}
        known = {PREFIX + item.name.upper(): item for item in fields(cls) if item.metadata}
        read: dict[str, Any] = {"data": Path("data").absolute()}
        sources = {}
        for name, (text, source) in given.items():
            item = known.get(name)
            if item is None:
                raise SettingsError(_unknown(name, source, list(known)))
            try:
                read[item.name] = item.metadata["parse"](text)
            except ValueError as error:
                shown = "" if item.metadata["hidden"] else f" (it is {text!r})"
                raise SettingsError(f"{name} ({source}) {_sentence(error)}{shown}") from error
            sources[item.name] = source
        settings = cls(**read, sources=sources)
        settings._contradictions()
        return settings

    def _contradictions(self) -> None:
        if self.port == self.media_port:
            raise SettingsError(
                f"BINOME_PORT and BINOME_MEDIA_PORT are both {self.port}, and both listen on TCP; change one of them"
            )
        if self.media_ports[-1] > 65535 or self.port in self.media_ports:
            raise SettingsError(
                f"BINOME_MEDIA_WORKERS is {self.media_workers}, which takes the ports {self.media_ports[0]} to "
                f"{self.media_ports[-1]}; set BINOME_MEDIA_PORT so that they are all there and BINOME_PORT is none"
            )
        if self.database_owner_url is not None and self.database_url is None:
            raise SettingsError(
                "BINOME_DATABASE_OWNER_URL is the owner's way to the database of BINOME_DATABASE_URL, which is not "
                "set; set both or neither"
            )
        if self.redis_url is not None and self.database_url is None:
            raise SettingsError(
                "BINOME_REDIS_URL is for several server processes, which cannot share the database in the data "
                "folder; set BINOME_DATABASE_URL too, or leave BINOME_REDIS_URL out"
            )
        if self.sms_url is None and (self.sms_body is not None or self.sms_authorization is not None):
            raise SettingsError(
                "BINOME_SMS_BODY and BINOME_SMS_AUTHORIZATION are for the gateway of BINOME_SMS_URL; set that too, or "
                "leave them out"
            )
        if self.sms_url is not None and not all(
            place in (self.sms_body or self.sms_url) for place in ("{to}", "{text}")
        ):
            raise SettingsError(
                "BINOME_SMS_URL, or BINOME_SMS_BODY when there is one, must have {to} and {text} where the number and "
                "the text go"
            )
        if bool(self.turn_url) is not bool(self.turn_secret):
            raise SettingsError(
                "BINOME_TURN_URL and BINOME_TURN_SECRET belong together: relays, and the secret that they share with "
                "this server; set both or neither"
            )
        if self.public_address is not None and _is_loopback(self.public_address) and not _is_loopback(self.host):
            raise SettingsError(
                f"BINOME_PUBLIC_ADDRESS is {self.public_address}, which nobody outside can reach, but BINOME_HOST "
                f"{self.host} listens to the outside; set the address that people reach, or leave it out"
            )

    @property
    def contact_of_push_services(self) -> str | None:
        """What push services are told of the operator: some send nothing for who says nothing."""
        if self.push_contact is not None:
            return self.push_contact
        if self.mail_from is not None:
            return f"mailto:{self.mail_from.rpartition('<')[2].rstrip('>')}"
        is_https = self.public_url is not None and self.public_url.startswith("https:")
        return self.public_url if is_https else None

    @property
    def media_host(self) -> str:
        """The address that the media port listens on: all, unless everything stays on this machine. (HTTP may listen
        on loopback behind a proxy, but media passes through no proxy.)"""
        if _is_loopback(self.host) and (self.public_address is None or _is_loopback(self.public_address)):
            return self.host if self.host != "localhost" else "127.0.0.1"
        return self.host if not _is_loopback(self.host) else "0.0.0.0"  # noqa: S104 - what the operator asked for

    @property
    def media_ports(self) -> range:
        """One of each worker, UDP and TCP."""
        return range(self.media_port, self.media_port + self.media_workers)

    @property
    def calls_stay_here(self) -> bool:
        """Whether calls can be joined from this machine only."""
        return _is_loopback(self.media_host)

    def describe(self) -> list[tuple[str, str, str, str, str]]:
        """(name, value, default, source, meaning) of each setting, for people to read. Secrets are not shown."""
        rows = []
        for item in fields(self):
            if item.metadata:
                value = getattr(self, item.name)
                shown = _hide(str(value)) if item.metadata["hidden"] and value is not None else _show(value)
                source = self.sources.get(item.name, "default")
                rows.append(
                    (PREFIX + item.name.upper(), shown, _show(item.default), source, str(item.metadata["meaning"]))
                )
        return rows


def _is_ours(name: str) -> bool:
    return name.startswith(PREFIX) and name != CONFIG and not name.startswith(FOREIGN)


def _read_file(file: Path) -> dict[str, tuple[str, str]]:
    try:
        with file.open("rb") as opened:
            content = tomllib.load(opened)
    except OSError as error:
        raise SettingsError(f"cannot read the settings file {file} of {CONFIG}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"the settings file {file} is not TOML: {error}") from error
    given = {}
    for name, value in content.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise SettingsError(f"{name} in the settings file {file} must be a text or a number")
        given[name if name == CONFIG else name.upper()] = (str(value), str(file))
    return given


def _unknown(name: str, source: str, known: list[str]) -> str:
    asked = name.removeprefix(PREFIX).upper()
    near = difflib.get_close_matches(asked, [other.removeprefix(PREFIX) for other in known], n=1, cutoff=0.5)
    advice = f"did you mean {PREFIX}{near[0]}?" if near else "see: binome doctor --settings"
    return f"unknown setting {name} ({source}); {advice}"


def _sentence(error: ValueError) -> str:
    text = str(error)
    return text if text.startswith("must") else "is malformed"


def _is_loopback(hosts: str) -> bool:
    """Whether all of one or more hosts, with commas between, are."""
    return all(host == "localhost" or _loops(host) for host in hosts.split(","))


def _loops(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _show(value: object) -> str:
    if value is None or value == ():
        return "–"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _hide(value: str) -> str:
    """A URL without its credentials and query; anything else not at all."""
    parts = urlsplit(value)
    if not parts.scheme or not parts.hostname:
        return "set, not shown"
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit(
        (parts.scheme, f"…@{parts.hostname}{port}" if parts.username else f"{parts.hostname}{port}", parts.path, "", "")
    )
