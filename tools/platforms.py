"""What this service is connected to."""

from tools.context import Context
from tools.live import AccountView, accounts
from tools.policy import Surface
from tools.registry import capability
from tools.system import ExchangeHealth, exchange_health
from tools.wire import NoParams, Result
from trading.model import Mode

EVERYWHERE = Surface.WIRE | Surface.CHAT | Surface.MODEL


class ChatPlatform(Result):
    """A chat platform that is configured: how it stands, and what to mend, null while nothing is wrong."""

    name: str
    state: str
    problem: str | None


class Connected(Result):
    """What is connected: exchanges for prices, accounts with real money, models in their order, chats."""

    exchanges: dict[str, ExchangeHealth]
    live: list[AccountView]
    models: list[str]
    chats: list[ChatPlatform]


@capability("platforms.list", surfaces=EVERYWHERE)
async def list_platforms(ctx: Context, params: NoParams) -> Connected:
    """Tell what is connected: exchanges, real money, models and chat platforms."""
    services = ctx.services
    known = await accounts.run(ctx, params)
    return Connected(
        exchanges={each.exchange: exchange_health(each) for each in await services.markets.health()},
        live=[each for each in known.accounts if each.mode == Mode.LIVE],
        models=list(services.models),
        chats=[
            ChatPlatform(name=each.name, state=each.state, problem=each.problem)
            for each in services.platforms.states()
        ],
    )
