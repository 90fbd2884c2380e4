"""The parts of a service that its settings choose: where prices come from and which models answer."""

import random
from collections.abc import Mapping

from agent.models.catalog import Access, assemble, build, default_spec
from agent.models.errors import ModelError
from agent.models.port import Model
from kit.errors import CannotStart
from kit.settings import Settings
from trading.clock import Clock
from trading.errors import UnknownExchange
from trading.markets import PAPER_NAMES
from trading.ports import MarketData


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


def access(settings: Settings) -> Mapping[str, Access]:
    """Return how each model vendor lets us in."""
    anthropic, openai = settings.anthropic_api_key, settings.openai_api_key
    return {
        "anthropic": Access(
            anthropic.get_secret_value() if anthropic else None, settings.anthropic_base_url or None
        ),
        "openai": Access(openai.get_secret_value() if openai else None, settings.openai_base_url or None),
    }


def model_names(settings: Settings) -> tuple[str, ...]:
    """Return the models that answer, in their order."""
    return settings.model or (default_spec(access(settings)),)


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
