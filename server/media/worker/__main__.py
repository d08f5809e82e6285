"""``python -m server.media.worker FD FORMAT LEVEL``: a media worker, started by the server and talking to it over the
inherited socket FD. It ends when the server says so or is gone, and by nothing else short of SIGKILL: signals that are
sent to all processes of a terminal or a service are the server's to act on, which lets calls finish first.
"""

import asyncio
import gc
import signal
import socket
import sys


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # Only now what takes half a second to import.
    import uvloop

    from server.infra import open_files, telemetry
    from server.media.worker.servant import Servant

    channel, form, level = sys.argv[1:]
    telemetry.configure(form, level)
    open_files.raise_limit()

    async def serve() -> None:
        telemetry.watch_loop(asyncio.get_running_loop())
        gc.collect()
        gc.freeze()  # as the server does: code and tables are walked no more
        await Servant().serve(socket.socket(fileno=int(channel)))

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())


main()
