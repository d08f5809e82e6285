"""Who may do what: one sorted list of acts, one table of roles. What a role may do *in a given room or pair* is
decided by the rules of the capability that owns it; this table is the outer bound."""

from enum import StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    GUARDIAN = "guardian"
    MENTEE = "mentee"
    MENTOR = "mentor"
    PRESCRIBER = "prescriber"
    SUPERVISOR = "supervisor"


class Permission(StrEnum):
    ACCOUNT_CREATE = "account:create"
    ACCOUNT_LIST = "account:list"
    CALL_JOIN = "call:join"
    FLAG_REVIEW = "flag:review"
    HELP_ASK = "help:ask"
    MODERATION_TUNE = "moderation:tune"
    PAIR_CREATE = "pair:create"
    PAIR_LIST = "pair:list"
    POLICY_SET = "policy:set"
    ROOM_ENTER = "room:enter"
    ROOM_READ = "room:read"
    ROOM_WRITE = "room:write"


_EVERYONE = {Permission.HELP_ASK}
_TALKS = _EVERYONE | {Permission.CALL_JOIN, Permission.ROOM_READ, Permission.ROOM_WRITE}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(
        _EVERYONE
        | {
            Permission.ACCOUNT_CREATE,
            Permission.ACCOUNT_LIST,
            Permission.MODERATION_TUNE,
            Permission.PAIR_CREATE,
            Permission.PAIR_LIST,
            Permission.POLICY_SET,
        }
    ),
    Role.GUARDIAN: frozenset(_EVERYONE),
    Role.MENTEE: frozenset(_TALKS),
    Role.MENTOR: frozenset(_TALKS),
    Role.PRESCRIBER: frozenset(_EVERYONE),
    Role.SUPERVISOR: frozenset(
        _TALKS | {Permission.FLAG_REVIEW, Permission.MODERATION_TUNE, Permission.PAIR_LIST, Permission.ROOM_ENTER}
    ),
}


def allows(role: Role, permission: Permission) -> bool:
    return permission in GRANTS[role]
