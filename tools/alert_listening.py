"""What alerts wait to hear: of markets piece by piece, of accounts now and then."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from memory.database import Database
from trading.alerts.conditions import HUNDRED
from trading.alerts.feed import Heard, Wanted, hear
from trading.alerts.figures import Change, Figure, Holding, Measure, Price, Reading, rounded
from trading.alerts.history import Histories
from trading.alerts.readings import LEAD, readings_of
from trading.clock import Clock, midnight
from trading.errors import TradingError
from trading.markets import Markets
from trading.portfolio import Portfolio, PortfolioReader
from trading.symbols import Symbol

PATIENCE = 2.0
"""Seconds for which a slow exchange holds up the other pairs."""


class Listener:
    """Asks markets and accounts. `problems` says why a pair, or an account by its name, is not known."""

    def __init__(
        self, database: Database, markets: Markets, portfolio: PortfolioReader, clock: Clock
    ) -> None:
        self.problems: dict[Symbol | str, str] = {}
        self._database = database
        self._markets = markets
        self._portfolio = portfolio
        self._clock = clock
        self._histories = Histories()
        self._asking: dict[Symbol, asyncio.Task[Heard]] = {}

    async def hear(
        self, wanted: Mapping[Symbol, Wanted], since: Mapping[Symbol, datetime], until: datetime
    ) -> Mapping[Symbol, Heard]:
        """Return what became of each pair since it was last heard of, as far as that is known by now.

        A pair whose market keeps us waiting is answered by a later call, one that fails not at all.
        """
        for symbol in wanted.keys() - self._asking.keys():
            if since[symbol] < until:
                self._asking[symbol] = asyncio.create_task(
                    self._hear(symbol, wanted[symbol], since[symbol], until)
                )
        if self._asking:
            await asyncio.wait(self._asking.values(), timeout=PATIENCE)
        heard: dict[Symbol, Heard] = {}
        for symbol, task in list(self._asking.items()):
            if task.done():
                del self._asking[symbol]
                self._take(symbol, task, heard)
            else:
                self.problems[symbol] = "the exchange keeps us waiting"
        return heard

    def _take(self, symbol: Symbol, task: asyncio.Task[Heard], heard: dict[Symbol, Heard]) -> None:
        try:
            heard[symbol] = task.result()
        except TradingError as error:
            self.problems[symbol] = str(error)
        else:
            self.problems.pop(symbol, None)

    async def close(self) -> None:
        """Ask no more."""
        tasks = list(self._asking.values())
        self._asking.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def holdings(self, figures: Iterable[Holding]) -> Mapping[Figure, Decimal]:
        """Return figures of accounts as they are now; what cannot be told is left out."""
        by_account: dict[str, list[Holding]] = {}
        for each in figures:
            by_account.setdefault(each.account, []).append(each)
        found: dict[Figure, Decimal] = {}
        for account, asked in by_account.items():
            try:
                found |= await self._account(account, asked)
            except TradingError as error:
                self.problems[account] = str(error)
            else:
                self.problems.pop(account, None)
        return found

    async def now(self, figure: Figure) -> Decimal | None:
        """Return a figure as it is right now, None where it is not known yet.

        Raises ExchangeUnavailable and UnknownSymbol.
        """
        market = self._markets.default.market
        match figure:
            case Price(symbol):
                return (await market.ticker(symbol)).last
            case Change(symbol):
                last = (await market.ticker(symbol)).last
                return await self._histories.change(market, figure, last, self._clock.now())
            case Reading(symbol, timeframe, _, _):
                until = timeframe.floor(self._clock.now())
                candles = await market.candles(symbol, timeframe, until=until, limit=LEAD + 1)
                values = readings_of(candles, [figure])[figure]
                return values[-1] if values else None
            case Holding():
                return (await self._account(figure.account, [figure])).get(figure)

    async def _hear(self, symbol: Symbol, wanted: Wanted, since: datetime, until: datetime) -> Heard:
        market = self._markets.default.market
        return await hear(market, symbol, wanted, self._histories, since, until)

    async def _account(self, account: str, asked: Iterable[Holding]) -> dict[Figure, Decimal]:
        snapshot = await self._portfolio.snapshot(account)
        found: dict[Figure, Decimal] = {}
        for each in asked:
            value = await self._figure(snapshot, each)
            if value is not None:
                found[each] = value
        return found

    async def _figure(self, snapshot: Portfolio, figure: Holding) -> Decimal | None:
        match figure.measure:
            case Measure.VALUE:
                return rounded(snapshot.equity)
            case Measure.PNL:
                lines = [each for each in snapshot.positions if each.position.symbol == figure.symbol]
                return next((each.unrealized for each in lines), None)
            case Measure.CHANGE:
                return await self._changed(snapshot, figure)
            case Measure.DRAWDOWN:
                return await self._drawdown(snapshot)

    async def _changed(self, snapshot: Portfolio, figure: Holding) -> Decimal | None:
        assert figure.window is not None
        account, moment = snapshot.account, snapshot.at - figure.window
        async with self._database.read() as uow:
            before = await uow.equity.at(account.id, moment) or await uow.equity.first(account.id)
        if before is None or not before.equity:
            return None
        return rounded((snapshot.equity / before.equity - 1) * HUNDRED)

    async def _drawdown(self, snapshot: Portfolio) -> Decimal | None:
        day = midnight(snapshot.at)
        async with self._database.read() as uow:
            state = await uow.risk.state(snapshot.account.id, day, snapshot.at)
        peak = max(state.peak or snapshot.equity, snapshot.equity)
        return rounded((1 - snapshot.equity / peak) * HUNDRED) if peak else None
