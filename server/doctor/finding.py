"""What the doctor says of one thing: whether it is in order, and what to do."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "fix"]


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    state: State
    says: str

    def __str__(self) -> str:
        return f"{self.state:<5}{self.what:<12}{self.says}"
