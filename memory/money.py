"""Orders, fills, accounts, equity and positions on disk: ports of `trading.ports`."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from operator import eq, ge, le
from typing import Any

from sqlalchemy import Column, Executable, UnaryExpression, bindparam, func, or_, select, true, tuple_, update
from sqlalchemy.sql.operators import custom_op

from memory import schema
from memory.link import Link
from memory.rows import Shape, changing
from memory.sql import ExactMax, Insert, insert_unless_there, inserting, upsert
from trading.altered import altered
from trading.errors import StaleOrder
from trading.model import Account, EquityPoint, Fill, Order, OrderStatus, Position
from trading.orders import OPEN
from trading.stores import Rebase
from trading.symbols import Symbol

ORDER = Shape(schema.orders, Order)
FILL = Shape(schema.fills, Fill)
ACCOUNT = Shape(schema.accounts, Account)
EQUITY = Shape(schema.equity, EquityPoint)
POSITION = Shape(schema.positions, Position)

# Statements on the path of an order are built once: building one costs more than running it.
_O, _F, _P, _E = schema.orders.c, schema.fills.c, schema.positions.c, schema.equity.c
INSERT_ORDER = schema.orders.insert()
INSERT_FILL = schema.fills.insert()
FILLS_AFTER = (
    select(_F.seq, *FILL.columns)
    .where(_F.account == bindparam("owner"), _F.seq > bindparam("number"))
    .order_by(_F.at, _F.seq)
)
FILLS_OF_ORDER = FILL.query.where(_F.order_id == bindparam("order")).order_by(_F.at, _F.seq)
UPDATE_ORDER = update(schema.orders).where(_O.id == bindparam("this"), _O.version == bindparam("seen"))
ORDER_BY_ID = ORDER.query.where(_O.id == bindparam("order"))
ORDER_BY_KEY = ORDER.query.where(_O.account == bindparam("owner"), _O.key == bindparam("wish"))


def _plainly(column: Column[Any]) -> UnaryExpression[Any]:
    """Return a column to sort by that no index has in order.

    SQLite would rather go through all that an account ever did, if that saves it sorting a handful of rows.
    """
    return UnaryExpression(column, operator=custom_op("+"))


OPEN_ORDERS = ORDER.query.where(or_(*(_O.status == each for each in sorted(OPEN)))).order_by(
    _plainly(_O.created_at), _O.id
)
OPEN_ORDERS_OF = OPEN_ORDERS.where(_O.account == bindparam("owner"))
TRADED_ORDERS_OF = ORDER.query.where(
    _O.account == bindparam("owner"), _O.id.in_(select(_F.order_id).where(_F.account == bindparam("owner")))
).order_by(_O.created_at, _O.id)
POSITIONS_OF = POSITION.query.where(_P.account == bindparam("owner")).order_by(_P.opened_at, _P.id)
POSITIONS_SINCE = POSITIONS_OF.where(_P.opened_at >= bindparam("since"))
OPEN_POSITIONS_OF = POSITION.query.where(_P.account == bindparam("owner"), _P.is_open == true()).order_by(
    _plainly(_P.opened_at), _P.id
)
OPEN_POSITIONS_IN = OPEN_POSITIONS_OF.where(_P.symbol == bindparam("pair"))
LATEST_POSITION = (
    POSITION.query.where(_P.account == bindparam("owner"), _P.symbol == bindparam("pair"))
    .order_by(_P.opened_at.desc(), _P.id.desc())
    .limit(1)
)
POSITION_BY_ID = POSITION.query.where(_P.id == bindparam("position"))
UPSERT_POSITION = upsert(schema.positions, "id")
_BEFORE = (
    select(func.coalesce(_E.peak, _E.equity, type_=_E.peak.type))
    .where(_E.account == bindparam("owner"), _E.at <= bindparam("moment", type_=_E.at.type))
    .order_by(_E.at.desc())
    .limit(1)
)


def _worth(insert: Insert) -> Executable:
    worth = bindparam("worth", type_=_E.equity.type)
    values = {
        "account": bindparam("owner", type_=_E.account.type),
        "at": bindparam("moment", type_=_E.at.type),
        "equity": worth,
        "cash": bindparam("money", type_=_E.cash.type),
        "peak": ExactMax(_BEFORE.scalar_subquery(), worth),
    }
    insert = insert.values(values)
    new = {name: insert.excluded[name] for name in ("equity", "cash", "peak")}
    return insert.on_conflict_do_update(index_elements=["account", "at"], set_=new)


UPSERT_EQUITY = inserting(schema.equity, _worth)
UPSERT_REBASED = upsert(schema.equity, "account", "at")
UPSERT_REBASE = upsert(schema.rebases, "account")
EQUITY_OF = EQUITY.query.where(_E.account == bindparam("owner"))
FIRST_EQUITY = EQUITY_OF.order_by(_E.at).limit(1)
EQUITY_AT = EQUITY_OF.where(_E.at <= bindparam("moment")).order_by(_E.at.desc()).limit(1)
EQUITY_BETWEEN = EQUITY_OF.where(_E.at.between(bindparam("since"), bindparam("until"))).order_by(_E.at)
ACCOUNT_BY_ID = ACCOUNT.query.where(schema.accounts.c.id == bindparam("owner"))
INSERT_ACCOUNT = insert_unless_there(schema.accounts)
ALL_ACCOUNTS = ACCOUNT.query.order_by(schema.accounts.c.created_at, schema.accounts.c.id)
LOCK_ACCOUNT = (
    select(schema.accounts.c.id)
    .where(schema.accounts.c.id == bindparam("owner"))
    # Rows that only refer to the account may be added beside it.
    .with_for_update(key_share=True)
)


class Orders:
    """Orders on disk."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, *orders: Order) -> None:
        """Store new orders; AlreadyStored when an id, or a key on its account, exists."""
        if orders:
            await self._connection.execute(INSERT_ORDER, [ORDER.values(each) for each in orders])

    async def save(self, order: Order) -> Order:
        """Store a changed order and return it with its next version; raise StaleOrder if it is stale."""
        saved = altered(order, version=order.version + 1)
        values = changing(ORDER.values(saved), "id", "account", "created_at")
        values |= {"this": order.id, "seen": order.version}
        done = await self._connection.execute(UPDATE_ORDER, values)
        if done.rowcount != 1:
            raise StaleOrder(f"order {order.id} is no longer at version {order.version}")
        return saved

    async def get(self, order_id: str) -> Order | None:
        """Return one order."""
        found = await self._connection.execute(ORDER_BY_ID, {"order": order_id})
        return ORDER.read(found.one_or_none())

    async def by_key(self, account: str, key: str) -> Order | None:
        """Return the order that was made for this wish."""
        found = await self._connection.execute(ORDER_BY_KEY, {"owner": account, "wish": key})
        return ORDER.read(found.one_or_none())

    async def recent(
        self, account: str, statuses: Collection[OrderStatus], symbol: Symbol | None, limit: int
    ) -> Sequence[Order]:
        """Return the newest orders in one of these statuses, newest first."""
        return await self.among((account,), statuses, symbol, limit)

    async def among(
        self, accounts: Collection[str], statuses: Collection[OrderStatus], symbol: Symbol | None, limit: int
    ) -> Sequence[Order]:
        """Return the newest orders of several accounts in one of these statuses, newest first."""
        query = ORDER.query.where(_O.account.in_(sorted(accounts)), _O.status.in_(sorted(statuses)))
        if symbol is not None:
            query = query.where(_O.symbol == symbol)
        newest = query.order_by(_O.created_at.desc(), _O.id.desc()).limit(limit)
        return ORDER.read_all(await self._connection.execute(newest))

    async def traded(self, account: str) -> Sequence[Order]:
        """Return the orders of an account of which anything was filled, oldest first."""
        return ORDER.read_all(await self._connection.execute(TRADED_ORDERS_OF, {"owner": account}))

    async def open(self, account: str | None = None) -> Sequence[Order]:
        """Return orders that may still fill, oldest first."""
        if account is None:
            return ORDER.read_all(await self._connection.execute(OPEN_ORDERS))
        return ORDER.read_all(await self._connection.execute(OPEN_ORDERS_OF, {"owner": account}))


