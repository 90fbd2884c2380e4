"""What an account holds and how it does: every figure is computed here, once, for all who show it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from trading.clock import Clock
from trading.equity import margin_value, needed
from trading.errors import NotFound
from trading.funds import holdings
from trading.margin import liquidation_price
from trading.markets import Markets
from trading.model import (
    ZERO,
    Account,
    Balance,
    EquityPoint,
    Fill,
    Order,
    OrderType,
    Position,
    Source,
    Ticker,
)
from trading.orders import is_liquidation
from trading.ports import Transact, UnitOfWork
from trading.prices import BRIDGE, price_assets, read_tickers
from trading.symbols import Symbol

DAY = timedelta(days=1)

_STOPS = frozenset({OrderType.STOP, OrderType.TRAILING_STOP})


class Period(StrEnum):
    """Over which time profit and loss are asked for."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"
    YEAR_TO_DATE = "ytd"
    ALL = "all"

    def start(self, now: datetime, opened: datetime) -> datetime:
        """Return when the period that ends now began; not before the account was opened."""
        days = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30}.get(self)
        if days is not None:
            return max(now - timedelta(days=days), opened)
        if self is Period.YEAR_TO_DATE:
            return max(datetime(now.year, 1, 1, tzinfo=UTC), opened)
        return opened


@dataclass(frozen=True, slots=True)
class AssetLine:
    """One asset of an account. Price and value are in its currency, None when nobody prices the asset.

    `allocation` is the share of equity and `change_24h` that of the price, both fractions.
    """

    balance: Balance
    price: Decimal | None
    value: Decimal | None
    allocation: Decimal | None
    change_24h: Decimal | None


@dataclass(frozen=True, slots=True)
class PositionLine:
    """An open position at the market's last price (`mark`), which is None while the market is silent.

    `unrealized` is in quote before the fees of closing, `unrealized_fraction` its share of the cost; the
    protective levels are those of the orders that would still act on it, the nearest ones. A margin position
    has a liquidation price (None: no price liquidates it) and `roe`, its net result so far (less the fees of
    opening it) as a fraction of its initial margin; all these are None for a holding.
    """

    position: Position
    mark: Decimal | None
    unrealized: Decimal | None
    unrealized_fraction: Decimal | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    leverage: Decimal | None = None
    margin: Decimal | None = None
    liquidation_price: Decimal | None = None
    roe: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """An account at one moment, in its own currency.

    `equity` is the sum of all holdings that have a price (`unpriced` names the others), of the `margin` that
    is set aside, and of what margin positions have won. The other positions show the same holdings by pair
    and are not counted again. Changes are fractions. `value_in_btc` is None without a price.
    """

    account: Account
    at: datetime
    source: Source
    exchange: str
    equity: Decimal
    cash: Decimal
    value_in_btc: Decimal | None
    change_24h: Decimal
    change_7d: Decimal
    assets: tuple[AssetLine, ...]
    positions: tuple[PositionLine, ...]
    unpriced: tuple[str, ...]
    margin: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class ProfitAndLoss:
    """How an account did over a period, in its currency; rates are fractions.

    `pnl` is the change in equity and splits into `realized` (closing fills, net of the fees of both sides)
    and `unrealized` (the change in what is still open, with the entry fees paid for it). `orders` counts
    orders that traded, `closed` those that closed something, `won` those of them that won. What trades
    against another quote is converted at its price of now.
    """

    account: Account
    start: datetime
    end: datetime
    start_value: Decimal
    end_value: Decimal
    realized: Decimal
    fees: Decimal
    orders: int
    closed: int
    won: int
    unpriced: tuple[str, ...]

    @property
    def pnl(self) -> Decimal:
        """What was won or lost."""
        return self.end_value - self.start_value

    @property
    def fraction(self) -> Decimal:
        """The same as a share of the start value."""
        return self.pnl / self.start_value if self.start_value else ZERO

    @property
    def unrealized(self) -> Decimal:
        """The part that is still open."""
        return self.pnl - self.realized

    @property
    def win_rate(self) -> Decimal:
        """The share of closing orders that won; zero when there was none."""
        return Decimal(self.won) / self.closed if self.closed else ZERO


