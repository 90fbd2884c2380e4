"""What holds for the whole service: the risk of its accounts, and what its runs begin with."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from memory.config import ConfigEntry
from memory.database import UnitOfWork
from tools.approvals import only_people
from tools.contests.defaults import Defaults, armed, defaults_of
from tools.context import Context
from tools.errors import InvalidParams
from tools.policy import Scope
from tools.registry import capability
from tools.risk import change_limits, limits_now
from tools.wire import Amount, Flag, NoParams, Num, Params, Result, no_bool
from trading.model import Mode
from trading.risk.limits import Limits

MAX_TOKENS = 8_192
"""How long an answer of a model of a run may be when nobody says otherwise."""

Number = Annotated[Num, BeforeValidator(no_bool)]
Whole = Annotated[int, BeforeValidator(no_bool)]
Share = Annotated[Number, Field(gt=0, le=1)]


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


class Config(Result):
    """What is in force; shares are fractions of an account's equity, distances fractions of the entry.

    `position`, `dailyLoss`, `drawdown` and `approval` are those of your account: what it may hold of one
    asset, lose in a day, lose from its highest, and whether a person is asked before what a model wants to
    open, which with real money is always so. All else is what runs begin with: `mode` whether with real
    money, `stopLoss` and `takeProfit` for entries that name none, null for none; `minConfidence` below which
    an entry is refused; `temperature`, null for that of the model's vendor. `pairs` are those that runs trade
    now, `source` is where prices come from.
    """

    version: str
    log_level: str
    source: str
    mode: str
    pairs: list[str]
    initial_capital: Num
    max_positions: int
    position: Num
    daily_loss: Num
    drawdown: Num
    approval: bool
    stop_loss: Num | None
    take_profit: Num | None
    min_confidence: Num
    models: list[str]
    temperature: Num | None
    max_tokens: int


class ConfigChanges(Params):
    """What to set: what is left out stays, and what is null is as it was before anybody set it.

    Limits hold at once for your account and for that of real money, and for the accounts of runs that are
    started from now on; all else holds for such runs, and none of it for one that goes on.
    """

    mode: Annotated[str, BeforeValidator(_lower), Field(pattern="^(paper|live)$")] | None = None
    initial_capital: Amount | None = None
    max_positions: Annotated[Whole, Field(ge=1, le=1_000)] | None = None
    position: Share | None = None
    daily_loss: Share | None = None
    drawdown: Share | None = None
    approval: Flag | None = None
    stop_loss: Share | None = None
    take_profit: Annotated[Number, Field(gt=0, le=100)] | None = None
    min_confidence: Annotated[Number, Field(ge=0, le=1)] | None = None
    temperature: Annotated[Number, Field(ge=0, le=2)] | None = None
    max_tokens: Annotated[Whole, Field(ge=256, le=131_072)] | None = None


STORED: Mapping[str, str] = {
    "mode": "mode",
    "initial_capital": "initial",
    "max_positions": "positions",
    "position": "position",
    "daily_loss": "daily_loss",
    "drawdown": "drawdown",
    "stop_loss": "stop",
    "take_profit": "target",
    "min_confidence": "confidence",
    "temperature": "temperature",
    "max_tokens": "max_tokens",
}
"""What runs begin with, by the name of the parameter and that of the default."""

LIMITS: Mapping[str, str] = {
    "position": "position",
    "daily_loss": "daily_loss",
    "drawdown": "drawdown",
    "approval": "ask_on_paper",
}
"""What is a limit of an account, too."""


@capability("config.get")
async def get_config(ctx: Context, params: NoParams) -> Config:
    """Show what holds for the whole service: risk, and what runs begin with."""
    async with ctx.services.database.read() as uow:
        return await _shown(ctx, uow)


@capability("config.set", scope=Scope.ADMIN, effects=True)
async def set_config(ctx: Context, params: ConfigChanges) -> Config:
    """Set what holds for the whole service: all of it, or nothing where anything is wrong."""
    only_people(ctx)
    given = {
        name: getattr(params, name) for name in ConfigChanges.model_fields if name in params.model_fields_set
    }
    if not given:
        raise InvalidParams("name something to set")
    services = ctx.services
    by, now = ctx.principal.id, services.clock.now()
    async with services.database.transact() as uow:
        _check(given, await armed(uow))
        entries = [
            ConfigEntry(STORED[name], {"is": _plain(value)}, by, now)
            for name, value in given.items()
            if name in STORED and value is not None
        ]
        await uow.config.put(entries)
        await uow.config.drop(
            [STORED[name] for name, value in given.items() if value is None and name in STORED]
        )
        limits = {LIMITS[name]: value for name, value in given.items() if name in LIMITS}
        for account in await _accounts(uow, ctx) if limits else ():
            await change_limits(uow, account, limits, by, now)
        return await _shown(ctx, uow)


def _check(given: Mapping[str, Any], is_armed: bool) -> None:
    """Raise InvalidParams for what may not be set while accounts are as they are."""
    if given.get("mode") == Mode.LIVE and not is_armed:
        words = "mode: no account is armed for real money, and so nothing can begin with it"
        raise InvalidParams(words, details={"fields": ["mode"]})
    if given.get("approval", True) is not True and is_armed:
        words = "approval: an account is armed for real money, for which a person is always asked"
        raise InvalidParams(words, details={"fields": ["approval"]})


async def _accounts(uow: UnitOfWork, ctx: Context) -> Sequence[str]:
    """Return whose limits are set: the caller's own account, and those of real money."""
    live = [each.id for each in await uow.accounts.all() if each.mode is Mode.LIVE]
    return list(dict.fromkeys([ctx.principal.account, *live]))


async def _shown(ctx: Context, uow: UnitOfWork) -> Config:
    services = ctx.services
    defaults: Defaults = await defaults_of(uow)
    limits: Limits = await limits_now(uow, ctx.principal.account, services.clock.now())
    active = await uow.contests.active()
    return Config(
        version=services.system.version,
        log_level=services.system.log_level,
        source=services.markets.source.value,
        mode=defaults.mode.value,
        pairs=sorted({str(symbol) for each in active for symbol in each.symbols}),
        initial_capital=defaults.initial,
        max_positions=defaults.positions,
        position=limits.position,
        daily_loss=limits.daily_loss,
        drawdown=limits.drawdown,
        approval=limits.ask_on_paper or await armed(uow),
        stop_loss=defaults.stop,
        take_profit=defaults.target,
        min_confidence=defaults.confidence,
        models=list(services.models),
        temperature=defaults.temperature,
        max_tokens=defaults.max_tokens or MAX_TOKENS,
    )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
