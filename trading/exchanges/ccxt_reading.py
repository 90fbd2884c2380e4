"""From ccxt's structures to ours. Whatever is missing or makes no sense raises ExchangeUnavailable.

ccxt hands out floats. Their shortest spelling has the exchange's own digits up to fifteen of them, and what
lies next to a tick is put on it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from trading.clock import from_epoch_ms
from trading.errors import ExchangeUnavailable, UnknownSymbol
from trading.model import Candle, Instrument, Level, PublicTrade, Side
from trading.moves import Move
from trading.symbols import Symbol, parse_symbol

FINEST: Final = Decimal("1e-8")
USUAL_FEE: Final = Decimal("0.001")
_NOISE: Final = Decimal("1e-12")


class Grid(StrEnum):
    """How an exchange states its precision."""

    TICKS = "ticks"
    DECIMALS = "decimals"
    DIGITS = "significant digits"


@dataclass(frozen=True, slots=True)
class Quote:
    """A ticker as far as the exchange gives one."""

    last: Decimal
    bid: Decimal | None
    ask: Decimal | None
    high: Decimal | None
    low: Decimal | None
    open: Decimal | None
    volume: Decimal | None
    at: datetime | None


def number(value: Any) -> Decimal:
    """Return a figure as the exchange spelt it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise _broken("figure", value)
    try:
        figure = Decimal(str(value))
    except ArithmeticError as error:
        raise _broken("figure", value) from error
    if not figure.is_finite():
        raise _broken("figure", value)
    return figure


def positive(value: Any, step: Decimal | None = None) -> Decimal:
    """Return a figure above zero, on the grid of `step` when it is next to it."""
    figure = number(value)
    if figure <= 0:
        raise _broken("positive figure", value)
    return _on_grid(figure, step)


def not_negative(value: Any, step: Decimal | None = None) -> Decimal:
    """Return a figure that is at least zero, on the grid of `step` when it is next to it."""
    figure = number(value)
    if figure < 0:
        raise _broken("figure from zero on", value)
    return _on_grid(figure, step)


def moment(value: Any) -> datetime:
    """Return the time of Unix milliseconds."""
    milliseconds = positive(value)
    try:
        return from_epoch_ms(int(milliseconds))
    except (OverflowError, ValueError, OSError) as error:
        raise _broken("time", value) from error


def instruments(
    markets: Mapping[str, Any], grid: Grid, prices: Mapping[str, Any]
) -> dict[Symbol, Instrument]:
    """Return the rules of every spot pair that is open for trading.

    `prices` are tickers by name, needed where precision is in significant digits: there the tick is that of
    the last price. A pair whose name or rules make no sense is left out.
    """
    found: dict[Symbol, Instrument] = {}
    for name, market in _records(markets).items():
        if market.get("spot") is not True or market.get("active") is False:
            continue
        try:
            symbol = parse_symbol(name)
            if str(symbol) == name:
                found[symbol] = _instrument(symbol, market, grid, prices.get(name))
        except (UnknownSymbol, ExchangeUnavailable):
            continue
    return found


def quote(raw: Any, instrument: Instrument) -> Quote:
    """Return a ticker of ccxt's; what the exchange leaves out is None, except the last price."""
    ticker = _record(raw)
    if ticker.get("symbol") not in (None, str(instrument.symbol)):
        raise _broken(f"ticker of {instrument.symbol}", ticker.get("symbol"))
    prices = {
        name: None if ticker.get(name) is None else positive(ticker[name], instrument.tick)
        for name in ("bid", "ask", "high", "low", "open")
    }
    volume, at = ticker.get("baseVolume"), ticker.get("timestamp")
    return Quote(
        last=positive(ticker.get("last"), instrument.tick),
        **prices,
        volume=None if volume is None else not_negative(volume, instrument.step),
        at=None if at is None else moment(at),
    )


def moves(raw: Any, instruments: Mapping[Symbol, Instrument], since: datetime, now: datetime) -> list[Move]:
    """Return how pairs have moved out of ccxt's tickers by name; one that makes no sense is left out."""
    tickers, found = _record(raw), []
    for symbol, instrument in instruments.items():
        ticker = tickers.get(str(symbol))
        if ticker is None:
            continue
        try:
            told = quote(ticker, instrument)
        except ExchangeUnavailable:
            continue
        if told.open is not None and told.volume is not None:
            turnover = told.volume * told.last
            found.append(Move(symbol, told.last, told.open, turnover, since, told.at or now))
    return found


