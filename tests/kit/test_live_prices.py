"""A service on the prices of a real exchange's protocol, trading on paper."""

from pathlib import Path

from tests.peers.exchange import loopback_exchange
from tests.service import running
from tests.trading.ccxt_market.world import BTC, ETH, NOW
from tests.wire import wire
from trading.clock import ManualClock


async def test_live_prices_say_so_and_fill_paper_orders(tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    async with (
        loopback_exchange(clock, [BTC, ETH]) as exchange,
        running(tmp_path, clock=clock, exchange="binance", exchange_urls=exchange.binance) as service,
        wire(service.url) as connection,
    ):
        price = (await connection.request("market.price", {"pair": "BTC/USDT"}))["payload"]
        order = {"action": "buy", "pair": "BTC/USDT", "type": "market", "amount": 1000}
        bought = (await connection.request("trade.execute", order))["payload"]
        health = (await connection.request("health"))["payload"]
        unknown = await connection.request("market.price", {"pair": "NOPE/USDT"})
    assert (price["source"], price["exchange"]) == ("live", "binance")
    assert (bought["status"], bought["mode"], bought["exchange"]) == ("filled", "paper", "binance")
    assert price["bid"] <= bought["executedPrice"] <= price["ask"] * 1.01
    assert (health["ok"], health["exchanges"]["binance"]["source"]) == (True, "live")
    assert unknown["error"]["code"] == "NOT_FOUND"


async def test_an_exchange_that_is_down_is_told_and_does_not_stop_the_service(tmp_path: Path) -> None:
    nowhere = {"public": "http://127.0.0.1:9/api/v3"}
    async with (
        running(tmp_path, exchange="binance", exchange_urls=nowhere) as service,
        wire(service.url) as connection,
    ):
        price = await connection.request("market.price", {"pair": "BTC/USDT"})
        health = (await connection.request("health"))["payload"]
    assert (price["error"]["code"], price["error"]["retryable"]) == ("EXCHANGE_ERROR", True)
    assert (health["ok"], health["exchanges"]["binance"]["connected"]) == (False, False)
