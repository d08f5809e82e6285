"""Links and bare host names. What is free to share (public services, helplines) is data/hosts.json."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import msgspec

from server.moderation.contacts.numbers import Span
from server.moderation.contacts.tlds import PLAIN_TLDS, TLDS
from server.moderation.data_files import DATA, word_lists

_SCHEME = re.compile(r"\bh(?:tt|xx)ps?\s?:\s?/\s?/\s?[^\s<>\"]+")
_HOST = re.compile(
    r"(?<![a-z0-9@.\-_])((?:[a-z0-9\-]{1,63}\.){1,6}([a-z]{2,24}))(?![a-z0-9@\-_])(?!\.[a-z0-9])([/?#:][^\s<>\"]*)?"
)
_SPELLED = re.compile(
    r"(?<![a-z0-9])([a-z0-9\-]{2,63})\s?(?:\s(?:point|dot)\s|[(\[]\s?(?:point|dot|\.)\s?[)\]])\s?"
    r"(com|fr|gg|io|org|me|app|tv|be|ch|xyz)(?![a-z0-9])((?:\s(?:slash|barre)\s|\s?/\s?)\S+)?"
)
_NOT_HOSTS = word_lists("contact_words")["not_hosts"]


class _Hosts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``platforms``: hosts that are known without a path although their ending is a word."""

    public: frozenset[str]
    platforms: frozenset[str]


@cache
def _hosts() -> _Hosts:
    return msgspec.json.decode((DATA / "hosts.json").read_bytes(), type=_Hosts)


def find(folded: str, words: Sequence[str]) -> list[Span]:
    """The links in ``folded``, in order; public services are left out."""
    spans = list(_plain(folded)) if "." in folded or "://" in folded or ": /" in folded else []
    if "point" in words or "dot" in words:
        spans.extend(_spelled(folded))
    return spans


def _plain(folded: str) -> Iterator[Span]:
    done = 0
    for link in _SCHEME.finditer(folded):
        host = re.split(r"[/?#:\s]", link.group().split("/", 2)[-1].strip(), maxsplit=1)[0]
        done = link.end()
        if not is_public(host):
            yield Span(link.start(), link.end(), False)
    for match in _HOST.finditer(folded, done):
        host, tld, path = match.groups()
        known = tld in PLAIN_TLDS or (tld in TLDS and (path or host.startswith("www.") or host in _hosts().platforms))
        if known and not is_public(host) and (path or not _is_abbreviation(host)):
            yield Span(match.start(), match.end(), False)


def _spelled(folded: str) -> Iterator[Span]:
    for match in _SPELLED.finditer(folded):
        name, tld, _ = match.groups()
        if name not in _NOT_HOSTS and not is_public(f"{name}.{tld}"):
            yield Span(match.start(), match.end(), True)


def is_public(host: str) -> bool:
    """Whether ``host`` or a domain above it is a public service that anyone may point to."""
    labels = host.removesuffix(".").split(".")
    return any(".".join(labels[i:]) in _hosts().public for i in range(len(labels)))


def _is_abbreviation(host: str) -> bool:
    """ "s.v.p" and "p.ex" are not hosts; nor is "1.de" or "12.5.fr"."""
    labels = host.split(".")
    return all(len(label) == 1 for label in labels[:-1]) or labels[-2].isdigit()
