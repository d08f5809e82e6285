"""The call for help over HTTP, for who has no socket: behind a firewall, on a device that is leaving the page, where
the socket takes no more."""

from server.kernel.permissions import Permission
from server.rooms.help import CallForHelp, Help, HelpAnswer
from server.transport.endpoint import Call, endpoint
from server.transport.pace import Pace


class HelpHttp:
    def __init__(self, help_line: Help) -> None:
        self._help = help_line

    @endpoint(
        "POST",
        "/api/v1/help",
        body=CallForHelp,
        answer=HelpAnswer,
        permission=Permission.HELP_ASK,
        pace=Pace.HELP,
        lenient=True,
    )
    async def call(self, call: Call) -> HelpAnswer:
        """Call for help: as the event `help:now`, and one call with it. Never refused over its form or frequency."""
        told: CallForHelp = call.body
        return await self._help.call(call.principal, told)
