"""The market that the loopback exchange of these tests trades."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tests.peers.exchange_tape import Pair, Tape
from trading.model import Candle
from trading.symbols import Symbol
from trading.timeframes import Timeframe

NOW = datetime(2026, 11, 21, 10, 7, 30, tzinfo=UTC)
LISTED = NOW - timedelta(days=40)
QUIET = (NOW - timedelta(days=9), NOW - timedelta(days=9) + timedelta(hours=5))

ETH = Tape(Pair("ETH", "USDT", Decimal(3000)), LISTED, silence=QUIET)
BTC = Tape(Pair("BTC", "USDT", Decimal(90_000), step=Decimal("0.00001")), LISTED)
PEPE = Tape(
    Pair("PEPE", "USDT", Decimal("0.00098765"), tick=Decimal("1e-8"), step=Decimal(1)),
    LISTED,
)
GONE = Tape(Pair("LUNA", "USDT", Decimal(100), status="BREAK"), LISTED)
ODD = Tape(Pair("币安", "USDT", Decimal(1)), LISTED)
XBT = Tape(Pair("BTC", "USD", Decimal(90_000), tick=Decimal("0.1"), kraken="XXBTZUSD"), LISTED)
KETH = Tape(Pair("ETH", "USD", Decimal(3000), kraken="XETHZUSD"), LISTED)

ETH_USDT, BTC_USDT, PEPE_USDT = Symbol("ETH", "USDT"), Symbol("BTC", "USDT"), Symbol("PEPE", "USDT")
BTC_USD = Symbol("BTC", "USD")


def expected(tape: Tape, timeframe: Timeframe, first: datetime, last: datetime) -> list[Candle]:
    return tape.candles(first, last, timeframe.seconds // 60, 10**6, NOW)
