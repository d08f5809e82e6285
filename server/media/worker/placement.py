"""Which worker carries which room: plain bookkeeping, and the rule. A room is on one worker as long as it lasts."""

from collections.abc import Collection


class Placement:
    """``workers`` are numbered from 0; their load is the people on them."""

    def __init__(self, workers: int) -> None:
        self._rooms: dict[str, tuple[int, set[str]]] = {}
        self._load = [0] * workers

    def of(self, room: str) -> int | None:
        """The worker of ``room``, if anybody is in it."""
        placed = self._rooms.get(room)
        return None if placed is None else placed[0]

    def holds(self, room: str, peer: str) -> bool:
        return peer in self._rooms.get(room, (0, ()))[1]

    def choose(self, room: str, running: Collection[int]) -> int | None:
        """The worker to put somebody of ``room`` on: the room's, else the least loaded of ``running``, else None."""
        return self.of(room) if room in self._rooms else min(running, key=self._load.__getitem__, default=None)

    def add(self, room: str, peer: str, worker: int) -> None:
        peers = self._rooms.setdefault(room, (worker, set()))[1]
        if peer not in peers:
            peers.add(peer)
            self._load[worker] += 1

    def remove(self, room: str, peer: str) -> None:
        worker, peers = self._rooms.get(room, (0, set()))
        if peer in peers:
            peers.remove(peer)
            self._load[worker] -= 1
            if not peers:
                del self._rooms[room]

    def drop(self, worker: int) -> list[str]:
        """Forgets everything on ``worker``; returns the rooms that were."""
        rooms = [room for room, (number, _) in self._rooms.items() if number == worker]
        for room in rooms:
            del self._rooms[room]
        self._load[worker] = 0
        return rooms
