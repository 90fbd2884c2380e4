"""Orders whose turn has several steps, or ends in a refusal: what is done, and what is said of it."""

from typing import Any

import pytest

from agent.models.offline.voice import Voice
from tests.agent.offline_driver import Answers, Chat
from tests.agent.offline_market import ANSWERS, play, playing
from tests.agent.offline_orders import OF_BTC, POSITIONS, PRICE, placed
from tools.words.language import Language

EN, DE = Language.EN, Language.DE
BTC = {"base": "BTC", "quote": "USDT"}
BOTH = ("sell 0.1 BTC at 70000 or stop at 60000", "verkaufe 0,1 BTC bei 70.000 oder Stop bei 60.000")


@pytest.mark.parametrize(
    ("text", "language", "key", "values"),
    [
        ("sell 0.1 BTC with a trailing stop of 200 %", EN, "trail_range", {}),
        ("verkaufe 0,1 BTC mit Trailing-Stop 100 %", DE, "trail_range", {}),
        ("sell 0.1 BTC with a trailing stop of 500", EN, "trail_unit", {"distance": "500", **BTC}),
        ("verkaufe 0,1 BTC mit Trailing-Stop 2", DE, "trail_unit", {"distance": "2", **BTC}),
        ("trail my BTC by 500", EN, "trail_unit", {"distance": "500", **BTC}),
        ("trail my BTC by 200%", EN, "trail_range", {}),
        ("trail my BTC", EN, "trail_level", {}),
        ("buy 0.1 BTC with a trailing stop of 2%", EN, "trail_opens.buy", BTC),
        ("short 0.1 BTC with a trailing stop of 2%", EN, "trail_opens.sell", BTC),
        ("kaufe 0,1 BTC mit Trailing-Stop 2 %", DE, "trail_opens.buy", BTC),
        ("sell 0.1 BTC at 70000 or stop at 70000", EN, "oco_order.sell", BTC),
        ("buy 0.1 BTC at 60000 or stop at 50000", EN, "oco_order.buy", BTC),
        ("verkaufe 0,1 BTC bei 70000 oder Stop bei 80000", DE, "oco_order.sell", BTC),
        ("oco sell 0.1 BTC at 70000", EN, "oco_prices.sell", BTC),
        ("sell 0.1 BTC at 70000 or stop 5%", EN, "trigger_percent", BTC),
        ("sell BTC for 500 at 70000 or stop at 60000", EN, "ask_base", BTC),
        ("buy stop 0.1 BTC", EN, "trigger_missing.buy", BTC),
        ("sell 0.1 BTC stop at 60000", EN, "sale_stop", BTC),
        ("verkaufe 0,1 BTC bei 70.000 mit Stop 60.000", DE, "sale_stop", BTC),
        ("sell stop 0.1 BTC limit 59500", EN, "stop_limit_prices.sell", BTC),
        ("verkaufe 0,1 BTC Stop-Limit bei 60000", DE, "stop_limit_prices.sell", BTC),
        ("move target of BTC to the moon", EN, "target_level", {}),
        ("remove the stop of SOL", EN, "nothing_to_close", {"pair": "SOL"}),
    ],
)
async def test_an_order_that_cannot_be_is_refused_for_its_reason(
    text: str, language: Language, key: str, values: dict[str, str]
) -> None:
    assert (await Chat(play).say(text)).text == Voice(language).say(key, **values)


async def test_a_market_outside_of_both_prices_is_told() -> None:
    figures = {"low": "60,000.00", "high": "66,000.00", "last": "67,000.00", "quote": "USDT"}
    chat = await Chat(play).say("sell 0.1 BTC at 66000 or stop at 60000")
    assert (chat.calls, chat.text) == (PRICE, Voice(EN).say("oco_market", **figures))


FOLLOWED = placed("sell", "trailing-stop", 0.5, reduceOnly=True, exchange="simulated", trailPercent=3)
LOOKED = [*POSITIONS, ("trade_orders", OF_BTC)]


