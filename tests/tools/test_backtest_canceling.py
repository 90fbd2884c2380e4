"""A backtest that is canceled while its candles still come from an exchange."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.peers.exchange import loopback_exchange
from tests.peers.exchange_faults import once, stalls
from tests.peers.exchange_state import Fault
from tests.service import Running, running
from tests.trading.ccxt_market.world import BTC, NOW, expected
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER
from trading.backtest.fetching import PAGE
from trading.backtest.stores import Kept, Series, Span
from trading.clock import ManualClock, epoch_ms
from trading.symbols import parse_symbol
from trading.timeframes import Timeframe

MINUTE = Timeframe.M1
END = MINUTE.floor(NOW) - timedelta(hours=1)
START = END - 2_500 * MINUTE.span
ASKED = {
    "strategy": "buy_and_hold",
    "pair": "BTC/USDT",
    "timeframe": "1m",
    "from": epoch_ms(START),
    "to": epoch_ms(END),
}


async def call(service: Running, name: str, params: dict[str, Any]) -> dict[str, Any]:
    """Call a capability and return its answer as the wire has it."""
    context = Context(LOCAL_OWNER, service.app.services, service.app.registry)
    return (await service.app.registry.call(name, params, context)).model_dump(mode="json")


def stalls_and_tells(reached: asyncio.Event) -> Fault:
    """Send half of the right answer and never the rest, and tell that it has come to that."""
    half = stalls()

    async def fault(request: web.Request, answer: Any) -> web.StreamResponse:
        reached.set()
        return await half(request, answer)

    return fault


async def test_what_is_canceled_amid_its_fetch_keeps_whole_pages_and_is_gone_on_from_there(
    tmp_path: Path,
) -> None:
    clock, reached = ManualClock(NOW), asyncio.Event()
    async with (
        loopback_exchange(clock, [BTC]) as exchange,
        running(tmp_path, clock=clock, exchange="binance", exchange_urls=exchange.binance) as service,
    ):
        exchange.fail("klines", once(stalls_and_tells(reached), after=1))
        running_one = asyncio.create_task(call(service, "backtest.run", ASKED))
        await reached.wait()
        (job,) = (await call(service, "backtest.list", {}))["backtests"]
        assert job["status"] == "running"
        ended = await call(service, "backtest.cancel", {"backtestId": job["backtestId"]})
        with pytest.raises(CallError) as caught:
            await running_one
        assert caught.value.reason is Code.CONFLICT
        stored = await call(service, "backtest.get", {"backtestId": job["backtestId"]})
        assert (ended["status"], stored["status"], stored["result"]) == ("canceled", "canceled", None)

        # The page that had come is kept whole, and nothing of the one that had come half.
        series = Series("binance", "live", parse_symbol("BTC/USDT"), MINUTE)
        histories = service.app.services.histories
        page = Span(epoch_ms(START), epoch_ms(START + PAGE * MINUTE.span))
        (kept,) = await histories.store.kept()
        assert kept == Kept(series, PAGE, page, kept.size)
        known = await histories.store.load(series, Span(epoch_ms(START), epoch_ms(END)))
        assert known.covered == (page,)

        asked = exchange.count("klines")
        again = await call(service, "backtest.run", ASKED)
        assert exchange.count("klines") - asked == 2
        assert (again["data"][0]["bars"], again["data"][0]["missing"]) == (2_500, 0)
        found = await histories.get(series.symbol, MINUTE, START, END)
        market = expected(BTC, MINUTE, START, END - MINUTE.span)
        assert found.bars.close.tolist() == [float(each.close) for each in market]
