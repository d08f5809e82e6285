"""The shipped client on a network that lets nothing out but a relay: a real coturn, which the server tells it of."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.browser.calls.test_calls import joins, receives
from tests.browser.conftest import Api, Person, Room, make_pair, run_server, with_chromium
from tests.support.relay import coturn

SECRET = "a secret that the relay and we have"
# Leaves the browser no other way. Everything else is as it is shipped.
_ONLY_RELAYS = """
const Plain = RTCPeerConnection;
window.RTCPeerConnection = class extends Plain {
  constructor(configuration) { super({ ...configuration, iceTransportPolicy: 'relay' }); }
  setConfiguration(configuration) { super.setConfiguration({ ...configuration, iceTransportPolicy: 'relay' }); }
};
"""
_WAYS = """
async () => {
  const ways = [];
  for (const connection of window.calls.filter((one) => one.connectionState === 'connected')) {
    const reports = await connection.getStats();
    const transport = [...reports.values()].find((one) => one.type === 'transport');
    ways.push(reports.get(reports.get(transport.selectedCandidatePairId).localCandidateId).candidateType);
  }
  return ways;
}
"""

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def room_with_relay(tmp_path: Path) -> AsyncIterator[Room]:
    async with coturn(tmp_path, SECRET) as relay:
        with run_server(turn_url=",".join(relay.urls), turn_secret=SECRET) as server:
            async with with_chromium(server) as room:
                yield room


async def test_who_has_only_a_relay_comes_into_the_call_and_is_seen(room_with_relay: Room) -> None:
    room = room_with_relay
    api = Api(room.server)
    api.sign_in("admin")
    pair = make_pair(api)
    julien, lea = await room.seat(pair.mentor), await room.seat()
    await lea.context.add_init_script(_ONLY_RELAYS)
    await lea.sign_in(pair.mentee)
    await joins(julien, "Appel vidéo")
    await joins(lea, "Rejoindre avec caméra")
    for person in (julien, lea):
        await receives(person, video=1, audio=1)
    assert await _ways(lea) == ["relay", "relay"]
    assert "relay" not in await _ways(julien)


async def _ways(person: Person) -> list[str]:
    ways: list[str] = await person.page.evaluate(_WAYS)
    return ways
