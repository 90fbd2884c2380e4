"""The chart of a backtest: equity against buy & hold, its trades, and its drawdown below."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from trading.charts import style
from trading.charts.pictures import EquityPicture, MarkKind

HEIGHT: Final = 1180

_MOST_MARKS = 120

# Where a position is turned around, its exit lies on the line and the next entry beside it.
_MARKS: Final[Mapping[MarkKind, tuple[str, str, int]]] = {
    MarkKind.LONG: ("^", style.INK, -1),
    MarkKind.SHORT: ("v", style.INK, 1),
    MarkKind.GAIN: ("o", style.UP, 0),
    MarkKind.LOSS: ("X", style.DOWN, 0),
}
_NAMES: Final[Mapping[MarkKind, str]] = {
    MarkKind.LONG: "long",
    MarkKind.SHORT: "short",
    MarkKind.GAIN: "exit, gain",
    MarkKind.LOSS: "exit, loss",
}


def equity_figure(picture: EquityPicture) -> Figure:
    """Return the chart of a backtest."""
    figure = style.sheet(HEIGHT, picture.title, picture.subtitle)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1.1))
    _draw_equity(above, picture)
    _draw_drawdown(below, picture)
    style.dated(below)
    return figure


def _draw_equity(axes: Axes, picture: EquityPicture) -> None:
    style.plain(axes, ticks=6)
    at = style.days(picture.times)
    shape = _shape(len(at))
    if picture.hold is not None:
        axes.plot(
            at, picture.hold, shape, color=style.OTHER, linewidth=style.LINE, label="buy & hold", zorder=2
        )
    axes.plot(
        at, picture.equity, shape, color=style.MAIN, linewidth=style.LINE + 0.5, label="strategy", zorder=3
    )
    (_draw_marks if len(picture.marks) <= _MOST_MARKS else _draw_ticks)(axes, picture)
    style.legend(axes)
    axes.tick_params(labelbottom=False)


def _shape(points: int) -> str:
    # A line through a single point is nothing to be seen.
    return "-" if points > 1 else "s"


def _draw_marks(axes: Axes, picture: EquityPicture) -> None:
    for kind, (shape, color, side) in _MARKS.items():
        when = _when(picture, kind)
        if not len(when):
            continue
        beside = ScaledTranslation(0, side * 16 / style.DPI, axes.figure.dpi_scale_trans)
        axes.scatter(
            when,
            np.interp(when, style.days(picture.times), picture.equity),
            s=190,
            marker=shape,
            color=color,
            edgecolors=style.PAPER,
            linewidths=1.0,
            label=_NAMES[kind],
            transform=axes.transData + beside,
            zorder=4,
        )


def _draw_ticks(axes: Axes, picture: EquityPicture) -> None:
    """Draw exits at the foot of a panel, gains above losses, where marks would hide the line."""
    axes.margins(y=0.1)
    for kind, height in ((MarkKind.GAIN, 0.045), (MarkKind.LOSS, 0.015)):
        when = _when(picture, kind)
        if not len(when):
            continue
        axes.scatter(
            when,
            np.full(len(when), height),
            s=180,
            marker="|",
            color=_MARKS[kind][1],
            linewidths=1.5,
            label=_NAMES[kind],
            transform=axes.get_xaxis_transform(),
            zorder=4,
        )


def _when(picture: EquityPicture, kind: MarkKind) -> NDArray[np.float64]:
    return style.days([each.at for each in picture.marks if each.kind is kind])


def _draw_drawdown(axes: Axes, picture: EquityPicture) -> None:
    style.plain(axes, ticks=4, unit=" %")
    peak = np.maximum.accumulate(np.maximum(picture.equity, picture.initial))
    fall = (np.asarray(picture.equity) / peak - 1) * 100
    at = style.days(picture.times)
    axes.fill_between(at, fall, 0, color=style.DOWN, alpha=0.25, linewidth=0)
    axes.plot(at, fall, _shape(len(at)), color=style.DOWN, linewidth=2, label="drawdown")
    axes.set_ylim(min(fall.min() * 1.1, -1), 0)
    style.legend(axes)
