"""From the log to everyone present in a room: who gets what, once, in the order of the room's numbers."""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from uuid import UUID

from server.rooms.messages import Message, topic
from server.rooms.rules import is_staff, visible
from server.rooms.wire import Post
from server.transport.gateway import Connection
from server.transport.gateway.gateway import Gateway

log = logging.getLogger(__name__)

_UPTO = "rooms.upto"


class Fanout:
    """What the log commits comes here in order, as the log has one transaction at a time. A ruling has a transaction
    of its own, and announces itself with ``changing``."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._waiting: dict[UUID, list[tuple[Post, Connection | None]]] = {}
        self._changing: dict[UUID, int] = {}
        self._recorded: deque[Post] = deque()
        self._recorded_from = 0  # the place of the first post in ``_recorded``, counted from the start of the process
        self._recordings: dict[object, int] = {}  # each with the place where it began, in this order
        self._watchers: list[Callable[[UUID], None]] = []

    def watch(self, posted: Callable[[UUID], None]) -> None:
        """``posted`` is called with the room of all that goes out; it must cost next to nothing, and not raise."""
        self._watchers.append(posted)

    def send(self, message: Message, *, skip: Connection | None = None, about: int | None = None) -> None:
        """Sends ``message`` to all present who may see it, except to ``skip``. ``about`` is the number of the change
        that is told, by default the last one: who may not know of that change is sent nothing."""
        public = about is not None and about <= message.changed
        post = Post(message, message.changed if public else message.last_change)
        if message.room_id in self._changing:
            self._waiting.setdefault(message.room_id, []).append((post, skip))
        else:
            self._post(post, skip)

    @contextmanager
    def changing(self, room_id: UUID) -> Iterator[None]:
        """While a transaction other than the log's takes a number in the room: what is sent meanwhile waits, and
        goes out afterwards in the order of the numbers."""
        self._changing[room_id] = self._changing.get(room_id, 0) + 1
        try:
            yield
        finally:
            self._changing[room_id] -= 1
            if not self._changing[room_id]:
                del self._changing[room_id]
                told = set[tuple[int, int]]()
                for post, skip in sorted(self._waiting.pop(room_id, ()), key=lambda item: item[0].about):
                    # Of two changes of one message, both may have been read when the second was there already.
                    if (post.message.seq, post.about) not in told:
                        told.add((post.message.seq, post.about))
                        self._post(post, skip)

    @contextmanager
    def recording(self) -> Iterator[Callable[[], list[Post]]]:
        """Remembers all that is posted while the block runs: for a connection that reads its rooms and has not joined
        them yet, so that nothing falls between. What is yielded answers with the posts so far."""
        key = object()
        start = self._recordings[key] = self._recorded_from + len(self._recorded)
        try:
            yield lambda: list(islice(self._recorded, start - self._recorded_from, None))
        finally:
            del self._recordings[key]
            first = next(iter(self._recordings.values()), None)
            if first is None:
                self._recorded_from += len(self._recorded)
                self._recorded.clear()
            else:
                while self._recorded_from < first:
                    self._recorded.popleft()
                    self._recorded_from += 1

    def knows(self, connection: Connection, room_id: UUID, upto: int) -> None:
        """``connection`` has been given all changes of the room up to this number: they are not sent to it again,
        though they may still be on their way from the log."""
        connection.state.setdefault(_UPTO, {})[room_id] = upto

    def deliver(self, post: Post, connection: Connection) -> None:
        """Sends ``post`` to ``connection`` in its form, when it may see it and has not been given it already."""
        principal = connection.principal
        message = post.message
        view = message.view_of(principal.account_id, staff=is_staff(principal.role))
        news = message.changed_for(view) == post.about
        if news and visible(message.state, view) and post.about > _known(connection, message.room_id):
            connection.send_frame(post.frame(view, compacted=connection.compact))

    def _post(self, post: Post, skip: Connection | None) -> None:
        if self._recordings:
            self._recorded.append(post)
        for posted in self._watchers:
            posted(post.message.room_id)
        for connection in self._gateway.topic(topic(post.message.room_id)):
            if connection is not skip:
                try:
                    self.deliver(post, connection)
                except Exception:  # whatever is wrong with one connection, the others get theirs
                    log.exception("delivery_failed")


def _known(connection: Connection, room_id: UUID) -> int:
    rooms: dict[UUID, int] = connection.state.get(_UPTO, {})
    return rooms.get(room_id, 0)
