"""How every pair of a live exchange has moved, out of its one answer about all."""

from datetime import timedelta
from typing import Any

import pytest

from tests.peers.exchange_faults import alters, says
from tests.peers.exchange_state import LoopbackExchange
from tests.trading.ccxt_market.world import BTC, BTC_USD, BTC_USDT, ETH, ETH_USDT, NOW, PEPE_USDT, XBT
from trading.clock import epoch_ms
from trading.errors import ExchangeUnavailable
from trading.exchanges.ccxt_market import CcxtMarket

DAY = timedelta(days=1)


async def test_every_pair_that_trades_is_told_of_in_one_answer(
    binance: CcxtMarket, exchange: LoopbackExchange
) -> None:
    found = {each.symbol: each for each in await binance.moves()}
    assert set(found) == set(await binance.instruments())
    for symbol, tape in ((BTC_USDT, BTC), (ETH_USDT, ETH)):
        day, ticker = tape.day(epoch_ms(NOW)), await binance.ticker(symbol)
        moved = found[symbol]
        assert (moved.last, moved.open, moved.since) == (ticker.last, day.open, NOW - DAY)
        assert moved.turnover == day.volume * ticker.last
        assert abs(moved.at - NOW) < timedelta(minutes=1)


async def test_kraken_tells_of_the_day_since_midnight(kraken: CcxtMarket) -> None:
    found = {each.symbol: each for each in await kraken.moves()}
    midnight = NOW.replace(hour=0, minute=0, second=0)
    assert set(found) == set(await kraken.instruments())
    moved = found[BTC_USD]
    assert (moved.since, moved.open) == (midnight, XBT.price(epoch_ms(midnight) // 60_000))
    assert moved.turnover == XBT.day(epoch_ms(NOW)).volume * moved.last


async def test_a_pair_without_figures_that_make_sense_is_left_out(
    binance: CcxtMarket, exchange: LoopbackExchange
) -> None:
    nonsense: dict[str, dict[str, Any]] = {
        "BTCUSDT": {"lastPrice": "-1"},
        "ETHUSDT": dict.fromkeys(("openPrice", "priceChange", "priceChangePercent")),
    }

    def spoil(answer: Any) -> Any:
        return [{**each, **nonsense.get(each["symbol"], {})} for each in answer]

    exchange.fail("24hr", alters(spoil))
    found = {each.symbol for each in await binance.moves()}
    assert found == set(await binance.instruments()) - {BTC_USDT, ETH_USDT}
    assert PEPE_USDT in found


async def test_an_exchange_that_does_not_answer_is_unavailable(
    binance: CcxtMarket, exchange: LoopbackExchange
) -> None:
    await binance.instruments()
    exchange.fail("24hr", says("{}", 503))
    with pytest.raises(ExchangeUnavailable):
        await binance.moves()
