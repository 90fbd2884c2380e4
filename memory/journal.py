"""What happened, in order, and which calls with side effects were made."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, delete, func, or_, select, update

from memory import schema
from memory.link import Link
from memory.records import Call, NewEvent, StoredEvent
from memory.rows import Shape
from memory.sql import Insert, inserting

EVENT = Shape(schema.events, StoredEvent)
CALL = Shape(schema.calls, Call)

EVENT_COUNTER = "events"
_E = schema.events.c
INSERT_EVENT = schema.events.insert()
EVENTS_AFTER = (
    EVENT.query.where(
        _E.seq > bindparam("mark"), or_(_E.principal == bindparam("who"), _E.principal.is_(None))
    )
    .order_by(_E.seq)
    .limit(bindparam("most"))
)
EVENTS_BETWEEN = EVENT.query.where(_E.seq > bindparam("mark"), _E.seq <= bindparam("last")).order_by(_E.seq)
OLDEST_NUMBER = select(func.min(_E.seq))
LAST_NUMBER = select(schema.counters.c.value).where(schema.counters.c.name == EVENT_COUNTER)
TAKE_NUMBERS = (
    update(schema.counters)
    .where(schema.counters.c.name == EVENT_COUNTER)
    .values(value=schema.counters.c.value + bindparam("taken"))
    .returning(schema.counters.c.value)
)


def _claiming(insert: Insert) -> Executable:
    unless_there = insert.on_conflict_do_nothing(index_elements=["principal", "capability", "key"])
    return unless_there.returning(schema.calls.c.id)


INSERT_CALL = inserting(schema.calls, _claiming)
CALL_OF_WISH = CALL.query.where(
    schema.calls.c.principal == bindparam("who"),
    schema.calls.c.capability == bindparam("what"),
    schema.calls.c.key == bindparam("wish"),
)
CALL_BY_ID = CALL.query.where(schema.calls.c.id == bindparam("this"))
HAD_EFFECTS = (
    select(schema.calls.c.id)
    .where(
        schema.calls.c.principal == bindparam("who"),
        schema.calls.c.key.startswith(bindparam("beginning"), autoescape=False),
        schema.calls.c.ok.is_not(False),
    )
    .limit(1)
)
UPDATE_CALL = update(schema.calls).where(schema.calls.c.id == bindparam("this"))


class Events:
    """Everything that was told, in one growing order without gaps at the end."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def append(self, events: Sequence[NewEvent]) -> Sequence[StoredEvent]:
        """Store events and return them with their places in the order.

        Numbers grow in the order of commits: whoever has read number n will never find a smaller one new.
        """
        if not events:
            return []
        # The counter's row stays locked until the commit, so the next writer's numbers come after.
        last = await self._connection.scalar(TAKE_NUMBERS, {"taken": len(events)})
        first = int(last or 0) - len(events) + 1
        stored = [
            StoredEvent(seq, each.at, each.name, each.principal, each.session_id, each.payload)
            for seq, each in enumerate(events, first)
        ]
        await self._connection.execute(INSERT_EVENT, [EVENT.values(each) for each in stored])
        return stored

    async def after(self, principal: str, seq: int, limit: int) -> Sequence[StoredEvent]:
        """Return what concerns a principal, or everybody, after number `seq`, oldest first."""
        bounds = {"mark": seq, "who": principal, "most": limit}
        return EVENT.read_all(await self._connection.execute(EVENTS_AFTER, bounds))

    async def between(self, after: int, until: int) -> Sequence[StoredEvent]:
        """Return everything after number `after` up to `until`, whomever it concerns, oldest first."""
        bounds = {"mark": after, "last": until}
        return EVENT.read_all(await self._connection.execute(EVENTS_BETWEEN, bounds))

    async def oldest_seq(self) -> int | None:
        """Return the number of the oldest event that is kept."""
        oldest = await self._connection.scalar(OLDEST_NUMBER)
        return None if oldest is None else int(oldest)

    async def last_seq(self) -> int:
        """Return the number that was given last, 0 before the first; it stays when events are pruned."""
        return int(await self._connection.scalar(LAST_NUMBER) or 0)

    async def prune(self, keep_newest: int) -> int:
        """Forget all but the newest events and return how many that were."""
        oldest_kept = await self.last_seq() - keep_newest + 1
        done = await self._connection.execute(delete(schema.events).where(_E.seq < oldest_kept))
        return done.rowcount


class Calls:
    """Calls with side effects: what makes a repeated wish do nothing new, and the record of who did what."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def had_effects(self, principal: str, turn_id: str) -> bool:
        """Tell whether a tool call of a turn has done something, or may have: it did not simply fail."""
        values = {"who": principal, "beginning": f"{turn_id}:"}
        return await self._connection.scalar(HAD_EFFECTS, values) is not None

    async def claim(self, call: Call, not_before: datetime | None) -> Call | None:
        """Store a call and return None, or return the one that was made for the same wish.

        The same wish is the same principal, capability and key. One that started before `not_before` no
        longer counts and gives up its key, which stays empty in the record. Of two claims at once one is
        stored, and the other waits for its commit and returns it.
        """
        wish = {"who": call.principal, "what": call.capability, "wish": call.key}
        insert = INSERT_CALL[self._connection.dialect.name]
        while True:
            stored = (await self._connection.execute(insert, CALL.values(call))).scalar()
            if stored is not None:
                return None
            earlier = CALL.read((await self._connection.execute(CALL_OF_WISH, wish)).one_or_none())
            if earlier is None:
                continue
            if not_before is None or earlier.started_at >= not_before:
                return earlier
            await self._connection.execute(UPDATE_CALL, {"this": earlier.id, "key": None})

    async def named(self, principal: str, capability: str, key: str) -> Call | None:
        """Return the call that was made for a wish."""
        wish = {"who": principal, "what": capability, "wish": key}
        return CALL.read((await self._connection.execute(CALL_OF_WISH, wish)).one_or_none())

    async def get(self, call_id: str) -> Call | None:
        """Return one call."""
        found = await self._connection.execute(CALL_BY_ID, {"this": call_id})
        return CALL.read(found.one_or_none())

    async def finish(
        self, call_id: str, at: datetime, ok: bool, code: str | None, answer: Mapping[str, Any] | None
    ) -> None:
        """Store the outcome of a call."""
        outcome = {"finished_at": at, "ok": ok, "code": code, "answer": answer}
        await self._connection.execute(UPDATE_CALL, {"this": call_id, **outcome})

    async def prune(self, before: datetime) -> int:
        """Forget the calls that started before `before` and return how many that were."""
        done = await self._connection.execute(delete(schema.calls).where(schema.calls.c.started_at < before))
        return done.rowcount
