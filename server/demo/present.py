"""``binome demo``: makes the association at the first start, and says each time how to sign in."""

import os
import secrets
import sys
from pathlib import Path

from server.app import App
from server.demo.seed import SignInRow, is_seeded, seed, sign_ins
from server.kernel.ground import GroundError
from server.kernel.permissions import Role
from server.settings import Settings

PASSWORD_FILE = "demo-password"  # noqa: S105 - a file name; in the data folder, readable by its owner alone
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


async def prepare(app: App, settings: Settings) -> None:
    """Seeds once. Raises GroundError when the database is somebody else's."""
    ground = app.ground
    if ground is None:
        raise RuntimeError("the server does not run")
    file = settings.data / PASSWORD_FILE
    if not await is_seeded(ground.database):
        password = _new_password()
        await seed(ground, password)
        _keep(file, password)
    sys.stdout.write(table(sign_ins(), _read(file)))


def table(rows: list[SignInRow], password: str) -> str:
    """Who to sign in as, for a terminal of 80 columns."""
    lines = ["", "  sign in as   to see the screen of", "  ----------   --------------------"]
    for row in rows:
        age = f", {row.age} years old" if row.age is not None else ""
        lines.append(f"  {row.login:<12} {row.name}, {row.role} ({_SAYS[row.role]}{age})")
    lines += ["", f"  password for all of them: {password}", "", ""]
    return "\n".join(lines)


def _new_password() -> str:
    """Easy to type from one screen to another; the server listens on loopback unless told otherwise."""
    return "-".join([*(secrets.choice(_WORDS) for _ in range(3)), str(secrets.randbelow(90) + 10)])


def _keep(file: Path, password: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as opened:
        opened.write(password + "\n")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise GroundError(
            f"the demonstration exists, but its password is not at {file}; put it back, "
            "or name another folder with BINOME_DATA to begin anew"
        ) from error
