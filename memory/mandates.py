"""Mandates of runs on disk, what orders use of them, and what runs have traded."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Executable, bindparam, or_, select, union, update

from memory import schema, schema_runs
from memory.link import Link
from memory.rows import Shape, changing
from memory.sql import ExactSum, Insert, inserting
from trading.approvals import ApprovalStatus
from trading.mandates import Mandate, Tally, Use, Used
from trading.orders import OPEN

MANDATE = Shape(schema_runs.mandates, Mandate)
USE = Shape(schema_runs.mandate_uses, Use)
TALLY = Shape(schema_runs.run_tallies, Tally)

_M, _U, _T, _O = (
    schema_runs.mandates.c,
    schema_runs.mandate_uses.c,
    schema_runs.run_tallies.c,
    schema.orders.c,
)
INSERT = schema_runs.mandates.insert()
INSERT_USE = schema_runs.mandate_uses.insert()
BY_ID = MANDATE.query.where(_M.id == bindparam("this"))
CHANGE = update(schema_runs.mandates).where(
    _M.id == bindparam("this"), _M.status == bindparam("was", type_=_M.status.type)
)
IN_FORCE = MANDATE.query.where(
    _M.account == bindparam("owner"), _M.run == bindparam("whose"), _M.status == ApprovalStatus.APPROVED
)
OF_STATUS = MANDATE.query.where(_M.status == bindparam("wanted", type_=_M.status.type)).order_by(
    _M.created_at, _M.id
)
UNTIL = OF_STATUS.where(_M.expires_at <= bindparam("before"))
NEWEST = MANDATE.query.order_by(_M.created_at.desc(), _M.id.desc())
USE_OF = USE.query.where(_U.order_id == bindparam("order"))
TOUCH = update(schema_runs.mandate_uses).where(_U.order_id == bindparam("order"))
_OF_RUN = (
    select(_U.order_id, _U.value, _U.amount, _O.status, _O.filled, _O.quoted)
    .join_from(schema_runs.mandate_uses, schema.orders)
    .where(_U.account == bindparam("owner"), _U.run == bindparam("whose"))
)
# Each half by an index of its own; what is in both is told once.
USED = union(
    _OF_RUN.where(_U.at >= bindparam("since")),
    _OF_RUN.where(_O.account == bindparam("owner"), or_(*(_O.status == each for each in sorted(OPEN)))),
)
TALLIES = TALLY.query.where(_T.account == bindparam("owner"), _T.run == bindparam("whose")).order_by(
    _T.symbol
)


def _adding(insert: Insert) -> Executable:
    new = insert.excluded
    sums = {"amount": ExactSum(_T.amount, new.amount), "cash": ExactSum(_T.cash, new.cash)}
    return insert.on_conflict_do_update(index_elements=["account", "run", "symbol"], set_=sums)


ADD = inserting(schema_runs.run_tallies, _adding)


class Mandates:
    """What runs may trade without asking, what they use of it, and what they have traded."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, mandate: Mandate) -> None:
        """Store a new request."""
        await self._connection.execute(INSERT, MANDATE.values(mandate))

    async def get(self, mandate_id: str) -> Mandate | None:
        """Return one mandate."""
        return MANDATE.read((await self._connection.execute(BY_ID, {"this": mandate_id})).one_or_none())

    async def change(self, mandate: Mandate, was: ApprovalStatus) -> bool:
        """Store what became of a mandate; return False, and change nothing, when it is not what it was."""
        values = changing(MANDATE.values(mandate), "id", "account", "run", "created_at")
        done = await self._connection.execute(CHANGE, {**values, "this": mandate.id, "was": was})
        return done.rowcount == 1

    async def in_force(self, account: str, run: str) -> Mandate | None:
        """Return the one mandate that a run has on an account."""
        found = await self._connection.execute(IN_FORCE, {"owner": account, "whose": run})
        return MANDATE.read(found.one_or_none())

    async def of_status(self, status: ApprovalStatus, before: datetime | None = None) -> Sequence[Mandate]:
        """Return mandates of one status, oldest first; with `before` those that expire by then."""
        if before is None:
            return MANDATE.read_all(await self._connection.execute(OF_STATUS, {"wanted": status}))
        found = await self._connection.execute(UNTIL, {"wanted": status, "before": before})
        return MANDATE.read_all(found)

    async def recent(self, limit: int) -> Sequence[Mandate]:
        """Return the newest mandates of any status."""
        return MANDATE.read_all(await self._connection.execute(NEWEST.limit(limit)))

    async def use(self, use: Use) -> None:
        """Store that an order was let pass; AlreadyStored for one that was before."""
        await self._connection.execute(INSERT_USE, USE.values(use))

    async def use_of(self, order_id: str) -> Use | None:
        """Return by which mandate an order was let pass."""
        return USE.read((await self._connection.execute(USE_OF, {"order": order_id})).one_or_none())

    async def used(self, account: str, run: str, since: datetime) -> Sequence[Used]:
        """Return what a run's orders use that are open, or were made or have traded since then."""
        given = {"owner": account, "whose": run, "since": since}
        return [Used(*row) for row in await self._connection.execute(USED, given)]

    async def traded(self, order_id: str, tally: Tally, at: datetime) -> None:
        """Add what an order has traded to what its run has traded."""
        await self._connection.execute(ADD[self._connection.dialect.name], TALLY.values(tally))
        await self._connection.execute(TOUCH, {"order": order_id, "at": at})

    async def tallies(self, account: str, run: str) -> Sequence[Tally]:
        """Return what a run has traded, by pair."""
        found = await self._connection.execute(TALLIES, {"owner": account, "whose": run})
        return TALLY.read_all(found)
