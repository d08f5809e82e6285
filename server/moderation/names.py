"""The names of people pass the gate that texts pass, by the rules of their organisation."""

from uuid import UUID

from server.moderation.fields import screen
from server.moderation.rules_in_force import RulesInForce


class Names:
    """Handed to whoever makes accounts, which knows nothing of moderation."""

    def __init__(self, rules: RulesInForce) -> None:
        self._rules = rules

    async def check(self, organisation_id: UUID, name: str, confirmed: bool) -> None:
        """Raises BadRequest for a name that may not be, Conflict for one that staff may confirm."""
        own = await self._rules.of(organisation_id)
        screen(name, "display_name", own=own).check("name", confirmed=confirmed)
