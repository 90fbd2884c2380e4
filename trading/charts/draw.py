"""Draws pictures, without a screen and without a state that two of them would share."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, Final

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from trading.charts.candles import candle_figure
from trading.charts.equity import equity_figure
from trading.charts.pictures import CandlePicture, Drawn, EquityPicture, Picture, SurfacePicture
from trading.charts.surface import surface_figure

_FIGURES: Final[Mapping[type, Callable[[Any], Figure]]] = {
    EquityPicture: equity_figure,
    CandlePicture: candle_figure,
    SurfacePicture: surface_figure,
}


def figure_of(picture: Picture) -> Figure:
    """Return a picture's figure, laid out."""
    return _FIGURES[type(picture)](picture)


def draw(picture: Picture) -> Drawn:
    """Return a picture as a PNG; the same picture gives the same bytes."""
    canvas = FigureCanvasAgg(figure_of(picture))
    file = BytesIO()
    canvas.print_png(file)  # type: ignore[no-untyped-call]
    width, height = canvas.get_width_height()
    return Drawn(file.getvalue(), width, height)
