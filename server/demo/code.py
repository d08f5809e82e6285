"""A code of the demonstration: as staff would give one, so that a device can be bound without a password."""

from server.ground import Ground
from server.people import store
from server.people.entry import codes
from server.people.entry.invitations import LASTS, new_invitation, put
from server.people.entry.store import Purpose
from server.people.passwords import Passwords


async def fresh_code(ground: Ground, login: str) -> str | None:
    """A new code for the account of ``login``, in the place of the last one. None when somebody has closed it."""
    code, now = codes.new_code(), ground.clock.now()
    passwords = Passwords()
    try:
        code_hash = await passwords.hash_code(code)
    finally:
        passwords.close()
    async with ground.database.everywhere() as conn:
        found = await store.account_by_login(conn, login)
        account = await store.account_for_change(conn, found.person.id) if found is not None else None
        if account is None or account.person.disabled:
            return None
        new = new_invitation(account.person, Purpose.DEVICE, None, now, now + LASTS[Purpose.DEVICE])
        await put(conn, ground.jobs, new, by=None, hashes={"code_hash": code_hash}, site="")
    return codes.shown(code)
