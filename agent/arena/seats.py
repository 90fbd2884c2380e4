"""Who sits where in the arena: the models of the leaderboard, or strategies of the house in their place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trading.runs.errors import InvalidRun
from trading.runs.record import DeciderKind, DeciderSpec
from trading.symbols import Symbol
from trading.timeframes import Timeframe

SYMBOLS = tuple(Symbol(base, "USDT") for base in ("ETH", "BNB", "XRP", "DOGE", "ADA", "AVAX"))

INITIAL = Decimal(100)
"""What each seat begins with, in USDT."""

TIMEFRAME = Timeframe.M5

DEFAULT = (
    "LLM-A=anthropic:claude-sonnet-4-20250514",
    "LLM-B=deepseek:deepseek-reasoner",
    "LLM-C=openai:gpt-4o",
)

STAND_INS = (
    DeciderSpec(DeciderKind.STRATEGY, "donchian_breakout"),
    DeciderSpec(DeciderKind.STRATEGY, "macd"),
    DeciderSpec(DeciderKind.STRATEGY, "rsi_reversion", {"period": 7}),
    DeciderSpec(DeciderKind.STRATEGY, "bollinger_reversion"),
    DeciderSpec(DeciderKind.STRATEGY, "ma_crossover"),
)
"""The strategies that sit where a model does not play; in turn, so that the first seats differ.

On the simulated market the first three open something within 35 minutes in 19 of 20 cases.
"""

KINDS = {"strategy": DeciderKind.STRATEGY, "baseline": DeciderKind.BASELINE}
"""What stands before the colon, unless it is a vendor."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat of the arena: what decides there, on which pairs, and with how much USDT."""

    name: str
    decider: DeciderSpec
    symbols: tuple[Symbol, ...] = SYMBOLS
    initial: Decimal = INITIAL
    timeframe: Timeframe = TIMEFRAME


def seats(wanted: Sequence[str], plays: Callable[[str], bool]) -> tuple[Seat, ...]:
    """Return the seats, in their order.

    Each is wanted as `NAME=vendor:model`, `NAME=strategy:name` or `NAME=baseline:name`; none at all means
    those of the leaderboard. `plays` tells of a `vendor:model` whether it may be asked: a strategy sits
    where it may not. Raises InvalidRun for what is written otherwise.
    """
    asked = [_spec(each) for each in wanted or DEFAULT]
    absent = [name for name, spec in asked if spec.kind is DeciderKind.MODEL and not plays(spec.name)]
    standing = {name: STAND_INS[place % len(STAND_INS)] for place, name in enumerate(absent)}
    return tuple(Seat(name, standing.get(name, spec)) for name, spec in asked)


def models_of(wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the `vendor:model` of each seat that is wanted for one; raise InvalidRun as `seats` does."""
    asked = [_spec(each)[1] for each in wanted or DEFAULT]
    return tuple(each.name for each in asked if each.kind is DeciderKind.MODEL)


def _spec(wanted: str) -> tuple[str, DeciderSpec]:
    name, _, decider = (part.strip() for part in wanted.partition("="))
    kind, _, rest = decider.partition(":")
    if not (name and kind and rest):
        raise InvalidRun(f"a seat is NAME=vendor:model or NAME=strategy:name, not {wanted[:80]!r}")
    if kind in KINDS:
        return name, DeciderSpec(KINDS[kind], rest)
    return name, DeciderSpec(DeciderKind.MODEL, decider)
