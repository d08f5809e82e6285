"""Links, bare host names and the numbers of meeting rooms. What is free to share (public services, helplines) is
data/hosts.json."""

import re
from collections.abc import Iterator
from functools import cache

import msgspec

from server.moderation.contacts.numbers import Span
from server.moderation.contacts.tlds import PLAIN_TLDS, TLDS
from server.moderation.data_files import DATA, word_lists

_SCHEME = re.compile(r"\bh(?:tt|xx)ps?\s?:\s?/\s?/\s?[^\s<>\"]+")
_HOST = re.compile(
    r"(?<![a-z0-9@.\-_])((?:[a-z0-9\-]{1,63}\.){1,6}([a-z]{2,24}))(?![a-z0-9@\-_])(?!\.[a-z0-9])([/?#:][^\s<>\"]*)?"
)
_NOT_HOSTS = word_lists("contact_words")["not_hosts"]
MEETINGS = word_lists("contact_words")["meetings"]  # words beside which a long number names a room
_ROOM = re.compile(
    r"\b(?:zoom|meeting|webex|teams|visio"
    r"|reunion)\b[a-z :'#°\n]{0,28}?([0-9]{3}[ \-.]?[0-9]{3,4}[ \-.]?[0-9]{3,5})(?![0-9])"
)


class _Hosts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``known``: places that everybody knows, free as long as nothing in them is pointed to. ``platforms``: hosts that
    are known without a path although their ending is a word."""

    public: frozenset[str]
    known: frozenset[str]
    platforms: frozenset[str]


@cache
def _hosts() -> _Hosts:
    return msgspec.json.decode((DATA / "hosts.json").read_bytes(), type=_Hosts)


def find(folded: str) -> list[Span]:
    """The links in ``folded``, in order; public services are left out."""
    return list(_plain(folded)) if "." in folded or "://" in folded or ": /" in folded else []


def find_room_numbers(folded: str) -> Iterator[Span]:
    """ "zoom id 984 1237 6510"."""
    for room in _ROOM.finditer(folded):
        yield Span(*room.span(1), False)


def _plain(folded: str) -> Iterator[Span]:
    done = 0
    for link in _SCHEME.finditer(folded):
        host = _host_of(link.group())
        done = link.end()
        if not is_public(host):
            yield Span(link.start(), link.end(), False)
    for match in _HOST.finditer(folded, done):
        host, tld, path = match.groups()
        known = tld in PLAIN_TLDS or (
            tld in TLDS and (path or host.startswith("www.") or _is_of(_hosts().platforms, host))
        )
        if not path and host.removeprefix("www.") in _hosts().known:
            continue
        if known and not is_public(host) and (path or not _is_abbreviation(host)):
            yield Span(match.start(), match.end(), False)


def _host_of(link: str) -> str:
    return re.split(r"[/?#:\s]", link.split("/", 2)[-1].strip(), maxsplit=1)[0]


def is_public(host: str) -> bool:
    """Whether ``host`` or a domain above it is a public service that anyone may point to."""
    return _is_of(_hosts().public, host)


def _is_of(hosts: frozenset[str], host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    return any(".".join(labels[i:]) in hosts for i in range(len(labels)))


def _is_abbreviation(host: str) -> bool:
    """ "s.v.p" and "p.ex" are not hosts; nor is "1.de" or "12.5.fr", nor, of words, "le.fr"."""
    labels = host.split(".")
    if labels[-1] == "net" and len(labels[-2]) <= 3:  # "tu me dis.net avantage"
        return True
    return all(len(label) == 1 for label in labels[:-1]) or labels[-2].isdigit() or labels[-2] in _NOT_HOSTS
