"""The offline model with the real service: orders that rest, stops, the kill switch, limits, approvals."""

import asyncio
from pathlib import Path
from typing import cast

import pytest

from agent.models.offline import OfflineModel
from tests.agent.talking import House, house
from tools.orders import OrderList
from tools.positions import PositionList
from tools.switch import SwitchView


async def said(agent: House, text: str, session_id: str = "main") -> str:
    return (await agent.say(text, sessionId=session_id)).message.content


async def resting(agent: House) -> list[str]:
    orders = cast(OrderList, await agent.call("trade.orders")).orders
    return [f"{each.side} {each.amount.normalize():f} at {each.price}" for each in orders]


async def stops(agent: House) -> list[str]:
    positions = cast(PositionList, await agent.call("trade.positions")).positions
    return [f"{each.pair} {each.stop_loss}" for each in positions]


@pytest.mark.parametrize(
    ("buy", "orders", "cancel", "cancel_all"),
    [
        ("buy 0.01 BTC at {}", "my orders", "cancel order 2", "cancel all orders"),
        ("kaufe 0,01 BTC bei {}", "meine orders", "storniere order 2", "storniere alle"),
    ],
)
async def test_orders_are_canceled_by_the_number_that_was_shown(
    tmp_path: Path, buy: str, orders: str, cancel: str, cancel_all: str
) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        for price in (58_000, 59_000, 60_000):
            await said(agent, buy.format(price))
            await agent.service.advance(1)
        head, first, second, third = (await said(agent, orders)).splitlines()
        assert head
        assert [line[:2] for line in (first, second, third)] == ["1.", "2.", "3."]
        # An order that came after the list does not move its numbers.
        await agent.call(
            "trade.execute", action="buy", pair="BTC/USDT", type="limit", amount=0.01, price=57_000
        )
        await said(agent, cancel)
        assert await resting(agent) == ["buy 0.01 at 57000", "buy 0.01 at 60000", "buy 0.01 at 58000"]
        await said(agent, cancel_all)
        assert await resting(agent) == []


async def test_a_number_without_a_list_cancels_nothing_and_shows_one(tmp_path: Path) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        await said(agent, "buy 0.01 BTC at 58000", "other")
        answer = await said(agent, "cancel order 1")
        assert "1. PAPER: buy 0.01 BTC at 58,000.00 USDT, open (ord_" in answer
        assert await resting(agent) == ["buy 0.01 at 58000"]
        assert "cancelled" in await said(agent, "cancel order 1")
        assert await resting(agent) == []
        await said(agent, "buy 0.01 BTC at 58000")
        order = cast(OrderList, await agent.call("trade.orders")).orders[0].order_id
        await said(agent, f"cancel order {order}", "third")
        assert await resting(agent) == []


@pytest.mark.parametrize(
    ("text", "answer", "stop"),
    [
        ("move stop of BTC to 60000", "PAPER: The stop of BTC/USDT is at 60,000.00 USDT now.", "60000"),
        ("stop von BTC auf 60.000", "PAPER: Der Stop von BTC/USDT liegt jetzt bei 60.000,00 USDT.", "60000"),
        ("stop loss 60k", "PAPER: The stop of BTC/USDT is at 60,000.00 USDT now.", "60000"),
        (
            "set a 50% stop-loss on my BTC position",
            "PAPER: The stop of BTC/USDT is at 34,357.09 USDT now.",
            None,
        ),
    ],
)
async def test_the_stop_of_a_position_is_moved(
    tmp_path: Path, text: str, answer: str, stop: str | None
) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        await said(agent, "buy BTC for 500")
        assert await said(agent, text) == answer
        assert stop is None or await stops(agent) == [f"BTC/USDT {stop}"]


async def test_a_stop_needs_a_position_a_level_and_one_that_is_meant(tmp_path: Path) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        assert await said(agent, "move stop of BTC to 60000") == (
            "There is no open position in BTC, so nothing was done."
        )
        assert await said(agent, "stop loss 60000") == "There are no open positions."
        await said(agent, "buy BTC for 500")
        await said(agent, "buy ETH for 500")
        assert "BTC/USDT, ETH/USDT" in await said(agent, "stop loss 2000")
        assert "Where should the stop be" in await said(agent, "stop-loss")
        assert await stops(agent) == ["BTC/USDT None", "ETH/USDT None"]


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("stop trading", "halted"),
        ("handel stoppen", "halted"),
        ("pause trading", "reducing"),
        ("pausiere trading", "reducing"),
        ("stop-loss", "active"),
        ("mein Stop-Loss", "active"),
    ],
)
async def test_trading_stops_when_that_is_asked_for_and_only_the_owner_resumes_it(
    tmp_path: Path, text: str, state: str
) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        answer = await said(agent, text)
        assert ("kit rearm" in answer) == (state != "active")
        assert "kit rearm" in await said(agent, "resume trading")
        assert cast(SwitchView, await agent.call("trading.status")).state == state


async def test_limits_are_told(tmp_path: Path) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        english = await said(agent, "what are my limits")
        assert english.startswith("PAPER: Limits of account main (trading is active):\n• one order: 20%\n")
        german = await said(agent, "was sind meine Limits")
        assert german.startswith("PAPER: Grenzen des Kontos main (Handel: aktiv):\n• ein Auftrag: 20 %\n")


@pytest.mark.parametrize(
    ("text", "waits", "answered", "told"),
    [
        (
            "buy BTC for 500",
            "what waits for approval",
            "approval.approve",
            "PAPER: Bought 0.00727 BTC at 68,714.18 USDT, ",
        ),
        (
            "buy BTC for 500",
            "pending approvals",
            "approval.deny",
            "Nothing was sent: the order was denied (no).",
        ),
        (
            "kaufe BTC für 500",
            "was wartet auf Freigabe",
            "approval.deny",
            "Nichts wurde gesendet: der Auftrag wurde abgelehnt (no).",
        ),
    ],
)
async def test_what_became_of_an_order_that_waited_is_told(
    tmp_path: Path, text: str, waits: str, answered: str, told: str
) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        await agent.call("risk.set", askOnPaper=True)
        turn = agent.begin(text)
        waiting = (await agent.told("chat.waiting")).payload
        shown = await said(agent, waits, "other")
        assert "1. PAPER: " in shown
        assert "kit approve ID" in shown
        assert "kit approve ID" in await said(agent, "approve", "other")
        await agent.call(answered, approvalId=waiting["approvalId"], reason="no")
        assert (await turn).message.content.startswith(told)
