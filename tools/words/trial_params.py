"""From a backtest as it was meant to what tools take."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tools.words.order_params import json_number
from tools.words.spans import lay_out
from tools.words.trials import Trial
from trading.backtest.catalog import BUILT_IN
from trading.backtest.strategy import plain

NOT_SHOWN = "test_strategy"
HOUSE = tuple(each.name for each in BUILT_IN if each.name != NOT_SHOWN)
"""The strategies people are told of."""

SPELLINGS = {each.name: each.spellings() for each in BUILT_IN}
"""By strategy, its parameters by every spelling of their names."""


def trial_params(kind: str, trial: Trial, now: datetime | None) -> Mapping[str, Any]:
    """Return a trial that lacks nothing as the tool of its kind takes it: run, optimize or compare."""
    arguments: dict[str, Any] = {"pair": str(trial.pairs[0].symbol)}
    if kind == "compare":
        arguments["strategies"] = list(HOUSE if trial.every else trial.strategies)
    else:
        arguments["strategy"] = trial.strategies[0]
    if len(trial.pairs) > 1:
        arguments["pairs"] = [str(pair.symbol) for pair in trial.pairs[1:]]
    if trial.timeframe:
        arguments["timeframe"] = str(trial.timeframe)
    if trial.span and now:
        begin, end = lay_out(trial.span, now)
        arguments |= {name: day for name, day in (("from", begin), ("to", end)) if day}
    if trial.params:
        arguments["params"] = _params(trial)
    if trial.metric and kind == "optimize":
        arguments["metric"] = trial.metric
    named = {"sizing": trial.sizing, "direction": trial.direction}
    return {
        **arguments,
        **{name: json_number(value) for name, value in trial.figures},
        **{name: value for name, value in named.items() if value},
    }


def _params(trial: Trial) -> Mapping[str, int | float]:
    spellings = SPELLINGS.get(trial.strategies[0], {})
    return {
        spellings[plain(name)].name if plain(name) in spellings else name: json_number(value)
        for name, value in trial.params
    }