class Fills:
    """Fills on disk, append-only."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, *fills: Fill) -> None:
        """Append fills; AlreadyStored when an id exists, MissingReference without its order."""
        if fills:
            await self._connection.execute(INSERT_FILL, [FILL.values(each) for each in fills])

    async def of_order(self, order_id: str) -> Sequence[Fill]:
        """Return the fills of one order, oldest first."""
        return FILL.read_all(await self._connection.execute(FILLS_OF_ORDER, {"order": order_id}))

    async def of(
        self,
        account: str,
        symbol: Symbol | None = None,
        exchange: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        before: str | None = None,
    ) -> Sequence[Fill]:
        """Return fills, oldest first; with `limit` the newest ones, `before` the fill of an id.

        `since` and `until` are inclusive; before a fill that is not the account's there are none.
        """
        given: tuple[tuple[Callable[[Any, Any], Any], Column[Any], object], ...] = (
            (eq, _F.symbol, symbol),
            (eq, _F.exchange, exchange),
            (ge, _F.at, since),
            (le, _F.at, until),
        )
        wanted = [compare(column, value) for compare, column, value in given if value is not None]
        if before is not None:
            mark = select(_F.at, _F.seq).where(_F.account == account, _F.id == before)
            wanted.append(tuple_(_F.at, _F.seq) < mark.scalar_subquery())
        query = FILL.query.where(_F.account == account, *wanted)
        newest_first = query.order_by(_F.at.desc(), _F.seq.desc()).limit(limit)
        rows = (await self._connection.execute(newest_first)).all()
        return FILL.read_all(reversed(rows))

    async def after(self, account: str, number: int) -> tuple[int, Sequence[Fill]]:
        """Return the fills of an account that were added after this number, oldest first, and the last's."""
        given = {"owner": account, "number": number}
        rows = (await self._connection.execute(FILLS_AFTER, given)).all()
        return max((row[0] for row in rows), default=number), FILL.read_all(row[1:] for row in rows)


