"""What a decider wants at one moment, before any rule has looked at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from trading.model import Side
from trading.symbols import Symbol, parse_symbol


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


_FIGURES = ("size", "leverage", "stop_loss", "take_profit")


def plain(decision: RunDecision) -> dict[str, Any]:
    """Return a decision in its canonical form: figures as text."""
    figures = {name: getattr(decision, name) for name in (*_FIGURES, "confidence")}
    return {
        "action": decision.action.value,
        "symbol": None if decision.symbol is None else str(decision.symbol),
        **{name: None if figure is None else str(figure) for name, figure in figures.items()},
        "reasoning": decision.reasoning,
        "style": decision.style,
    }


def from_plain(stored: Mapping[str, Any]) -> RunDecision:
    """Return the decision of a canonical form."""
    figures = {name: None if stored[name] is None else Decimal(stored[name]) for name in _FIGURES}
    return RunDecision(
        action=Action(stored["action"]),
        symbol=None if stored["symbol"] is None else parse_symbol(stored["symbol"]),
        **figures,
        confidence=Decimal(stored["confidence"]),
        reasoning=stored["reasoning"],
        style=None if stored["style"] is None else Style(stored["style"]),
    )
