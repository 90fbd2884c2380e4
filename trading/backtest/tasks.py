"""What a worker process is asked: data that can be sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trading.backtest.history import History
from trading.backtest.terms import Terms

Tell = Callable[[int, int], None]
"""Hears of steps done and of all."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A strategy and its parameters as they were given; `file` and `digest` name one of a person's own."""

    name: str
    given: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class RunTask:
    """Run strategies over the same candles, each by itself.

    Several histories share the cash in equal parts, side by side.
    """

    chosen: Sequence[Chosen]
    histories: Sequence[History]
    terms: Terms
    whole: bool = True


@dataclass(frozen=True, slots=True)
class GridTask:
    """Try every combination of a grid; hold back `outside` of the range, or walk forward in `windows`."""

    chosen: Chosen
    history: History
    grid: Mapping[str, Sequence[Any]]
    terms: Terms
    metric: str
    outside: float = 0.0
    windows: int = 0
    threads: int = 1


@dataclass(frozen=True, slots=True)
class VerifyTask:
    """Look for look-ahead."""

    chosen: Chosen
    history: History


@dataclass(frozen=True, slots=True)
class ExamineTask:
    """Judge parameters, and a grid of more of them, without candles; the answer is the longest warm-up."""

    chosen: Chosen
    grid: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class DescribeTask:
    """Load a person's own strategy and say what it is."""

    chosen: Chosen
