"""API keys on disk: their digests, whose they are and until when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, update

from memory import schema_people
from memory.link import Link
from memory.records import ApiKey
from memory.rows import Shape
from memory.types import Moment

KEY = Shape(schema_people.api_keys, ApiKey)

_K = schema_people.api_keys.c
INSERT = schema_people.api_keys.insert()
BY_DIGEST = KEY.query.where(_K.digest == bindparam("sought"))
BY_ID = KEY.query.where(_K.id == bindparam("this"))
ALL = KEY.query.order_by(_K.created_at, _K.id)
REVOKE = (
    update(schema_people.api_keys)
    .where(_K.id == bindparam("this"))
    .values(revoked_at=func.coalesce(_K.revoked_at, bindparam("at", type_=Moment())))
    .returning(*KEY.columns)
)


class Keys:
    """Every key that was handed out, also those that are no longer good."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, key: ApiKey) -> None:
        """Store a new key."""
        await self._connection.execute(INSERT, KEY.values(key))

    async def by_digest(self, digest: str) -> ApiKey | None:
        """Return the key with this digest."""
        return KEY.read((await self._connection.execute(BY_DIGEST, {"sought": digest})).one_or_none())

    async def get(self, key_id: str) -> ApiKey | None:
        """Return the key with this id."""
        return KEY.read((await self._connection.execute(BY_ID, {"this": key_id})).one_or_none())

    async def all(self) -> Sequence[ApiKey]:
        """Return every key, in the order they were made."""
        return KEY.read_all(await self._connection.execute(ALL))

    async def revoke(self, key_id: str, at: datetime) -> ApiKey | None:
        """Make a key good for nothing, once, and return it; None when there is none of this id."""
        return KEY.read((await self._connection.execute(REVOKE, {"this": key_id, "at": at})).one_or_none())
