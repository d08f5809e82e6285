"""Who may do what: one table, a line for each act, with the roles that may. What a role may do *in a given room or
pair* is decided by the rules of the capability that owns it; this table is the outer bound.

What each act means, in words, stands under ``permissions`` in ``server/locales``. ``docs/permissions.md`` is made of
both: ``python -m tests.protocol.permissions_page``.
"""

from enum import StrEnum
from typing import Self


class Role(StrEnum):
    ADMIN = "admin"
    GUARDIAN = "guardian"
    MENTEE = "mentee"
    MENTOR = "mentor"
    PRESCRIBER = "prescriber"
    SUPERVISOR = "supervisor"


_ADMIN, _SUPERVISOR = Role.ADMIN, Role.SUPERVISOR
_STAFF = (_ADMIN, _SUPERVISOR)
_TALKS = (Role.MENTEE, Role.MENTOR, _SUPERVISOR)  # who is in a pair's room


class Permission(StrEnum):
    """``RESOURCE_ACT = "resource:act", *roles``, in alphabetical order. A new act is a line here, its meaning a line in
    each file of ``server/locales``."""

    roles: frozenset[Role]

    def __new__(cls, act: str, *roles: Role) -> Self:
        member = str.__new__(cls, act)
        member._value_ = act
        member.roles = frozenset(roles)
        return member

    ACCOUNT_CLOSE = "account:close", _ADMIN
    ACCOUNT_CORRECT = "account:correct", _ADMIN
    ACCOUNT_CREATE = "account:create", _ADMIN
    ACCOUNT_LIST = "account:list", _ADMIN
    AUDIT_READ = "audit:read", _ADMIN
    BOARD_SEE = "board:see", _SUPERVISOR
    CALL_JOIN = "call:join", *_TALKS
    CASE_HANDLE = "case:handle", *_STAFF
    CASE_LIST = "case:list", *_STAFF
    CONSENT_ANSWER = "consent:answer", Role.GUARDIAN, Role.MENTEE
    CONSENT_RECORD = "consent:record", *_STAFF
    CONSENT_TEXT = "consent:text", _ADMIN
    CRIP_KEEP = "crip:keep", _ADMIN
    CRIP_SEE = "crip:see", *_STAFF
    DATA_ANSWER = "data:answer", *_STAFF
    DATA_ERASE = "data:erase", _ADMIN
    DATA_HOLD = "data:hold", _ADMIN
    DATA_OWN = "data:own", *Role
    DATA_RETAIN = "data:retain", _ADMIN
    DUTY_SEE = "duty:see", *_STAFF
    DUTY_SET = "duty:set", *_STAFF
    DUTY_SWAP = "duty:swap", *_STAFF
    FLAG_REVIEW = "flag:review", _SUPERVISOR
    GLASS_BREAK = "glass:break", _SUPERVISOR
    GLASS_DEFER = "glass:defer", _SUPERVISOR
    GLASS_LIST = "glass:list", *_STAFF
    HELP_ASK = "help:ask", *Role
    HELPLINE_SET = "helpline:set", _ADMIN
    INVITATION_GIVE = "invitation:give", *_STAFF
    LETTER_ANSWER = "letter:answer", *_STAFF
    LETTER_WRITE = "letter:write", *Role
    MODERATION_TUNE = "moderation:tune", *_STAFF
    PAIR_ANSWER = "pair:answer", Role.MENTEE
    PAIR_CHANGE = "pair:change", *_STAFF
    PAIR_CREATE = "pair:create", _ADMIN
    PAIR_HAND_OVER = "pair:hand_over", *_STAFF
    PAIR_LIST = "pair:list", *_STAFF
    PAPER_KEEP = "paper:keep", *_STAFF
    PAPER_OWN = "paper:own", Role.MENTOR
    PERSON_SUSPEND = "person:suspend", *_STAFF
    POLICY_SET = "policy:set", _ADMIN
    REACH_MANAGE = "reach:manage", _ADMIN
    RELAY_SECOND = "relay:second", *_STAFF
    RELAY_WRITE = "relay:write", _SUPERVISOR
    REPORT_MAKE = "report:make", *Role
    ROOM_ENTER = "room:enter", _SUPERVISOR
    ROOM_READ = "room:read", *_TALKS
    ROOM_SUPERVISE = "room:supervise", _SUPERVISOR
    ROOM_WRITE = "room:write", *_TALKS
    SECOND_FACTOR_RESET = "second_factor:reset", _ADMIN
    WELFARE_KEEP = "welfare:keep", *_STAFF
    WHISPER_ANSWER = "whisper:answer", Role.MENTOR
    WHISPER_READ = "whisper:read", Role.MENTOR, _SUPERVISOR


GRANTS: dict[Role, frozenset[Permission]] = {
    role: frozenset(act for act in Permission if role in act.roles) for role in Role
}


def allows(role: Role, permission: Permission) -> bool:
    return permission in GRANTS[role]
