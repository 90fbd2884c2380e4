"""What follows from an answer: plans that look something up before they do anything."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from bot.asking import Call, Misread, Plan
from bot.reading.access import access
from bot.reading.words import Words, read_words
from bot.voice import Voice
from tests.bot.samples import NOON, orders, position, positions, resting, standing_in
from tests.bot.talk import COMMANDS, DE, EN
from tools.wire import Result

LONG = position()
ON_MARGIN = position(leverage=Decimal(3), id="pos_00margin")
SHORT = position("short", leverage=Decimal(3), id="pos_00short1")


def after(typed: str, answer: Result, voice: Voice = EN) -> Plan | Misread:
    """Return what follows when the first call of a command is answered."""
    command, _, text = typed.partition(" ")
    found = COMMANDS.read(command, text, {}, voice, NOON)
    assert isinstance(found, Plan), found
    assert found.then is not None
    assert not found.trades
    return found.then([answer])


def done(typed: str, answer: Result) -> tuple[Call, ...]:
    found = after(typed, answer)
    assert isinstance(found, Plan), found
    assert found.then is None
    return found.calls


def order(**more: Any) -> tuple[Call, ...]:
    shape = {"action": "sell", "pair": "BTC/USDT", "type": "limit", "amountType": "base", "price": 90_000}
    return (Call("trade.execute", {**shape, **more}),)


def closing(position_id: str, percentage: float) -> Call:
    return Call("trade.close", {"positionId": position_id, "percentage": percentage})


CLOSES: list[tuple[str, list[Call]]] = [
    ("close btc", [closing(LONG.id, 100), closing(SHORT.id, 100)]),
    ("close btc 50%", [closing(LONG.id, 50), closing(SHORT.id, 50)]),
    ("close half of btc", [closing(LONG.id, 50), closing(SHORT.id, 50)]),
    ("close short btc", [closing(SHORT.id, 100)]),
    ("close all long", [closing(LONG.id, 100)]),
    ("close all 25%", [closing(LONG.id, 25), closing(SHORT.id, 25)]),
    ("close all", [Call("trade.closeAll", {})]),
    ("close pos_00short1 10%", [closing(SHORT.id, 10)]),
    ("sell half btc", [closing(LONG.id, 50)]),
    ("sell all btc", [closing(LONG.id, 100)]),
    ("sell 33% btc", [closing(LONG.id, 33)]),
]


@pytest.mark.parametrize(("typed", "calls"), CLOSES, ids=[each[0] for each in CLOSES])
def test_the_positions_that_are_meant_are_closed(typed: str, calls: list[Call]) -> None:
    assert list(done(typed, positions(LONG, SHORT))) == calls


@pytest.mark.parametrize("typed", ["close doge", "sell half doge", "close pos_00other1", "close all"])
def test_nothing_is_closed_where_nothing_is_held(typed: str) -> None:
    assert isinstance(after(typed, positions()), Misread)


def test_what_is_about_to_be_closed_is_said_before() -> None:
    found = after("close btc 50%", positions(LONG, position(mode="live", size=Decimal("1.5"))), DE)
    assert isinstance(found, Plan)
    assert found.trades
    assert found.sure == (
        "50 % schließen von long 0,1 BTC/USDT · PAPER\n50 % schließen von long 1,5 BTC/USDT · LIVE"
    )


def test_a_share_of_what_is_held_is_sold_with_a_limit() -> None:
    third = position(size=Decimal("0.123456789"))
    assert done("sell half btc at 90000", positions(third)) == order(amount=0.06172839)
    on_margin = {"amount": 0.05, "leverage": 3, "reduceOnly": True}
    assert done("sell half btc at 90000", positions(ON_MARGIN)) == order(**on_margin)
    for held in (positions(SHORT), positions(LONG, ON_MARGIN), positions(position(size=Decimal("1e-9")))):
        assert isinstance(after("sell half btc at 90000", held), Misread)


def test_what_only_reduces_takes_the_leverage_of_the_position() -> None:
    bought = order(action="buy", amount=0.02, leverage=3, reduceOnly=True)
    assert done("buy btc 0.02 at 90000 reduce only", positions(LONG, SHORT)) == bought


def test_a_stop_in_percent_counts_from_the_price_of_now() -> None:
    price = standing_in(last=Decimal("68714.18"))
    (call,) = done("buy btc for 500 stop 5% target 10%", price)
    assert (call.params["stopLoss"], call.params["takeProfit"]) == (65278.47, 75585.6)
    assert isinstance(after("buy btc for 500 stop 100%", price), Misread)


def test_the_only_order_of_a_pair_is_canceled_and_no_protection() -> None:
    mine, guard = resting("ord_00mine12"), resting("ord_00guard1", reduce_only=True)
    assert done("cancel btc", orders(mine, guard)) == (Call("trade.cancel", {"orderId": "ord_00mine12"}),)
    for listed in (orders(), orders(guard), orders(mine, resting("ord_00other1"))):
        assert isinstance(after("cancel btc", listed), Misread)


ACCESS: list[tuple[str, str, Mapping[str, str]]] = [
    ("", "access.list", {}),
    ("list", "access.list", {}),
    ("approve ABCD2345", "access.approve", {"code": "ABCD2345"}),
    ("approve ABCD2345 trader", "access.approve", {"code": "ABCD2345", "role": "trader"}),
    ("freigeben ABCD2345 Händler", "access.approve", {"code": "ABCD2345", "role": "trader"}),
    ("deny ABCD2345", "access.deny", {"code": "ABCD2345"}),
    ("deny telegram:42", "access.deny", {"id": "telegram:42"}),
    ("role Telegram:42 viewer", "access.setRole", {"id": "telegram:42", "role": "viewer"}),
    ("revoke telegram:42", "access.revoke", {"id": "telegram:42"}),
]


def spoken(text: str) -> Words:
    words = read_words(text, EN, NOON)
    assert isinstance(words, Words)
    return words


@pytest.mark.parametrize(("text", "name", "params"), ACCESS, ids=[each[0] or "nothing" for each in ACCESS])
def test_people_are_let_in_and_shut_out_by_words(text: str, name: str, params: Mapping[str, str]) -> None:
    assert access(spoken(text)) == Plan((Call(name, params),))


@pytest.mark.parametrize(
    "text",
    [
        "approve",
        "approve ABCD2345 king",
        "deny ABCD2345 trader",
        "role telegram:42",
        "role somebody trader",
        "revoke somebody",
        "revoke telegram:42 trader",
        "let everybody in now",
        "hello there",
    ],
)
def test_nobody_is_let_in_by_words_that_say_something_else(text: str) -> None:
    assert isinstance(access(spoken(text)), Misread)
