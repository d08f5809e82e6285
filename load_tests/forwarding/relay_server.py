"""A forwarder as aiortc's own examples make one: `RTCPeerConnection` and `MediaRelay`, nothing of ours. It decodes what
comes and encodes it anew for each receiver.

Asked and answers in JSON lines: ``{"do": "publish"|"subscribe"|"answered", "person", "sdp"}`` → ``{"sdp"}``.
"""

import asyncio
import json
import sys
from typing import Any

from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay

LARGEST = 1 << 20  # bytes of a line


class Room:
    def __init__(self) -> None:
        self._relay = MediaRelay()
        self._tracks: dict[int, list[MediaStreamTrack]] = {}
        self._down: dict[int, RTCPeerConnection] = {}
        self._up: dict[int, RTCPeerConnection] = {}

    async def publish(self, person: int, sdp: str) -> str:
        up = self._up[person] = RTCPeerConnection()
        tracks = self._tracks[person] = []
        up.on("track", tracks.append)
        await up.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await up.setLocalDescription(await up.createAnswer())
        return str(up.localDescription.sdp)

    async def subscribe(self, person: int) -> str:
        down = self._down[person] = RTCPeerConnection()
        for other, tracks in self._tracks.items():
            if other != person:
                for track in tracks:
                    down.addTrack(self._relay.subscribe(track))
        await down.setLocalDescription(await down.createOffer())
        return str(down.localDescription.sdp)

    async def answered(self, person: int, sdp: str) -> str:
        await self._down[person].setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        return ""


async def main() -> None:
    room = Room()
    reader = asyncio.StreamReader(limit=LARGEST)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        asked: dict[str, Any] = json.loads(line)
        if asked["do"] == "publish":
            sdp = await room.publish(asked["person"], asked["sdp"])
        elif asked["do"] == "subscribe":
            sdp = await room.subscribe(asked["person"])
        else:
            sdp = await room.answered(asked["person"], asked["sdp"])
        print(json.dumps({"sdp": sdp}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
