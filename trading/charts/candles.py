"""The chart of a market: candles, their volume, and indicators over or below them."""

from collections.abc import Iterator
from itertools import cycle
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from trading.charts import style
from trading.charts.pictures import CandlePicture, Overlay, Panel

HEIGHT: Final = 1080
PANEL: Final = 230

_BODY = 0.72


def candle_figure(picture: CandlePicture) -> Figure:
    """Return the chart of a market; each indicator that is not in price or volume makes it taller."""
    own = [each for each in picture.overlays if each.panel is Panel.OWN]
    figure = style.sheet(HEIGHT + PANEL * len(own), picture.title, picture.subtitle)
    ratios = (3.0, 0.9, *(0.9 for _ in own))
    panels: list[Axes] = list(figure.subplots(len(ratios), 1, sharex=True, height_ratios=ratios))
    at = style.days(picture.times + picture.span // 2)
    _draw_prices(panels[0], picture, at)
    _draw_volume(panels[1], picture, at)
    for axes, overlay in zip(panels[2:], own, strict=True):
        _draw_own(axes, overlay, at, picture.span)
    for axes in panels[:-1]:
        axes.tick_params(labelbottom=False)
    panels[-1].set_xlim(at[0] - _width(picture.span), at[-1] + _width(picture.span))
    style.dated(panels[-1])
    return figure


def _width(span: int) -> float:
    return float(style.days([span])[0])


def _colors(picture: CandlePicture) -> list[str]:
    rising = picture.bars.close >= picture.bars.open
    return [style.UP if up else style.DOWN for up in rising]


def _draw_prices(axes: Axes, picture: CandlePicture, at: NDArray[np.float64]) -> None:
    style.plain(axes, ticks=7)
    bars, colors = picture.bars, _colors(picture)
    body = np.minimum(bars.open, bars.close)
    axes.vlines(at, bars.low, bars.high, colors=colors, linewidth=2, zorder=2)
    # The edge keeps a body to be seen where open and close are the same.
    axes.bar(
        at,
        np.abs(bars.close - bars.open),
        _width(picture.span) * _BODY,
        body,
        color=colors,
        edgecolor=colors,
        linewidth=1.5,
        zorder=3,
    )
    paints = cycle(style.LINES)
    for overlay in picture.overlays:
        if overlay.panel is Panel.PRICE:
            _draw_over(axes, overlay, at, paints)
    last = bars.close[-1]
    axes.axhline(last, color=style.QUIET, linewidth=1.5, linestyle=(0, (2, 3)), zorder=1)
    style.legend(axes)


def _draw_over(axes: Axes, overlay: Overlay, at: NDArray[np.float64], paints: Iterator[str]) -> None:
    """Draw the first line strong, and the area between two others pale."""
    color = next(paints)
    first, *others = overlay.lines.values()
    axes.plot(at, first, color=color, linewidth=style.LINE, label=_named(overlay), zorder=4)
    for each in others:
        axes.plot(at, each, color=color, linewidth=1.5, zorder=4)
    if len(others) == 2:
        axes.fill_between(at, others[0], others[1], color=color, alpha=0.09, linewidth=0, zorder=1)


def _known(overlay: Overlay) -> bool:
    return not all(np.isnan(each).all() for each in overlay.lines.values())


def _named(overlay: Overlay) -> str:
    return overlay.name if _known(overlay) else f"{overlay.name}: too few candles"


def _draw_volume(axes: Axes, picture: CandlePicture, at: NDArray[np.float64]) -> None:
    style.plain(axes, ticks=3)
    axes.bar(
        at,
        picture.bars.volume,
        _width(picture.span) * _BODY,
        color=_colors(picture),
        alpha=0.45,
        label="_",
    )
    axes.set_ylim(bottom=0)
    axes.plot([], [], color=style.OTHER, linewidth=10, label="volume")
    paints = cycle(style.LINES)
    for overlay in picture.overlays:
        if overlay.panel is Panel.VOLUME:
            _draw_over(axes, overlay, at, paints)
    style.legend(axes)


def _draw_own(axes: Axes, overlay: Overlay, at: NDArray[np.float64], span: int) -> None:
    style.plain(axes, ticks=3)
    for level in overlay.levels:
        axes.axhline(level, color=style.OTHER, linewidth=1.5, linestyle=(0, (4, 4)), zorder=1)
    paints = cycle(style.LINES)
    for number, (name, values) in enumerate(overlay.lines.items()):
        if name == "histogram":
            rising = np.nan_to_num(values) >= 0
            colors = [style.UP if up else style.DOWN for up in rising]
            axes.bar(at, np.nan_to_num(values), _width(span) * _BODY, color=colors, alpha=0.45)
            continue
        axes.plot(
            at,
            values,
            color=next(paints),
            linewidth=style.LINE,
            label=name if number else _named(overlay),
            zorder=3,
        )
    if overlay.levels == (30, 70):
        axes.set_ylim(0, 100)
        axes.set_yticks((30, 70))
    elif not _known(overlay):
        axes.set_yticks(())
    style.legend(axes)
