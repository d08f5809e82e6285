"""A database that fell silent for good (no power, packets swallowed) is noticed by the system, also by who only waits
for its answer: nobody else would ever tell."""

import socket
import sys

import pytest

from server.infra.database import Database
from tests.support.cable import cable_to
from tests.support.roles import bound_url


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have not all of these options")
async def test_lines_to_the_database_are_given_up_when_nobody_answers(database: Database) -> None:
    async with cable_to(bound_url(database.engine.url)) as cable:
        server = Database(cable.url)
        async with server.everywhere() as conn:
            connection = (await conn.get_raw_connection()).driver_connection
            assert connection is not None
            line = connection._transport.get_extra_info("socket")
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            told = [socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT]
            assert [line.getsockopt(socket.IPPROTO_TCP, option) for option in told] == [10, 5, 3, 25_000]
        await server.close()
