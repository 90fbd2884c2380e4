"""What is drawn: data that can be sent to the process that draws it. Times are in milliseconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from trading.backtest.history import Times
from trading.indicators import Bars, Series


class MarkKind(StrEnum):
    """What happened where a mark stands."""

    LONG = "long entry"
    SHORT = "short entry"
    GAIN = "exit with a gain"
    LOSS = "exit with a loss"


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment at which a position was opened or closed."""

    at: int
    kind: MarkKind


@dataclass(frozen=True, slots=True)
class EquityPicture:
    """Equity in quote against buy & hold, None where that is not known, with what was traded."""

    title: str
    subtitle: str
    initial: float
    times: Sequence[int]
    equity: Sequence[float]
    hold: Sequence[float] | None
    marks: Sequence[Mark]


class Panel(StrEnum):
    """Where an indicator is drawn: over the prices, over the volume, or below in a panel of its own."""

    PRICE = "price"
    VOLUME = "volume"
    OWN = "own"


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """An indicator over candles; its lines are NaN until they are warm, `levels` are drawn across."""

    name: str
    panel: Panel
    lines: Mapping[str, Series]
    levels: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CandlePicture:
    """Candles that open at `times` and last `span` milliseconds, with indicators as long as they are."""

    title: str
    subtitle: str
    times: Times
    span: int
    bars: Bars
    overlays: Sequence[Overlay]


@dataclass(frozen=True, slots=True)
class SurfacePicture:
    """Scores over one parameter or two: `scores[i][j]` is at `ys[i]`, `xs[j]`, None where there is none.

    `best` is row and column of the best one, `unit` follows a score where it is written.
    """

    title: str
    subtitle: str
    x: str
    xs: Sequence[float]
    y: str | None
    ys: Sequence[float]
    scores: Sequence[Sequence[float | None]]
    best: tuple[int, int] | None
    unit: str = ""
    less_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """A line by its name, a value at each of its times; a `quiet` one stands behind the others."""

    name: str
    times: Sequence[int]
    values: Sequence[float]
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class CurvesPicture:
    """Lines over one time, named in their order; `unit` follows the figures at the side."""

    title: str
    subtitle: str
    curves: Sequence[Curve]
    unit: str = ""


Picture = EquityPicture | CandlePicture | SurfacePicture | CurvesPicture


@dataclass(frozen=True, slots=True)
class DrawTask:
    """Draw a picture."""

    picture: Picture


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as a PNG file, with its size in pixels."""

    png: bytes
    width: int
    height: int
