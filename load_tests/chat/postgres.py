"""A PostgreSQL for a peer: the same programs, runner and settings as Binôme's own, so that neither is favoured."""

from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL, make_url

from load_tests.cores import MEASURED, on
from load_tests.programs import LOOPBACK
from server.infra.data_folder import DataFolder
from server.infra.embedded_postgres import EmbeddedPostgres
from tests.support.ports import free_port


class PeerDatabase:
    """One cluster on the measured core. Peers reach it over loopback: not all of them can use a Unix socket."""

    def __init__(self, folder: Path) -> None:
        self._folder = DataFolder(folder)
        self._port = free_port()
        self._postgres = EmbeddedPostgres(self._folder, {"listen_addresses": LOOPBACK, "port": str(self._port)})

    @property
    def pid(self) -> int:
        assert self._postgres.pid is not None
        return self._postgres.pid

    @property
    def url(self) -> URL:
        """With the loopback address in it; known once started."""
        return make_url(self._postgres.urls.owner).set(host=LOOPBACK, port=self._port, query={})

    async def start(self) -> None:
        self._folder.open()
        with on(MEASURED):
            self._postgres.start()

    async def connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(self.url.render_as_string(hide_password=False))

    async def stop(self) -> None:
        self._postgres.stop()
        self._folder.close()
