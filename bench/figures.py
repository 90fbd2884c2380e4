"""Measured figures, and what is promised about them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import ge, le

COLUMNS = ("figure", "ours", "reference", "ratio", "target", "floor", "verdict")


class Verdict(StrEnum):
    """How a figure stands to its promise."""

    MET = "met"
    MISSED = "MISSED"
    """The target is not met, and the floor holds."""
    BELOW_FLOOR = "BELOW FLOOR"


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised about a figure: the target, and the floor, the worst that a run may show.

    They are about our own value, or with `ratio` about ours divided by the reference's; with `at_most` a
    smaller one is better.
    """

    target: float
    floor: float
    ratio: bool = False
    at_most: bool = False

    def verdict(self, value: float) -> Verdict:
        """Return how a value stands to this promise."""
        holds: Callable[[float, float], bool] = le if self.at_most else ge
        if holds(value, self.target):
            return Verdict.MET
        return Verdict.MISSED if holds(value, self.floor) else Verdict.BELOW_FLOOR


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value with its reference, both in `unit`; without a promise it is there to be known."""

    name: str
    unit: str
    ours: float
    reference: float | None = None
    promise: Promise | None = None

    @property
    def ratio(self) -> float | None:
        """Ours divided by the reference's."""
        return self.ours / self.reference if self.reference else None

    @property
    def verdict(self) -> Verdict | None:
        """How the figure stands to its promise; a ratio without its reference breaks it."""
        if self.promise is None:
            return None
        if not self.promise.ratio:
            return self.promise.verdict(self.ours)
        return Verdict.BELOW_FLOOR if self.ratio is None else self.promise.verdict(self.ratio)

    def row(self) -> tuple[str, ...]:
        """Return the cells of a table's row."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        reference = "" if self.reference is None else _number(self.reference)
        target = floor = ""
        if self.promise is not None:
            sign = "≤" if self.promise.at_most else "≥"
            what = "ratio " if self.promise.ratio else ""
            target = f"{what}{sign} {self.promise.target:g}"
            floor = f"{self.promise.floor:g}"
        name = f"{self.name} ({self.unit})" if self.unit else self.name
        return (name, _number(self.ours), reference, ratio, target, floor, self.verdict or "")


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table in Markdown."""
    rows = [COLUMNS, *(figure.row() for figure in figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"
