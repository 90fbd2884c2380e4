"""Pairs are completed while they are typed."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

from bot.completing import completing, matching
from tools.errors import CallError, Code
from tools.wire import Result

TRADED = ["SOL/USDT", "BTC/USDT", "BTC/EUR", "BONK/USDT", "BTCD/USDT"]


async def overview(name: str, params: Mapping[str, Any]) -> Result:
    assert (name, params) == ("market.overview", {"limit": 50})
    rows = [SimpleNamespace(pair=pair) for pair in TRADED]
    return cast(Result, SimpleNamespace(most_traded=rows, gainers=rows[3:], losers=[]))


async def silent(name: str, params: Mapping[str, Any]) -> Result:
    raise CallError("nobody answers", code=Code.EXCHANGE_ERROR)


async def unasked(name: str, params: Mapping[str, Any]) -> Result:
    raise AssertionError(name)


def test_a_beginning_becomes_pairs_by_ticker_spelling_or_name() -> None:
    assert matching("btc", TRADED) == ["BTC/USDT", "BTC/EUR", "BTCD/USDT"]
    assert matching("BTC-e", TRADED) == matching("btce", TRADED) == ["BTC/EUR"]
    assert matching("bitco", TRADED) == ["BTC/USDT", "BTC/EUR"]
    assert matching("zzz", TRADED) == []
    assert matching("", TRADED) == TRADED


async def test_what_trades_most_comes_before_what_is_known_by_name() -> None:
    found = await completing(overview, served=True)("b")
    assert found[:4] == ["BTC/USDT", "BTC/EUR", "BONK/USDT", "BTCD/USDT"]
    assert {"BNB/USDT", "BCH/USDT"} <= set(found)


async def test_without_a_market_that_tells_known_coins_are_offered() -> None:
    for complete in (completing(silent, served=True), completing(unasked, served=False)):
        assert await complete("ether") == ["ETH/USDT", "ETC/USDT"]
        assert len(await complete("")) == 25
