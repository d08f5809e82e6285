"""The classes of the model: what each is learnt from, and how seldom it may be wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from load_tests.moderation.training.examples import Example

if TYPE_CHECKING:  # needs the packages of its own environment
    from load_tests.moderation.training.fit import Task


@dataclass(frozen=True, slots=True)
class Aim:
    """What a class is learnt from. Nothing is learnt from what is only ``kin``, for it resembles the class. ``young``
    and ``adult`` are the shares of everyday messages by a young person and by an adult that it may be wrong about: who
    discloses is the one, who approaches is the other."""

    kinds: tuple[str, ...]
    kin: tuple[str, ...]
    severity: int
    young: float
    adult: float


AIMS = {
    "danger": Aim(("suicide", "self_harm"), ("ill_being", "incitement"), 3, 0.002, 0.0003),
    "ill_being": Aim(("ill_being",), ("suicide", "self_harm"), 2, 0.0015, 0.0005),
    "told": Aim(("abuse", "neglect", "bullied"), ("insult", "incitement", "threat"), 3, 0.012, 0.001),
    "approach": Aim(
        ("secrecy", "photo_request", "meeting", "sexual_approach", "gift", "off_platform"),
        ("sexual", "flattery", "money", "drugs", "contact"),
        2,
        0.0003,
        0.001,
    ),
    "hostile": Aim(
        ("insult", "hate", "threat"), ("incitement", "bullied", "abuse", "weapons", "profanity"), 2, 0.0003, 0.0003
    ),
}


def task(aim: Aim, known: Sequence[Example]) -> "Task":
    """The messages that tell of a class: those that are of it, and those of which we know that they are not."""
    messages: list[int] = []
    targets: list[bool] = []
    kinds: list[int] = []
    for number, example in enumerate(known):
        here = [kind for kind in aim.kinds if kind in example.categories]
        told = example.known is None or example.known.issuperset(aim.kinds)
        if here or (told and example.categories.isdisjoint(aim.kin)):
            messages.append(number)
            targets.append(bool(here))
            kinds.append(aim.kinds.index(here[0]) if len(here) == 1 else -1)
    return {"messages": messages, "targets": targets, "kinds": kinds}
