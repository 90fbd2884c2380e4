"""The offline model with the real service: orders that rest, stops, the kill switch, limits, approvals."""

import asyncio
import re
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from agent.models.offline import OfflineModel
from tests.agent.talking import House, house
from tools.orders import OrderList
from tools.positions import PositionList
from tools.switch import SwitchView
from trading.mandates import Terms

NAMES = re.compile(r" \(?ord_\w+\)?|[\d.-]{10} \d\d:\d\d UTC ")
"""The names of orders, and times."""


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
        ("no new positions", "reducing"),
        ("keine neuen Positionen", "reducing"),
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
        assert ("kit rearm" in await said(agent, "resume trading")) == (state != "active")
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
        assert f"({waiting['approvalId']})" in shown
        assert "kit approve ID" in shown
        assert "kit approve ID" in await said(agent, "approve", "other")
        await agent.call(answered, approvalId=waiting["approvalId"], reason="no")
        assert (await turn).message.content.startswith(told)


async def test_a_run_that_waits_is_told_in_plain_words(tmp_path: Path) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        terms = Terms(Decimal(1_000), Decimal(3_000), Decimal("99.5"))
        mandate = await agent.services.desk.mandates.ask("main", "run_1", terms, "owner")
        english = (await said(agent, "what waits for approval")).splitlines()
        assert english[:2] == [
            "These runs wait for your approval to trade without asking for each order:",
            "• PAPER: run_1: up to 1,000.00 USDT an order, 3,000.00 USDT a day, until it has lost 99.50 USDT "
            f"({mandate.id})",
        ]
        assert "kit approve ID" in english[2]
        german = (await said(agent, "was wartet auf Freigabe")).splitlines()
        assert german[1] == (
            "• PAPER: run_1: bis 1.000,00 USDT je Auftrag, 3.000,00 USDT am Tag, bis er 99,50 USDT "
            f"verloren hat ({mandate.id})"
        )
        assert "1 wartende Anfrage wurde abgelehnt." in await said(agent, "stoppe trading")
        assert await said(agent, "was wartet auf Freigabe") == "Nichts wartet auf deine Freigabe."


async def lines(agent: House, text: str) -> list[str]:
    """Return the lines under the head of an answer, without the names of orders and the times."""
    return [NAMES.sub("", line) for line in (await said(agent, text)).splitlines()[1:]]


SENTENCES = {
    "my orders": (
        "sell 0.005 BTC with a trailing stop of 2%",
        "sell 0.005 BTC with a trailing stop of 500 USDT",
        "sell 0.005 BTC stop-limit with stop 60000 and limit 59500",
        "stop sell 0.005 BTC at 60000",
        "sell 0.005 BTC at 80000 or stop at 50000",
    ),
    "meine Orders": (
        "verkaufe 0,005 BTC mit Trailing-Stop 2 %",
        "verkaufe 0,005 BTC mit Trailing-Stop 500 USDT",
        "verkaufe 0,005 BTC Stop-Limit mit Stop 60.000 und Limit 59.500",
        "Stop-Verkauf 0,005 BTC bei 60.000",
        "verkaufe 0,005 BTC bei 80.000 oder Stop bei 50.000",
    ),
}
LISTED = {
    "my orders": [
        "1. PAPER: sell 0.005 BTC at 80,000.00 USDT, OCO with 2, open",
        "2. PAPER: sell 0.005 BTC at a stop of 50,000.00 USDT, OCO with 1, open",
        "3. PAPER: sell 0.005 BTC at a stop of 60,000.00 USDT, open",
        "4. PAPER: sell 0.005 BTC at a stop of 60,000.00 and a limit of 59,500.00 USDT, open",
        "5. PAPER: sell 0.005 BTC at a trailing stop 500.00 USDT behind (now 68,214.18 USDT), open",
        "6. PAPER: sell 0.005 BTC at a trailing stop 2% behind (now 67,339.90 USDT), open",
    ],
    "meine Orders": [
        "1. PAPER: Verkauf 0,005 BTC bei 80.000,00 USDT, OCO mit 2, offen",
        "2. PAPER: Verkauf 0,005 BTC bei einem Stop von 50.000,00 USDT, OCO mit 1, offen",
        "3. PAPER: Verkauf 0,005 BTC bei einem Stop von 60.000,00 USDT, offen",
        "4. PAPER: Verkauf 0,005 BTC bei einem Stop von 60.000,00 und einem Limit von 59.500,00 USDT, offen",
        "5. PAPER: Verkauf 0,005 BTC mit Trailing-Stop im Abstand von 500,00 USDT (jetzt 68.214,18 USDT), "
        "offen",
        "6. PAPER: Verkauf 0,005 BTC mit Trailing-Stop im Abstand von 2 % (jetzt 67.339,90 USDT), offen",
    ],
}


@pytest.mark.parametrize("asked", SENTENCES)
async def test_every_form_of_order_rests_and_is_listed_as_what_it_is(tmp_path: Path, asked: str) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        await said(agent, "buy BTC for 5000")
        for text in SENTENCES[asked]:
            await agent.service.advance(1)
            assert NAMES.search(await said(agent, text)), text
        assert await lines(agent, asked) == LISTED[asked]


async def test_what_cannot_be_meant_places_nothing(tmp_path: Path) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        await said(agent, "buy BTC for 500")
        for text in (
            "sell 0.005 BTC with a trailing stop of 200 %",
            "sell 0.005 BTC at 70000 or stop at 80000",
            "sell 0.005 BTC at 60000 or stop at 50000",
            "buy 0.005 BTC at 70000 or stop at 80000",
            "trail my BTC by 500",
            "trail my BTC by 200%",
            "trail my ETH by 2%",
            "sell 0.1 ETH reduce only",
            "buy stop 0.005 BTC at 60000",
        ):
            assert "ord_" not in await said(agent, text)
            assert await said(agent, "my orders") == "There are no open orders.", text
        assert len(cast(PositionList, await agent.call("trade.positions")).positions) == 1


