"""Charts: large enough to be read, inside their sheet, and not disturbed by odd data."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image, ImageColor

from trading.charts import style
from trading.charts.draw import draw, figure_of
from trading.charts.overlays import wanted
from trading.charts.pictures import (
    CandlePicture,
    Curve,
    CurvesPicture,
    EquityPicture,
    Mark,
    MarkKind,
    Panel,
    Picture,
    SurfacePicture,
)
from trading.charts.surface import BEST, EMPTY
from trading.errors import UnknownIndicator
from trading.indicators import Bars

HOUR = 3_600_000
SMALLEST = 12
MANY = ("sma:20", "ema:100", "bollinger:20,2.5", "sma:50", "sma:200", "volume", "rsi", "macd", "atr:5")


def bars(count: int, scale: float = 100.0) -> Bars:
    """Candles that go up and down."""
    steps = np.arange(count, dtype=np.float64)
    close = scale * (1 + np.sin(steps / 9) / 10)
    opened = np.roll(close, 1)
    return Bars(opened, np.maximum(opened, close) * 1.01, np.minimum(opened, close) * 0.99, close, 5 + steps)


def candles(count: int = 100, scale: float = 100.0, asked: tuple[str, ...] = MANY) -> CandlePicture:
    whole = bars(count, scale)
    times = np.arange(count, dtype=np.int64) * HOUR
    overlays = [wanted(each).over(whole, count) for each in asked]
    return CandlePicture("BTC/USDT 1h", "100 · +1.0 %", times, HOUR, whole, overlays)


def equity(count: int = 200, title: str = "rsi on BTC/USDT 1h") -> EquityPicture:
    steps = np.arange(count)
    marks = [
        Mark(int(step) * HOUR, kind) for step, kind in zip(steps[::5], [*MarkKind] * count, strict=False)
    ]
    value = [10_000 + 500 * float(np.sin(step / 20)) for step in steps]
    times = [int(step) * HOUR for step in steps]
    return EquityPicture(title, "+1.0 % · 4 trades", 10_000, times, value, value[::-1], marks)


def surface(rows: int, columns: int, holes: bool = False, title: str = "Sharpe ratio") -> SurfacePicture:
    scores = [
        [None if holes and not (row + column) % 3 else row - column / 7 for column in range(columns)]
        for row in range(rows)
    ]
    xs, ys = list(range(columns)), list(range(rows))
    return SurfacePicture(title, "best 3", "fast period", xs, "slow $\\period{$", ys, scores, (rows - 1, 1))


def line(scores: list[float | None]) -> SurfacePicture:
    xs = [7 * (place + 1) for place in range(len(scores))]
    best = None if scores[0] is None else (0, 0)
    return SurfacePicture("Total return", "best", "period", xs, None, [], [scores], best, " %")


def curves(rivals: int, count: int = 200, quiet: int = 4, name: str = "LLM") -> CurvesPicture:
    """Accounts that drift apart, and what they are held against."""
    times = [step * HOUR for step in range(count)]
    drawn = [
        Curve(
            f"{place} {name} +1.0 %",
            times,
            [place * float(np.sin(step / 20)) / 3 for step in range(count)],
            place > rivals,
        )
        for place in range(1, rivals + quiet + 1)
    ]
    return CurvesPicture("Arena season 1 · 200 cycles", "Too early to rank", drawn, " %")


PICTURES: dict[str, Picture] = {
    "curves": curves(6),
    "curves of one point": curves(2, 1),
    "more curves than colors": curves(20),
    "curves of long names": curves(3, name="$\\NAME{$" * 9),
    "backtest": equity(),
    "backtest with a long name": equity(title="WIDE_$\\NAME{$_OF_A_STRATEGY_" * 4),
    "backtest of one bar": equity(1),
    "backtest of many trades": equity(2_000),
    "candles": candles(),
    "two candles": candles(2),
    "many candles": candles(300),
    "dear candles": candles(100, 1e9),
    "cheap candles": candles(100, 1e-8),
    "bare candles": candles(60, asked=()),
    "small grid": surface(3, 4),
    "grid with holes": surface(5, 6, holes=True),
    "large grid": surface(80, 120, holes=True),
    "grid without any score": SurfacePicture("A", "b", "x", [1, 2], "y", [1], [[None, None]], None),
    "grid of the same scores": SurfacePicture("A", "b", "x", [1, 2], "y", [1], [[0.0, 0.0]], (0, 0)),
    "long names": replace(surface(3, 3, title="W" * 90), x="fast " * 30, y="slow " * 30),
    "large scores": replace(surface(2, 8), scores=[[10.0**each for each in range(8)]] * 2),
    "line": line([3.0, 1.0, None, 2.0]),
    "line of one": line([3.0]),
    "line of none": line([None, None]),
}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_all_text_is_large_enough_for_a_phone_and_nothing_leaves_the_sheet(picture: Picture) -> None:
    figure = figure_of(picture)
    figure.draw_without_rendering()
    texts = [each for each in figure.findobj(Text) if isinstance(each, Text) and each.get_text().strip()]
    sizes = [float(each.get_fontsize()) * figure.dpi / 72 for each in texts if each.get_visible()]
    assert len(sizes) > 3
    assert min(sizes) >= SMALLEST
    used, sheet = figure.get_tightbbox(), figure.bbox_inches
    assert (used.x0, used.y0) >= (sheet.x0, sheet.y0)
    assert used.x1 <= sheet.x1
    assert used.y1 <= sheet.y1


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_a_picture_is_a_png_as_wide_as_said_and_the_same_each_time(picture: Picture) -> None:
    drawn = draw(picture)
    with Image.open(BytesIO(drawn.png)) as image:
        assert (image.format, image.size) == ("PNG", (1080, drawn.height))
        # Paper, ink and at least one color between them.
        colors = image.convert("RGB").getcolors(1080 * drawn.height)
    assert colors is not None
    assert max(colors)[1] != min(colors)[1]
    assert len(colors) > 3
    assert draw(picture) == drawn


def test_panels_stand_on_whole_pixels_as_the_layouts_last_digits_differ() -> None:
    for each in PICTURES.values():
        figure = figure_of(each)
        width, height = figure.canvas.get_width_height()
        for axes in figure.axes:
            edges = np.array(axes.get_position(original=True).extents) * (width, height, width, height)
            assert edges == pytest.approx(edges.round(), abs=1e-6)


def colored(picture: Picture, name: str) -> int:
    """How many pixels of a picture have exactly a color."""
    with Image.open(BytesIO(draw(picture).png)) as image:
        pixels = np.asarray(image.convert("RGB"))
    return int((pixels == np.array(ImageColor.getrgb(name))).all(axis=2).sum())


def test_a_backtest_shows_equity_buy_and_hold_drawdown_and_trades() -> None:
    whole = equity()
    for color in (style.MAIN, style.OTHER, style.DOWN, style.UP):
        assert colored(whole, color) > 50, color
    bare = replace(whole, hold=None, marks=[])
    assert colored(bare, style.OTHER) == 0
    assert colored(bare, style.UP) == 0


def test_those_that_compete_are_in_color_in_front_of_the_grey_ones() -> None:
    alone, beside = curves(2, quiet=0), curves(2)
    assert [colored(alone, each) > 1_000 for each in style.LINES[:3]] == [True, True, False]
    assert colored(alone, style.OTHER) == 0 < colored(beside, style.OTHER)


def test_where_marks_would_hide_the_equity_only_exits_are_left_at_the_foot() -> None:
    few, many = equity(500), equity(2_000)
    bare = [replace(each, marks=[]) for each in (few, many)]
    assert colored(few, style.INK) - colored(bare[0], style.INK) > 2_000
    assert colored(many, style.INK) - colored(bare[1], style.INK) < 500
    assert colored(many, style.MAIN) > 0.9 * colored(bare[1], style.MAIN)


def test_the_best_of_a_grid_is_marked_and_what_has_no_score_is_hatched() -> None:
    whole, holes = surface(4, 5), surface(4, 5, holes=True)
    assert colored(whole, BEST) > 500
    assert colored(replace(whole, best=None), BEST) == 0
    assert colored(whole, EMPTY) < 50
    assert colored(holes, EMPTY) > 500


def test_parameters_are_shown_in_order_whatever_order_they_were_asked_in() -> None:
    whole = surface(4, 5)
    assert draw(_backwards(whole)) == draw(whole)
    single = line([3.0, 1.0, None, 2.0])
    assert draw(_backwards(single)) == draw(single)


def _backwards(picture: SurfacePicture) -> SurfacePicture:
    assert picture.best is not None
    return replace(
        picture,
        xs=picture.xs[::-1],
        ys=picture.ys[::-1],
        scores=[row[::-1] for row in picture.scores[::-1]],
        best=(len(picture.scores) - 1 - picture.best[0], len(picture.xs) - 1 - picture.best[1]),
    )


def written(picture: Picture) -> list[list[str]]:
    """Return what stands beside each panel of a picture, from the top."""
    figure = figure_of(picture)
    figure.draw_without_rendering()
    low, high = zip(*(sorted(each.get_ylim()) for each in figure.axes), strict=True)
    return [
        [tick.label2.get_text() for tick in axes.yaxis.get_major_ticks() if bottom <= tick.get_loc() <= top]
        for axes, bottom, top in zip(figure.axes, low, high, strict=True)
    ]


@pytest.mark.parametrize(
    ("scale", "figures"),
    [
        (100, ["90", "95", "100", "105", "110"]),
        (1, ["0.90", "0.95", "1.00", "1.05", "1.10"]),
        (60_000, ["55,000", "60,000", "65,000"]),
        (1e9, ["0.90 B", "0.95 B", "1.00 B", "1.05 B", "1.10 B"]),
        (1e-6, ["0.00000090", "0.00000095", "0.00000100", "0.00000105", "0.00000110"]),
        (1e-13, ["9e-14", "9.5e-14", "1e-13", "1.05e-13", "1.1e-13"]),
    ],
)
def test_prices_are_written_with_the_places_that_tell_them_apart(scale: float, figures: list[str]) -> None:
    assert written(candles(60, scale, asked=()))[0] == figures


def test_each_indicator_with_a_scale_of_its_own_makes_the_chart_taller() -> None:
    heights = [
        draw(candles(asked=asked)).height for asked in ((), ("sma", "volume"), ("rsi",), ("rsi", "macd"))
    ]
    assert heights[0] == heights[1]
    assert heights[2] - heights[1] == heights[3] - heights[2] > 0


@pytest.mark.parametrize(
    ("asked", "label", "panel"),
    [
        ("sma", "SMA 20", Panel.PRICE),
        ("SMA:50", "SMA 50", Panel.PRICE),
        ("ema50", "EMA 50", Panel.PRICE),
        ("bb 20,2.5", "Bollinger 20, 2.5", Panel.PRICE),
        ("vol", "mean volume 20", Panel.VOLUME),
        ("macd:5:10:3", "MACD 5, 10, 3", Panel.OWN),
    ],
)
def test_an_indicator_is_asked_for_by_name_and_figures(asked: str, label: str, panel: Panel) -> None:
    overlay = wanted(asked).over(bars(60), 40)
    assert (overlay.name, overlay.panel) == (label, panel)
    assert {len(each) for each in overlay.lines.values()} == {40}


@pytest.mark.parametrize("asked", ["", "astrology", "sma:0", "sma:2.5", "sma:1,2", "sma:", "rsi:-3", "5"])
def test_an_indicator_that_makes_no_sense_is_refused(asked: str) -> None:
    with pytest.raises(UnknownIndicator):
        wanted(asked)


@pytest.mark.parametrize(
    "asked", ["sma:9", "ema:9", "rsi:9", "macd:5,9,4", "bollinger:9", "atr:9", "volume:9"]
)
def test_an_indicator_is_warm_at_the_first_candle_shown(asked: str) -> None:
    one = wanted(asked)
    overlay = one.over(bars(one.lead + 30), 30)
    assert not any(np.isnan(each).any() for each in overlay.lines.values())
