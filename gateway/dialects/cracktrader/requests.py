"""What this API is asked where its own words say more than those of the capability."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.backtest_params import MOST_PAIRS, StrategyName, Values
from tools.market import Exchange
from tools.runner_params import PairText
from tools.wire import Amount, CandleLength


class LiveTrading(BaseModel):
    """A strategy that is to trade from now on.

    What is in `exchange_config` is kept nowhere. With real money keys in it are refused: those that count are
    in the configuration of the service.
    """

    model_config = ConfigDict(extra="forbid", defer_build=True)

    strategy_name: StrategyName
    strategy_params: Values = Field(default_factory=dict)
    symbols: Annotated[list[PairText], Field(min_length=1, max_length=MOST_PAIRS)]
    timeframe: CandleLength
    exchange: Exchange = None
    exchange_config: Mapping[str, Any] = Field(default_factory=dict)
    mode: Literal["paper", "live"]
    initial_cash: Amount = Decimal(10_000)
