"""Voice notes made by hand: Ogg Opus of any length, and each way to get it wrong."""

import struct
from collections.abc import Sequence
from uuid import UUID

from server.kernel.identifiers import new_id, shorten
from server.rooms.notes.ogg import crc
from server.rooms.notes.rules import CHUNK
from tests.support.rooms import Client, House, Person, Room
from tests.support.site import Reply

PACKET = bytes([3 << 3]) + b"\x08" * 40  # a frame of 60 ms (RFC 6716, configuration 3)
PACKET_SAMPLES = 2_880
PRE_SKIP = 312
HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, PRE_SKIP, 48_000, 0, 0)
TAGS = b"OpusTags" + struct.pack("<I", 6) + b"binome" + bytes(4)


def page(packets: Sequence[bytes], number: int, granule: int, flags: int = 0, serial: int = 7) -> bytes:
    lacing = b"".join(bytes([255]) * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, granule, serial, number, 0)
    whole = head + bytes([len(lacing)]) + lacing + b"".join(packets)
    return whole[:22] + struct.pack("<I", crc(whole)) + whole[26:]


def note(
    packets: int = 50, *, packet: bytes = PACKET, samples: int = PACKET_SAMPLES, head: bytes = HEAD, tags: bytes = TAGS
) -> bytes:
    """A note of so many packets, 50 to a page."""
    pages = [page([head], 0, 0, flags=2), page([tags], 1, 0)]
    for first in range(0, packets, 50):
        here = [packet] * min(50, packets - first)
        last = first + len(here) == packets
        pages.append(page(here, len(pages), (first + len(here)) * samples, flags=4 if last else 0))
    return b"".join(pages)


def body_of(note_id: UUID, seconds: int) -> str:
    return f"{shorten(note_id)} {seconds}"


async def begin(house: House, who: Person, room: Room, note_id: UUID, size: int) -> Reply:
    path = f"/api/v1/rooms/{room.number}/notes"
    return await house.site.ask("POST", path, {"id": str(note_id), "bytes": size}, token=who.token)


async def put(house: House, who: Person, room: Room, note_id: UUID, number: int | str, content: bytes) -> Reply:
    path = f"/api/v1/rooms/{room.number}/notes/{note_id}/chunks/{number}"
    headers = {"Content-Type": "application/octet-stream"}
    return await house.site.ask("PUT", path, raw=content, token=who.token, headers=headers)


async def upload(house: House, who: Person, room: Room, content: bytes, note_id: UUID | None = None) -> UUID:
    """A whole note."""
    note_id = note_id or new_id()
    reply = await begin(house, who, room, note_id, len(content))
    assert reply.status == 200, reply.body
    for number in range(reply.body["next"], reply.body["chunks"]):
        reply = await put(house, who, room, note_id, number, content[number * CHUNK : (number + 1) * CHUNK])
        assert reply.status == 200, reply.body
    assert "milliseconds" in reply.body
    return note_id


async def say(client: Client, room: Room, note_id: UUID, seconds: int) -> dict[str, object]:
    """``chat:send`` of the note."""
    body = body_of(note_id, seconds)
    answer: dict[str, object] = await client.call(
        "chat:send", {"room": str(room.id), "id": str(note_id), "kind": "voice", "body": body}
    )
    return answer


async def hear(
    house: House, who: Person, room: Room, note_id: UUID, wanted: str | None = None
) -> tuple[int, bytes, dict[str, str]]:
    """(status, bytes, headers) of the note."""
    headers = {"Authorization": f"Bearer {who.token}"} | ({"Range": wanted} if wanted else {})
    url = f"{house.site.url}/api/v1/rooms/{room.number}/notes/{note_id}"
    async with house.site.http.get(url, headers=headers) as reply:
        return reply.status, await reply.read(), dict(reply.headers)
