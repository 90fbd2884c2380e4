"""Runs for who names nothing but a pair: what decides here by default trades it."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from tools.contests.defaults import armed, defaults_of
from tools.contests.showing import run_view
from tools.contests.singles import Singles, Wanted
from tools.contests.views import RunView
from tools.context import Context
from tools.errors import Code, Forbidden
from tools.policy import Scope
from tools.registry import capability
from tools.wire import Amount, Pair, Params
from trading.errors import NotArmed
from trading.model import Mode
from trading.runs.record import Schedule
from trading.timeframes import Timeframe

TIMEFRAME = Timeframe.M5
EVERY = timedelta(minutes=5)


class OpenRun(Params):
    """What is to be traded, and with how much paper money; without `mode` it is the one that is set."""

    pair: Pair
    initial_capital: Amount | None = None
    mode: Literal["paper", "live"] | None = None


@capability("runs.open", scope=Scope.TRADE, effects=True)
async def open_run(ctx: Context, params: OpenRun) -> RunView:
    """Have what decides here by default trade one pair by itself from now on.

    That is the first model that answers here, where models may be asked by runs, or else a strategy of the
    house. Real money needs an account that its owner has armed.
    """
    contests = ctx.services.contests
    async with contests.parts.database.read() as uow:
        defaults = await defaults_of(uow)
        mode = defaults.mode if params.mode is None else Mode(params.mode)
        if mode is Mode.LIVE and not await armed(uow):
            raise NotArmed("live trading is not switched on here: no account is armed for real money")
    if mode is Mode.LIVE and not ctx.principal.may(Scope.ADMIN):
        raise Forbidden("only the owner starts a run with real money", code=Code.FORBIDDEN)
    initial = params.initial_capital or defaults.initial
    trader = contests.trader
    wanted = Wanted(
        name=f"{params.pair.base}-{params.pair.quote} {contests.parts.new_id('trade')}",
        decider=replace(trader, settings=defaults.settings(trader.kind, trader.settings)),
        symbols=(params.pair,),
        timeframe=TIMEFRAME,
        schedule=Schedule(EVERY),
        mode=mode,
        initial=initial,
        rules=defaults.rules(initial, {}),
        limits=defaults.limits(),
    )
    run = await Singles(contests.parts, contests.keeper).start(ctx.principal.id, wanted)
    async with contests.parts.database.read() as uow:
        return await run_view(contests.parts, uow, await uow.contests.get(run.contest), run)
