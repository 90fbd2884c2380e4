"""Who somebody is right now, by nothing but their id: for what is done on their behalf later."""

from datetime import datetime

from memory.database import UnitOfWork
from tools.pairing import principal_of_person
from tools.policy import LOCAL_OWNER, Principal, Role

KEY = "key:"
"""What the id of a principal begins with that is a key."""


async def principal_of(uow: UnitOfWork, name: str, account: str, now: datetime) -> Principal | None:
    """Return somebody with the role they have now; None when they are not let in any more."""
    if name == LOCAL_OWNER.id:
        return Principal(LOCAL_OWNER.id, LOCAL_OWNER.role, account)
    person = await uow.people.get(name)
    if person is not None:
        return principal_of_person(person, account)
    key = await uow.keys.get(name.removeprefix(KEY))
    over = key is None or key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now)
    return None if key is None or over else Principal(name, Role(key.role), account)
