"""How decisions came out: filled in later, from fills, orders, approvals and prices of the past alone.

For a decision of action BUY, SELL or HOLD about one pair, with T = 1 h and 24 h after it was made:

- mark(T) is the close of the last one-minute candle that had closed by T, none older than ten minutes. Where
  there is none, no price is known, and the outcome says so.
- reference is the mean price of its own fills by T, Σ amount * price / Σ amount; where nothing was filled by
  then, mark at the moment of the decision.
- return(T) = sign * (mark(T) / reference - 1), a fraction to six places; sign is -1 for SELL, else +1. Of a
  decision that was refused or denied, and of a HOLD, it says what would have been.
- unrealized(T) is what closing the part of it that was open at T would have won at mark(T), before fees.

P&L is what `trading.attribution` makes of the fills, for BUY, SELL and CLOSE; decisions whose pairs have
several quotes have none. The state is `open` while a part of what it opened is, `closed` when something was
realized and nothing is open, `waiting` while nothing was filled and an order may be, and else `unfilled`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from memory.database import Database, UnitOfWork
from memory.decision_records import Decision, DecisionAction, DecisionStatus
from tools.decided import followed
from trading.attribution import Gain, gained
from trading.clock import Clock
from trading.errors import ExchangeUnavailable, TradingError
from trading.markets import Markets
from trading.model import Fill, Mode, Order, Side
from trading.orders import OPEN
from trading.symbols import Symbol
from trading.timeframes import Timeframe

MOST = 50
"""Decisions that one step looks at."""

SPANS: Mapping[str, timedelta] = {"after1h": timedelta(hours=1), "after24h": timedelta(hours=24)}
LOOKS: Sequence[tuple[timedelta, timedelta]] = (
    (timedelta(hours=1), timedelta(minutes=1)),
    (timedelta(hours=24), timedelta(minutes=5)),
    (timedelta(days=30), timedelta(hours=1)),
)
"""How often a decision up to that old is looked at; an older one is left as it stands."""

SOON = timedelta(seconds=10)
"""How often it is looked whether a person has answered."""

STALE = timedelta(minutes=10)
MINUTE = Timeframe.M1
UNIT = Decimal("0.000001")
MARKED = frozenset({DecisionAction.BUY, DecisionAction.SELL, DecisionAction.HOLD})
TRADED = frozenset({DecisionAction.BUY, DecisionAction.SELL, DecisionAction.CLOSE})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is on disk of a decision's orders: they themselves, and everything that was traded beside them.

    `books` holds the fills by pair and whether they are on margin, oldest first.
    """

    orders: tuple[Order, ...] = ()
    books: Mapping[tuple[Symbol, bool], Sequence[Fill]] = field(default_factory=dict)

    def own(self, until: datetime) -> list[Fill]:
        """Return the fills of the decision's own orders by a moment."""
        names = {each.id for each in self.orders}
        found = [each for book in self.books.values() for each in book]
        return [each for each in found if each.order_id in names and each.at <= until]

    def gains(self, until: datetime) -> Mapping[Symbol, Sequence[Gain]]:
        """Return what the orders have won by a moment, by pair."""
        names = {each.id for each in self.orders}
        gains: dict[Symbol, list[Gain]] = {}
        for (symbol, _), book in self.books.items():
            gain = gained([each for each in book if each.at <= until], names)
            gains.setdefault(symbol, []).append(gain)
        return gains


class Outcomes:
    """Looks again at decisions that something may still become of."""

    def __init__(self, database: Database, markets: Markets, clock: Clock) -> None:
        self._database = database
        self._markets = markets
        self._clock = clock

    async def step(self) -> int:
        """Look at what is due; return how many decisions that changed.

        Of several processes that look at one, the first to write it down does, and the others change nothing.
        """
        async with self._database.read() as uow:
            due = await uow.decisions.due(self._clock.now(), MOST)
        return sum([await self._look(each) for each in due])

    async def _look(self, decision: Decision) -> bool:
        now = self._clock.now()
        async with self._database.read() as uow:
            after = await followed(uow, decision)
            facts = await _facts(uow, after)
        marks = await self._marks(after, facts, now)
        after = _came_out(after, facts, marks, now)
        due_at = _next_look(after, now)
        async with self._database.transact() as uow:
            if replace(after, due_at=decision.due_at) == decision:
                await uow.decisions.postpone(decision, due_at)
                return False
            return await uow.decisions.change(replace(after, due_at=due_at))

    async def _marks(
        self, decision: Decision, facts: Facts, now: datetime
    ) -> Mapping[str, Mapping[str, str | None]]:
        """Return what prices by now say of it that has not been told."""
        marks: dict[str, Mapping[str, str | None]] = {}
        for name, span in SPANS.items():
            at = decision.at + span
            if _is_marked(decision) and at <= now and name not in (decision.outcome or {}):
                try:
                    marks[name] = await self._marked(decision, facts, at)
                except ExchangeUnavailable:
                    # It is asked for again with the next look.
                    continue
        return marks

    async def _marked(self, decision: Decision, facts: Facts, at: datetime) -> Mapping[str, str | None]:
        (symbol,) = decision.symbols
        # What traded in the cycles of a contest is measured by the market itself.
        exchange = next((each.exchange for each in facts.orders if each.mode is not Mode.CONTEST), None)
        mark = await self._price(symbol, exchange, at)
        own = facts.own(at)
        filled = sum((each.amount for each in own), Decimal(0))
        if filled:
            reference: Decimal | None = sum((each.notional for each in own), Decimal(0)) / filled
        else:
            reference = await self._price(symbol, exchange, decision.at)
        if mark is None or not reference:
            return {"mark": _text(mark), "return": None, "unrealized": None}
        sign = -1 if decision.action is DecisionAction.SELL else 1
        earned = (sign * (mark / reference - 1)).quantize(UNIT)
        gains = [each for each in facts.gains(at).get(symbol, ()) if each.open]
        unrealized = sum((each.unrealized(mark) for each in gains), Decimal(0)) if gains else None
        return {"mark": _text(mark), "return": _text(earned), "unrealized": _text(unrealized)}

    async def _price(self, symbol: Symbol, exchange: str | None, at: datetime) -> Decimal | None:
        """Return the close of the last minute that had closed by a moment; None when that is too old."""
        try:
            market = self._markets.venue(exchange).market
            found = await market.candles(symbol, MINUTE, at - STALE, at, limit=20)
        except ExchangeUnavailable:
            raise
        except TradingError:
            # What is not traded any more has no price.
            return None
        closed = [each for each in found if at - STALE <= each.opened_at <= at - MINUTE.span]
        return closed[-1].close if closed else None


