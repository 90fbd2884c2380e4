"""The chronicle: what people traded and models decided, as memories that are found like their notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from memory.database import Database, UnitOfWork
from memory.decision_records import Decision, DecisionAction, DecisionSource
from memory.decision_views import decision_text, known_at
from memory.memory_index import MemoryIndex
from memory.passages import Kind, Piece
from tools.acting import principal_now
from tools.words.language import Language
from tools.words.render import format_number
from trading.clock import Clock
from trading.model import Fill, Side

FILLS = "memory.fills"
DECISIONS = "memory.decisions"
"""The names of the marks up to which each has been told."""

AT_ONCE = 200

OFFLINE = "offline:"
WANTS = frozenset({DecisionAction.BUY, DecisionAction.SELL, DecisionAction.CLOSE})

OVERLAP = 50
"""How many fills before the mark are looked at again: an earlier number may be committed later."""


@dataclass(frozen=True, slots=True)
class Chronicle:
    """Has the index hold what the books do. Days are those where people are."""

    database: Database
    index: MemoryIndex
    clock: Clock
    zone: ZoneInfo

    async def step(self) -> int:
        """Tell what is new; return how many trades and decisions that was."""
        return await self._trades() + await self._decisions()

    async def _trades(self) -> int:
        async with self.database.read() as uow:
            mark = await uow.trade_log.mark(FILLS)
            found = await uow.trade_log.after(max(mark - OVERLAP, 0), AT_ONCE)
        fresh = [each for each in found if each.seq > mark]
        if not fresh:
            return 0
        days = {(each.by, each.at.astimezone(self.zone).date()) for each in found}
        people = await self._people({by for by, _ in days})
        for by, day in sorted(days):
            if by in people:
                await self._day(people[by], by, day)
        async with self.database.transact() as uow:
            await uow.trade_log.set_mark(FILLS, fresh[-1].seq)
        return len(fresh)

    async def _day(self, person: str, by: str, day: date) -> None:
        since = datetime.combine(day, time(), self.zone).astimezone(UTC)
        async with self.database.read() as uow:
            fills = await uow.trade_log.between(by, since, _next(day, self.zone))
        await self.index.follow(person, f"trades/{day.isoformat()}.md", trades(day, fills, self.zone))

    async def _decisions(self) -> int:
        async with self.database.read() as uow:
            mark = await uow.trade_log.mark(DECISIONS)
            found = await uow.decisions.changed_since(mark, AT_ONCE)
        if not found:
            return 0
        people = await self._people({each.principal for each in found})
        for each in found:
            person = run_memory(each.run) if each.run is not None else people.get(each.principal)
            if person is not None and is_remembered(each):
                await self.index.follow(person, remembered_as(each.id), decided(each))
        async with self.database.transact() as uow:
            await uow.trade_log.set_mark(DECISIONS, found[-1].revision)
        return len(found)

    async def _people(self, principals: set[str]) -> Mapping[str, str]:
        """Return whose memories each principal's are; those who were shut out are missing."""
        async with self.database.read() as uow:
            known = {each: await self._person(uow, each) for each in principals}
        return {each: person for each, person in known.items() if person is not None}

    async def _person(self, uow: UnitOfWork, principal_id: str) -> str | None:
        principal = await principal_now(uow, principal_id, "main", self.clock.now())
        return None if principal is None else principal.person


def run_memory(run: str) -> str:
    """Return whose memories the decisions of a run are: its own, which no other run has, and no chat."""
    return f"run:{run}"


def remembered_as(decision: str) -> str:
    """Return the path of a decision among the memories that it is in."""
    return f"decisions/{decision}.md"


def is_remembered(decision: Decision) -> bool:
    """Tell whether a decision is found again: of a run, a model's that wanted something done."""
    if decision.source is not DecisionSource.RUN:
        return True
    return decision.action in WANTS and not decision.model.startswith(OFFLINE)


def trades(day: date, fills: Sequence[Fill], zone: ZoneInfo) -> list[Piece]:
    """Return the trades of a day, an order in a line, by when each was first filled."""
    orders: dict[str, list[Fill]] = {}
    for each in fills:
        orders.setdefault(each.order_id, []).append(each)
    heading = f"Trades › {day.isoformat()}"
    return [
        Piece(Kind.TRADE, heading, _line(each, zone), line, line, each[-1].at, _symbols(each[0]))
        for line, each in enumerate(orders.values(), start=1)
    ]


def decided(decision: Decision) -> list[Piece]:
    """Return a decision as it was made and, once that is known, as it came out: known in that order."""
    made, ended = decision_text(known_at(decision, decision.at)), decision_text(decision)
    names = tuple(dict.fromkeys(part for each in decision.symbols for part in (str(each), each.base)))
    pieces = [Piece(Kind.DECISION, "Decision", made, 1, 1, decision.at, names)]
    if ended != made:
        pieces.append(Piece(Kind.DECISION, "Decision", ended, 2, 2, decision.at, names))
    return pieces


def _line(fills: Sequence[Fill], zone: ZoneInfo) -> str:
    first = fills[0]
    amount = sum((each.amount for each in fills), Decimal(0))
    cost = sum((each.amount * each.price for each in fills), Decimal(0))
    verb = "bought" if first.side is Side.BUY else "sold"
    closed = [each.realized for each in fills if each.realized is not None]
    result = f"; closed with {_figure(sum(closed, Decimal(0)))} {first.symbol.quote}" if closed else ""
    return (
        f"{first.at.astimezone(zone):%Y-%m-%d %H:%M} {verb} {_figure(amount)} {first.symbol.base} "
        f"({first.symbol}) at {_figure(cost / amount)} {first.symbol.quote}, {first.order_type.value} order "
        f"{first.order_id}, {first.mode.value}{result}"
    )


def _figure(value: Decimal) -> str:
    return format_number(value, Language.EN)


def _symbols(fill: Fill) -> tuple[str, ...]:
    return str(fill.symbol), fill.symbol.base


def _next(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
