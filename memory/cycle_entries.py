"""What each run did in each cycle, on disk before it is carried out."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, and_, bindparam, or_, select

from memory.cycles import ENDLESS
from memory.link import Link
from memory.rows import Shape
from memory.schema_contests import entries, entry_orders
from memory.sql import ByDialect, Insert, inserting
from memory.types import EXACT
from trading.model import EquityPoint
from trading.runs.cycle import Entry, Spending, Stage

ENTRY = Shape(entries, Entry)
KEY = ("cycle", "run")

_E, _O = entries.c, entry_orders.c


def _putting(insert: Insert) -> Executable:
    """Return an upsert that never takes an entry back to an earlier stage."""
    new = insert.excluded
    onward = or_(_E.stage == Stage.WAITING, new.stage == Stage.DONE, _E.stage == new.stage)
    others = {each.name: new[each.name] for each in ENTRY.columns if each.name not in KEY}
    return insert.on_conflict_do_update(index_elements=KEY, set_=others, where=onward).returning(_E.seq)


INSERT = inserting(
    entries, lambda insert: insert.on_conflict_do_nothing(index_elements=KEY).returning(_E.seq)
)
PUT = inserting(entries, _putting)
INSERT_ORDER = inserting(entry_orders, lambda insert: insert.on_conflict_do_nothing())
OF_CYCLE = ENTRY.query.where(_E.cycle == bindparam("which"))
_NEWEST = ENTRY.query.where(_E.number < bindparam("before")).limit(bindparam("most"))
OF_RUN = _NEWEST.where(_E.run == bindparam("which")).order_by(_E.number.desc(), _E.seq.desc())
OF_CONTEST = _NEWEST.where(_E.contest == bindparam("which")).order_by(_E.number.desc(), _E.seq)
_POINT = (_E.at, _E.equity, _E.cash)
_MEASURED = and_(_E.stage == Stage.DONE, _E.equity.is_not(None), _E.cash.is_not(None))
_BETWEEN = and_(
    _E.contest == bindparam("which"), _E.number > bindparam("after"), _E.number <= bindparam("until")
)
POINTS = select(_E.run, *_POINT).where(_BETWEEN, _MEASURED).order_by(_E.number, _E.seq)
POINTS_OF = select(*_POINT).where(_E.run == bindparam("which"), _MEASURED).order_by(_E.number, _E.seq)
# What waits has taken nothing yet, so that it is no cost that is not known.
SPENT = select(_E.run, _E.input_tokens, _E.output_tokens, _E.cost).where(_BETWEEN, _E.stage != Stage.WAITING)
DECISION_OF = (
    select(_E.decision)
    .join_from(entry_orders, entries)
    .where(_O.run == bindparam("whose"), _O.order_id == bindparam("which"))
)
DECISIONS_OF = (
    select(_O.order_id, _E.decision).join_from(entry_orders, entries).where(_O.run == bindparam("whose"))
)
FEW = 20
"""Up to how many orders are looked for one by one, rather than among all of a run."""


class Entries:
    """The part of every run in every cycle."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, *added: Entry) -> None:
        """Store entries of stored cycles and runs; what is there already stays as it is."""
        for each in added:
            await self._store(INSERT, each)

    async def put(self, entry: Entry) -> bool:
        """Store an entry as it stands now, whether or not it is there already.

        Returns False, and changes nothing, when it has got further than this: it never goes backwards.
        """
        return await self._store(PUT, entry)

    async def of_cycle(self, cycle_id: str) -> Sequence[Entry]:
        """Return the entries of a cycle in the order of the ids of their runs."""
        found = ENTRY.read_all(await self._connection.execute(OF_CYCLE, {"which": cycle_id}))
        # Each database has an order of its own for text.
        return sorted(found, key=lambda each: each.run)

    async def of_run(self, run_id: str, limit: int, before_number: int | None = None) -> Sequence[Entry]:
        """Return entries of a run, newest first; `before_number` is that of a cycle."""
        return await self._newest(OF_RUN, run_id, limit, before_number)

    async def of_contest(
        self, contest_id: str, limit: int, before_number: int | None = None
    ) -> Sequence[Entry]:
        """Return entries of a contest, newest cycle first; `before_number` is that of a cycle."""
        return await self._newest(OF_CONTEST, contest_id, limit, before_number)

    async def points(
        self, contest_id: str, after: int = 0, until: int = ENDLESS
    ) -> Mapping[str, Sequence[EquityPoint]]:
        """Return the equity of each run of a contest at each cycle that it is done with, oldest first.

        Those are the cycles after number `after`, up to `until` (inclusive).
        """
        found: dict[str, list[EquityPoint]] = {}
        for run, *point in await self._connection.execute(POINTS, _range(contest_id, after, until)):
            found.setdefault(run, []).append(EquityPoint(*point))
        return found

    async def points_of(self, run_id: str) -> Sequence[EquityPoint]:
        """Return the equity of a run at each cycle that it is done with, oldest first."""
        rows = await self._connection.execute(POINTS_OF, {"which": run_id})
        return [EquityPoint(*row) for row in rows]

    async def spending(self, contest_id: str, after: int = 0, until: int = ENDLESS) -> Mapping[str, Spending]:
        """Return what the decider of each run has taken in cycles of a contest, numbered as in `points`.

        One unknown cost makes all unknown.
        """
        found: dict[str, Spending] = {}
        for run, *spent in await self._connection.execute(SPENT, _range(contest_id, after, until)):
            found[run] = both(found.get(run, Spending()), Spending(*spent))
        return found

    async def reasons(self, run_id: str, order_ids: Collection[str]) -> Mapping[str, str]:
        """Return what a run said when it sent each of these orders, by the order's id."""
        if len(order_ids) > FEW:
            rows, wanted = await self._connection.execute(DECISIONS_OF, {"whose": run_id}), set(order_ids)
            return {order: said["reasoning"] for order, said in rows if said and order in wanted}
        found: dict[str, str] = {}
        for each in order_ids:
            values = {"whose": run_id, "which": each}
            decision = await self._connection.scalar(DECISION_OF, values)
            if decision is not None:
                found[each] = decision["reasoning"]
        return found

    async def _store(self, statement: ByDialect, entry: Entry) -> bool:
        dialect = self._connection.dialect.name
        if await self._connection.scalar(statement[dialect], ENTRY.values(entry)) is None:
            return False
        for each in entry.orders:
            values = {"order_id": each, "cycle": entry.cycle, "run": entry.run}
            await self._connection.execute(INSERT_ORDER[dialect], values)
        return True

    async def _newest(
        self, query: Executable, whose: str, limit: int, before_number: int | None
    ) -> Sequence[Entry]:
        before = ENDLESS if before_number is None else before_number
        values: dict[str, Any] = {"which": whose, "before": before, "most": limit}
        return ENTRY.read_all(await self._connection.execute(query, values))


def _range(contest_id: str, after: int, until: int) -> dict[str, Any]:
    return {"which": contest_id, "after": after, "until": until}


def both(one: Spending, other: Spending) -> Spending:
    """Return what two have taken together."""
    return Spending(
        one.input_tokens + other.input_tokens,
        one.output_tokens + other.output_tokens,
        EXACT.add(one.cost, other.cost) if one.cost is not None and other.cost is not None else None,
    )
