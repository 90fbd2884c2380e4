"""Cycles on disk: each is begun by one process, and taken up by another one only when that has let go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, case, func, null, or_, select, type_coerce, update

from memory.link import Link
from memory.rows import Shape, changing
from memory.schema_contests import cycles
from memory.sql import insert_unless_there
from trading.runs.cycle import Cycle, CycleStatistics, CycleStatus

CYCLE = Shape(cycles, Cycle)
ENDLESS = 2**31 - 1
"""More than the number of any cycle."""

_C = cycles.c
_OF = CYCLE.query.where(_C.contest == bindparam("which"))
INSERT = insert_unless_there(cycles)
BY_ID = CYCLE.query.where(_C.id == bindparam("this"))
RUNNING = _OF.where(_C.status == CycleStatus.RUNNING).order_by(_C.number).limit(1)
_SEEN = bindparam("seen", type_=_C.digest.type)
# What is frozen stays: whoever froze another market has lost.
CHANGE = (
    update(cycles)
    .where(_C.id == bindparam("this"), _C.status == CycleStatus.RUNNING)
    .where(or_(_C.digest.is_(None), _SEEN.is_(None), _C.digest == _SEEN))
    .values(
        digest=func.coalesce(_C.digest, _SEEN),
        market=func.coalesce(_C.market, bindparam("frozen", type_=_C.market.type)),
    )
)
TAKE = (
    update(cycles)
    .where(_C.id == bindparam("this"), _C.status == CycleStatus.RUNNING)
    .where(or_(_C.worker == bindparam("me"), _C.lease.is_(None), _C.lease <= bindparam("now")))
    .values(worker=bindparam("me"), lease=bindparam("until", type_=_C.lease.type))
    .returning(*CYCLE.columns)
)
RENEW = (
    update(cycles)
    .where(_C.id == bindparam("this"), _C.worker == bindparam("me"), _C.status == CycleStatus.RUNNING)
    .values(lease=bindparam("until", type_=_C.lease.type))
)
RECENT = (
    select(*(null().label("market") if each is _C.market else each for each in CYCLE.columns))
    .where(_C.contest == bindparam("which"), _C.number < bindparam("before"))
    .order_by(_C.number.desc())
    .limit(bindparam("most"))
)
MARKET = select(_C.market).where(_C.id == bindparam("this"))
LAST_MARKET = (
    _OF.where(_C.number < bindparam("before"), _C.digest.is_not(None)).order_by(_C.number.desc()).limit(1)
)
NUMBERED = _OF.where(_C.number >= bindparam("first"), _C.number <= bindparam("last")).order_by(_C.number)


def _count(*statuses: CycleStatus) -> Any:
    return func.count(case((or_(*(_C.status == each for each in statuses)), 1)))


# In microseconds; where a cycle has not ended it is empty, and not counted.
_TAKEN = type_coerce(_C.ended_at, BigInteger) - type_coerce(_C.started_at, BigInteger)
STATISTICS = select(
    func.count().label("total"),
    _count(CycleStatus.COMPLETED).label("completed"),
    _count(CycleStatus.FAILED, CycleStatus.INTERRUPTED).label("failed"),
    func.coalesce(func.sum(_C.errors), 0).label("errors"),
    func.count(_TAKEN).label("ended"),
    func.sum(_TAKEN).label("whole"),
    func.min(_TAKEN).label("least"),
    func.max(_TAKEN).label("most"),
).where(_C.contest == bindparam("which"))


class Cycles:
    """The cycles of every contest, counted from 1 in each."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def begin(self, cycle: Cycle) -> bool:
        """Store a new cycle; False, and nothing changes, when its contest has one of this number already."""
        insert = INSERT[self._connection.dialect.name]
        return await self._connection.scalar(insert, CYCLE.values(cycle)) is not None

    async def get(self, cycle_id: str) -> Cycle | None:
        """Return one cycle."""
        return CYCLE.read((await self._connection.execute(BY_ID, {"this": cycle_id})).one_or_none())

    async def running(self, contest_id: str) -> Cycle | None:
        """Return the cycle of a contest that has not ended."""
        found = await self._connection.execute(RUNNING, {"which": contest_id})
        return CYCLE.read(found.one_or_none())

    async def change(self, cycle: Cycle) -> bool:
        """Store a cycle as it stands now; its market stays once it is frozen, also when there is none here.

        Returns False, and changes nothing, when it has ended, or has been frozen with another market.
        """
        values = changing(CYCLE.values(cycle), "id", "market", "digest")
        values |= {"this": cycle.id, "seen": cycle.digest, "frozen": cycle.market}
        return (await self._connection.execute(CHANGE, values)).rowcount == 1

    async def take(self, cycle_id: str, worker: str, now: datetime, lease: datetime) -> Cycle | None:
        """Make a running cycle this worker's until `lease`, and return it.

        None, and nothing changes, while it is another one's, or when it has ended.
        """
        values = {"this": cycle_id, "me": worker, "now": now, "until": lease}
        return CYCLE.read((await self._connection.execute(TAKE, values)).one_or_none())

    async def renew(self, cycle_id: str, worker: str, lease: datetime) -> bool:
        """Keep a running cycle for longer; False, and nothing changes, when it is not this worker's."""
        values = {"this": cycle_id, "me": worker, "until": lease}
        return (await self._connection.execute(RENEW, values)).rowcount == 1

    async def recent(self, contest_id: str, limit: int, before_number: int | None = None) -> Sequence[Cycle]:
        """Return cycles of a contest, newest first, without their markets, which are large."""
        values = {**_before(contest_id, before_number), "most": limit}
        return CYCLE.read_all(await self._connection.execute(RECENT, values))

    async def market(self, cycle_id: str) -> Mapping[str, Any] | None:
        """Return the market of a cycle, None until it is frozen."""
        found: Mapping[str, Any] | None = await self._connection.scalar(MARKET, {"this": cycle_id})
        return found

    async def last_market(self, contest_id: str, before_number: int | None = None) -> Cycle | None:
        """Return the newest cycle of a contest that has a market."""
        found = await self._connection.execute(LAST_MARKET, _before(contest_id, before_number))
        return CYCLE.read(found.one_or_none())

    async def numbered(self, contest_id: str, first: int, last: int) -> Sequence[Cycle]:
        """Return whole cycles of a contest from one number to another (inclusive), in their order."""
        values = {"which": contest_id, "first": first, "last": last}
        return CYCLE.read_all(await self._connection.execute(NUMBERED, values))

    async def statistics(self, contest_id: str) -> CycleStatistics:
        """Return how the cycles of a contest went so far."""
        found = (await self._connection.execute(STATISTICS, {"which": contest_id})).first()
        total, completed, failed, errors, ended, *taken = map(_whole, found)
        whole, least, most = (None if each is None else each / 1_000_000 for each in taken)
        mean = None if whole is None else whole / ended
        return CycleStatistics(total, completed, failed, errors, mean, least, most)


def _before(contest_id: str, number: int | None) -> dict[str, Any]:
    return {"which": contest_id, "before": ENDLESS if number is None else number}


def _whole(figure: Any) -> Any:
    # Postgres sums up whole numbers as decimals.
    return None if figure is None else int(figure)
