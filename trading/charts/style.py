"""How charts look: dark on light, and large enough for a phone."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from matplotlib.ticker import Formatter, MaxNLocator
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
_MOST_PLACES = 12


def sheet(height: int, title: str, subtitle: str) -> Figure:
    """Return an empty sheet of a height in pixels with its heading; `settle` lays out the rest of it."""
    side, foot = MARGIN / WIDTH, MARGIN / 2 / height
    engine = ConstrainedLayoutEngine(
        rect=(side / 2, foot, 1 - side, 1 - HEADER / height - foot), w_pad=0.05, h_pad=0.1
    )
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=PAPER, layout=engine)
    FigureCanvasAgg(figure)
    room = WIDTH - 2 * MARGIN
    lines: tuple[tuple[int, str, int, dict[str, Any]], ...] = (
        (22, title, TITLE, {"weight": "bold", "color": INK}),
        (72, subtitle, TEXT, {"weight": "normal", "color": QUIET}),
    )
    for down, text, size, look in lines:
        line = figure.text(side, 1 - down / height, text, look, fontsize=size, ha="left", va="top")
        fit(line, room)
    return figure


def settle(figure: Figure) -> None:
    """Lay a sheet out, each panel on whole pixels: the solver's last digits are not the same each time."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine("none")
    width, height = figure.canvas.get_width_height()
    for axes in figure.axes:
        left, low, right, high = axes.get_position().extents
        x0, x1 = round(left * width) / width, round(right * width) / width
        y0, y1 = round(low * height) / height, round(high * height) / height
        axes.set_position((x0, y0, x1 - x0, y1 - y0))


def fit(line: Text, room: float) -> None:
    """Make a text smaller where it is longer than the room in pixels, and leave out its middle if need be."""
    # Names are a user's own, and none of them is a formula.
    line.set_parse_math(False)
    if _length(line) > room:
        line.set_fontsize(max(SMALL, math.floor(float(line.get_fontsize()) * room / _length(line))))
    text = line.get_text()
    kept = len(text)
    while _length(line) > room:
        kept -= 1
        half = kept // 2
        line.set_text(f"{text[: kept - half].rstrip()}…{text[-half:].lstrip()}")


def _length(line: Text) -> float:
    box = line.get_window_extent()
    return float(max(box.width, box.height))


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
    axis.set_major_formatter(_Figures(unit))


class _Figures(Formatter):
    """Writes the ticks of an axis alike: 0.5 M beside 1.0 M, no place more than tells them apart."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._size, self._letter, self._step = 1.0, "", 1.0

    def set_locs(self, locs: Iterable[float]) -> None:
        """Learn which ticks are written together."""
        ticks = sorted(float(each) for each in locs)
        step = min((high - low for low, high in pairwise(ticks)), default=0.0) or 1.0
        self._size, self._letter = _magnitude(max((abs(each) for each in ticks), default=0.0), step)
        self._step = step / self._size

    def __call__(self, value: float, pos: int | None = None) -> str:
        return f"{_rounded(value / self._size, self._step)}{self._letter}{self._unit}"


def _magnitude(largest: float, step: float) -> tuple[float, str]:
    for size, letter in ((1e12, " T"), (1e9, " B"), (1e6, " M")):
        if largest >= size and step >= size / 1000:
            return size, letter
    return 1.0, ""


def _rounded(value: float, step: float) -> str:
    places = max(0, -math.floor(math.log10(step) + 1e-6))
    if places > _MOST_PLACES:
        return f"{value:.3g}"
    # Adding nothing takes the sign off a zero.
    return f"{round(value, places) + 0.0:,.{places}f}"


def days(times: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
    """Return milliseconds as the days that an axis of dates counts in."""
    return np.asarray(times, dtype=np.float64) / _DAY


def dated(axes: Axes) -> None:
    """Write the axis below in dates, in UTC, each no longer than it has to be."""
    locator = AutoDateLocator(minticks=3, maxticks=7, tz="UTC")  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(  # type: ignore[no-untyped-call]
            locator,
            tz="UTC",
            formats=["%Y", "%b", "%d %b", "%H:%M", "%H:%M", "%S.%f"],
            zero_formats=["", "%Y", "%d %b", "%d %b", "%H:%M", "%H:%M"],
            offset_formats=["", "%Y", "%Y", "%d %b %Y", "%d %b %Y", "%d %b %Y %H:%M"],
        )
    )
    axes.xaxis.get_offset_text().set(fontsize=SMALL, color=QUIET)


def legend(axes: Axes) -> None:
    """Name what a panel shows above it, in as many columns as there is room for."""
    handles, names = axes.get_legend_handles_labels()
    if names:
        widths = [SMALL * (_LETTER * len(each) + 2.6) for each in names]
        room = WIDTH - 4 * MARGIN
        columns = len(names) if sum(widths) <= room else max(1, int(room / max(widths)))
        shown = axes.legend(
            handles,
            names,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=columns,
            frameon=False,
            fontsize=SMALL,
            labelcolor=INK,
            handlelength=1.0,
            handletextpad=0.4,
            columnspacing=1.2,
            borderaxespad=0.2,
            borderpad=0.1,
        )
        for each in shown.get_texts():
            fit(each, room - SMALL * 2.6)
