"""The proxy passes every byte and counts it."""

import asyncio

from load_tests.counting_proxy import CountingProxy


async def test_passes_and_counts_both_ways() -> None:
    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.read()).upper() * 2)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    async with server:
        proxy = CountingProxy(server.sockets[0].getsockname()[1])
        await proxy.start()
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            writer.write(b"bonjour" * 20_000)
            writer.write_eof()
            assert await reader.read() == b"BONJOUR" * 40_000
            writer.close()
        assert (proxy.tally.up, proxy.tally.down, proxy.tally.connections) == (280_000, 560_000, 2)
        await proxy.stop()
