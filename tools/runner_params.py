"""What a runner is asked."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from tools.backtest_params import MOST_PAIRS, OfBacktest, StrategyName, Values
from tools.context import Context
from tools.errors import CallError, Code
from tools.market import Exchange
from tools.registry import validate_as
from tools.wire import Amount, CandleLength, Flag, Params, Since, Until
from trading.errors import UnknownSymbol
from trading.symbols import Symbol, parse_symbol

MOST_TOLD = 200
"""How many of its pairs an exchange names to who asked for another."""

PairText = Annotated[str, Field(min_length=1, max_length=40)]


class ToRun(Params):
    """A strategy, its parameters, and what it trades. The pairs share the money in equal parts.

    Parameters that the strategy does not have are let be, and named in the answer.
    """

    strategy: StrategyName
    params: Values = Field(default_factory=dict)
    pairs: Annotated[list[PairText], Field(min_length=1, max_length=MOST_PAIRS)]
    timeframe: CandleLength
    exchange: Exchange = None


class ToBacktest(ToRun):
    """The same over past candles, from `from` to `to`; without them it is the last year."""

    since: Since | None = Field(None, alias="from")
    until: Until | None = Field(None, alias="to")
    initial_capital: Amount = Decimal(10_000)


class ToTrade(ToRun):
    """The same from now on, with paper money, or with real money on the live account.

    `ownKeys` says that keys of an exchange came with the wish. They are nowhere kept, and with real money
    that is refused: its keys are in the configuration of the service alone.
    """

    mode: Annotated[str, Field(pattern="^(paper|live)$")]
    initial_capital: Amount = Decimal(10_000)
    own_keys: Flag = False


async def symbols_of(ctx: Context, params: ToRun) -> list[Symbol]:
    """Return every pair, once; raise NotFound with those there are for one that is not traded."""
    known = await ctx.services.markets.venue(params.exchange).market.instruments()
    found = [_read(text) for text in params.pairs]
    for text, symbol in zip(params.pairs, found, strict=True):
        if symbol not in known:
            listed = sorted(map(str, known))[:MOST_TOLD]
            raise CallError(
                f"{text} is not traded there",
                code=Code.NOT_FOUND,
                details={"pair": text, "supportedPairs": listed},
            )
    return list(dict.fromkeys(each for each in found if each is not None))


def _read(text: str) -> Symbol | None:
    try:
        return parse_symbol(text)
    except UnknownSymbol:
        return None


async def values_of(ctx: Context, params: ToRun) -> tuple[dict[str, Any], list[str]]:
    """Return the parameters that the strategy has, and the names of the others; raise as it does."""
    picked = await ctx.services.strategies.find(params.strategy)
    values = {name: value for name, value in params.params.items() if picked.takes(name)}
    picked.check(values)
    return values, sorted(params.params.keys() - values)


def backtest_of(params: ToBacktest, symbols: list[Symbol], values: dict[str, Any]) -> OfBacktest:
    """Return the backtest that is meant; raise InvalidParams."""
    first, *others = symbols
    asked = {
        "strategy": params.strategy,
        "params": values,
        "pair": first,
        "pairs": others,
        "timeframe": params.timeframe,
        "from": params.since,
        "to": params.until,
        "exchange": params.exchange,
        "initialBalance": float(params.initial_capital),
    }
    return validate_as(OfBacktest, asked)


def config_of(params: ToRun, symbols: list[Symbol], values: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a wish."""
    asked: dict[str, Any] = params.model_dump(mode="json", by_alias=True, exclude={"own_keys"})
    return {**asked, "pairs": list(map(str, symbols)), "params": values}
