"""What happens to flags that other parts act on, told on the bus after the commit."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FlagRaised:
    flag_id: UUID
    organisation_id: UUID
    supervisor_id: UUID
    severity: int


@dataclass(frozen=True, slots=True)
class FlagDecided:
    flag_id: UUID
    organisation_id: UUID
    supervisor_id: UUID
    decided_by: UUID
