"""A contest on a database, whose markets a test sets."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from memory.database import Database
from tests.trading.house import Heard, counting
from tests.trading.runs.given import ETH, FIVE, NOW, PAIRS, a_run, candles
from trading.exchanges.scripted import instrument
from trading.ledger import totals
from trading.locks import Locks
from trading.model import Account, Candle, Fill, Mode, Order
from trading.placing import OrderOutcome
from trading.ports import NewId
from trading.risk.gate import RiskGate
from trading.runs.accounts import open_contest_account
from trading.runs.contest import Contest, ContestKind
from trading.runs.contest_floor import ContestFloor
from trading.runs.cycle_market import CycleMarket, Quote
from trading.runs.decision import Action, RunDecision
from trading.runs.record import Run
from trading.runs.snapshot import snapshot
from trading.runs.terms import ContestTerms, plain
from trading.symbols import Symbol
from trading.timeframes import Timeframe

D = Decimal
MINUTE = timedelta(minutes=1)
CONTEST = "cst_1"
TERMS = ContestTerms(
    {each: instrument(str(each), step="0.0001", min_amount="0.0001") for each in PAIRS}, D("0.0005")
)

Bar = tuple[float | str, float | str, float | str, float | str]
"""Open, high, low and close of a minute."""


def a_contest(**changes: Any) -> Contest:
    """Return an arena over three pairs that began an hour ago."""
    given: dict[str, Any] = {
        "id": CONTEST,
        "owner": "local",
        "name": "Arena",
        "kind": ContestKind.ARENA,
        "symbols": PAIRS,
        "timeframe": Timeframe.M5,
        "every": FIVE,
        "created_at": NOW - timedelta(hours=1),
        "terms": plain(TERMS),
    }
    return Contest(**{**given, **changes})


def a_quote(last: Any, spread: Any = 0) -> Quote:
    """Return a quote whose sides stand so far from the last price."""
    return Quote(D(str(last)) - D(str(spread)), D(str(last)) + D(str(spread)), D(str(last)))


def a_market(
    prices: Mapping[Symbol, Any] | None = None,
    at: datetime = NOW,
    before: CycleMarket | None = None,
    bars: Mapping[Symbol, Sequence[Bar]] | None = None,
    spread: Any = 0,
) -> CycleMarket:
    """Return the market of a cycle; minutes that are not given stand at the price. Other pairs are silent."""
    given = {ETH: 2_000} if prices is None else prices
    quotes = {symbol: a_quote(price, spread) for symbol, price in given.items()}
    since = {} if before is None else before.until
    rows = {
        symbol: _minutes(since[symbol], at, (bars or {}).get(symbol, ()), quote.last)
        for symbol, quote in quotes.items()
        if symbol in since
    }
    return CycleMarket(
        snapshot=snapshot(
            at,
            Timeframe.M5,
            {each: candles([quotes[each].last] * 3, at) if each in quotes else () for each in PAIRS},
        ),
        quotes=quotes,
        marks={
            **({} if before is None else before.marks),
            **{symbol: quote.last for symbol, quote in quotes.items()},
        },
        bars=rows,
        until={**since, **dict.fromkeys(quotes, Timeframe.M1.floor(at))},
    )


def _minutes(since: datetime, at: datetime, bars: Sequence[Bar], price: Decimal) -> list[Candle]:
    count = (Timeframe.M1.floor(at) - since) // MINUTE
    still: list[Bar] = [(str(price),) * 4] * (count - len(bars))
    return [_minute(since + MINUTE * number, *bar) for number, bar in enumerate([*bars, *still])]


def _minute(opened_at: datetime, first: Any, high: Any, low: Any, last: Any) -> Candle:
    return Candle(opened_at, D(str(first)), D(str(high)), D(str(low)), D(str(last)), D(1))


def buy(size: Any = 20, leverage: Any = 5, symbol: Symbol = ETH, **more: Any) -> RunDecision:
    """Return the decision to open a long."""
    return decided(Action.BUY, size, leverage, symbol, **more)


def sell(size: Any = 20, leverage: Any = 5, symbol: Symbol = ETH, **more: Any) -> RunDecision:
    """Return the decision to open a short."""
    return decided(Action.SELL, size, leverage, symbol, **more)


def close(symbol: Symbol = ETH) -> RunDecision:
    """Return the decision to close what is open of a pair."""
    return RunDecision(Action.CLOSE, symbol)


def decided(action: Action, size: Any, leverage: Any, symbol: Symbol, **more: Any) -> RunDecision:
    levels: dict[str, Any] = {name: D(str(each)) for name, each in more.items()}
    return RunDecision(action, symbol, D(str(size)), D(str(leverage)), **levels)


@dataclass
class Arena:
    """A contest, its floor and what is on disk of it."""

    database: Database
    contest: Contest
    floor: ContestFloor
    new_id: NewId
    gate: RiskGate
    halted: list[str] = field(default_factory=list)

    async def enter(self, name: str = "LLM-A", initial: Any = 100) -> Run:
        """Return a run of this contest with an account of its own."""
        account = Account(name, "local", "USDT", Mode.CONTEST, D(str(initial)), self.contest.created_at)
        await open_contest_account(self.database.transact, account, self.contest, self.new_id)
        return a_run(id=f"run_{name}", name=name, account=name, contest=self.contest.id, mode=Mode.CONTEST)

    async def does(self, run: Run, decision: RunDecision, key: str) -> OrderOutcome:
        return await self.floor.execute(run, decision, key)

    async def orders(self, account: str | None = None) -> Sequence[Order]:
        async with self.database.read() as uow:
            return await uow.orders.open(account)

    async def fills(self, account: str) -> Sequence[Fill]:
        async with self.database.read() as uow:
            return await uow.fills.of(account)

    async def audit(self) -> None:
        """Hold the ledger to its rules: nothing appears, and nothing is owed."""
        async with self.database.read() as uow:
            sums = totals(await uow.ledger.entries())
            accounts = [each.id for each in await uow.accounts.all()]
        for asset in {asset for _, asset in sums}:
            assert sum(amount for (_, each), amount in sums.items() if each == asset) == 0
        assert all(amount >= 0 for (owner, _), amount in sums.items() if owner in accounts)


def a_floor(database: Database, contest: Contest, new_id: NewId, gate: RiskGate) -> ContestFloor:
    return ContestFloor(
        contest,
        transact=database.transact,
        read=database.read,
        new_id=new_id,
        news=Heard(),
        checks=[gate],
    )


@asynccontextmanager
async def open_arena(url: str, first_id: int = 0, **changes: Any) -> AsyncIterator[Arena]:
    contest, new_id = a_contest(**changes), counting(first_id)
    halted: list[str] = []
    gate = RiskGate(lambda: bool(halted), Locks())
    async with Database.open(url) as database:
        arena = Arena(database, contest, a_floor(database, contest, new_id, gate), new_id, gate, halted)
        yield arena
        await arena.floor.desk.drain()
