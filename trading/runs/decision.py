"""What a decider wants at one moment, before any rule has looked at it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from trading.model import Side
from trading.symbols import Symbol


class Action(StrEnum):
    """What to do: open a long, open a short, close what is open, or nothing."""

    BUY = "BUY"
    SELL = "SELL"
    CLOSE = "CLOSE"
    HOLD = "HOLD"


class Style(StrEnum):
    """The kind of trade that a decision thinks it is."""

    MOMENTUM = "momentum"
    MEAN_REVERSION = "mean_reversion"
    BREAKOUT = "breakout"
    TREND_FOLLOWING = "trend_following"
    SCALPING = "scalping"
    SWING = "swing"


ENTRIES = frozenset({Action.BUY, Action.SELL})


@dataclass(frozen=True, slots=True)
class RunDecision:
    """One decision of a run.

    `size` is the notional in quote, leverage included: the margin is `size / leverage`. `stop_loss` and
    `take_profit` are distances from the entry, as fractions of it. All four are None but for an entry, and
    the pair is None only for HOLD. `confidence` is a fraction; a decider that has none says 1.
    """

    action: Action
    symbol: Symbol | None = None
    size: Decimal | None = None
    leverage: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    confidence: Decimal = Decimal(1)
    reasoning: str = ""
    style: Style | None = None

    @property
    def side(self) -> Side | None:
        """The side of the order that opens, None for what opens nothing."""
        return {Action.BUY: Side.BUY, Action.SELL: Side.SELL}.get(self.action)


HOLD = RunDecision(Action.HOLD)
