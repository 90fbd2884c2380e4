"""As whom something is done that was asked for earlier."""

from dataclasses import replace
from datetime import datetime

from memory.database import UnitOfWork
from tools.apikeys import principal_of
from tools.pairing import principal_of_person
from tools.policy import LOCAL_OWNER, Principal

KEY = "key:"
"""How the id of a principal begins that is a key."""


async def principal_now(uow: UnitOfWork, principal_id: str, account: str, now: datetime) -> Principal | None:
    """Return as whom somebody acts at this moment, on `account` unless they name another.

    None for a person who was shut out, a key that was revoked or has expired, and whom nobody knows.
    """
    if principal_id == LOCAL_OWNER.id:
        return Principal(LOCAL_OWNER.id, LOCAL_OWNER.role, account)
    person = await uow.people.get(principal_id)
    if person is not None:
        return principal_of_person(person, account)
    key = await uow.keys.get(principal_id.removeprefix(KEY))
    good = key is not None and key.revoked_at is None and (key.expires_at is None or now < key.expires_at)
    return replace(principal_of(key), account=account) if key is not None and good else None