async def _facts(uow: UnitOfWork, decision: Decision) -> Facts:
    found = [await uow.orders.get(each) for each in decision.orders]
    orders = tuple(each for each in found if each is not None)
    if decision.action not in TRADED:
        return Facts(orders)
    books: dict[tuple[Symbol, bool], Sequence[Fill]] = {}
    for each in orders:
        kind = (each.symbol, each.leverage is not None)
        if each.filled and kind not in books:
            fills = await uow.fills.of(each.account, each.symbol)
            books[kind] = [fill for fill in fills if (fill.leverage is not None) == kind[1]]
    return Facts(orders, books)


def _came_out(
    decision: Decision, facts: Facts, marks: Mapping[str, Mapping[str, str | None]], now: datetime
) -> Decision:
    """Return a decision with everything that is known of it now, each thing since it was first known so."""
    gains = facts.gains(now)
    told: dict[str, Mapping[str, Any]] = dict(marks)
    if facts.orders:
        told["orders"] = {"list": [_order(each) for each in facts.orders]}
    if facts.orders and decision.action in TRADED:
        told["state"] = {"is": _state(facts.orders, gains)}
    pnl, currency = _pnl(gains)
    if pnl is not None:
        told["realized"] = {"pnl": _text(pnl), "currency": currency}
    outcome = dict(decision.outcome or {})
    for name, each in told.items():
        known = outcome.get(name)
        if known is None or {**known, "at": None} != {**each, "at": None}:
            outcome[name] = {**each, "at": now.isoformat()}
    if outcome == (decision.outcome or {}):
        return decision
    return replace(decision, outcome=outcome, pnl=pnl, pnl_currency=currency, outcome_at=now)


def _pnl(gains: Mapping[Symbol, Iterable[Gain]]) -> tuple[Decimal | None, str | None]:
    won = [(symbol.quote, each.pnl) for symbol, some in gains.items() for each in some]
    known = [(quote, pnl) for quote, pnl in won if pnl is not None]
    currencies = {quote for quote, _ in known}
    if len(currencies) != 1:
        return None, None
    return sum((pnl for _, pnl in known), Decimal(0)), currencies.pop()


def _state(orders: Iterable[Order], gains: Mapping[Symbol, Iterable[Gain]]) -> str:
    every = [each for some in gains.values() for each in some]
    if any(each.open for each in every):
        return "open"
    if any(each.status in OPEN for each in orders):
        return "waiting"
    return "closed" if any(each.pnl is not None for each in every) else "unfilled"


def _order(order: Order) -> Mapping[str, Any]:
    return {
        "orderId": order.id,
        "pair": str(order.symbol),
        "side": Side(order.side).value,
        "status": order.status.value,
        "filled": _text(order.filled),
        "average": _text(order.average),
        "fees": _text(order.fees),
    }


def _is_marked(decision: Decision) -> bool:
    return decision.action in MARKED and len(decision.symbols) == 1


def _next_look(decision: Decision, now: datetime) -> datetime | None:
    """Return when more may be known of a decision, None when nothing more will be."""
    age = now - decision.at
    pause = next((pause for oldest, pause in LOOKS if age < oldest), None)
    if pause is None:
        return None
    outcome = decision.outcome or {}
    marks = [
        decision.at + span for name, span in SPANS.items() if _is_marked(decision) and name not in outcome
    ]
    if decision.status is DecisionStatus.HELD:
        return now + SOON
    if decision.status is DecisionStatus.UNKNOWN:
        return now + pause
    if outcome.get("state", {}).get("is") in ("open", "waiting"):
        return min([now + pause, *(each for each in marks if each > now)])
    if not marks:
        return None
    # One that is past could not be had yet.
    return min(marks) if min(marks) > now else now + pause


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"
