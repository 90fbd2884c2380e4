"""Finds what decides for runs: models that are configured, strategies of the house, baselines."""

from collections.abc import Callable, Mapping

from agent.arena.model_decider import ModelDecider, Tuning
from agent.arena.prompt import PERSONALITIES
from agent.models.port import Model
from trading.backtest.catalog import Strategies
from trading.clock import Clock
from trading.errors import UnknownStrategy
from trading.runs import decider_settings as read
from trading.runs.asking import Decides
from trading.runs.baseline_decider import BaselineDecider
from trading.runs.errors import InvalidRun, UnknownDecider
from trading.runs.record import DeciderKind, DeciderSpec
from trading.runs.strategies import StrategyDecider

TUNING = frozenset({"personality", "temperature", "timeout", "max_tokens"})
"""The settings of a model that decides."""


class HouseDeciders:
    """Everything that can decide here; `models` are those that may be asked, by `vendor:model`."""

    def __init__(self, models: Mapping[str, Model], clock: Clock) -> None:
        self._models = models
        self._clock = clock
        self._strategies = Strategies()
        self._kinds: Mapping[DeciderKind, Callable[[str, read.Settings], Decides]] = {
            DeciderKind.MODEL: self._model,
            DeciderKind.STRATEGY: self._strategy,
            DeciderKind.BASELINE: BaselineDecider.of,
        }

    def of(self, spec: DeciderSpec) -> Decides:
        """Return the decider of a run.

        Raises UnknownDecider for one that is not there (any more), InvalidRun for settings it does not take.
        """
        return self._kinds[spec.kind](spec.name, spec.settings)

    def _model(self, name: str, settings: read.Settings) -> Decides:
        model = self._models.get(name)
        if model is None:
            known = ", ".join(self._models) or "none"
            raise UnknownDecider(f"there is no model {name[:80]!r} here; there are: {known}")
        return ModelDecider(model, self._clock, tuning(settings))

    def _strategy(self, name: str, settings: read.Settings) -> Decides:
        try:
            found = self._strategies.find(name)
        except UnknownStrategy as error:
            raise UnknownDecider(str(error)) from None
        return StrategyDecider.of(found, settings)


def tuning(settings: read.Settings) -> Tuning:
    """Return how a model is asked, by the settings of its run; raise InvalidRun."""
    read.only(settings, TUNING, "a model")
    personality = read.text(settings, "personality")
    if personality is not None and personality not in PERSONALITIES:
        raise InvalidRun(f"personality is one of {', '.join(PERSONALITIES)}, not {personality[:40]!r}")
    temperature = read.number(settings, "temperature", None, 0, 2)
    return Tuning(
        personality=personality,
        temperature=None if temperature is None else float(temperature),
        timeout=float(read.number(settings, "timeout", 60, 1, 3_600) or 60),
        max_tokens=read.whole(settings, "max_tokens", 8_192, 256, 131_072),
    )
