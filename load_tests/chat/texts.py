"""What the load clients say: harmless French of 40 characters, a function of who says it and of how many they said
before, so that a receiver knows each text before it comes."""

LENGTH = 40  # characters, and bytes too: ASCII, so that every system carries the same bytes

# fmt: off
_WORDS = (
    "maison", "jardin", "soleil", "chemin", "cahier", "crayon", "papier", "violon", "bateau", "voyage", "gateau",
    "orange", "banane", "tomate", "fraise", "cerise", "salade", "fourmi", "animal", "cheval", "mouton", "lapins",
    "canard", "pigeon", "oiseau", "lionne", "castor", "souris", "lundis", "mardis", "samedi", "projet", "rouges",
    "jaunes", "bleues", "vertes", "violet", "blancs", "noires", "grises", "grande", "petite", "longue", "courte",
    "lourde", "ecoles", "lettre", "metier", "stages", "examen", "calcul", "dictee", "poemes", "romans", "musees",
    "cinema", "photos", "dessin", "marche", "course", "neiges", "tennis", "basket", "montre",
)
# fmt: on


def text(speaker: int, count: int) -> str:
    """The text number ``count`` (0 to 262,143) of ``speaker`` (0 to 4,095); no two are equal."""
    words = _WORDS
    return (
        f"{words[count & 63]} {words[count >> 6 & 63]} {words[count >> 12 & 63]} "
        f"{words[speaker & 63]} {words[speaker >> 6 & 63]} merci"
    )
