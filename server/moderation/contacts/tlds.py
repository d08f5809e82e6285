"""Top-level domains, frozen in data/tlds.json with source and date: no look-up at run time, no surprise on update."""

from typing import Any

import msgspec

from server.moderation.data_files import DATA

_FROZEN: dict[str, Any] = msgspec.json.decode((DATA / "tlds.json").read_bytes())
_RESERVED = frozenset(("example", "test", "invalid"))  # RFC 2606: no mail arrives there, but it is meant as an address
TLDS = frozenset(_FROZEN["country"].split()) | frozenset(_FROZEN["generic"].split()) | _RESERVED
# Of these, the ones that are no word of French or English and no ending of a file name: a bare "name.tld" with any
# other, "oui.et" or "main.py", is a missing space or a file far more often than an address.
PLAIN_TLDS = frozenset(_FROZEN["plain"].split())
