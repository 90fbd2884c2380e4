"""The chart of a backtest: equity against buy & hold, its trades, and its drawdown below."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trading.charts import style
from trading.charts.pictures import EquityPicture, MarkKind

HEIGHT: Final = 1180

_MARKS: Final[Mapping[MarkKind, tuple[str, str]]] = {
    MarkKind.LONG: ("^", style.INK),
    MarkKind.SHORT: ("v", style.INK),
    MarkKind.GAIN: ("o", style.UP),
    MarkKind.LOSS: ("X", style.DOWN),
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
    if picture.hold is not None:
        axes.plot(at, picture.hold, color=style.OTHER, linewidth=style.LINE, label="buy & hold", zorder=2)
    axes.plot(at, picture.equity, color=style.MAIN, linewidth=style.LINE + 0.5, label="strategy", zorder=3)
    size = 130.0 if len(picture.marks) <= 60 else 60.0
    for kind, (shape, color) in _MARKS.items():
        when = style.days([each.at for each in picture.marks if each.kind is kind])
        if len(when):
            height = np.interp(when, at, picture.equity)
            axes.scatter(
                when,
                height,
                s=size,
                marker=shape,
                color=color,
                edgecolors=style.PAPER,
                linewidths=1.0,
                label=_NAMES[kind],
                zorder=4,
            )
    style.legend(axes)
    axes.tick_params(labelbottom=False)


def _draw_drawdown(axes: Axes, picture: EquityPicture) -> None:
    style.plain(axes, ticks=4, unit=" %")
    peak = np.maximum.accumulate(np.maximum(picture.equity, picture.initial))
    fall = (np.asarray(picture.equity) / peak - 1) * 100
    at = style.days(picture.times)
    axes.fill_between(at, fall, 0, color=style.DOWN, alpha=0.25, linewidth=0)
    axes.plot(at, fall, color=style.DOWN, linewidth=2, label="drawdown")
    axes.set_ylim(min(fall.min() * 1.1, -1), 0)
    style.legend(axes)
