from dataclasses import FrozenInstanceError, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.house import START
from trading.altered import altered
from trading.model import Mode, Order, OrderStatus, OrderType, Side
from trading.symbols import Symbol

D = Decimal
ONE = Order(
    "ord_1",
    "main",
    Symbol("BTC", "USDT"),
    Side.BUY,
    OrderType.LIMIT,
    OrderStatus.ACCEPTED,
    D(1),
    START,
    START,
    Mode.PAPER,
    "binance",
)


@given(
    changes=st.fixed_dictionaries(
        {}, optional={"status": st.sampled_from(OrderStatus), "filled": st.decimals(), "key": st.text()}
    )
)
def test_an_altered_order_is_what_replacing_makes_of_it(changes: dict[str, object]) -> None:
    before = replace(ONE)
    made = altered(ONE, **changes)  # type: ignore[arg-type]
    assert repr(made) == repr(replace(ONE, **changes))  # type: ignore[arg-type]
    assert (type(made), ONE) == (Order, before)
    with pytest.raises(FrozenInstanceError):
        made.amount = D(2)  # type: ignore[misc]


def test_a_value_that_an_order_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError):
        altered(ONE, prize=1)  # type: ignore[call-arg]
