"""A room as the path of a request names it."""

from uuid import UUID

from server.transport.endpoint import Call


def of_path(call: Call) -> UUID | int:
    """The number or the identifier at ``{room}``. What can be neither does not exist: NotFound."""
    written = call.path["room"]
    if written.isascii() and written.isdigit() and len(written) < 11:
        return int(written)
    return call.identifier("room")
