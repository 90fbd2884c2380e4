"""The chart of a grid of parameters: a heat map of its scores, or a line where there is only one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter
from numpy.typing import NDArray

from trading.charts import style
from trading.charts.pictures import SurfacePicture

BEST: Final = "#f28c00"
EMPTY: Final = "#fafbfc"

_SHADES = ("#f4f7fb", "#a9cbe8", "#4a8fc9", "#1d4f91", "#0d2547")
_RING: Final[dict[str, Any]] = {"facecolors": "none", "edgecolors": BEST, "linewidths": 5.0}
_HATCHED: Final[dict[str, Any]] = {
    "facecolor": EMPTY,
    "edgecolor": "#c3c9d1",
    "hatch": "///",
    "linewidth": 0.0,
}
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
# Where dark letters are as far from the ground as light ones.
_LIGHT = 0.21
_WORDED_COLUMNS, _WORDED_ROWS = 8, 12
_MOST_LABELS = 9
_ACROSS, _UP = 800, 300


def surface_figure(picture: SurfacePicture) -> Figure:
    """Return the chart of a grid, its parameters in order whatever the order they were asked in."""
    ordered = _ordered(picture)
    return _line(ordered) if ordered.y is None else _map(ordered)


def _ordered(picture: SurfacePicture) -> SurfacePicture:
    across = sorted(range(len(picture.xs)), key=lambda place: picture.xs[place])
    up = sorted(range(len(picture.scores)), key=lambda place: picture.ys[place] if picture.ys else 0)
    best = picture.best
    return replace(
        picture,
        xs=[picture.xs[each] for each in across],
        ys=[picture.ys[each] for each in up] if picture.ys else [],
        scores=[[picture.scores[row][column] for column in across] for row in up],
        best=None if best is None else (up.index(best[0]), across.index(best[1])),
    )


def _table(picture: SurfacePicture) -> NDArray[np.float64]:
    rows = [[np.nan if each is None else each for each in row] for row in picture.scores]
    return np.array(rows, dtype=np.float64)


def _line(picture: SurfacePicture) -> Figure:
    figure = style.sheet(900, picture.title, picture.subtitle)
    axes = figure.subplots()
    style.plain(axes, ticks=6, unit=picture.unit)
    (heights,) = _table(picture)
    places = np.asarray(picture.xs, dtype=np.float64)
    axes.plot(places, heights, color=style.MAIN, linewidth=style.LINE, marker="o", markersize=12, zorder=3)
    if picture.best is not None:
        column = picture.best[1]
        axes.scatter([places[column]], [heights[column]], s=420, **_RING, label="best", zorder=4)
    none = places[np.isnan(heights)]
    if len(none) == len(places):
        axes.set_yticks(())
    for number, each in enumerate(none):
        label = None if number else "no result"
        axes.axvspan(*_around(places, each), **_HATCHED, label=label, zorder=1)
    # Parameters are what was tried, and nothing between.
    axes.xaxis.set_major_locator(FixedLocator(_thinned(places, _MOST_LABELS)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    _name_axes(axes, picture.x, None)
    style.legend(axes)
    return figure


def _around(places: NDArray[np.float64], each: float) -> tuple[float, float]:
    """Return where a value's own stretch of an axis begins and ends, halfway to its neighbours."""
    gap = float(np.min(np.diff(places))) if len(places) > 1 else 1.0
    return each - gap / 2, each + gap / 2


