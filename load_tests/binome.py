"""A Binôme to measure: `binome serve` with its embedded PostgreSQL, in a folder and on ports of its own."""

import sys
from collections.abc import Mapping
from pathlib import Path

from load_tests.cores import MEASURED
from load_tests.machine import ROOT
from load_tests.programs import LOOPBACK, DidNotStart, Program
from load_tests.seed import Seat, seed
from server.infra.database import Database
from server.infra.embedded_postgres import running_urls
from tests.support.ports import free_port

START_TIMEOUT = 60.0  # seconds


class BinomeServer:
    """``seats`` are the people, ``supervisor`` and ``admin`` are tokens, once started. The database is the server's
    child, so one root holds both. ``environ`` goes over our own settings; ``module`` is what runs as `binome`."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None, module: str = "server") -> None:
        self._folder = folder
        self._environ = environ or {}
        self._module = module
        self._program: Program | None = None
        self.port = free_port()
        self.seats: list[Seat] = []
        self.supervisor = self.admin = ""

    @property
    def pid(self) -> int:
        assert self._program is not None
        return self._program.pid

    @property
    def database_pid(self) -> int:
        return int((self._folder / "data" / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    async def start(self, people: int) -> None:
        """Serves, then seeds. Raises DidNotStart."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o711)  # PostgreSQL runs as somebody else when we are root
        self._program = Program(
            [sys.executable, "-m", self._module, "serve"],
            self._folder / "binome.out",
            cores=MEASURED,
            environ={
                "BINOME_DATA": str(self._folder / "data"),
                "BINOME_HOST": LOOPBACK,
                "BINOME_PORT": str(self.port),
                "BINOME_MEDIA_PORT": str(free_port()),
                "BINOME_LOG_FORMAT": "json",
                "BINOME_DRAIN_SECONDS": "0",
                # A person may not say a hundred things a second; a load test must. All else is as in production.
                "BINOME_RATE_FACTOR": "10000",
                **self._environ,
            },
            cwd=ROOT,
        )
        self._program.wait_for_page(f"{self.url}/readyz", timeout=START_TIMEOUT)
        database = self.database()
        try:
            seeded = await seed(database, self.url, people)
            self.seats, self.supervisor, self.admin = seeded.seats, seeded.supervisor, seeded.admin
        finally:
            await database.close()

    def database(self) -> Database:
        """As the owner of the tables, to seed and to count."""
        urls = running_urls(self._folder / "data")
        if urls is None:
            raise DidNotStart("the embedded database does not run")
        return Database(urls.owner, pool_size=2)

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()
