"""Who may look beyond the organisations that an act is about: few, and each for a reason. All others say whom their
transactions are about, and PostgreSQL holds them to that (docs/decisions/0170)."""

import ast
from collections.abc import Mapping
from pathlib import Path

import server

SERVER = Path(server.__file__).parent
WAYS = {"everywhere", "connect_raw"}  # a connection that says nothing sees nothing; a raw one says it by itself

MAY: Mapping[str, str] = {
    "cli/records.py": "a command of the operator's",
    "demo/code.py": "a command of the operator's",
    "demo/seed.py": "whether the database is empty; and emptying it, as the owner",
    "doctor/reach.py": "a command of the operator's",
    "escalation/duty/alarm.py": "a job: which organisations there are; each is looked at by itself",
    "escalation/hearing.py": "a link says of which case it is; all else is in its organisation",
    "escalation/pager.py": "what is due, of all organisations alike; each page is written in its own",
    "infra/database.py": "raw: the connections of the pool itself",
    "infra/grants.py": "grants, as the owner",
    "infra/jobs.py": "the queue, which is nobody's",
    "infra/notices.py": "raw: listens, and reads no table",
    "moderation/flags.py": "flags become overdue in all organisations alike; told in each by itself",
    "pairs/lapses.py": "a job: which organisations there are; each is looked at by itself",
    "people/consent/birthdays.py": "a job: whose birthday it is; each is seen to in their organisation",
    "people/consent/wording.py": "a job: which texts ask again from now on; each is seen to in its organisation",
    "people/entry/delivery.py": "a job that knows an invitation by its identifier alone",
    "people/entry/joining.py": "an invitation says whose it is; joining may end a session of another organisation",
    "people/entry/reset.py": "a login or an address says whose it is",
    "people/factors/checks.py": "a passkey says whose it is",
    "people/factors/colleagues.py": "what guessing costs is about no organisation",
    "people/factors/finish.py": "signing in may end a session of another organisation; a purge",
    "people/sessions/lasting.py": "what guessing costs is about no organisation",
    "people/factors/letters.py": "a job that knows an account by its identifier alone",
    "people/first_admin.py": "a command of the operator's: there may be no organisation yet",
    "people/head_letters.py": "a job that knows an account by its identifier alone",
    "people/reach/courier.py": "what is due, of all organisations alike; each is sent in its own",
    "people/reach/own.py": "a browser may have been somebody's of another organisation before",
    "people/reach/push_keys.py": "keys of the instance, which are about no organisation",
    "people/sessions/authenticator.py": "a token says whose it is",
    "people/sessions/purge.py": "a job over all",
    "people/sessions/signin.py": "a login says whose it is; signing in may end a session of another organisation",
    "relay/telling.py": "a job: which organisations there are; each is looked at by itself",
    "rights/command.py": "commands of the operator's",
    "rights/holds.py": "a job over all",
    "rights/passing.py": "what guessing costs is about no organisation",
    "rights/reminders.py": "a job over all",
    "rights/retention.py": "a job: which organisations there are; each is cleared by itself",
    "rooms/access.py": "a room whose rights changed, asked about on nobody's behalf",
    "rooms/ended.py": "a job: which organisations there are; each is looked at by itself",
    "rooms/glass/glass.py": "a job over all",
    "rooms/log.py": "raw: says the organisations of each batch (append.py)",
    "rooms/notes/notes.py": "a job over all",
    "rooms/waiting.py": "rooms of all organisations alike; each person is told in their own",
    "rooms/silence.py": "a job: which organisations there are; each is looked at by itself",
    "rooms/visits.py": "what a process that died left open, in any organisation",
    "rotation.py": "a command of the operator's",
    "supervision/attendance/register.py": "a process carries calls of any organisation, as did one that died",
    "supervision/knocks.py": "a notice names an announcement alone",
    "supervision/sessions.py": "a process carries calls of any organisation, as did one that died",
    "supervision/summons.py": "a notice names a summons alone",
    "supervision/whispers.py": "a notice names a message alone",
    "trail/command.py": "a command of the operator's",
    "trail/daily.py": "a job over all",
    "trail/verify.py": "raw: a command of the operator's, reads all chains in one snapshot",
}


def looks_everywhere(file: Path) -> bool:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.Attribute) and node.attr in WAYS for node in ast.walk(tree))


def test_whoever_looks_everywhere_has_a_reason() -> None:
    found = {str(file.relative_to(SERVER)) for file in SERVER.rglob("*.py") if looks_everywhere(file)}
    assert found == set(MAY)