def _thinned(values: Sequence[float] | NDArray[np.float64], most: int) -> list[float]:
    step = -(-len(values) // most)
    return [float(each) for each in values[::step]]


def _map(picture: SurfacePicture) -> Figure:
    scores = _table(picture)
    rows, columns = scores.shape
    figure = style.sheet(390 + int(np.clip(rows * 90, 320, 900)), picture.title, picture.subtitle)
    axes = figure.subplots()
    axes.set_facecolor(_HATCHED["facecolor"])
    axes.patch.set(hatch="///", edgecolor=_HATCHED["edgecolor"], linewidth=0)
    shades = _SHADES[::-1] if picture.less_is_better else _SHADES
    paint = LinearSegmentedColormap.from_list("scores", shades)
    norm = _norm(scores)
    mesh = axes.pcolormesh(
        np.arange(columns + 1) - 0.5,
        np.arange(rows + 1) - 0.5,
        np.ma.masked_invalid(scores),
        cmap=paint,
        norm=norm,
        edgecolors=style.PAPER if rows * columns <= 900 else "none",
        linewidth=2 if rows * columns <= 900 else 0,
    )
    worded = columns <= _WORDED_COLUMNS and rows <= _WORDED_ROWS
    if worded:
        _word_cells(axes, scores, paint, norm)
    _mark_best(axes, picture, worded, bool(np.isnan(scores).any()))
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelsize=style.SMALL, labelcolor=style.QUIET, pad=8)
    _label(axes.xaxis, picture.xs, _MOST_LABELS)
    _label(axes.yaxis, picture.ys, 12)
    _name_axes(axes, picture.x, picture.y)
    if len(np.unique(scores[~np.isnan(scores)])) > 1:
        bar = figure.colorbar(mesh, ax=axes, fraction=0.04, pad=0.02, aspect=30)
        bar.outline.set_visible(False)
        bar.ax.tick_params(length=0, labelsize=style.SMALL, labelcolor=style.QUIET, pad=8)
        style.numbers(bar.ax.yaxis, 5, picture.unit)
    return figure


def _norm(scores: NDArray[np.float64]) -> Normalize:
    known = scores[~np.isnan(scores)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    return Normalize(low, high) if high > low else Normalize(low - 0.5, high + 0.5)


def _word_cells(
    axes: Axes, scores: NDArray[np.float64], paint: LinearSegmentedColormap, norm: Normalize
) -> None:
    for (row, column), score in np.ndenumerate(scores):
        if np.isnan(score):
            continue
        luminance = np.power(paint(norm(float(score)))[:3], 2.2) @ _LUMINANCE
        axes.text(
            column,
            row,
            _short(float(score)),
            ha="center",
            va="center",
            fontsize=style.SMALL,
            color=style.INK if luminance > _LIGHT else style.PAPER,
        )


def _short(score: float) -> str:
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e4, "k")):
        if abs(score) >= size:
            return f"{score / min(size, 1e3 if letter == 'k' else size):.3g}{letter}"
    places = 0 if abs(score) >= 100 else 1 if abs(score) >= 10 else 2
    return f"{round(score, places) + 0.0:,.{places}f}"


def _mark_best(axes: Axes, picture: SurfacePicture, outlined: bool, hatched: bool) -> None:
    """Mark the best cell, by its outline where cells are large, else by a star; name what is marked."""
    handles: list[Artist] = []
    if picture.best is not None:
        row, column = picture.best
        if outlined:
            corner = (column - 0.5, row - 0.5)
            axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=BEST, linewidth=7, clip_on=False))
            handles.append(Patch(facecolor="none", edgecolor=BEST, linewidth=4, label="best"))
        else:
            axes.scatter([column], [row], s=900, marker="*", color=BEST, edgecolors=style.PAPER, zorder=5)
            star = Line2D([], [], color=BEST, marker="*", markersize=26, linestyle="none", label="best")
            handles.append(star)
    if hatched:
        handles.append(Patch(**_HATCHED, label="no result"))
    if handles:
        axes.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=2,
            frameon=False,
            fontsize=style.SMALL,
            labelcolor=style.INK,
            handlelength=1.2,
            borderaxespad=0.2,
        )


def _label(axis: Axis, values: Sequence[float], most: int) -> None:
    step = -(-len(values) // most)
    places = range(0, len(values), step)
    axis.set_ticks(list(places), [f"{values[each]:g}" for each in places])


def _name_axes(axes: Axes, x: str, y: str | None) -> None:
    look: dict[str, Any] = {"fontsize": style.TEXT, "color": style.INK, "labelpad": 10}
    style.fit(axes.set_xlabel(x, **look), _ACROSS)
    if y is not None:
        style.fit(axes.set_ylabel(y, **look), _UP)
