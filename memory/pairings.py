"""Who asks to be let in, on disk: by the digests of the codes they were given, each good once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, update

from memory import schema_chats as schema
from memory.link import Link
from memory.records import PairingRequest
from memory.rows import Shape
from memory.sql import upsert

REQUEST = Shape(schema.pairings, PairingRequest)

_P = schema.pairings.c
UPSERT = upsert(schema.pairings, "id")
BY_ID = REQUEST.query.where(_P.id == bindparam("this"))
PENDING = REQUEST.query.where(_P.digest.is_not(None), _P.expires_at > bindparam("now")).order_by(
    _P.created_at, _P.id
)
TAKE = update(schema.pairings).where(_P.id == bindparam("this"), _P.digest == bindparam("sought"))
SETTLE = update(schema.pairings).where(_P.id == bindparam("this"))


class Pairings:
    """The last request of everybody who asked lately."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def put(self, request: PairingRequest) -> None:
        """Store a request in place of the person's last one."""
        await self._connection.execute(UPSERT[self._connection.dialect.name], REQUEST.values(request))

    async def get(self, person_id: str) -> PairingRequest | None:
        """Return a person's last request, also an answered or an old one."""
        return REQUEST.read((await self._connection.execute(BY_ID, {"this": person_id})).one_or_none())

    async def pending(self, now: datetime) -> Sequence[PairingRequest]:
        """Return the requests whose codes are good at `now`, oldest first."""
        return REQUEST.read_all(await self._connection.execute(PENDING, {"now": now}))

    async def take(self, request: PairingRequest) -> bool:
        """Use up a request's code; return False, and change nothing, when somebody has by now."""
        which = {"this": request.id, "sought": request.digest}
        return (await self._connection.execute(TAKE, {"digest": None, **which})).rowcount == 1

    async def settle(self, person_id: str) -> None:
        """Make a person's code good for nothing, if they have one."""
        await self._connection.execute(SETTLE, {"digest": None, "this": person_id})

    async def prune(self, before: datetime) -> int:
        """Forget the requests that expired before `before` and return how many that were."""
        old = delete(schema.pairings).where(_P.expires_at < before)
        return (await self._connection.execute(old)).rowcount
