"""How a data budget bends the ladder: it warns, takes the pictures, then leans the voice. It never ends the voice."""

from typing import Final, Literal, get_args

from server.signalling.rungs import Rung

Spent = Literal["none", "near", "pictures", "all"]
SPENT: Final[tuple[Spent, ...]] = get_args(Spent)

NEAR, PICTURES, ALL = 0.8, 0.9, 1.0  # of the budget
LEAST, MOST = 0.8, 2.0  # of what passed the server: a client's figure beyond that is not believed
SLACK: Final = (
    2_000_000  # bytes that a client may have used in this call beside its media: joining, stills, the side socket
)

CEILING: Final[dict[Spent, Rung]] = {"none": "video", "near": "video", "pictures": "voice", "all": "voice-lean"}


def used(said: int | None, counted: float) -> float:
    """Bytes used in the call: what the client says, within reason of what was ``counted`` here."""
    if said is None:
        return counted
    return min(max(said, LEAST * counted), MOST * counted + SLACK)


def spent(budget: int | None, bytes_used: float) -> Spent:
    if budget is None:
        return "none"
    share = bytes_used / budget if budget > 0 else ALL
    return "all" if share >= ALL else "pictures" if share >= PICTURES else "near" if share >= NEAR else "none"
