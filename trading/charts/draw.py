"""Draws pictures, without a screen and without a state that two of them would share."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, Final

from matplotlib.figure import Figure

from trading.charts import style
from trading.charts.candles import candle_figure
from trading.charts.curves import curves_figure
from trading.charts.equity import equity_figure
from trading.charts.pictures import (
    CandlePicture,
    CurvesPicture,
    Drawn,
    EquityPicture,
    Picture,
    SurfacePicture,
)
from trading.charts.surface import surface_figure

_FIGURES: Final[Mapping[type, Callable[[Any], Figure]]] = {
    EquityPicture: equity_figure,
    CandlePicture: candle_figure,
    SurfacePicture: surface_figure,
    CurvesPicture: curves_figure,
}


def figure_of(picture: Picture) -> Figure:
    """Return a picture's figure, laid out."""
    figure = _FIGURES[type(picture)](picture)
    style.settle(figure)
    return figure


def draw(picture: Picture) -> Drawn:
    """Return a picture as a PNG; the same picture gives the same bytes."""
    figure = figure_of(picture)
    file = BytesIO()
    figure.savefig(file, format="png", dpi="figure")
    width, height = figure.canvas.get_width_height()
    return Drawn(file.getvalue(), width, height)
