"""Where a run by itself trades: at the market of the moment, on an account that others may trade as well."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from trading.clock import Clock
from trading.desk import Desk
from trading.equity import needed
from trading.errors import ExchangeUnavailable, InvalidOrder
from trading.markets import Markets
from trading.model import ZERO, EquityPoint, Mode, OrderRequest, Position, Side
from trading.placing import OrderOutcome
from trading.ports import Transact
from trading.prices import dated_prices, price_assets
from trading.runs.cycle_market import CycleMarket
from trading.runs.decision import ENTRIES, Action, RunDecision
from trading.runs.hands import Hands, entry
from trading.runs.record import Run
from trading.runs.shelf import Shelf
from trading.runs.trades import Books, view_of, worth_of
from trading.runs.view import AccountView
from trading.symbols import Symbol


class DeskFloor:
    """The floor of runs on paper or with real money, which go through the same desk as anybody's orders."""

    def __init__(self, desk: Desk, markets: Markets, read: Transact, clock: Clock, shelf: Shelf) -> None:
        self._clock = clock
        self._desk = desk
        self._market = markets.default.market
        self._shelf = shelf
        self._hands = Hands(desk, read)
        self._cycle: CycleMarket | None = None

    async def open(self, market: CycleMarket) -> None:
        """Bring everything that rests up to now; the market itself is asked for what it costs then."""
        self._cycle = market
        await self._desk.settle()

    async def view(self, run: Run) -> AccountView:
        """Return the account of a run at the prices of now; raise NotFound."""
        books = await self._shelf.of(run.account)
        return view_of(books, await self._prices(books), self._at())

    async def views(self, runs: Sequence[Run]) -> Mapping[str, AccountView]:
        """Return the accounts of runs by the ids of these; raise as `view`."""
        return {each.id: await self.view(each) for each in runs}

    async def execute(self, run: Run, decision: RunDecision, key: str) -> OrderOutcome:
        """Carry out an entry or a close; raise as the desk does.

        With real money there is no margin here: InvalidOrder for a short, or for a leverage above 1.
        """
        known = await self._hands.known(run, key)
        if known is not None:
            return known
        if decision.action is Action.CLOSE:
            return await self._hands.close(run, decision.symbol, key)
        if decision.action not in ENTRIES or decision.symbol is None:
            raise InvalidOrder(f"there is nothing to carry out for {decision.action}")
        return await self._hands.enter(await self._entry(run, decision, decision.symbol, key))

    async def close_all(self, run: Run, key: str) -> Sequence[OrderOutcome]:
        """Close all on an account of its own, what the run has opened on a shared one; raise as the desk."""
        books = await self._shelf.of(run.account)
        trades = books.trades

        def own(position: Position) -> bool:
            if run.mode is Mode.PAPER:
                # Its account is its own, and so is what its owner opened there by hand.
                return True
            return trades.runs.get(trades.opened_by.get(position.id, "")) == run.id

        return await self._hands.leave(run, key, own)

    async def worth(self, run: Run) -> EquityPoint:
        """Return what the account of a run is worth by the prices of now, dated to the cycle; as `view`."""
        books = await self._shelf.of(run.account)
        return worth_of(books, await self._prices(books), self._at())

    async def _entry(self, run: Run, decision: RunDecision, symbol: Symbol, key: str) -> OrderRequest:
        if run.mode is Mode.LIVE:
            _check_spot(decision)
        margin = run.mode is not Mode.LIVE and (run.rules.most_leverage > 1 or decision.side is Side.SELL)
        ticker = await self._market.ticker(symbol)
        instrument = await self._market.instrument(symbol)
        return entry(run, decision, key, ticker, instrument, margin)

    async def _prices(self, books: Books) -> Mapping[str, Decimal]:
        """Return what the assets of an account cost now, or where the market is silent, did last.

        What is traded against nothing that leads to the currency counts for nothing.
        """
        currency = books.account.currency
        assets = needed(books.balances, books.held) | {currency}
        marks = {} if self._cycle is None else self._cycle.marks
        known = {symbol.base: price for symbol, price in marks.items() if symbol.quote == currency}
        try:
            found = await dated_prices(self._market, currency, assets, strict=True)
        except ExchangeUnavailable:
            return {**known, **await price_assets(self._market, currency, assets)}
        return {**dict.fromkeys(assets, ZERO), **known, **{name: each.value for name, each in found.items()}}

    def _at(self) -> datetime:
        return self._clock.now() if self._cycle is None else self._cycle.at


def _check_spot(decision: RunDecision) -> None:
    if decision.side is Side.SELL:
        raise InvalidOrder("nothing is sold short with real money here; sell what is held by closing it")
    if decision.leverage is not None and decision.leverage > 1:
        raise InvalidOrder(
            f"with real money there is no leverage here, and this asks for {decision.leverage}"
        )
