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
class FlagEscalated:
    """It stands in the list of every supervisor of the organisation, until one of them decides it."""

    flag_id: UUID
    organisation_id: UUID
    supervisor_id: UUID
    escalated_by: UUID


@dataclass(frozen=True, slots=True)
class FlagDecided:
    flag_id: UUID
    organisation_id: UUID
    supervisor_id: UUID
    decided_by: UUID
