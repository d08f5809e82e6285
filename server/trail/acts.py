"""Everything that the audit trail can say: one sorted list. A name, once written, stays: entries are never changed."""

from enum import StrEnum
from typing import Final


class Act(StrEnum):
    ACCOUNT_CLOSED = "account.closed"
    ACCOUNT_CREATED = "account.created"
    APPEAL_MADE = "appeal.made"
    FLAG_CLAIMED = "flag.claimed"
    FLAG_CONTEXT_READ = "flag.context_read"
    FLAG_DECIDED = "flag.decided"
    FLAG_RETURNED = "flag.returned"
    FLAG_SAMPLED = "flag.sampled"
    FLAG_SECONDED = "flag.seconded"
    GLASS_BROKEN = "glass.broken"
    GLASS_BROKEN_UNTOLD = "glass.broken_untold"
    GLASS_READ = "glass.read"
    GLASS_TELLING_DEFERRED = "glass.telling_deferred"
    GLASS_TOLD = "glass.told"
    MESSAGE_RELEASED = "message.released"
    MODERATION_TUNED = "moderation.tuned"
    PAIR_CREATED = "pair.created"
    POLICY_CHANGED = "policy.changed"
    ROOM_ENTERED = "room.entered"
    ROOM_LEFT = "room.left"
    SESSION_ENDED = "session.ended"
    SESSION_OPENED = "session.opened"
    VOICE_NOTE_HEARD = "voice_note.heard"


# Acts by which somebody learnt what a person has said or what is kept about them: the access journal of each person
# that such an entry is about shows it (FIELD 78). What the client says of each stands in its locales/*_journal.ts.
READINGS: Final = frozenset(
    {
        Act.FLAG_CONTEXT_READ,
        Act.GLASS_BROKEN,
        Act.GLASS_TOLD,
        Act.ROOM_ENTERED,
        Act.VOICE_NOTE_HEARD,
    }
)
