"""Real money that nobody has armed does not move, whoever tries and wherever."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.surfaces.doors import DOORS, OTHER_DIALECT, Door, Opened, Outcome
from tools.catalog import CATALOG
from tools.context import Context
from tools.policy import LOCAL_OWNER

LIVE = {"account": "live"}
BUY = {"action": "buy", "pair": "BTC/USDT", "type": "market", "amount": 100, **LIVE}
TRIES: list[tuple[str, dict[str, Any], str | None]] = [
    ("trade.execute", BUY, "NOT_ARMED"),
    ("trade.execute", {**BUY, "type": "limit", "amount": 0.01, "price": 60_000}, "NOT_ARMED"),
    ("trade.execute", {**BUY, "action": "sell", "amountType": "base", "amount": 0.01}, "INSUFFICIENT_FUNDS"),
    ("trade.close", {"positionId": "pos_none", **LIVE}, "NOT_FOUND"),
    ("trade.amend", {"positionId": "pos_none", "stopLoss": 1, **LIVE}, "NOT_FOUND"),
    ("trade.cancel", {"orderId": "ord_none", **LIVE}, "NOT_FOUND"),
    ("trade.cancelAll", LIVE, None),
    ("trade.closeAll", LIVE, None),
    ("live.check", {}, None),
]
"""Everything that could reach an account's exchange, and its code in the dialect of the API reference."""


async def arm_once(opened: Opened) -> None:
    """Let the account have money in our books, so that nothing but its arming keeps it from trading."""
    door = opened.service.app.registry
    owner = Context(LOCAL_OWNER, opened.service.app.services, door)
    await door.call("live.arm", {}, owner)
    await door.call("live.disarm", {}, owner)
    opened.exchange.log.clear()


@pytest.mark.parametrize("door", [*DOORS, OTHER_DIALECT], ids=lambda door: door.name)
async def test_an_exchange_that_is_not_armed_hears_of_nothing(door: Door, tmp_path: Path) -> None:
    offered = {each.name: each for each in CATALOG if door.has(each)}
    tried = 0
    async with door.open(tmp_path) as opened:
        await arm_once(opened)
        for name, params, code in TRIES:
            if name not in offered:
                continue
            tried += 1
            outcome: Outcome = await opened.call(offered[name], params)
            assert (outcome.code is None) == (code is None), (name, outcome)
            if door is not OTHER_DIALECT:
                assert outcome.code == code, name
        await opened.service.advance(120)
        async with aiohttp.ClientSession() as session:
            for path in ("/api/v1/trade", "/api/v1/trade/execute", "/trade.execute", "/"):
                async with session.post(f"{opened.service.http}{path}", json=BUY) as answer:
                    assert answer.status in (404, 405), path
        assert opened.exchange.log == []
        assert opened.exchange.balances == {"USDT": 10_000}
    assert tried > 0


async def test_the_same_exchange_hears_of_an_order_once_its_owner_has_armed_it(tmp_path: Path) -> None:
    offered = {each.name: each for each in CATALOG}
    async with DOORS[0].open(tmp_path) as opened:
        armed = await opened.call(offered["live.arm"], {})
        assert (armed.result["armed"], armed.result["locked"], armed.result["differences"]) == (
            True,
            None,
            [],
        )
        bought = await opened.call(offered["trade.execute"], BUY)
        assert (bought.result["status"], bought.result["mode"]) == ("filled", "live")
        assert [name for name, _ in opened.exchange.log].count("place") == 1
        checked = await opened.call(offered["live.check"], {})
        assert (checked.result["locked"], checked.result["differences"]) == (None, [])
