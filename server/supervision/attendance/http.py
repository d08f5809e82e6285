"""HTTP around the record of who was in which call."""

from server.kernel.permissions import Permission
from server.supervision.attendance import wire
from server.supervision.attendance.of_case import CallsOfCase
from server.transport.endpoint import Call, endpoint


class AttendanceHttp:
    def __init__(self, calls: CallsOfCase) -> None:
        self._calls = calls

    @endpoint("GET", "/api/v1/cases/{case}/calls", answer=wire.CallsAround, permission=Permission.CASE_HANDLE)
    async def case_calls(self, call: Call) -> wire.CallsAround:
        """The calls of the pair around the time of a case, and who was in them. It is a reading of the case."""
        return await self._calls.read(call.principal, call.identifier("case"))
