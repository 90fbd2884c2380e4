"""The parts of a service that its settings choose: where prices come from and which models answer."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from agent.models.catalog import Access, assemble, build, default_spec
from agent.models.errors import ModelError
from agent.models.failover import Failover
from agent.models.port import Model
from kit.errors import CannotStart
from kit.settings import Settings
from memory.candles import CandleFiles
from memory.datasets import Datasets
from trading.backtest.histories import Histories
from trading.clock import Clock
from trading.errors import UnknownExchange
from trading.markets import PAPER_NAMES, Markets
from trading.ports import MarketData

if TYPE_CHECKING:
    from trading.exchanges.ccxt_live import CcxtExchange


def build_market(settings: Settings, clock: Clock) -> MarketData:
    """Return the market that prices come from; raise CannotStart for an exchange nobody knows."""
    if settings.exchange.lower() in PAPER_NAMES:
        from trading.exchanges.simulated import SimulatedMarket

        return SimulatedMarket(clock)
    from trading.exchanges.ccxt_market import CcxtMarket

    try:
        return CcxtMarket(settings.exchange.lower(), clock, urls=settings.exchange_urls or None)
    except UnknownExchange as error:
        raise CannotStart(f"exchange: {error}") from None


def build_reference(settings: Settings, clock: Clock) -> MarketData | None:
    """Return the market whose prices entries are compared with; None where none is set."""
    if settings.reference_exchange is None:
        return None
    return build_market(settings.model_copy(update={"exchange": settings.reference_exchange}), clock)


def build_histories(settings: Settings, markets: Markets, clock: Clock) -> Histories:
    """Return where candles of the past come from: what is kept in the home, the markets, a person's files."""
    return Histories(markets, CandleFiles(settings.data / "cache"), Datasets(settings.data), clock)


async def build_live(settings: Settings, market: MarketData, clock: Clock) -> "CcxtExchange | None":
    """Return where real orders go, None where live trading is not switched on.

    Raises CannotStart for an exchange that is not fit for it.
    """
    key, secret = settings.exchange_api_key, settings.exchange_api_secret
    if not settings.live or key is None or secret is None:
        return None
    from trading.exchanges.ccxt_live import CcxtExchange
    from trading.exchanges.ccxt_live_client import Keys
    from trading.exchanges.ccxt_live_venues import refusal

    name = settings.exchange.lower()
    reason = await asyncio.to_thread(refusal, name)
    if reason is not None:
        raise CannotStart(f"live: {reason}")
    password, uid = settings.exchange_api_password, settings.exchange_api_uid
    keys = Keys(
        key.get_secret_value(),
        secret.get_secret_value(),
        password.get_secret_value() if password else None,
        uid.get_secret_value() if uid else None,
    )
    return CcxtExchange(name, keys, market, clock, urls=settings.exchange_urls or None)


def access(settings: Settings) -> Mapping[str, Access]:
    """Return how each model vendor lets us in."""
    keys = {
        "anthropic": (settings.anthropic_api_key, settings.anthropic_base_url),
        "openai": (settings.openai_api_key, settings.openai_base_url),
        "deepseek": (settings.deepseek_api_key, settings.deepseek_base_url),
    }
    return {
        vendor: Access(key.get_secret_value() if key else None, url or None)
        for vendor, (key, url) in keys.items()
    }


def model_names(settings: Settings) -> tuple[str, ...]:
    """Return the models that answer, in their order."""
    return settings.model or (default_spec(access(settings)),)


def named_models(model: Model, names: Sequence[str] | None) -> Mapping[str, Model]:
    """Return the models that answer as one, in their order, by these names or else by their own."""
    each = model.models if isinstance(model, Failover) else (model,)
    return dict(zip(names or [one.name for one in each], each, strict=True))


async def check_model(name: str, settings: Settings) -> None:
    """Ask a model's vendor whether it would answer; raise CannotStart that says why not."""
    try:
        model = build(name, access(settings))
        try:
            await model.check()
        finally:
            await model.aclose()
    except ModelError as error:
        raise CannotStart(str(error)) from None


def build_model(settings: Settings, clock: Clock, jitter: random.Random) -> Model:
    """Return the models that answer, as one; raise CannotStart that says what to mend."""
    try:
        return assemble(settings.model, access(settings), clock, jitter)
    except ModelError as error:
        raise CannotStart(f"model: {error}") from None
