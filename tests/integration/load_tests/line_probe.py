"""Run inside namespaces of its own by the test beside it: a bad line with an echo at its far end, and what comes back,
as JSON."""

import asyncio
import json
import socket
import sys
import time
from typing import Any

from load_tests.netlab import namespaces
from load_tests.netlab.bad_line import BadLine, new_network
from load_tests.netlab.scenario import Line
from load_tests.programs import find

PORT = 4000
FAR_ECHO = f"""
import socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("0.0.0.0", {PORT}))
stream = socket.create_server(("0.0.0.0", {PORT}))
print("ready", flush=True)
while True:
    data, peer = server.recvfrom(2000)
    server.sendto(data, peer)
"""


def echoes(address: str, count: int, size: int, patience: float) -> list[float]:
    """Round trips of datagrams that are sent at once, in the order in which they come back."""
    found: list[float] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(patience)
        sent = time.monotonic()
        for _ in range(count):
            sock.sendto(bytes(size), (address, PORT))
        try:
            while len(found) < count:
                sock.recv(2000)
                found.append(time.monotonic() - sent)
        except TimeoutError:
            pass
    return found


def connects(address: str) -> bool:
    try:
        socket.create_connection((address, PORT), timeout=1).close()
    except OSError:
        return False
    return True


async def main() -> None:
    namespaces.settle()
    network = new_network()
    line = BadLine(network, seed=1)
    far = f"{network}.2"
    found: dict[str, Any] = {}
    await line.start()
    echo = await asyncio.create_subprocess_exec(
        *(find("nsenter", "util-linux"), f"--net={line.far_namespace}", sys.executable, "-c", FAR_ECHO),
        stdout=asyncio.subprocess.PIPE,
    )
    assert echo.stdout is not None
    assert await echo.stdout.readline() == b"ready\n"

    async def shaped(**conditions: Any) -> None:
        await line.order(Line(**conditions).orders(web_port=80))
        await asyncio.sleep(0.2)

    await shaped(rtt_ms=200)
    found["delayed"] = echoes(far, 5, 100, patience=2)
    await shaped(kbit=24, queue_ms=1000)
    found["narrow"] = echoes(far, 40, 272, patience=2.5)  # 300 bytes with their headers: 100 ms each
    await shaped(udp=False)
    found["udp_blocked"] = [len(echoes(far, 3, 100, patience=0.5)), connects(far)]
    await shaped(udp=False, tcp_web_only=True)
    found["web_only"] = connects(far)
    await shaped(cut=True)
    found["cut"] = connects(far)
    await shaped()
    await line.order({"address": "next"})
    await asyncio.sleep(0.5)
    found["moved"] = [len(echoes(far, 1, 100, patience=0.5)), len(echoes(f"{network}.3", 1, 100, patience=2))]
    echo.kill()
    await echo.wait()
    await line.stop()
    while not line.reports.empty():
        found.setdefault("reports", []).append(line.reports.get_nowait())
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main())
