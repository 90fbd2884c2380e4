"""The baselines as deciders of runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from trading.errors import UnknownSymbol
from trading.runs import decider_settings as read
from trading.runs.asking import Answer, Asked
from trading.runs.baselines import Decider, EqualWeight, Hold, Random, cash
from trading.runs.errors import InvalidRun, UnknownDecider
from trading.runs.record import Run
from trading.runs.strategies import OFFLINE
from trading.symbols import Symbol, parse_symbol

Make = Callable[[read.Settings, Run], Decider]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Which settings a baseline takes, how it is made for a run, and what it does in one sentence."""

    settings: frozenset[str]
    make: Make
    says: str


def _hold(settings: read.Settings, run: Run) -> Decider:
    return Hold(_symbol(settings) or run.symbols[0], run.rules)


def _random(settings: read.Settings, run: Run) -> Decider:
    return Random(_seed(settings), run.rules)


BASELINES: Mapping[str, Baseline] = {
    "cash": Baseline(frozenset(), lambda settings, run: cash, "cash keeps the money."),
    "hold": Baseline(frozenset({"symbol"}), _hold, "hold buys one pair once and keeps it."),
    "equal_weight": Baseline(
        frozenset(),
        lambda settings, run: EqualWeight(run.symbols, run.rules),
        "equal_weight buys each pair once for the same money and keeps them.",
    ),
    "random": Baseline(frozenset({"seed"}), _random, "random decides by lot."),
}
"""By name. `hold` takes the first pair of the run unless its setting `symbol` names another."""


@dataclass(frozen=True, slots=True)
class BaselineDecider:
    """A baseline that decides for a run, from the snapshot and the account alone."""

    name: str
    settings: read.Settings = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, settings: read.Settings) -> "BaselineDecider":
        """Return a decider; raise UnknownDecider, or InvalidRun for settings that it does not take."""
        baseline = BASELINES.get(name)
        if baseline is None:
            raise UnknownDecider(f"there is no baseline {name[:40]!r}; there are {', '.join(BASELINES)}")
        read.only(settings, baseline.settings, name)
        _symbol(settings)
        _seed(settings)
        return cls(name, settings)

    @property
    def provider(self) -> str:
        """`offline`: it is no model."""
        return OFFLINE

    @property
    def model(self) -> str:
        """`offline:` and the name of the baseline."""
        return f"{OFFLINE}:{self.name}"

    async def decide(self, asked: Asked) -> Answer:
        """Return what the baseline does."""
        baseline = BASELINES[self.name]
        decision = baseline.make(self.settings, asked.run)(asked.snapshot, asked.view)
        shown = {"baseline": self.name, "snapshot": asked.snapshot.digest}
        return Answer(self.model, replace(decision, reasoning=baseline.says), shown=shown)


def _symbol(settings: read.Settings) -> Symbol | None:
    named = read.text(settings, "symbol")
    try:
        return None if named is None else parse_symbol(named)
    except UnknownSymbol as error:
        raise InvalidRun(f"symbol: {error}", setting="symbol") from None


def _seed(settings: read.Settings) -> int:
    return read.whole(settings, "seed", 0, 0, 10**18)
