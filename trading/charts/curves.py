"""The chart of several curves: those that compete in colour, what they are held against in grey."""

from itertools import cycle, product
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trading.charts import style
from trading.charts.pictures import Curve, CurvesPicture

HEIGHT: Final = 1180

_STROKES: Final = ("-", "--", ":", "-.")
# More lines than there are colours are told apart by their stroke.
_LOUD: Final = tuple((color, stroke) for stroke, color in product(_STROKES, style.LINES))
_QUIET: Final = tuple((style.OTHER, stroke) for stroke in _STROKES)


def curves_figure(picture: CurvesPicture) -> Figure:
    """Return the chart of several curves."""
    figure = style.sheet(HEIGHT, picture.title, picture.subtitle)
    axes = figure.subplots()
    style.plain(axes, ticks=8, unit=picture.unit)
    axes.axhline(0, color=style.QUIET, linewidth=1.5, zorder=1)
    loud, quiet = cycle(_LOUD), cycle(_QUIET)
    for each in picture.curves:
        color, stroke = next(quiet if each.quiet else loud)
        _draw(axes, each, color, stroke)
    style.legend(axes)
    style.dated(axes)
    return figure


def _draw(axes: Axes, curve: Curve, color: str, stroke: str) -> None:
    single = len(curve.times) < 2
    axes.plot(
        style.days(curve.times),
        curve.values,
        # A line through a single point is nothing to be seen.
        linestyle="" if single else stroke,
        marker="s" if single else "",
        color=color,
        linewidth=style.LINE * 0.6 if curve.quiet else style.LINE + 1,
        label=curve.name,
        zorder=2 if curve.quiet else 3,
    )
