"""ejabberd from Debian with its archive (mod_mam) and accounts in PostgreSQL, on ports and folders of its own.

Set up as kindly as the scenarios allow: no TLS, no shaper, only the modules they need, no logs. Each person has an
archive of their own, so ejabberd keeps each message twice, as XMPP wants it."""

import os
import secrets
from pathlib import Path

from load_tests.chat.postgres import PeerDatabase
from load_tests.chat.talker import Talker
from load_tests.chat.xmpp import DOMAIN, XmppTalker
from load_tests.cores import MEASURED
from load_tests.programs import LOOPBACK, MissingProgram, Program, find
from tests.support.ports import free_port

LIBRARIES = Path("/usr/lib") / f"{os.uname().machine}-linux-gnu"
ERLANG_LIBRARIES = Path("/usr/lib/erlang/lib")
SCHEMA = Path("/usr/share/ejabberd/sql/pg.sql")
START_TIMEOUT = 60  # seconds: the Erlang machine and mnesia take 5 to 10 s alone on a core

CONFIGURATION = """
hosts: ["{domain}"]
loglevel: error
log_rotate_count: 0
auth_method: sql
auth_password_format: plain
auth_use_cache: true
default_db: sql
sql_type: pgsql
sql_server: "{sql_host}"
sql_port: {sql_port}
sql_database: "{sql_database}"
sql_username: "{sql_username}"
sql_password: "{sql_password}"
sql_pool_size: 10
disable_sasl_mechanisms: ["digest-md5", "X-OAUTH2", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"]
websocket_ping_interval: 60
acl: {{local: {{user_regexp: ""}}}}
access_rules: {{local: {{allow: local}}, c2s: {{allow: all}}}}
shaper_rules: {{max_user_sessions: 10, c2s_shaper: none}}
listen:
  - {{port: {port}, ip: "127.0.0.1", module: ejabberd_http, request_handlers: {{/ws: ejabberd_http_ws}}}}
modules:
  mod_disco: {{}}
  mod_mam: {{db_type: sql, default: always, assume_mam_usage: true, cache_size: 10000}}
  mod_ping: {{}}
  mod_roster: {{}}
"""


class Ejabberd:
    """The peer that every chat figure stands beside."""

    name = "ejabberd"
    acknowledges = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._database = PeerDatabase(folder / "postgres")
        self._program: Program | None = None
        self._port = free_port()
        self._password = secrets.token_urlsafe(12)

    @property
    def server_pid(self) -> int:
        assert self._program is not None
        return self._program.pid

    @property
    def database_pid(self) -> int:
        return self._database.pid

    async def start(self, people: int) -> None:
        erl = find_ejabberd()
        await self._database.start()
        await self._seed(people)
        self._run(erl)

    def _run(self, erl: str) -> None:
        url = self._database.url
        configuration = self._folder / "ejabberd.yml"
        configuration.write_text(
            CONFIGURATION.format(
                domain=DOMAIN,
                port=self._port,
                sql_host=url.host,
                sql_port=url.port,
                sql_database=url.database,
                sql_username=url.username,
                sql_password=url.password or "",
            )
        )
        self._program = Program(
            # no distribution: one node that no other may join needs no name and no epmd
            [erl, "-noinput", *f'+K true +P 250000 -mnesia dir "{self._folder / "mnesia"}" -s ejabberd'.split()],
            self._folder / "ejabberd.out",
            cores=MEASURED,
            environ={
                "ERL_LIBS": str(LIBRARIES),
                "EJABBERD_CONFIG_PATH": str(configuration),
                "EJABBERD_LOG_PATH": str(self._folder / "ejabberd.log"),
                "ERL_CRASH_DUMP": str(self._folder / "erl_crash.dump"),
                "HOME": str(self._folder),
            },
            cwd=self._folder,
        )
        self._program.wait_for_port(self._port, timeout=START_TIMEOUT)

    async def _seed(self, people: int) -> None:
        connection = await self._database.connect()
        try:
            await connection.execute(schema())
            await connection.executemany(
                "insert into users (username, password) values ($1, $2)",
                [(_user(person), self._password) for person in range(people)],
            )
        finally:
            await connection.close()

    async def connect(self, person: int) -> XmppTalker:
        talker = XmppTalker(_user(person), self._password, _user(person ^ 1))
        await talker.connect(LOOPBACK, self._port)
        return talker

    async def reconnect(self, person: int, before: Talker) -> XmppTalker:
        assert isinstance(before, XmppTalker)
        talker = await self.connect(person)
        await talker.fetch_after(before.last_id)
        return talker

    async def kept(self) -> int:
        connection = await self._database.connect()
        try:
            rows = await connection.fetchval("select count(*) from archive")
        finally:
            await connection.close()
        assert isinstance(rows, int)
        return rows // 2  # once for each of the two

    async def stop(self) -> None:
        if self._program is not None:
            self._program.stop()
        await self._database.stop()


def find_ejabberd() -> str:
    """The Erlang machine that runs it. Raises MissingProgram when that, ejabberd or its driver is not there."""
    erl = find("erl", "ejabberd")
    find("ejabberdctl", "ejabberd")
    if not list(ERLANG_LIBRARIES.glob("p1_pgsql-*")):
        raise MissingProgram("ejabberd's PostgreSQL driver is not installed: apt-get install erlang-p1-pgsql")
    return erl


def schema() -> str:
    return SCHEMA.read_text(encoding="utf-8")


def _user(person: int) -> str:
    return f"u{person}"
