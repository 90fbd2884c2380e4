import inspect

import pytest

from tests.tools.door import Door, Order
from tools import errors
from tools.context import Context
from tools.errors import MEANINGS, CallError, Code
from trading import errors as trading

EXPECTED: dict[type[trading.TradingError], Code] = {
    trading.UnknownSymbol: Code.NOT_FOUND,
    trading.UnknownExchange: Code.INVALID_PARAMS,
    trading.UnsupportedTimeframe: Code.INVALID_PARAMS,
    trading.UnknownIndicator: Code.INVALID_PARAMS,
    trading.UnknownStrategy: Code.INVALID_PARAMS,
    trading.InvalidBacktest: Code.INVALID_PARAMS,
    trading.MissingHistory: Code.INVALID_PARAMS,
    trading.InvalidOrder: Code.INVALID_ORDER,
    trading.InsufficientFunds: Code.INSUFFICIENT_FUNDS,
    trading.RiskLimitExceeded: Code.RISK_LIMIT_EXCEEDED,
    trading.ExchangeUnavailable: Code.EXCHANGE_ERROR,
    trading.NotFound: Code.NOT_FOUND,
    trading.InvalidLimit: Code.INVALID_PARAMS,
    trading.TradingHalted: Code.TRADING_HALTED,
    trading.NotArmed: Code.NOT_ARMED,
    trading.AccountLocked: Code.ACCOUNT_LOCKED,
    trading.Unapproved: Code.CONFLICT,
    trading.OutcomeUnknown: Code.EXCHANGE_ERROR,
}


def failing(door: Door, error: Exception) -> None:
    async def fail(ctx: Context, order: Order) -> None:
        raise error

    door.behave = fail


def everything_below(kind: type[Exception]) -> set[type[Exception]]:
    return {each for sub in kind.__subclasses__() for each in {sub, *everything_below(sub)}}


@pytest.mark.parametrize("name", ["test.order", "test.look"])
async def test_a_domain_error_has_the_code_of_its_nearest_class(door: Door, name: str) -> None:
    for kind, code in EXPECTED.items():
        more_exact = type("MoreExact", (kind,), {})
        for each in (kind, more_exact):
            failing(door, each("why"))
            with pytest.raises(CallError) as caught:
                await door.call(name)
            assert (caught.value.reason, caught.value.message) == (code, "why")


async def test_every_domain_error_that_a_caller_can_act_on_has_a_code(door: Door) -> None:
    for kind in everything_below(trading.TradingError):
        if kind.__module__ == trading.__name__ and kind not in EXPECTED:
            failing(door, kind("why"))
            code = await door.code()
            assert code is not None
            assert code is Code.INTERNAL_ERROR or any(issubclass(kind, known) for known in EXPECTED)


class Unforeseen(trading.TradingError):
    """A domain error without a code."""


@pytest.mark.parametrize("name", ["test.order", "test.look"])
@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("secret"),
        KeyError("secret"),
        RuntimeError("secret"),
        Unforeseen("secret"),
        OSError(5, "secret"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_nobody_foresaw_is_a_fault_of_ours_and_tells_nothing(
    door: Door, name: str, error: Exception
) -> None:
    failing(door, error)
    with pytest.raises(CallError) as caught:
        await door.call(name, key="a")
    told = caught.value
    assert told.reason is Code.INTERNAL_ERROR
    assert "secret" not in f"{told.message}{told.details}"
    assert "fault_" in told.message
    if name == "test.order":
        assert await door.code(key="a") is Code.INTERNAL_ERROR
        assert door.placed == []


def test_every_code_says_what_a_program_should_do() -> None:
    assert set(MEANINGS) == set(Code)
    assert {code for code, meaning in MEANINGS.items() if meaning.retryable} == {
        Code.RATE_LIMITED,
        Code.AGENT_BUSY,
        Code.EXCHANGE_ERROR,
        Code.ACCOUNT_LOCKED,
    }
    assert all(400 <= meaning.http < 600 for meaning in MEANINGS.values())
    for _, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, CallError):
            assert kind("x").meaning == MEANINGS[kind.code]
