"""A scenario of the laboratory, read from its TOML file: the line at first, what happens to it and when, and what must
hold."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import msgspec

from load_tests.netlab.link import Conditions

FOLDER = Path(__file__).parent / "scenarios"
WHOLE_MINUTES = 10.0


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Both directions alike, unless ``up_`` or ``down_kbit`` say otherwise. kbit/s of whole IP packets."""

    kbit: float | None = None
    up_kbit: float | None = None
    down_kbit: float | None = None
    rtt_ms: float = 0
    jitter_ms: float = 0
    loss: float = 0
    burst: float = 1
    queue_ms: float = 1000
    cut: bool = False
    udp: bool = True
    tcp_web_only: bool = False

    def orders(self, web_port: int) -> dict[str, Any]:
        """What the shaper is told."""
        return {
            "up": self._conditions(self.up_kbit or self.kbit),
            "down": self._conditions(self.down_kbit or self.kbit),
            "udp": self.udp,
            "tcp_ports": [web_port] if self.tcp_web_only else None,
        }

    def _conditions(self, kbit: float | None) -> dict[str, Any]:
        found = Conditions(
            rate=None if kbit is None else kbit * 1000,
            delay=self.rtt_ms / 2000,
            jitter=self.jitter_ms / 1000,
            loss=self.loss,
            burst=self.burst,
            queue=self.queue_ms / 1000,
            cut=self.cut,
        )
        return {name: getattr(found, name) for name in Conditions.__slots__}


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``at_s`` after both are in the call. ``line`` replaces the line whole; ``address`` gives the far end another."""

    at_s: float
    name: str
    line: Line | None = None
    address: bool = False
    sound_within_s: float | None = None  # both must hear speech again so soon after
    rung: str | None = None  # that the far person must send again …
    rung_within_s: float = 30.0  # … so soon after


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``concealed`` is the highest share of concealed voice on either side, silent concealment left out; ``rungs`` must
    all be reached by the far person."""

    concealed: float | None = None
    rungs: tuple[str, ...] = ()
    rung_says: tuple[str, ...] = ()  # at the end, one of these
    voice_within_s: float | None = None  # of the far person's `call:join`
    same_peer: bool = False


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    seconds: float  # shortened: enough to see what is looked for
    line: Line = msgspec.field(default_factory=Line)
    then: tuple[Step, ...] = ()
    expect: Expected = msgspec.field(default_factory=Expected)
    camera: bool = False
    shaped_in_call: bool = False  # the line is good until both are in the call
    settle_s: float = 15.0  # before it, concealment is not counted: the call is still finding its rung
    minutes: float | None = None  # whole length where it is not WHOLE_MINUTES


@dataclass(frozen=True, slots=True)
class Named:
    name: str
    scenario: Scenario
    steps: tuple[Step, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(sorted(self.scenario.then, key=lambda step: step.at_s)))

    @classmethod
    def read(cls, name: str) -> Self:
        """Raises FileNotFoundError, or msgspec.ValidationError for a file that is none."""
        with (FOLDER / f"{name}.toml").open("rb") as file:
            return cls(name, msgspec.convert(tomllib.load(file), Scenario))

    def seconds(self, minutes: float | None) -> float:
        """How long it runs: shortened without ``minutes``, and never so short that a step is left out."""
        if minutes is None:
            return self.scenario.seconds
        last = self.steps[-1].at_s + 30 if self.steps else 0
        return max(minutes * 60, last)


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))
