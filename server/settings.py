"""What an operator can set: environment variables ``BINOME_*``, or the same names in a TOML file.

The environment wins over the file. A name that is not listed here stops the start, since a setting that is silently
ignored is worse than none.
"""

import difflib
import ipaddress
import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

from server.kernel.ground import GroundError

PREFIX = "BINOME_"
CONFIG = "BINOME_CONFIG"  # the TOML file itself; only ever in the environment
FOREIGN = ("BINOME_TEST_",)  # read by the tests, not by the server
SECRET_LENGTH = 32  # characters at least: 128 bits even when written in hexadecimal


class SettingsError(GroundError):
    """A setting is unknown, malformed, or contradicts another one."""


def _text(value: str) -> str:
    if not value.strip() or value != value.strip():
        raise ValueError("must not be empty or begin or end with a space")
    return value


def _path(value: str) -> Path:
    return Path(_text(value)).expanduser().absolute()


def _port(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", value) or not 1 <= int(value) <= 65535:
        raise ValueError("must be a port number from 1 to 65535")
    return int(value)


def _workers(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", value) or not 1 <= int(value) <= 32:
        raise ValueError("must be a number from 1 to 32")
    return int(value)


def _seconds(value: str) -> float:
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,3})?", value) or float(value) > 3600:
        raise ValueError("must be a number of seconds from 0 to 3600")
    return float(value)


def _factor(value: str) -> float:
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,3})?", value) or not 1 <= float(value) <= 1_000_000:
        raise ValueError("must be a number from 1 to 1000000")
    return float(value)


def _host(value: str) -> str:
    name = _text(value).strip("[]")
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        if re.fullmatch(r"[\d.]*|.*[^A-Za-z0-9.-].*", name):
            raise ValueError("must be an IP address or a host name, without port or scheme") from None
        return name


def _hosts(value: str) -> str:
    return ",".join(_host(item.strip()) for item in _text(value).split(","))


