"""Everything that the audit trail can say: one sorted list. A name, once written, stays: entries are never changed."""

from enum import StrEnum
from typing import Final


class Act(StrEnum):
    ACCOUNT_CLOSED = "account.closed"
    ACCOUNT_CORRECTED = "account.corrected"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_INVITED = "account.invited"
    ACCOUNT_READ = "account.read"
    ACCOUNT_REOPENED = "account.reopened"
    APPEAL_MADE = "appeal.made"
    CALL_HANDED_BACK = "call.handed_back"
    CALL_LED = "call.led"
    CALL_OBSERVED = "call.observed"
    CALL_SPOKEN = "call.spoken"
    CALL_STOPPED = "call.stopped"
    CALL_SUMMONED = "call.summoned"
    CALL_SUMMONS_WITHDRAWN = "call.summons_withdrawn"
    CASE_BUNDLED = "case.bundled"
    CASE_CHANGED = "case.changed"
    CASE_GATHERED = "case.gathered"
    CASE_GATHERED_TOLD = "case.gathered_told"
    CASE_GATHERED_UNTOLD = "case.gathered_untold"
    CASE_MESSAGE_READ = "case.message_read"
    CASE_READ = "case.read"
    CASE_SHARED = "case.shared"
    CHARTER_SIGNED = "charter.signed"
    CHARTER_WRITTEN = "charter.written"
    CONSENT_ASKED_AGAIN = "consent.asked_again"
    CONSENT_DISAGREED = "consent.disagreed"
    CONSENT_GIVEN = "consent.given"
    CONSENT_READ = "consent.read"
    CONSENT_REFUSED = "consent.refused"
    CONSENT_TEXT_WRITTEN = "consent.text_written"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    CONTACT_ADDED = "contact.added"
    CONTACT_CHANGED = "contact.changed"
    CONTACT_REMOVED = "contact.removed"
    CRIP_KEPT = "crip.kept"
    DATA_ERASED = "data.erased"
    DATA_EXPORTED = "data.exported"
    DATA_READ = "data.read"
    DEVICE_BOUND = "device.bound"
    DEVICE_REVOKED = "device.revoked"
    DISPATCH_CHANGED = "dispatch.changed"
    DUTY_ALARMED = "duty.alarmed"
    DUTY_CHANGED = "duty.changed"
    DUTY_GAPS_ACCEPTED = "duty.gaps_accepted"
    DUTY_SWAPPED = "duty.swapped"
    FACTOR_ADDED = "factor.added"
    FACTOR_REMOVED = "factor.removed"
    FACTOR_RESET = "factor.reset"
    FLAG_CLAIMED = "flag.claimed"
    FLAG_CONTEXT_READ = "flag.context_read"
    FLAG_DECIDED = "flag.decided"
    FLAG_RETURNED = "flag.returned"
    FLAG_SAMPLED = "flag.sampled"
    FLAG_SECONDED = "flag.seconded"
    GATES_CHANGED = "gates.changed"
    GLASS_BROKEN = "glass.broken"
    GLASS_BROKEN_UNTOLD = "glass.broken_untold"
    GLASS_DEFERRAL_ENDED = "glass.deferral_ended"
    GLASS_READ = "glass.read"
    GLASS_TELLING_DEFERRED = "glass.telling_deferred"
    GLASS_TOLD = "glass.told"
    GUARDIAN_ENDED = "guardian.ended"
    GUARDIAN_LINKED = "guardian.linked"
    HELPLINES_CHANGED = "helplines.changed"
    HOLD_ENDED = "hold.ended"
    HOLD_PLACED = "hold.placed"
    INVITATION_REVOKED = "invitation.revoked"
    LETTERS_READ = "letters.read"
    MENTEE_TURNED = "mentee.turned"
    MESSAGE_RULED = "message.ruled"
    MODERATION_TUNED = "moderation.tuned"
    PAIR_ANSWERED = "pair.answered"
    PAIR_BRIDGED = "pair.bridged"
    PAIR_CHANGED = "pair.changed"
    PAIR_CREATED = "pair.created"
    PAIR_FREED = "pair.freed"
    PAIR_HANDED_OVER = "pair.handed_over"
    PAIR_HELD = "pair.held"
    PAIR_PROPOSED = "pair.proposed"
    PAIR_RESTORED = "pair.restored"
    PAIR_SUSPENDED = "pair.suspended"
    PAPERS_READ = "papers.read"
    PAPER_RECORDED = "paper.recorded"
    PAPER_WITHDRAWN = "paper.withdrawn"
    PASSKEY_REFUSED = "passkey.refused"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - an act
    PASSWORD_CHOSEN = "password.chosen"  # noqa: S105 - an act
    PERSON_RESTORED = "person.restored"
    PERSON_SUSPENDED = "person.suspended"
    POLICY_CHANGED = "policy.changed"
    REMAINS_DESTROYED = "remains.destroyed"
    REMAINS_READ = "remains.read"
    REPORT_ANSWERED = "report.answered"
    REPORT_MADE = "report.made"
    REQUEST_ANSWERED = "request.answered"
    REQUEST_EXTENDED = "request.extended"
    REQUEST_MADE = "request.made"
    REQUEST_REFUSED = "request.refused"
    REQUEST_TAKEN = "request.taken"
    REQUEST_WITHDRAWN = "request.withdrawn"
    RESTRICTION_LIFTED = "restriction.lifted"
    RETENTION_CHANGED = "retention.changed"
    RETENTION_DONE = "retention.done"
    ROOM_ENTERED = "room.entered"
    ROOM_KNOCKED = "room.knocked"
    ROOM_LEFT = "room.left"
    ROOM_LET_IN = "room.let_in"
    ROOM_PAUSED = "room.paused"
    ROOM_PUT_OUT = "room.put_out"
    ROOM_RESUMED = "room.resumed"
    ROOM_STOOD_DOWN = "room.stood_down"
    ROOM_STOOD_IN = "room.stood_in"
    SESSION_ENDED = "session.ended"
    SESSION_OPENED = "session.opened"
    VOICE_NOTE_HEARD = "voice_note.heard"
    WELFARE_READ = "welfare.read"
    WELFARE_RECORDED = "welfare.recorded"
    WHISPER_SENT = "whisper.sent"


# Acts by which somebody learnt what a person has said or what is kept about them, or stepped between them and who they
# talk with: the access journal of each person that such an entry is about shows it (FIELD 78). What the client says of
# each stands in its locales/*_journal.ts.
READINGS: Final = frozenset(
    {
        Act.ACCOUNT_READ,
        Act.CALL_LED,
        Act.CALL_SPOKEN,
        Act.CALL_STOPPED,
        Act.CASE_GATHERED,
        Act.CASE_GATHERED_TOLD,
        Act.CASE_MESSAGE_READ,
        Act.CASE_READ,
        Act.CASE_SHARED,
        Act.CONSENT_READ,
        Act.DATA_READ,
        Act.FLAG_CONTEXT_READ,
        Act.GLASS_BROKEN,
        Act.GLASS_TOLD,
        Act.LETTERS_READ,
        Act.PAPERS_READ,
        Act.ROOM_ENTERED,
        Act.ROOM_KNOCKED,
        Act.ROOM_LET_IN,
        Act.ROOM_PAUSED,
        Act.ROOM_PUT_OUT,
        Act.ROOM_RESUMED,
        Act.ROOM_STOOD_DOWN,
        Act.ROOM_STOOD_IN,
        Act.VOICE_NOTE_HEARD,
        Act.WELFARE_READ,
        Act.WHISPER_SENT,
    }
)
