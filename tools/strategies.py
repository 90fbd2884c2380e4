"""Which strategies there are, and letting files of one's own be among them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field

from tools.backtesting import WorkerFailed
from tools.context import Context
from tools.errors import InvalidParams
from tools.policy import Scope, Surface
from tools.registry import capability
from tools.wire import NoParams, Params, Result, camel
from trading.backtest.describing import describe


class ParameterRow(Result):
    """A parameter of a strategy, with its inclusive bounds and what an optimisation tries by itself."""

    name: str
    default: float | None
    least: float
    most: float
    whole: bool
    help: str
    tries: list[float]


class StrategyRow(Result):
    """A strategy; `own` is the file of one that was enabled here."""

    name: str
    summary: str
    aliases: list[str]
    parameters: list[ParameterRow]
    own: str | None


class StrategyList(Result):
    """Every strategy that can be run, and the files that wait to be enabled."""

    strategies: list[StrategyRow]
    files: list[str]


@capability("strategies.list", surfaces=Surface.WIRE | Surface.CHAT | Surface.MODEL)
async def list_strategies(ctx: Context, params: NoParams) -> StrategyList:
    """List the strategies that can be backtested, with their parameters."""
    picking = ctx.services.strategies
    own = await picking.enabled()
    known = {each.file for each in own}
    return StrategyList(
        strategies=[
            *(_row(asdict(describe(each)), None) for each in picking.house.all),
            *(_row(each.described, each.file) for each in own),
        ],
        files=[each for each in await picking.files() if each not in known],
    )


def _row(described: Mapping[str, Any], own: str | None) -> StrategyRow:
    return StrategyRow(
        name=described["name"],
        summary=described["summary"],
        aliases=list(described["aliases"]),
        parameters=[
            ParameterRow(
                name=camel(each["name"]),
                default=each["default"],
                least=each["least"],
                most=each["most"],
                whole=each["whole"],
                help=each["help"],
                tries=list(each.get("tries", ())),
            )
            for each in described["parameters"]
        ],
        own=own,
    )


class OfFile(Params):
    """Which file."""

    file: Annotated[str, Field(min_length=4, max_length=128, pattern=r"^[A-Za-z0-9_\-]+\.py$")]


class OfName(Params):
    """Which strategy."""

    name: Annotated[str, Field(min_length=1, max_length=64)]


class Disabled(Result):
    """What is no longer run."""

    name: str


@capability("strategies.enable", scope=Scope.ADMIN, effects=True)
async def enable(ctx: Context, params: OfFile) -> StrategyRow:
    """Let a strategy file be run, exactly as it is now: a changed file has to be enabled again.

    It is Python code that runs with the rights of this service, in a process of its own: read it first.
    """
    try:
        own = await ctx.services.strategies.enable(params.file, ctx.principal.id)
    except WorkerFailed as error:
        raise InvalidParams(f"{params.file}: {error}") from None
    return _row(own.described, own.file)


@capability("strategies.disable", scope=Scope.ADMIN, effects=True)
async def disable(ctx: Context, params: OfName) -> Disabled:
    """Let a strategy file of your own be run no more."""
    await ctx.services.strategies.disable(params.name)
    return Disabled(name=params.name)