async def test_a_stop_follows_a_position_and_a_new_distance_replaces_the_old_one(tmp_path: Path) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        await said(agent, "buy BTC for 500")
        await said(agent, "trail my BTC by 3 %")
        three = "at a trailing stop 3% behind (now 66,652.76 USDT), only reduces, open"
        assert await lines(agent, "my orders") == [f"1. PAPER: sell 0.00727 BTC {three}"]
        await said(agent, "ziehe den Stop bei BTC mit 500 USDT nach")
        five = "at a trailing stop 500.00 USDT behind (now 68,214.18 USDT), only reduces, open"
        assert await lines(agent, "my orders") == [f"1. PAPER: sell 0.00727 BTC {five}"]


async def test_a_short_position_is_trailed_by_a_purchase_that_only_reduces_it(tmp_path: Path) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        await said(agent, "short BTC 5x for 500")
        await agent.service.advance(1)
        await said(agent, "trail my BTC by 3 %")
        trailing, liquidation = await lines(agent, "my orders")
        assert trailing.startswith("1. PAPER: buy 0.00727 BTC at a trailing stop 3% behind (now ")
        assert trailing.endswith(", only reduces, open")
        assert liquidation.startswith("2. PAPER: buy 0.00727 BTC by liquidation at ")
        await said(agent, "buy 0.007 BTC reduce only")
        positions = cast(PositionList, await agent.call("trade.positions")).positions
        assert [(each.side, float(each.size)) for each in positions] == [("short", 0.00027)]


@pytest.mark.parametrize(
    ("target", "moved", "stop", "drop", "dropped"),
    [
        (
            "move target of BTC to 80000",
            "PAPER: The target of BTC/USDT is at 80,000.00 USDT now.",
            "move stop of BTC to 60000",
            ("remove the target of BTC", "remove the stop of BTC"),
            ["PAPER: BTC/USDT has no target any more.", "PAPER: BTC/USDT has no stop any more."],
        ),
        (
            "Ziel von BTC auf 80.000",
            "PAPER: Das Ziel von BTC/USDT liegt jetzt bei 80.000,00 USDT.",
            "Stop von BTC auf 60.000",
            ("entferne das Ziel von BTC", "entferne den Stop von BTC"),
            ["PAPER: BTC/USDT hat kein Ziel mehr.", "PAPER: BTC/USDT hat keinen Stop mehr."],
        ),
    ],
)
async def test_the_target_of_a_position_is_moved_and_both_levels_are_removed(
    tmp_path: Path, target: str, moved: str, stop: str, drop: tuple[str, str], dropped: list[str]
) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        await said(agent, "buy BTC for 500")
        assert await said(agent, target) == moved
        await said(agent, stop)
        (position,) = cast(PositionList, await agent.call("trade.positions")).positions
        assert (position.stop_loss, position.take_profit) == (Decimal(60_000), Decimal(80_000))
        assert [await said(agent, text) for text in drop] == dropped
        (position,) = cast(PositionList, await agent.call("trade.positions")).positions
        assert (position.stop_loss, position.take_profit) == (None, None)


async def test_past_orders_are_told_as_they_ended(tmp_path: Path) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        assert await said(agent, "show my filled orders") == "There are no such orders."
        await said(agent, "buy BTC for 500")
        await agent.service.advance(1)
        await said(agent, "buy stop 0.01 ETH at 9000")
        await agent.service.advance(1)
        await said(agent, "sell 0.005 BTC stop order at 60000")
        await said(agent, "cancel all BTC orders")
        filled, rests, canceled = (
            "• PAPER: buy 0.00727 BTC at 68,714.18 USDT, filled",
            "• PAPER: buy 0.01 ETH at a stop of 9,000.00 USDT, open",
            "• PAPER: sell 0.005 BTC at a stop of 60,000.00 USDT, cancelled",
        )
        assert await lines(agent, "show my filled orders") == [filled]
        assert await lines(agent, "show my cancelled orders") == [canceled]
        assert await lines(agent, "closed orders") == [canceled, filled]
        assert await lines(agent, "order history") == [canceled, rests, filled]
        assert await lines(agent, "my last 2 orders") == [canceled, rests]
        german = "• PAPER: Verkauf 0,005 BTC bei einem Stop von 60.000,00 USDT, storniert"
        assert await lines(agent, "meine stornierten Orders") == [german]


async def test_the_orders_of_one_pair_are_canceled_and_what_protects_it_stays(tmp_path: Path) -> None:
    async with house(tmp_path, OfflineModel()) as agent, asyncio.timeout(60):
        await said(agent, "buy BTC for 500 with stop 60000")
        await said(agent, "buy 0.01 BTC at 50000")
        await said(agent, "buy 0.1 ETH at 1000")
        await said(agent, "cancel all BTC orders")
        assert sorted(await resting(agent)) == ["buy 0.1 at 1000", "sell 0.00727 at 60000"]
        nothing = "There was no order to cancel. What protects positions stays; “my orders” shows it."
        assert await said(agent, "cancel all BTC orders") == nothing
        await said(agent, "storniere die ETH-Order")
        assert await resting(agent) == ["sell 0.00727 at 60000"]
        await said(agent, "buy 0.01 BTC at 50000")
        # Of two it is not known which one is meant.
        assert len(await lines(agent, "cancel the BTC order")) == 3
        assert len(await resting(agent)) == 2
