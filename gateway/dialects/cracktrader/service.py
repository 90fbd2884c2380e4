"""The service itself, what can be run on it, and what its account holds."""

from datetime import datetime

from gateway.dialects.cracktrader.answers import (
    Balance,
    Exchange,
    Exchanges,
    Health,
    Parameter,
    Strategies,
    Strategy,
)
from gateway.dialects.cracktrader.words import snake
from tools.market import ExchangeList, ExchangeRow
from tools.portfolio import PortfolioReport
from tools.strategies import ParameterRow, StrategyList, StrategyRow
from tools.system import Health as Known

API_VERSION = "v1"
OK, FAILED = "ok", "failed"

SAMPLE = "TestStrategy"
"""What this API calls one of our strategies."""


def health(told: Known, at: datetime) -> Health:
    """Return whether the service is well."""
    checks = {f"exchange.{name}": _word(each.connected) for name, each in told.exchanges.items()}
    return Health(
        status=told.status,
        api_version=API_VERSION,
        checks={"runner": OK, "database": _word(told.database), **checks},
        metrics={"uptime_seconds": told.uptime, "problems": len(told.problems)},
        timestamp=told.timestamp,
    )


def unwell(told: Known) -> bool:
    """Tell whether it is not, of which a probe is told by the status of the answer."""
    return not told.database


def strategies(told: StrategyList, at: datetime) -> Strategies:
    """Return what can be run."""
    return Strategies(strategies=[_strategy(each) for each in told.strategies])


def exchanges(told: ExchangeList, at: datetime) -> Exchanges:
    """Return which exchanges can be named."""
    return Exchanges(
        exchanges=[Exchange(name=each.exchange, sandbox=True, notes=_notes(each)) for each in told.exchanges]
    )


def balance(told: PortfolioReport, at: datetime) -> Balance:
    """Return what the account holds."""
    held: dict[str, dict[str, object]] = {}
    for each in told.assets:
        held.setdefault(each.exchange, {})[each.symbol] = each.total
    return Balance.model_validate({"total_balance": told.total_value_usd, "exchanges": held})


def _word(well: bool) -> str:
    return OK if well else FAILED


def _strategy(told: StrategyRow) -> Strategy:
    return Strategy(
        name=SAMPLE if SAMPLE in told.aliases else told.name,
        description=told.summary,
        parameters={snake(each.name): _parameter(each) for each in told.parameters},
    )


def _parameter(told: ParameterRow) -> Parameter:
    return Parameter(
        type="integer" if told.whole else "number",
        default=told.default,
        minimum=told.least,
        maximum=told.most,
        description=told.help,
    )


def _notes(told: ExchangeRow) -> str:
    prices = "its own prices" if told.own else f"the prices of {told.served_by}"
    return f"traded on paper at {prices} ({told.source}); real money only where the service is set up for it"
