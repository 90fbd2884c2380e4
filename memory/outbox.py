"""Messages to people on disk, from the moment that made them until they are delivered or given up."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, exists, select, update

from memory import schema
from memory.link import Link
from memory.records import Delivery
from memory.rows import Shape
from trading.notices import Notice

NOTICE = Shape(schema.outbox, Notice)
DELIVERY = Shape(schema.outbox, Delivery)

_O = schema.outbox.c
_HEAD, _EARLIER = schema.outbox.alias("head"), schema.outbox.alias("earlier")
INSERT = schema.outbox.insert()
# Whatever is not settled has a due time, and holds up what its recipient is sent after it.
HEADS = (
    select(_HEAD.c.seq)
    .where(_HEAD.c.due_at <= bindparam("now"))
    .where(
        ~exists().where(
            _EARLIER.c.recipient == _HEAD.c.recipient,
            _EARLIER.c.due_at.is_not(None),
            _EARLIER.c.seq < _HEAD.c.seq,
        )
    )
    .order_by(_HEAD.c.due_at, _HEAD.c.seq)
    .limit(bindparam("most"))
    .with_for_update(of=_HEAD, skip_locked=True)
)
TAKE = (
    update(schema.outbox)
    .values(due_at=bindparam("until"), attempts=_O.attempts + 1, reason=None)
    .returning(*DELIVERY.columns)
)
CLAIM = TAKE.where(_O.seq.in_(HEADS))
# Whoever is at a message has not yet said why it did not arrive; one that waits for another try has.
RELEASE = update(schema.outbox).where(_O.due_at.is_not(None), _O.attempts > 0, _O.reason.is_(None))
DUE = select(_HEAD.c.seq).where(_HEAD.c.due_at <= bindparam("now")).limit(1)
SETTLE = update(schema.outbox).where(
    _O.id == bindparam("this"), _O.attempts == bindparam("claim"), _O.due_at.is_not(None)
)
NEWEST: Select[Any] = DELIVERY.query.where(_O.recipient == bindparam("who")).order_by(_O.seq.desc())
PLACE = select(_O.seq).where(_O.recipient == bindparam("who"), _O.id == bindparam("mark")).scalar_subquery()


class Outbox:
    """Messages in the order they were made; each recipient's are delivered in that order."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, *notices: Notice) -> None:
        """Store messages, due at once."""
        if notices:
            rows = [{**NOTICE.values(each), "due_at": each.created_at, "attempts": 0} for each in notices]
            await self._connection.execute(INSERT, rows)

    async def is_due(self, now: datetime) -> bool:
        """Tell whether a message may be due, in a look that keeps nobody from writing."""
        return await self._connection.scalar(DUE, {"now": now}) is not None

    async def claim(
        self, now: datetime, until: datetime, limit: int, without: Collection[str] = ()
    ) -> Sequence[Delivery]:
        """Take the oldest unsettled message of each recipient, as far as it is due, to deliver it now.

        Nobody else is given it before `until`; whoever has died by then has not delivered it. The recipients
        `without` are left alone.
        """
        values = {"now": now, "until": until, "most": limit}
        others = TAKE.where(_O.seq.in_(HEADS.where(_HEAD.c.recipient.not_in(without)))) if without else CLAIM
        claimed = await self._connection.execute(others, values)
        return sorted(DELIVERY.read_all(claimed), key=lambda each: (each.created_at, each.id))

    async def release(self, now: datetime) -> None:
        """Give back what anybody was at, where it is known that nobody is any more.

        What did not arrive and waits for its next try goes on waiting.
        """
        await self._connection.execute(RELEASE.values(due_at=now))

    async def delivered(self, claimed: Delivery, at: datetime, name: str) -> bool:
        """Store that a message arrived, by the `name` it has there.

        Returns False, and changes nothing, when somebody else has claimed or settled it since.
        """
        values = {"due_at": None, "delivered_at": at, "delivered_as": name, "reason": None}
        return await self._settle(claimed, values)

    async def failed(self, claimed: Delivery, reason: str, due_at: datetime | None) -> bool:
        """Store why a message did not arrive and when it is tried next; None gives it up.

        Returns False, and changes nothing, when somebody else has claimed or settled it since.
        """
        failures = claimed.failures + 1
        return await self._settle(claimed, {"due_at": due_at, "reason": reason, "failures": failures})

    async def progress(self, claimed: Delivery, progress: Mapping[str, Any]) -> bool:
        """Store what has been done about a message that is being delivered; False as for `delivered`."""
        return await self._settle(claimed, {"progress": progress})

    async def of(self, recipient: str, limit: int, before: str | None = None) -> Sequence[Delivery]:
        """Return the newest messages to somebody, settled or not, newest first; `before` is one's id."""
        query, values = NEWEST.limit(limit), {"who": recipient}
        if before is not None:
            query, values = query.where(_O.seq < PLACE), {**values, "mark": before}
        return DELIVERY.read_all(await self._connection.execute(query, values))

    async def named(self, ids: Collection[str]) -> Sequence[Delivery]:
        """Return messages by their ids, in the order they were made; what is no longer kept is left out."""
        query = DELIVERY.query.where(_O.id.in_(ids)).order_by(_O.seq)
        return DELIVERY.read_all(await self._connection.execute(query)) if ids else ()

    async def prune(self, before: datetime) -> int:
        """Forget the settled messages that were made before `before` and return how many that were."""
        old = delete(schema.outbox).where(_O.due_at.is_(None), _O.created_at < before)
        return (await self._connection.execute(old)).rowcount

    async def _settle(self, claimed: Delivery, values: dict[str, Any]) -> bool:
        which = {"this": claimed.id, "claim": claimed.attempts}
        return (await self._connection.execute(SETTLE, {**values, **which})).rowcount == 1