class PortfolioReader:
    """Reads accounts and values them by the default market."""

    def __init__(self, read: Transact, markets: Markets, clock: Clock) -> None:
        self._read = read
        self._markets = markets
        self._clock = clock

    async def snapshot(self, account_id: str) -> Portfolio:
        """Return an account with everything it holds, valued now; raise NotFound."""
        now = self._clock.now()
        async with self._read() as uow:
            account = await _account(uow, account_id)
            open_orders = await uow.orders.open(account_id)
            held = holdings(await uow.ledger.balances(account_id), open_orders)
            positions = await uow.positions.open(account_id)
            day_ago = await _worth(uow, account, now - DAY)
            week_ago = await _worth(uow, account, now - 7 * DAY)
        prices, tickers = await self._value(account, held, positions)
        equity = _equity(_totals(held), prices, positions)
        market = self._markets.default.market
        return Portfolio(
            account=account,
            at=now,
            source=market.source,
            exchange=market.exchange,
            equity=equity,
            cash=held[account.currency].total if account.currency in held else ZERO,
            value_in_btc=equity / prices[BRIDGE] if prices.get(BRIDGE) else None,
            change_24h=_change(day_ago, equity),
            change_7d=_change(week_ago, equity),
            assets=_assets(account, held, prices, tickers, equity),
            positions=tuple(_line(each, tickers.get(each.symbol), open_orders) for each in positions),
            unpriced=tuple(sorted(needed(_totals(held), positions) - prices.keys())),
            margin=sum((each.margin * prices.get(each.symbol.quote, ZERO) for each in positions), ZERO),
        )

    async def positions(self, account_id: str) -> Sequence[PositionLine]:
        """Return the open positions of an account at the market of now; raise NotFound."""
        async with self._read() as uow:
            await _account(uow, account_id)
            open_orders = await uow.orders.open(account_id)
            positions = await uow.positions.open(account_id)
        symbols = list(dict.fromkeys(position.symbol for position in positions))
        tickers = await read_tickers(self._markets.default.market, symbols)
        return tuple(_line(each, tickers.get(each.symbol), open_orders) for each in positions)

    async def pnl(self, account_id: str, period: Period) -> ProfitAndLoss:
        """Return how an account did from the period's start until now; raise NotFound."""
        now = self._clock.now()
        async with self._read() as uow:
            account = await _account(uow, account_id)
            start = period.start(now, account.created_at)
            begin = await _worth(uow, account, start)
            fills = await uow.fills.of(account_id, since=start)
            balances = await uow.ledger.balances(account_id)
            positions = await uow.positions.open(account_id)
        assets = needed(balances, positions) | {fill.symbol.quote for fill in fills}
        prices = await price_assets(self._markets.default.market, account.currency, assets)
        outcomes = _outcomes(fills, prices)
        return ProfitAndLoss(
            account=account,
            start=start,
            end=now,
            start_value=begin,
            end_value=_equity(balances, prices, positions),
            realized=sum(outcomes.values(), ZERO),
            fees=sum((fill.fee * prices.get(fill.symbol.quote, ZERO) for fill in fills), ZERO),
            orders=len({fill.order_id for fill in fills}),
            closed=len(outcomes),
            won=sum(1 for outcome in outcomes.values() if outcome > 0),
            unpriced=tuple(sorted(assets - prices.keys())),
        )

    async def history(
        self, account_id: str, since: datetime, until: datetime | None = None
    ) -> Sequence[EquityPoint]:
        """Return what an account was worth over a time, oldest first; raise NotFound."""
        async with self._read() as uow:
            await _account(uow, account_id)
            return await uow.equity.between(account_id, since, until or self._clock.now())

    async def trades(
        self,
        account_id: str,
        symbol: Symbol | None = None,
        exchange: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        before: str | None = None,
    ) -> Sequence[Fill]:
        """Return the fills of an account, oldest first; raise NotFound.

        With `limit` they are the newest ones, `before` the fill of an id.
        """
        async with self._read() as uow:
            await _account(uow, account_id)
            return await uow.fills.of(account_id, symbol, exchange, since, until, limit, before)

    async def _value(
        self, account: Account, held: Iterable[str], positions: Sequence[Position]
    ) -> tuple[dict[str, Decimal], Mapping[Symbol, Ticker]]:
        market = self._markets.default.market
        others = [Symbol(asset, account.currency) for asset in held if asset != account.currency]
        symbols = list(dict.fromkeys([*others, *(position.symbol for position in positions)]))
        tickers = await read_tickers(market, symbols)
        assets = {*held, *needed({}, positions), account.currency, BRIDGE}
        return await price_assets(market, account.currency, assets), tickers