def _networks(value: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    try:
        return tuple(ipaddress.ip_network(item.strip()) for item in _text(value).split(","))
    except ValueError:
        raise ValueError("must be addresses or networks with commas between them, as 10.0.0.1,fd00::/8") from None


def _url(*schemes: str, path: bool = False) -> Callable[[str], str]:
    def parse(value: str) -> str:
        parts = urlsplit(_text(value))
        if parts.scheme not in schemes or not (parts.hostname or parts.query) or (path and len(parts.path) < 2):
            raise ValueError(f"must be a URL as {schemes[0]}://user:password@host:port{'/name' if path else ''}")
        _ = parts.port  # raises ValueError when it is no number
        return value

    return parse


def _address(value: str) -> str:
    """A mailbox, bare or after a name: ``Binôme <binome@example.org>``."""
    bare = r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+"
    if not re.fullmatch(rf'{bare}|[^<>@\r\n",;:]+ <{bare}>', _text(value)):
        raise ValueError("must be a mail address, as binome@example.org")
    return value


def _site(value: str) -> str:
    """Scheme, host and port of the site, without anything behind."""
    parts = urlsplit(_text(value).rstrip("/"))
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.path or parts.query or parts.username:
        raise ValueError("must be the address of the site, as https://binome.example.org")
    _ = parts.port  # raises ValueError when it is no number
    return f"{parts.scheme}://{parts.netloc}"


def _json(value: str) -> str:
    try:
        json.loads(value)
    except ValueError:
        raise ValueError('must be JSON, as {"to": "{to}", "text": "{text}"}') from None
    return value


def _relays(value: str) -> tuple[str, ...]:
    """``turn:`` and ``turns:`` URIs (RFC 7065)."""
    urls = tuple(item.strip() for item in _text(value).split(","))
    for url in urls:
        found = re.fullmatch(r"turns?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?(\?transport=(udp|tcp))?", url)
        if found is None or int((found[2] or ":1")[1:]) not in range(1, 65536):
            raise ValueError("must be turn:host:port?transport=udp, turns:host:port, or several with commas between")
    return urls


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in words:
            raise ValueError(f"must be {' or '.join(words)}")
        return value

    return parse


def _secret(value: str) -> str:
    if len(value) < SECRET_LENGTH:
        raise ValueError(f"must have at least {SECRET_LENGTH} characters; make one with: openssl rand -hex 32")
    return value


def _secrets(value: str) -> str:
    """One, or several with commas between."""
    for part in value.split(","):
        _secret(part.strip())
    return value


def _about(meaning: str, parse: Callable[[str], Any], *, hidden: bool = False) -> dict[str, Any]:
    return {"meaning": meaning, "parse": parse, "hidden": hidden}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, validated. ``sources`` tells where each one that is not a default came from."""

    data: Path = field(default=Path("data"), metadata=_about("folder for all that is kept on disk", _path))
    host: str = field(default="127.0.0.1", metadata=_about("address that HTTP listens on", _host))
    port: int = field(default=8080, metadata=_about("TCP port of HTTP", _port))
    media_port: int = field(default=8081, metadata=_about("UDP and TCP port of calls", _port))
    media_workers: int = field(
        default=1,
        metadata=_about("processes that carry calls; each takes one core and the next media port", _workers),
    )
    public_address: str | None = field(
        default=None, metadata=_about("addresses or names that calls are reached at from outside", _hosts)
    )
    trusted_proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = field(
        default=(), metadata=_about("reverse proxies whose X-Forwarded headers are believed", _networks)
    )
    database_url: str | None = field(
        default=None,
        repr=False,
        metadata=_about(
            "PostgreSQL 15 or newer, as the role that serves; without it, one is run in the data folder",
            _url("postgresql", "postgres", path=True),
            hidden=True,
        ),
    )
    database_owner_url: str | None = field(
        default=None,
        repr=False,
        metadata=_about(
            "the same database, as the role that owns its tables; for migrations only",
            _url("postgresql", "postgres", path=True),
            hidden=True,
        ),
    )
    redis_url: str | None = field(
        default=None,
        repr=False,
        metadata=_about(
            "Redis or Valkey, in which several server processes count rates together",
            _url("redis", "rediss"),
            hidden=True,
        ),
    )
    media_engine: str = field(default="builtin", metadata=_about("what forwards calls' media", _one_of("builtin")))
    smtp_url: str | None = field(
        default=None,
        repr=False,
        metadata=_about(
            "server that mail goes out through; without it, letters are files in the data folder",
            _url("smtp", "smtps"),
            hidden=True,
        ),
    )
    mail_from: str | None = field(
        default=None, metadata=_about("address that letters come from, as binome@example.org", _address)
    )
    public_url: str | None = field(
        default=None, metadata=_about("address of the site as people type it; links in letters begin with it", _site)
    )
    sms_url: str | None = field(
        default=None,
        repr=False,
        metadata=_about(
            "gateway of short messages, with {to} and {text} where these go; without it, none are sent",
            _url("https", "http"),
            hidden=True,
        ),
    )
    sms_body: str | None = field(
        default=None,
        repr=False,
        metadata=_about("JSON to POST to that gateway, with {to} and {text}; without it, GET", _json, hidden=True),
    )
    sms_authorization: str | None = field(
        default=None, repr=False, metadata=_about("Authorization header for that gateway", _text, hidden=True)
    )
    secret: str | None = field(
        default=None,
        repr=False,
        metadata=_about(
            "secrets that server processes share, the one in force first; without it, one is made in the data folder",
            _secrets,
            hidden=True,
        ),
    )
    turn_url: tuple[str, ...] = field(
        default=(), metadata=_about("TURN relays for networks that let nothing else out, as turn:host:3478", _relays)
    )
    turn_secret: str | None = field(
        default=None,
        repr=False,
        metadata=_about("what the relays were given as static-auth-secret", _secret, hidden=True),
    )
    drain_seconds: float = field(default=60.0, metadata=_about("how long calls may go on after SIGTERM", _seconds))
    log_format: str = field(
        default="auto",
        metadata=_about(
            "form of the log; auto is console at a terminal, json elsewhere", _one_of("auto", "json", "console")
        ),
    )
    log_level: str = field(
        default="info", metadata=_about("least weight that is logged", _one_of("debug", "info", "warning", "error"))
    )
    rate_factor: float = field(
        default=1.0, metadata=_about("multiplies the rates of sockets and requests; for load tests only", _factor)
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
        values: dict[str, Any] = {"data": Path("data").absolute()}
        sources = {}
        for name, (text, source) in given.items():
            item = known.get(name)
            if item is None:
                raise SettingsError(_unknown(name, source, list(known)))
            try:
                values[item.name] = item.metadata["parse"](text)
            except ValueError as error:
                shown = "" if item.metadata["hidden"] else f" (it is {text!r})"
                raise SettingsError(f"{name} ({source}) {_sentence(error)}{shown}") from error
            sources[item.name] = source
        settings = cls(**values, sources=sources)
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
