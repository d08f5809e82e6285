"""How each kind of setting is written. What cannot be one raises ValueError that begins with ``must``."""

import ipaddress
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

SECRET_LENGTH = 32  # characters at least: 128 bits even when written in hexadecimal


def text(value: str) -> str:
    if not value.strip() or value != value.strip():
        raise ValueError("must not be empty or begin or end with a space")
    return value


def path(value: str) -> Path:
    return Path(text(value)).expanduser().absolute()


def port(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", value) or not 1 <= int(value) <= 65535:
        raise ValueError("must be a port number from 1 to 65535")
    return int(value)


def workers(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", value) or not 1 <= int(value) <= 32:
        raise ValueError("must be a number from 1 to 32")
    return int(value)


def seconds(value: str) -> float:
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,3})?", value) or float(value) > 3600:
        raise ValueError("must be a number of seconds from 0 to 3600")
    return float(value)


def factor(value: str) -> float:
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,3})?", value) or not 1 <= float(value) <= 1_000_000:
        raise ValueError("must be a number from 1 to 1000000")
    return float(value)


def host(value: str) -> str:
    name = text(value).strip("[]")
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        if re.fullmatch(r"[\d.]*|.*[^A-Za-z0-9.-].*", name):
            raise ValueError("must be an IP address or a host name, without port or scheme") from None
        return name


def hosts(value: str) -> str:
    return ",".join(host(item.strip()) for item in text(value).split(","))


def networks(value: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    try:
        return tuple(ipaddress.ip_network(item.strip()) for item in text(value).split(","))
    except ValueError:
        raise ValueError("must be addresses or networks with commas between them, as 10.0.0.1,fd00::/8") from None


def url(*schemes: str, path: bool = False) -> Callable[[str], str]:
    def parse(value: str) -> str:
        parts = urlsplit(text(value))
        if parts.scheme not in schemes or not (parts.hostname or parts.query) or (path and len(parts.path) < 2):
            raise ValueError(f"must be a URL as {schemes[0]}://user:password@host:port{'/name' if path else ''}")
        _ = parts.port  # raises ValueError when it is no number
        return value

    return parse


def address(value: str) -> str:
    """A mailbox, bare or after a name: ``Binôme <binome@example.org>``."""
    bare = r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+"
    if not re.fullmatch(rf'{bare}|[^<>@\r\n",;:]+ <{bare}>', text(value)):
        raise ValueError("must be a mail address, as binome@example.org")
    return value


def site(value: str) -> str:
    """Scheme, host and port of the site, without anything behind."""
    parts = urlsplit(text(value).rstrip("/"))
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.path or parts.query or parts.username:
        raise ValueError("must be the address of the site, as https://binome.example.org")
    _ = parts.port  # raises ValueError when it is no number
    return f"{parts.scheme}://{parts.netloc}"


def json_text(value: str) -> str:
    try:
        json.loads(value)
    except ValueError:
        raise ValueError('must be JSON, as {"to": "{to}", "text": "{text}"}') from None
    return value


def relays(value: str) -> tuple[str, ...]:
    """``turn:`` and ``turns:`` URIs (RFC 7065)."""
    urls = tuple(item.strip() for item in text(value).split(","))
    for url in urls:
        found = re.fullmatch(r"turns?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?(\?transport=(udp|tcp))?", url)
        if found is None or int((found[2] or ":1")[1:]) not in range(1, 65536):
            raise ValueError("must be turn:host:port?transport=udp, turns:host:port, or several with commas between")
    return urls


def push_hosts(value: str) -> tuple[str, ...]:
    """Names, with a port where it is not that of https. No addresses: push services have names."""
    found = tuple(item.strip().lower() for item in text(value).split(","))
    for one in found:
        name, _, number = one.partition(":")
        if re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,63}", name) is None or (number and port(number) == 0):
            raise ValueError("must be host names with commas between them, as push.example.org")
    return found


def push_contact(value: str) -> str:
    """RFC 8292, section 2.1."""
    if not re.fullmatch(
        r"mailto:[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+|https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/\S*)?", text(value)
    ):
        raise ValueError("must be mailto:tech@example.org or https://example.org")
    return value


def one_of(*words: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in words:
            raise ValueError(f"must be {' or '.join(words)}")
        return value

    return parse


def secret(value: str) -> str:
    if len(value) < SECRET_LENGTH:
        raise ValueError(f"must have at least {SECRET_LENGTH} characters; make one with: openssl rand -hex 32")
    return value


def secrets(value: str) -> str:
    """One, or several with commas between."""
    for part in value.split(","):
        secret(part.strip())
    return value
