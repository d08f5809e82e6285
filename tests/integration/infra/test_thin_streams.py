"""What a lost segment costs a connection that is nearly idle is decided by the kernel, as we ask it to."""

import socket
import sys

import pytest

from server.infra.ports import TCP_THIN_LINEAR_TIMEOUTS, take_tcp


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this option")
def test_accepted_connections_repeat_at_an_even_pace() -> None:
    with take_tcp("127.0.0.1", 0, "BINOME_PORT") as listener:
        listener.setblocking(True)
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS) == 1
