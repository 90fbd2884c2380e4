"""What assets are worth in one currency, as far as a market can tell."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from trading.errors import ExchangeUnavailable, UnknownSymbol
from trading.model import Ticker
from trading.ports import MarketData
from trading.symbols import Symbol

ONE = Decimal(1)
BRIDGE = "BTC"
"""The asset over which one is valued that has no pair with the currency itself."""


async def price_assets(market: MarketData, currency: str, assets: Iterable[str]) -> dict[str, Decimal]:
    """Return the price of each asset in `currency` by last trades; an asset nobody prices is left out.

    A pair is read either way round, and over bitcoin where there is no direct one.
    """
    wanted = sorted(set(assets))
    others = [asset for asset in wanted if asset != currency]
    prices = {currency: ONE} if currency in wanted else {}
    if others:
        found = await asyncio.gather(*(_price(market, asset, currency) for asset in others))
        prices.update({asset: price for asset, price in zip(others, found, strict=True) if price is not None})
    return prices


async def read_tickers(market: MarketData, symbols: Sequence[Symbol]) -> Mapping[Symbol, Ticker]:
    """Return the tickers of those pairs that the market can answer for right now."""
    found = await asyncio.gather(*(_ticker(market, symbol) for symbol in symbols))
    return {symbol: ticker for symbol, ticker in zip(symbols, found, strict=True) if ticker is not None}


async def _price(market: MarketData, asset: str, currency: str) -> Decimal | None:
    direct = await _either_way(market, asset, currency)
    if direct is not None or BRIDGE in (asset, currency):
        return direct
    first = await _either_way(market, asset, BRIDGE)
    second = await _either_way(market, BRIDGE, currency) if first is not None else None
    return first * second if first is not None and second is not None else None


async def _either_way(market: MarketData, asset: str, currency: str) -> Decimal | None:
    ticker = await _ticker(market, Symbol(asset, currency))
    if ticker is not None:
        return ticker.last
    inverse = await _ticker(market, Symbol(currency, asset))
    return ONE / inverse.last if inverse is not None and inverse.last else None


async def _ticker(market: MarketData, symbol: Symbol) -> Ticker | None:
    # A valuation names what it could not price; only orders must fail when a market is silent.
    try:
        return await market.ticker(symbol)
    except (UnknownSymbol, ExchangeUnavailable):
        return None
