"""The one JSON object in which a model writes its decision, as it is validated."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from trading.margin import MOST_LEVERAGE
from trading.runs.decision import ENTRIES, Action, RunDecision, Style
from trading.symbols import Symbol

MOST_REASONING = 2_000
"""Characters of a model's reasoning that are kept."""

_PLAIN = re.compile(r"-?\d{1,12}(?:\.\d{1,12})?")

_ENTRY = ("quantity_usd", "leverage", "stop_loss_pct", "take_profit_pct")
_UNUSED: Mapping[Action, tuple[str, ...]] = {Action.HOLD: ("symbol", *_ENTRY), Action.CLOSE: _ENTRY}
"""What an action has no use for: models write 0, null or "none" there."""

_NEEDED: Mapping[Action, tuple[str, ...]] = {
    Action.BUY: ("symbol", "quantity_usd", "leverage"),
    Action.SELL: ("symbol", "quantity_usd", "leverage"),
    Action.CLOSE: ("symbol",),
}


def _number(value: Any) -> Any:
    """Let numbers through, and text that is plainly one; a boolean, "5x" or "1,000" is none."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ValueError("it is no number")
    if isinstance(value, str) and not _PLAIN.fullmatch(value.strip()):
        raise ValueError("it is no plain number")
    return Decimal(value.strip()) if isinstance(value, str) else Decimal(value)


def _upper(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return "_".join(value.lower().replace("-", " ").split()) if isinstance(value, str) else value


Number = Annotated[Decimal, BeforeValidator(_number)]


class WrittenDecision(BaseModel):
    """A decision as models write it: money in US dollars, `_pct` in percent of the entry price."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Annotated[Action, BeforeValidator(_upper)]
    symbol: Annotated[str, Field(strict=True, max_length=40)] | None = None
    quantity_usd: Annotated[Number, Field(gt=0, le=10**9)] | None = None
    leverage: Annotated[Number, Field(ge=1, le=int(MOST_LEVERAGE), multiple_of=1)] | None = None
    stop_loss_pct: Annotated[Number, Field(gt=0, lt=100)] | None = None
    take_profit_pct: Annotated[Number, Field(gt=0, le=1_000)] | None = None
    confidence: Annotated[Number, Field(ge=0, le=1)]
    reasoning: Annotated[str, Field(strict=True, min_length=1)]
    strategy: Annotated[Style, BeforeValidator(_lower)]

    @model_validator(mode="before")
    @classmethod
    def _without_unused(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        unused = _UNUSED.get(_upper(value.get("action")), ())
        return {name: each for name, each in value.items() if name not in unused}

    @model_validator(mode="after")
    def _with_needed(self) -> Self:
        missing = [name for name in _NEEDED.get(self.action, ()) if getattr(self, name) is None]
        if missing:
            raise ValueError(f"{self.action} needs {' and '.join(missing)}")
        return self

    def meant(self, symbol: Symbol | None) -> RunDecision:
        """Return the decision in the words of the domain; `symbol` is the pair that its text names."""
        enters = self.action in ENTRIES
        return RunDecision(
            action=self.action,
            symbol=symbol,
            size=self.quantity_usd if enters else None,
            leverage=self.leverage if enters else None,
            stop_loss=_fraction(self.stop_loss_pct) if enters else None,
            take_profit=_fraction(self.take_profit_pct) if enters else None,
            confidence=self.confidence,
            reasoning=" ".join(self.reasoning.split())[:MOST_REASONING],
            style=self.strategy,
        )


def _fraction(percent: Decimal | None) -> Decimal | None:
    return None if percent is None else percent / 100
