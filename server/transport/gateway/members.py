"""Who is connected, by topic, by account and by session. Memory only; every look-up is a copy, safe to act on."""

from collections.abc import Hashable
from typing import TypeVar
from uuid import UUID

from server.transport.gateway.connection import Connection

K = TypeVar("K", bound=Hashable)
Groups = dict[K, dict[Connection, None]]  # a dict for a set that keeps its order: who came first is served first


class Members:
    def __init__(self) -> None:
        self._topics: Groups[str] = {}
        self._accounts: Groups[UUID] = {}
        self._sessions: Groups[UUID] = {}

    def __len__(self) -> int:
        return sum(map(len, self._accounts.values()))

    def add(self, connection: Connection) -> None:
        self._accounts.setdefault(connection.principal.account_id, {})[connection] = None
        self._sessions.setdefault(connection.principal.session_id, {})[connection] = None

    def remove(self, connection: Connection) -> None:
        """Out of all groups. ``connection.topics`` keeps the names."""
        for topic in connection.topics:
            _discard(self._topics, topic, connection)
        _discard(self._accounts, connection.principal.account_id, connection)
        _discard(self._sessions, connection.principal.session_id, connection)

    def join(self, connection: Connection, topic: str) -> None:
        connection.topics.add(topic)
        self._topics.setdefault(topic, {})[connection] = None

    def leave(self, connection: Connection, topic: str) -> None:
        connection.topics.discard(topic)
        _discard(self._topics, topic, connection)

    def everyone(self) -> list[Connection]:
        return [connection for group in self._accounts.values() for connection in group]

    def of_topic(self, topic: str) -> tuple[Connection, ...]:
        return tuple(self._topics.get(topic, ()))

    def of_account(self, account_id: UUID) -> tuple[Connection, ...]:
        return tuple(self._accounts.get(account_id, ()))

    def of_session(self, session_id: UUID) -> tuple[Connection, ...]:
        return tuple(self._sessions.get(session_id, ()))


def _discard(groups: Groups[K], key: K, connection: Connection) -> None:
    group = groups.get(key)
    if group is not None:
        group.pop(connection, None)
        if not group:
            del groups[key]
