"""What the tests of the simulated market share."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from trading.clock import ManualClock
from trading.exchanges.simulated import SimulatedMarket
from trading.model import Candle, PublicTrade
from trading.symbols import Symbol

BTC = Symbol("BTC", "USDT")
ETH = Symbol("ETH", "USDT")
CROSS = Symbol("ETH", "BTC")
EURO = Symbol("EUR", "USDT")
COINS = ("BTC", "ETH", "SOL", "BNB", "XRP", "DOGE", "ADA", "AVAX", "DOT", "LINK", "LTC", "TRX")
PAIRS = (*(Symbol(coin, "USDT") for coin in COINS), CROSS, EURO)
MINUTE = timedelta(minutes=1)

pairs = st.sampled_from(PAIRS)


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """Return a millisecond within ten years, at times the very turn of a minute, hour or day."""
    start = int(datetime(2020, 11, 1, tzinfo=UTC).timestamp() * 1000)
    moment = start + draw(st.integers(0, 10 * 365 * 86_400_000))
    grain = draw(st.sampled_from((1, 1, 1, 60_000, 3_600_000, 86_400_000)))
    return datetime.fromtimestamp(moment // grain * grain / 1000, UTC)


def market_at(moment: datetime, seed: int | None = None) -> SimulatedMarket:
    """Return the market as it is at a moment."""
    clock = ManualClock(moment)
    return SimulatedMarket(clock) if seed is None else SimulatedMarket(clock, seed=seed)


def fold_trades(opened_at: datetime, trades: Sequence[PublicTrade]) -> Candle:
    """Return the candle that trades make."""
    prices = [trade.price for trade in trades]
    volume = sum((trade.amount for trade in trades), start=trades[0].amount * 0)
    return Candle(opened_at, prices[0], max(prices), min(prices), prices[-1], volume)


def fold_candles(candles: Sequence[Candle]) -> Candle:
    """Return the candle that shorter ones make."""
    return Candle(
        opened_at=candles[0].opened_at,
        open=candles[0].open,
        high=max(candle.high for candle in candles),
        low=min(candle.low for candle in candles),
        close=candles[-1].close,
        volume=sum((candle.volume for candle in candles), start=candles[0].volume * 0),
    )