def levels(raw: Any, instrument: Instrument, depth: int) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
    """Return up to `depth` bids and asks, best first. A book without one of its sides is broken."""
    book = _record(raw)
    bids = sorted(_side(book.get("bids"), instrument), key=lambda level: -level.price)
    asks = sorted(_side(book.get("asks"), instrument), key=lambda level: level.price)
    if not bids or not asks or bids[0].price > asks[0].price:
        raise _broken("order book", (bids[:1], asks[:1]))
    return tuple(bids[:depth]), tuple(asks[:depth])


def trades(raw: Any, instrument: Instrument) -> list[PublicTrade]:
    """Return trades, oldest first. One without an id gets one made of its figures."""
    found: dict[str, PublicTrade] = {}
    for row in map(_record, _rows(raw)):
        price = positive(row.get("price"), instrument.tick)
        amount = positive(row.get("amount"), instrument.step)
        at, side = moment(row.get("timestamp")), _taker(row.get("side"))
        name = row.get("id")
        if name is None:
            name = f"{at.isoformat()}-{side}-{price}-{amount}"
            # Several alike in one moment are told apart by their order.
            name = next(each for n in range(len(found) + 1) if (each := f"{name}-{n}") not in found)
        found[str(name)] = PublicTrade(str(name), price, amount, side, at)
    return sorted(found.values(), key=lambda trade: trade.at)


def candles(raw: Any, instrument: Instrument) -> list[Candle]:
    """Return candles, oldest first."""
    found = {candle.opened_at: candle for candle in _candles(raw, instrument)}
    return [found[opened_at] for opened_at in sorted(found)]


def _candles(raw: Any, instrument: Instrument) -> Iterator[Candle]:
    for row in _rows(raw):
        figures = _rows(row)
        if len(figures) < 6:
            raise _broken("candle", row)
        start, high, low, close = (positive(figure, instrument.tick) for figure in figures[1:5])
        if not low <= min(start, close) <= max(start, close) <= high:
            raise _broken("candle", row)
        yield Candle(moment(figures[0]), start, high, low, close, not_negative(figures[5], instrument.step))


def _instrument(symbol: Symbol, market: Mapping[str, Any], grid: Grid, ticker: Any) -> Instrument:
    precision, limits = _record(market.get("precision")), _record(market.get("limits") or {})
    step = _step(precision.get("amount"), Grid.TICKS if grid is Grid.TICKS else Grid.DECIMALS)
    tick = _step(precision.get("price"), grid, ticker)
    least = _record(limits.get("amount") or {}).get("min")
    worth = _record(limits.get("cost") or {}).get("min")
    return Instrument(
        symbol=symbol,
        tick=tick,
        step=step,
        min_amount=max(step, not_negative(least or 0, step)),
        min_notional=not_negative(worth or 0),
        # A maker may be paid for it.
        maker_fee=USUAL_FEE if market.get("maker") is None else number(market["maker"]),
        taker_fee=USUAL_FEE if market.get("taker") is None else not_negative(market["taker"]),
    )


def _step(precision: Any, grid: Grid, ticker: Any = None) -> Decimal:
    if precision is None:
        return FINEST
    if grid is Grid.TICKS:
        return positive(precision)
    places = int(number(precision))
    if grid is Grid.DIGITS:
        places -= positive(_record(ticker).get("last")).adjusted() + 1
    return max(FINEST, Decimal(1).scaleb(-places))


def _on_grid(figure: Decimal, step: Decimal | None) -> Decimal:
    if step is None:
        return figure
    near = (figure / step).to_integral_value() * step
    return near if abs(near - figure) <= _NOISE * figure else figure


def _side(raw: Any, instrument: Instrument) -> Iterator[Level]:
    for row in map(_rows, _rows(raw)):
        if len(row) < 2:
            raise _broken("level", row)
        level = Level(positive(row[0], instrument.tick), not_negative(row[1], instrument.step))
        if level.amount:
            yield level


def _taker(value: Any) -> Side:
    try:
        return Side(value)
    except ValueError as error:
        raise _broken("side", value) from error


def _records(raw: Any) -> dict[str, Mapping[str, Any]]:
    return {name: _record(each) for name, each in _record(raw).items()}


def _record(raw: Any) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise _broken("record", raw)
    return raw


def _rows(raw: Any) -> Sequence[Any]:
    if isinstance(raw, str) or not isinstance(raw, Iterable):
        raise _broken("list", raw)
    return list(raw)


def _broken(what: str, value: Any) -> ExchangeUnavailable:
    return ExchangeUnavailable(f"the exchange gave no valid {what}: {str(value)[:60]!r}")
