"""What a voice note may be, as functions of plain values."""

import re
from datetime import timedelta
from typing import Final
from uuid import UUID

from server.infra.limits import Rate
from server.kernel.identifiers import shorten

MAX_BYTES: Final = 1024 * 1024  # five minutes at 28 kbit/s; the recorder of our client makes a quarter of it
MAX_SECONDS: Final = 300
CHUNK: Final = 8 * 1024  # bytes: under four seconds of a 16 kbit/s line, so little is lost with a cut

QUOTA_BYTES: Final = 48 * 1024 * 1024  # of one person in QUOTA_TIME: 13 hours of talk at 8 kbit/s
QUOTA_TIME: Final = timedelta(hours=24)
QUOTA_PAUSE_MS: Final = 15 * 60 * 1000  # after which a client that is over it asks again
UNFINISHED: Final = 32  # uploads of one person that may stand open: an outbox after a week in the mountains

# A note that no message names after this long is not going to be said: its device sends it anew should it come back.
KEEP_UNSAID: Final = timedelta(days=7)

# A professional's player asks for a note in pieces, and again for the rest on a bad line: that is heard once.
ONE_HEARING: Final = timedelta(minutes=10)

OPENS: Final = Rate(per_second=1, burst=40)
CHUNKS: Final = Rate(per_second=16, burst=256)  # two notes of the longest kind at once, then 128 kB/s
READS: Final = Rate(per_second=4, burst=60)

_BODY = re.compile(r"([A-Za-z0-9_-]{22}) ([1-9][0-9]{0,2})")


def chunks(size: int) -> int:
    """How many pieces a note of ``size`` bytes has."""
    return -(-size // CHUNK)


def chunk_size(size: int, number: int) -> int:
    """How many bytes piece ``number`` of it has."""
    return min(CHUNK, size - number * CHUNK)


def body_of(note_id: UUID, milliseconds: int) -> str:
    """The body of the message that says the note: which it is, and how many seconds it takes to hear it."""
    return f"{shorten(note_id)} {seconds(milliseconds)}"


def seconds(milliseconds: int) -> int:
    """Whole seconds, as they are told to people: never nothing."""
    return max(1, (milliseconds + 500) // 1000)


def is_body(text: str) -> bool:
    return _BODY.fullmatch(text) is not None
