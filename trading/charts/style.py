"""How charts look: dark on light, and large enough for a phone."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

WIDTH: Final = 1080
# One point is one pixel, so every size below is in pixels.
DPI: Final = 72

TITLE: Final = 36
TEXT: Final = 26
SMALL: Final = 24
LINE: Final = 3.0
HEADER: Final = 118
MARGIN: Final = 24

PAPER: Final = "#ffffff"
INK: Final = "#1c2330"
QUIET: Final = "#5b6472"
GRID: Final = "#e3e6ea"
MAIN: Final = "#1f5fbf"
OTHER: Final = "#8a93a1"
UP: Final = "#0a8f6a"
DOWN: Final = "#d1490c"
LINES: Final = ("#1f5fbf", "#e08a00", "#7a3fb3", "#0f8fa8", "#b5306f", "#5c6b1f", "#7b4b2a", "#444b57")

_DAY = 86_400_000
_LETTER = 0.62


def sheet(height: int, title: str, subtitle: str) -> Figure:
    """Return an empty sheet of a height in pixels with its heading; the rest of it is laid out by itself."""
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=PAPER, layout="constrained")
    below = 1 - HEADER / height
    engine = figure.get_layout_engine()
    assert engine is not None
    side, foot = MARGIN / WIDTH, MARGIN / 2 / height
    engine.set(rect=(side / 2, foot, 1 - side, below - foot), w_pad=0.05, h_pad=0.1)  # type: ignore[call-arg]
    _write(figure, 22, title, TITLE, weight="bold", color=INK)
    _write(figure, 72, subtitle, TEXT, weight="normal", color=QUIET)
    return figure


def _write(figure: Figure, down: int, text: str, size: int, *, weight: str, color: str) -> None:
    """Write a line so far below the top, smaller where it is long, and cut where that is not enough."""
    height = figure.bbox.height
    line = figure.text(
        MARGIN / WIDTH,
        1 - down / height,
        text,
        fontsize=size,
        weight=weight,
        color=color,
        ha="left",
        va="top",
    )
    # A strategy of one's own may have any name, and none of them is a formula.
    line.set_parse_math(False)
    room = WIDTH - 2 * MARGIN
    wide = line.get_window_extent().width
    if wide > room:
        line.set_fontsize(max(SMALL, math.floor(size * room / wide)))
    while line.get_window_extent().width > room:
        text = text[:-1].rstrip()
        line.set_text(f"{text}…")


def plain(axes: Axes, ticks: int = 5, unit: str = "") -> None:
    """Leave of a panel its figures, at the right, and quiet lines across."""
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    axes.set_facecolor(PAPER)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=GRID, linewidth=1.5)
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=QUIET, pad=8)
    axes.yaxis.tick_right()
    numbers(axes.yaxis, ticks, unit)


def numbers(axis: Axis, ticks: int, unit: str = "") -> None:
    """Write an axis in round figures, as many places as they need."""
    axis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 5, 10]))

    def worded(value: float, _: object) -> str:
        low, high = sorted(axis.get_view_interval())
        return _worded(value, high - low) + unit

    axis.set_major_formatter(FuncFormatter(worded))


def _worded(value: float, span: float) -> str:
    for size, letter in ((1e9, "B"), (1e6, "M")):
        if span >= size and value:
            return f"{value / size:.4g} {letter}"
    places = min(max(0, 1 - math.floor(math.log10(span))), 12) if span > 0 else 0
    # Adding nothing takes the sign off a zero.
    return f"{round(value, places) + 0.0:,.{places}f}"


def days(times: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
    """Return milliseconds as the days that an axis of dates counts in."""
    return np.asarray(times, dtype=np.float64) / _DAY


def dated(axes: Axes) -> None:
    """Write the axis below in dates, in UTC, each no longer than it has to be."""
    locator = AutoDateLocator(minticks=3, maxticks=7, tz="UTC")  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz="UTC"))  # type: ignore[no-untyped-call]
    axes.xaxis.get_offset_text().set(fontsize=SMALL, color=QUIET)


def legend(axes: Axes) -> None:
    """Name what a panel shows above it, in as many columns as there is room for."""
    handles, names = axes.get_legend_handles_labels()
    if names:
        widest = SMALL * (_LETTER * max(len(each) for each in names) + 2.6)
        axes.legend(
            handles,
            names,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=max(1, int((WIDTH - 4 * MARGIN) / widest)),
            frameon=False,
            fontsize=SMALL,
            labelcolor=INK,
            handlelength=1.0,
            handletextpad=0.4,
            columnspacing=1.2,
            borderaxespad=0.2,
            borderpad=0.1,
        )
