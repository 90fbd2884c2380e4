"""What the orders of one decision have won, reckoned by hand."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.memory.samples import fill, later
from trading.attribution import Gain, gained
from trading.fees import FEE_UNIT
from trading.model import Fill, Side
from trading.positions import fold_all

Trade = tuple[str, str, str, str]
"""The order, how much base (below zero: sold), the price and the fee."""


def book(*trades: Trade, leverage: str | None = None) -> list[Fill]:
    """Return fills with what each realized, a second apart."""
    fills = [
        fill(
            f"f{number}",
            order_id=order,
            side=Side.BUY if Decimal(amount) > 0 else Side.SELL,
            amount=abs(Decimal(amount)),
            price=Decimal(price),
            fee=Decimal(fee),
            at=later(number),
            leverage=None if leverage is None else Decimal(leverage),
        )
        for number, (order, amount, price, fee) in enumerate(trades)
    ]
    return [folded.fill for folded in fold_all(None, fills, lambda kind: kind)[1]]


def gain(
    pnl: str | None, open_: str = "0", entry: str = "0", sign: int = 1, closed: int | None = None
) -> Gain:
    return Gain(
        None if pnl is None else Decimal(pnl),
        Decimal(open_),
        Decimal(entry),
        sign,
        None if closed is None else later(closed),
    )


CASES: dict[str, tuple[list[Fill], str, Gain]] = {
    # 2 for 200 and a fee of 2, sold for 240 less 3: 240 - 3 - 200 - 2.
    "closed by another order": (
        book(("a", "2", "100", "2"), ("b", "-2", "120", "3")),
        "a",
        gain("35", closed=1),
    ),
    "the order that closes": (
        book(("a", "2", "100", "2"), ("b", "-2", "120", "3")),
        "b",
        gain("35", closed=1),
    ),
    "still open": (book(("a", "2", "100", "2")), "a", gain(None, "2", "100")),
    # Half: 60 - 1 - 50 * 2 / 1, that is 120 - 1 - 100 - 1.
    "a half": (book(("a", "2", "100", "2"), ("b", "-1", "120", "1")), "a", gain("18", "1", "100")),
    # Mean entry 110 of 4, without fees; 2 sold at 120 realize 20, of which each has half. To a, which paid
    # 100, come (110 - 100) * 1 more, and from c, which paid 120, go as many.
    "two that share a position, the cheaper": (
        book(("a", "2", "100", "0"), ("c", "2", "120", "0"), ("b", "-2", "120", "0")),
        "a",
        gain("20", "1", "100"),
    ),
    "two that share a position, the dearer": (
        book(("a", "2", "100", "0"), ("c", "2", "120", "0"), ("b", "-2", "120", "0")),
        "c",
        gain("0", "1", "120"),
    ),
    "one after another": (
        book(
            ("a", "1", "100", "0"), ("b", "-1", "150", "0"), ("c", "1", "150", "0"), ("d", "-1", "140", "0")
        ),
        "c",
        gain("-10", closed=3),
    ),
    # A short at 100 bought back at 90, fees 1 and 1.
    "a short": (
        book(("a", "-2", "100", "1"), ("b", "2", "90", "1"), leverage="5"),
        "a",
        gain("18", sign=-1, closed=1),
    ),
    "a short that is open": (book(("a", "-2", "100", "1"), leverage="5"), "a", gain(None, "2", "100", -1)),
    # Margin 20 of a long of 1 at 100 with leverage 5, a fee of 1; at 70 no more than the margin is lost.
    "a liquidation": (
        book(("a", "1", "100", "1"), ("venue", "-1", "70", "0"), leverage="5"),
        "a",
        gain("-21", closed=1),
    ),
    # b closes the long of 1 (120 - 100, half its fee of 2) and opens a short of 1.
    "a turn": (
        book(("a", "1", "100", "0"), ("b", "-2", "120", "2"), ("c", "1", "110", "0"), leverage="2"),
        "b",
        gain("28", sign=-1, closed=2),
    ),
    "a sale of what was never bought here": (book(("a", "-1", "100", "0")), "a", gain(None)),
}


@pytest.mark.parametrize(("fills", "own", "expected"), CASES.values(), ids=CASES.keys())
def test_what_an_order_has_won(fills: Sequence[Fill], own: str, expected: Gain) -> None:
    assert gained(fills, {own}) == expected


def test_what_is_open_is_worth_what_closing_it_would_win() -> None:
    assert gain(None, "2", "100").unrealized(Decimal(103)) == Decimal(6)
    assert gain(None, "2", "100", -1).unrealized(Decimal(103)) == Decimal(-6)


steps = st.tuples(st.sampled_from("abc"), st.integers(1, 5), st.integers(50, 150))


@given(st.lists(steps, min_size=1, max_size=8), st.none() | st.just("3"))
def test_the_shares_of_all_entries_are_all_that_was_realized(
    steps: list[tuple[str, int, int]], leverage: str | None
) -> None:
    bought = [(order, str(amount), str(price), "0.1") for order, amount, price in steps]
    total = sum(amount for _, amount, _ in steps)
    sales = [("z", str(-part), "90", "0.2") for part in (total // 2, total - total // 2) if part]
    fills = book(*bought, *sales, leverage=leverage)
    realized = sum((each.realized for each in fills if each.realized is not None), Decimal(0))
    parts = [gained(fills, {name}) for name in "abc"]
    shared = sum((each.pnl for each in parts if each.pnl is not None), Decimal(0))
    assert abs(shared - realized) <= 6 * FEE_UNIT
    assert all(each.open == 0 for each in parts)
    assert gained(fills, {*"abc"}).pnl == pytest.approx(realized, abs=FEE_UNIT)


def test_fills_in_another_base_fee_are_reckoned_by_what_is_left() -> None:
    bought, sold = book(("a", "1", "100", "1"), ("b", "-0.99", "110", "0"))
    fills = [replace(bought, fee_asset="BTC", fee_amount=Decimal("0.01")), sold]
    again = [each.fill for each in fold_all(None, fills, lambda kind: kind)[1]]
    # 0.99 were left of it, for 99 and the fee of 1: 108.9 - 100.
    assert gained(again, {"a"}) == gain("8.9", closed=1)