@pytest.mark.parametrize(
    ("answers", "calls"),
    [
        (playing(trade_positions=None), POSITIONS),
        (playing(trade_orders=None), LOOKED),
        (playing(trade_orders="not json"), LOOKED),
        (playing(trade_execute=None), [*LOOKED, *FOLLOWED]),
        (playing(trade_execute="not json"), [*LOOKED, *FOLLOWED]),
        (playing(trade_orders={"orders": []}), [*LOOKED, *FOLLOWED]),
        (playing(trade_cancel=None), [*LOOKED, *FOLLOWED, ("trade_cancel", {"orderId": "ord_3"})]),
    ],
    ids=["positions", "orders", "odd orders", "refused", "odd answer", "first one", "not canceled"],
)
async def test_a_stop_that_follows_is_canceled_only_once_the_new_one_rests(
    answers: Answers, calls: list[Any]
) -> None:
    chat = await Chat(answers).say("trail my BTC by 3%")
    assert chat.calls == calls
    assert chat.text


def _pairing(limit: dict[str, Any], stop: dict[str, Any]) -> Answers:
    both = ANSWERS["trade_oco"]({"pair": "BTC/USDT", "price": 70_000, "stopPrice": 60_000})
    return playing(trade_oco={"limit": both["limit"] | limit, "stop": both["stop"] | stop})


FILLED = {"status": "filled", "executedQty": 0.1, "executedPrice": 70_000.0, "cost": 7000.0, "fees": 7.0}
GONE = {"status": "cancelled"}
HELD = {"approvalId": "apr_1", "approvalExpiresAt": 1_700_000_000_000}


@pytest.mark.parametrize(
    ("limit", "stop", "heads"),
    [
        (
            FILLED,
            GONE,
            ("PAPER: Sold 0.1 BTC at 70,000.00 USDT", "PAPER: The order for BTC/USDT was cancelled"),
        ),
        (HELD, HELD, ("PAPER: The order for BTC/USDT waits for your approval",) * 2),
        ({}, {}, ("PAPER: Two orders wait, of which the first that fills cancels the other: sell ",)),
    ],
    ids=["filled", "held", "both wait"],
)
async def test_of_two_orders_each_is_told_as_it_stands(
    limit: dict[str, Any], stop: dict[str, Any], heads: tuple[str, ...]
) -> None:
    told = (await Chat(_pairing(limit, stop)).say(BOTH[0])).text.splitlines()
    assert [line[: len(head)] for line, head in zip(told, heads, strict=True)] == list(heads)


@pytest.mark.parametrize("text", BOTH)
async def test_a_refusal_of_two_orders_is_told(text: str) -> None:
    assert "the exchange is away" in (await Chat(playing(trade_oco=None)).say(text)).text


@pytest.mark.parametrize("said", ["sell 0.1 BTC reduce only", "sell half my BTC with a trailing stop of 2%"])
async def test_of_a_holding_and_a_leveraged_position_neither_is_guessed(said: str) -> None:
    rows = ANSWERS["trade_positions"]({})["positions"][:1]
    both = playing(trade_positions={"positions": [*rows, {**rows[0], "id": "pos_9", "leverage": 5.0}]})
    chat = await Chat(both).say(said)
    assert chat.calls == POSITIONS
    assert chat.text == Voice(EN).say("several_positions", pair="BTC/USDT")


async def test_a_leveraged_position_is_reduced_and_trailed_with_its_leverage() -> None:
    (row,) = ANSWERS["trade_positions"]({})["positions"][:1]
    answers = playing(trade_positions={"positions": [{**row, "leverage": 5.0}]}, trade_orders={"orders": []})
    reduced = placed("sell", "market", leverage=5, reduceOnly=True)
    assert (await Chat(answers).say("sell 0.1 BTC reduce only")).calls == [*POSITIONS, *reduced]
    name, arguments = (await Chat(answers).say("trail my BTC by 3%")).calls[-1]
    assert (name, arguments["leverage"], arguments["reduceOnly"]) == ("trade_execute", 5, True)
