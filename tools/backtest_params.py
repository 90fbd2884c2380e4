"""How a backtest is asked for: the names of both references, and more that are left at their defaults."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AliasChoices, Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from tools.market import Exchange
from tools.wire import CandleLength, Pair, Params, Result, Since, Until
from trading.backtest.terms import Direction, Fill, Sizing, Terms
from trading.symbols import Symbol
from trading.timeframes import Timeframe

YEAR = timedelta(days=365)
QUARTER = timedelta(days=90)
MONTH = timedelta(days=30)
MOST_PAIRS = 20

StrategyName = Annotated[str, Field(min_length=1, max_length=64, examples=["ma_crossover"])]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Values = Annotated[dict[str, JsonValue], Field(max_length=20)]


def _named(*names: str) -> Any:
    return AliasChoices(*names)


class OfRange(Params):
    """Which candles: `to` as a date means the whole of that day."""

    pair: Pair
    timeframe: CandleLength = Timeframe.H1
    since: Since | None = Field(None, validation_alias=_named("from", "start", "start_date", "since"))
    until: Until | None = Field(None, validation_alias=_named("to", "end", "end_date", "until"))
    exchange: Exchange = None
    dataset: Annotated[str | None, Field(max_length=128, description="a file in the data folder")] = None

    @model_validator(mode="after")
    def _in_order(self) -> "OfRange":
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise PydanticCustomError("range", "from has to be before to")
        return self

    def range(self, now: datetime, usual: timedelta) -> tuple[datetime, datetime]:
        """Return start and end, the usual length back from the last whole candle where they are not given."""
        end = min(self.until or now, now)
        return self.since or self.timeframe.floor(end) - usual, end


class Traded(OfRange):
    """What it is traded with. Percent where the name says so; `size` is quote for fixed, else percent."""

    initial_balance: Annotated[
        float,
        Field(
            10_000,
            gt=0,
            le=1e12,
            allow_inf_nan=False,
            validation_alias=_named(
                "initialBalance", "initial_balance", "initialCapital", "initial_cash", "capital"
            ),
        ),
    ]
    fee_percent: Annotated[Percent, Field(le=50)] = 0.1
    slippage_percent: Annotated[Percent, Field(le=50)] = 0.05
    fill: Fill = Fill.NEXT_OPEN
    direction: Direction = Direction.LONG
    sizing: Sizing = Sizing.ALL_IN
    size: Annotated[float | None, Field(gt=0, le=1e12, allow_inf_nan=False)] = None
    stop_loss_percent: Percent = 0
    take_profit_percent: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] = 0
    trailing_stop_percent: Percent = 0

    def terms(self) -> Terms:
        """Return the terms; raise InvalidBacktest where they contradict each other."""
        share = self.sizing in (Sizing.PERCENT, Sizing.RISK)
        return Terms(
            initial=self.initial_balance,
            fee=self.fee_percent / 100,
            slippage=self.slippage_percent / 100,
            fill=self.fill,
            direction=self.direction,
            sizing=self.sizing,
            size=self.size / 100 if share and self.size is not None else self.size,
            stop_loss=self.stop_loss_percent / 100,
            take_profit=self.take_profit_percent / 100,
            trailing_stop=self.trailing_stop_percent / 100,
        )


class OfBacktest(Traded):
    """A strategy, its parameters, and what it trades: `pairs` share the balance in equal parts.

    `points` is how many points of the equity curve are answered, 0 none.
    """

    strategy: StrategyName = Field(validation_alias=_named("strategy", "strategy_name"))
    params: Values = Field(default_factory=dict, validation_alias=_named("params", "strategy_params"))
    pairs: Annotated[list[Pair], Field(max_length=MOST_PAIRS - 1)] = Field(default_factory=list)
    points: Annotated[int, Field(ge=0, le=10_000)] = 500

    @property
    def symbols(self) -> list[Symbol]:
        """Every pair, once."""
        return list(dict.fromkeys([self.pair, *self.pairs]))


class OfComparison(Traded):
    """Strategies side by side over the same candles, each with its default parameters."""

    strategies: Annotated[list[StrategyName], Field(min_length=2, max_length=20)]


class OfGrid(Traded):
    """A grid of parameters: every combination is run, and ranked by a metric.

    Without `paramGrid` the strategy's usual values are tried, of every parameter that `params` leaves open.

    `outOfSamplePercent` of the range is held back to test the best of the rest on. With `walkForward`, a
    number of windows, each is traded with what was best before it. `limit` is how many rows are answered.
    """

    strategy: StrategyName
    param_grid: Annotated[dict[str, list[JsonValue]], Field(max_length=8)] = Field(default_factory=dict)
    params: Values = Field(default_factory=dict)
    metric: Annotated[str, Field(max_length=40)] = "sharpeRatio"
    out_of_sample_percent: Annotated[float, Field(ge=0, le=90)] = 30
    walk_forward: Annotated[int, Field(ge=0, le=50)] = 0
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1_000


class OfCheck(OfRange):
    """A strategy to look through for look-ahead."""

    strategy: StrategyName
    params: Values = Field(default_factory=dict)


class Cost(Result):
    """What each fill costs, in percent of its value."""

    fee_percent: float
    slippage_percent: float


def cost_of(params: Traded) -> Cost:
    """Return what trading costs, in the words of the wire."""
    return Cost(fee_percent=params.fee_percent, slippage_percent=params.slippage_percent)


def usual(timeframe: Timeframe) -> timedelta:
    """Return how far back a backtest goes that names no range."""
    return YEAR if timeframe.seconds >= Timeframe.H1.seconds else MONTH