async def _account(uow: UnitOfWork, account_id: str) -> Account:
    account = await uow.accounts.get(account_id)
    if account is None:
        raise NotFound(f"there is no account {account_id}")
    return account


async def _worth(uow: UnitOfWork, account: Account, moment: datetime) -> Decimal:
    """Return what an account was worth at a moment; before its first one, its deposit."""
    known = await uow.equity.at(account.id, moment) if moment > account.created_at else None
    return account.initial if known is None else known.equity


def _totals(held: Mapping[str, Balance]) -> dict[str, Decimal]:
    return {asset: balance.total for asset, balance in held.items()}


def _equity(
    balances: Mapping[str, Decimal], prices: Mapping[str, Decimal], positions: Iterable[Position]
) -> Decimal:
    """Return the worth of all that has a price."""
    held = sum((balances[asset] * prices[asset] for asset in balances if asset in prices), ZERO)
    return held + sum((margin_value(position, prices) for position in positions), ZERO)


def _change(past: Decimal, equity: Decimal) -> Decimal:
    return equity / past - 1 if past else ZERO


def _assets(
    account: Account,
    held: Mapping[str, Balance],
    prices: Mapping[str, Decimal],
    tickers: Mapping[Symbol, Ticker],
    equity: Decimal,
) -> tuple[AssetLine, ...]:
    lines = []
    for asset, balance in held.items():
        price = prices.get(asset)
        value = None if price is None else balance.total * price
        ticker = tickers.get(Symbol(asset, account.currency)) if asset != account.currency else None
        change = ZERO if asset == account.currency else None
        lines.append(
            AssetLine(
                balance=balance,
                price=price,
                value=value,
                allocation=value / equity if value is not None and equity else None,
                change_24h=change if ticker is None else ticker.change_24h,
            )
        )
    return tuple(sorted(lines, key=lambda line: (-(line.value or ZERO), line.balance.asset)))


def _line(position: Position, ticker: Ticker | None, open_orders: Sequence[Order]) -> PositionLine:
    mark = None if ticker is None else ticker.last
    unrealized = None if mark is None else position.unrealized(mark)
    stop_loss, take_profit = levels(position, open_orders)
    line = PositionLine(
        position=position,
        mark=mark,
        unrealized=unrealized,
        unrealized_fraction=None if unrealized is None or not position.cost else unrealized / position.cost,
        stop_loss=stop_loss,
        take_profit=take_profit,
    )
    if position.leverage is None:
        return line
    net = None if unrealized is None else unrealized - position.entry_fees
    return replace(
        line,
        leverage=position.leverage,
        margin=position.margin,
        liquidation_price=liquidation_price(position) or None,
        roe=None if net is None or not position.margin else net / position.margin,
    )


def levels(position: Position, open_orders: Iterable[Order]) -> tuple[Decimal | None, Decimal | None]:
    """Return the nearest stop-loss and take-profit that would still act on a position, None without one."""
    guards = [order for order in open_orders if _guards(order, position)]
    stops = [o.stop_price for o in guards if o.type in _STOPS and o.stop_price is not None]
    limits = [o.price for o in guards if o.type is OrderType.LIMIT and o.price is not None]
    nearest, farthest = (max, min) if position.sign > 0 else (min, max)
    return nearest(stops, default=None), farthest(limits, default=None)


def _guards(order: Order, position: Position) -> bool:
    return (
        order.reduce_only
        and not is_liquidation(order)
        and (order.symbol, order.side) == (position.symbol, position.closing_side)
        and (order.leverage is None) == (position.leverage is None)
    )


def _outcomes(fills: Iterable[Fill], prices: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return what each closing order won or lost."""
    outcomes: dict[str, Decimal] = {}
    for fill in fills:
        if fill.realized is not None:
            worth = fill.realized * prices.get(fill.symbol.quote, ZERO)
            outcomes[fill.order_id] = outcomes.get(fill.order_id, ZERO) + worth
    return outcomes
