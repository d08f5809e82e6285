"""``binome demo``: makes the association at the first start, and says each time how to sign in."""

import os
import secrets
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from server.app import App
from server.demo import second_step
from server.demo.code import fresh_code
from server.demo.seed import SignInRow, association, clear, organisations_of, seed, sign_ins
from server.ground import Ground
from server.infra.open_database import borrow_owner
from server.kernel.ground import GroundError
from server.kernel.permissions import Role
from server.people.sessions.store import STAFF
from server.settings import Settings

_WORDS = (
    "abricot",
    "arbre",
    "ardoise",
    "bateau",
    "bougie",
    "brume",
    "cabane",
    "canard",
    "caramel",
    "cerise",
    "chemin",
    "ciel",
    "citron",
    "cloche",
    "colline",
    "coquille",
    "dune",
    "encre",
    "escargot",
    "falaise",
    "fenouil",
    "feuille",
    "fleuve",
    "fougere",
    "galet",
    "girafe",
    "grenier",
    "hibou",
    "horloge",
    "jardin",
    "lampe",
    "lierre",
    "loutre",
    "lune",
    "marelle",
    "melon",
    "mesange",
    "mirabelle",
    "moulin",
    "nuage",
    "olive",
    "orage",
    "panier",
    "papier",
    "phare",
    "pinson",
    "plume",
    "poire",
    "pont",
    "prairie",
    "radeau",
    "renard",
    "riviere",
    "sable",
    "sapin",
    "sentier",
    "tilleul",
    "tortue",
    "tracteur",
    "tuile",
    "vague",
    "verger",
    "violette",
    "voile",
)
_SAYS = {
    Role.ADMIN: "runs the association: people and pairs",
    Role.GUARDIAN: "a parent",
    Role.MENTEE: "the young person",
    Role.MENTOR: "a volunteer",
    Role.PRESCRIBER: "sent a young person here",
    Role.SUPERVISOR: "the professional: queue, rooms, calls",
}


BY_CODE = "lea"  # who has a fresh code at each start


async def prepare(app: App, settings: Settings) -> None:
    """Makes it once; when that was broken off, anew. Raises GroundError when the database holds somebody else."""
    ground = app.ground
    if ground is None:
        raise RuntimeError("the server does not run")
    password = Password(settings.data)
    there = await organisations_of(ground.database)
    if there - {association()["organisation"]["name"]}:
        raise GroundError(
            "the demonstration wants a database of its own, and this one holds an association; "
            "name another folder with BINOME_DATA, or start it with `binome serve`"
        )
    if there and password.half_made:
        async with AsyncExitStack() as running:
            await clear(await borrow_owner(settings, running))
        there = set()
    if not there:
        password.begin()
        second_step.make(settings.data)
        await _seed(app, ground, password.read())
        password.keep()
    code = await fresh_code(ground, BY_CODE)
    sys.stdout.write(table(sign_ins(), password.read(), code))


async def _seed(app: App, ground: Ground, password: str) -> None:
    """While nobody else calls people about what happened days ago."""
    if app.capabilities is None:
        raise RuntimeError("the server does not run")
    pager = app.capabilities.escalation.pager
    await pager.stop()
    await seed(ground, password)
    pager.start()


class Password:
    """The one password of the demonstration, in a file of the data folder that only its owner can read. Until the
    demonstration is complete the file has another name."""

    def __init__(self, data: Path) -> None:
        self._file = data / "demo-password"
        self._part = data / "demo-password.part"

    @property
    def half_made(self) -> bool:
        return self._part.exists()

    def begin(self) -> None:
        """Easy to type from one screen to another; the server listens on loopback unless told otherwise."""
        password = "-".join([*(secrets.choice(_WORDS) for _ in range(3)), str(secrets.randbelow(90) + 10)])
        self._part.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            opened.write(password + "\n")

    def keep(self) -> None:
        self._part.replace(self._file)

    def read(self) -> str:
        """Raises GroundError when it was taken away."""
        file = self._part if self.half_made else self._file
        try:
            return file.read_text(encoding="ascii").strip()
        except OSError as error:
            raise GroundError(
                f"the demonstration exists, but its password is not at {file}; put it back, "
                "or name another folder with BINOME_DATA to begin anew"
            ) from error


def _staff(rows: list[SignInRow]) -> str:
    *others, last = (row.login for row in rows if row.role in STAFF)
    return f"{', '.join(others)} and {last}"


def table(rows: list[SignInRow], password: str, code: str | None = None) -> str:
    """Who to sign in as, for a terminal of 80 columns."""
    lines = ["", "  sign in as   to see the screen of", "  ----------   --------------------"]
    for row in rows:
        age = f", {row.age} years old" if row.age is not None else ""
        lines.append(f"  {row.login:<12} {row.name}, {row.role} ({_SAYS[row.role]}{age})")
    lines += ["", f"  password for all of them: {password}"]
    if code is not None:
        lines.append(f'  or as {BY_CODE}, without a password, by "J’ai un code": {code}')
    lines += [f"  {_staff(rows)} are also asked for six digits: binome demo --code", "", ""]
    return "\n".join(lines)