class Accounts:
    """Accounts on disk."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, account: Account) -> bool:
        """Store a new account; return False, and change nothing, when its id is taken."""
        insert = INSERT_ACCOUNT[self._connection.dialect.name]
        done = await self._connection.execute(insert, ACCOUNT.values(account))
        return done.first() is not None

    async def get(self, account_id: str) -> Account | None:
        """Return one account."""
        found = await self._connection.execute(ACCOUNT_BY_ID, {"owner": account_id})
        return ACCOUNT.read(found.one_or_none())

    async def all(self) -> Sequence[Account]:
        """Return every account, oldest first."""
        return ACCOUNT.read_all(await self._connection.execute(ALL_ACCOUNTS))

    async def lock(self, account_id: str) -> None:
        """Keep every other transaction from changing this account until this one ends."""
        # SQLite has one writer at a time, and this transaction is it.
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(LOCK_ACCOUNT, {"owner": account_id})


class Equity:
    """Equity over time on disk."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, account: str, point: EquityPoint) -> None:
        """Store a point; one at the same moment replaces the earlier one."""
        upsert = UPSERT_EQUITY[self._connection.dialect.name]
        values = {"owner": account, "moment": point.at, "worth": point.equity, "money": point.cash}
        await self._connection.execute(upsert, values)

    async def rebase(self, account: str, rebase: Rebase) -> None:
        """Store the point after a payment, and what peak and day's start count as from it on."""
        point, dialect = rebase.point, self._connection.dialect.name
        values = {"account": account, "at": point.at, "equity": point.equity, "cash": point.cash}
        await self._connection.execute(UPSERT_REBASED[dialect], {**values, "peak": rebase.peak})
        start = {"account": account, "at": point.at, "day_start": rebase.day_start}
        await self._connection.execute(UPSERT_REBASE[dialect], start)

    async def between(self, account: str, since: datetime, until: datetime) -> Sequence[EquityPoint]:
        """Return points in the range (inclusive), oldest first."""
        bounds = {"owner": account, "since": since, "until": until}
        return EQUITY.read_all(await self._connection.execute(EQUITY_BETWEEN, bounds))

    async def at(self, account: str, moment: datetime) -> EquityPoint | None:
        """Return the last point at or before `moment`."""
        found = await self._connection.execute(EQUITY_AT, {"owner": account, "moment": moment})
        return EQUITY.read(found.one_or_none())

    async def first(self, account: str) -> EquityPoint | None:
        """Return the oldest point."""
        found = await self._connection.execute(FIRST_EQUITY, {"owner": account})
        return EQUITY.read(found.one_or_none())


class Positions:
    """The fold of fills into positions."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def save(self, position: Position) -> None:
        """Store a position as it stands now; one of amount zero is closed."""
        upsert = UPSERT_POSITION[self._connection.dialect.name]
        values = POSITION.values(position)
        await self._connection.execute(upsert, {**values, "is_open": position.amount != 0})

    async def get(self, position_id: str) -> Position | None:
        """Return one position, open or closed."""
        found = await self._connection.execute(POSITION_BY_ID, {"position": position_id})
        return POSITION.read(found.one_or_none())

    async def open(self, account: str, symbol: Symbol | None = None) -> Sequence[Position]:
        """Return open positions, oldest first."""
        if symbol is None:
            rows = await self._connection.execute(OPEN_POSITIONS_OF, {"owner": account})
        else:
            rows = await self._connection.execute(OPEN_POSITIONS_IN, {"owner": account, "pair": symbol})
        return POSITION.read_all(rows)

    async def among(self, accounts: Collection[str]) -> Sequence[Position]:
        """Return the open positions of several accounts, oldest first."""
        query = POSITION.query.where(_P.account.in_(sorted(accounts)), _P.is_open)
        return POSITION.read_all(await self._connection.execute(query.order_by(_P.opened_at, _P.id)))

    async def latest(self, account: str, symbol: Symbol) -> Position | None:
        """Return the position of a pair that was opened last, open or closed."""
        found = await self._connection.execute(LATEST_POSITION, {"owner": account, "pair": symbol})
        return POSITION.read(found.one_or_none())

    async def of(self, account: str, since: datetime | None = None) -> Sequence[Position]:
        """Return all positions that an account has or had, or opened from `since` on, oldest first."""
        if since is None:
            return POSITION.read_all(await self._connection.execute(POSITIONS_OF, {"owner": account}))
        given = {"owner": account, "since": since}
        return POSITION.read_all(await self._connection.execute(POSITIONS_SINCE, given))
