"""What assets are worth in one currency, as far as a market can tell."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

from trading.errors import ExchangeUnavailable, UnknownSymbol
from trading.model import Ticker
from trading.ports import MarketData
from trading.symbols import Symbol

ONE = Decimal(1)
BRIDGE = "BTC"
"""The asset over which one is valued that has no pair with the currency itself."""


@dataclass(frozen=True, slots=True)
class Price:
    """What an asset is worth in a currency; `at` is of when the oldest price behind it is, None for one that
    is the currency itself."""

    value: Decimal
    at: datetime | None = None


async def price_assets(market: MarketData, currency: str, assets: Iterable[str]) -> dict[str, Decimal]:
    """Return the price of each asset in `currency` as `dated_prices` does."""
    return {asset: price.value for asset, price in (await dated_prices(market, currency, assets)).items()}


async def dated_prices(
    market: MarketData, currency: str, assets: Iterable[str], *, strict: bool = False
) -> dict[str, Price]:
    """Return the price of each asset in `currency` by last trades; an asset nobody prices is left out.

    A pair is read either way round, and over bitcoin where there is no direct one. Raises ExchangeUnavailable
    for a market that is silent when `strict`; else it prices nothing.
    """
    wanted = sorted(set(assets))
    others = [asset for asset in wanted if asset != currency]
    prices = {currency: Price(ONE)} if currency in wanted else {}
    if others:
        ask = partial(_listed if strict else _ticker, market)
        found = await asyncio.gather(*(_price(ask, asset, currency) for asset in others))
        prices.update({asset: price for asset, price in zip(others, found, strict=True) if price is not None})
    return prices


async def read_tickers(market: MarketData, symbols: Sequence[Symbol]) -> Mapping[Symbol, Ticker]:
    """Return the tickers of those pairs that the market can answer for right now."""
    found = await asyncio.gather(*(_ticker(market, symbol) for symbol in symbols))
    return {symbol: ticker for symbol, ticker in zip(symbols, found, strict=True) if ticker is not None}


_Ask = Callable[[Symbol], Awaitable[Ticker | None]]


async def _price(ask: _Ask, asset: str, currency: str) -> Price | None:
    direct = await _either_way(ask, asset, currency)
    if direct is not None or BRIDGE in (asset, currency):
        return direct
    first = await _either_way(ask, asset, BRIDGE)
    second = await _either_way(ask, BRIDGE, currency) if first is not None else None
    if first is None or second is None or first.at is None or second.at is None:
        return None
    return Price(first.value * second.value, min(first.at, second.at))


async def _either_way(ask: _Ask, asset: str, currency: str) -> Price | None:
    ticker = await ask(Symbol(asset, currency))
    if ticker is not None:
        return Price(ticker.last, ticker.at)
    inverse = await ask(Symbol(currency, asset))
    return Price(ONE / inverse.last, inverse.at) if inverse is not None and inverse.last else None


async def _listed(market: MarketData, symbol: Symbol) -> Ticker | None:
    try:
        return await market.ticker(symbol)
    except UnknownSymbol:
        return None


async def _ticker(market: MarketData, symbol: Symbol) -> Ticker | None:
    # A valuation names what it could not price; only orders must fail when a market is silent.
    try:
        return await market.ticker(symbol)
    except (UnknownSymbol, ExchangeUnavailable):
        return None
