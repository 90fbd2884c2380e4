"""What a decider without judgement of its own puts into an entry: as much as rules and account allow."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from trading.model import Side
from trading.runs import decider_settings as read
from trading.runs.baselines import CENT, HEADROOM
from trading.runs.rules import RunRules, liquidation_distance
from trading.runs.view import AccountView

LEVERAGE = Decimal(2)
STOP_LOSS = Decimal("0.03")
TAKE_PROFIT = Decimal("0.06")

INSIDE = Decimal("0.8")
"""How much of the way to the liquidation a stop-loss may go at most."""

SETTINGS = frozenset({"size", "leverage", "stop_loss", "take_profit"})


@dataclass(frozen=True, slots=True)
class EntryTerms:
    """What is wanted of an entry.

    Without a `size` (notional in quote) it is the largest that the rules let. `stop_loss` and `take_profit`
    are fractions of the entry, 0 for none. Everything is brought within the rules of the run.
    """

    size: Decimal | None = None
    leverage: Decimal = LEVERAGE
    stop_loss: Decimal = STOP_LOSS
    take_profit: Decimal = TAKE_PROFIT

    @classmethod
    def of(cls, settings: read.Settings) -> "EntryTerms":
        """Return the terms that settings name; raise InvalidRun."""
        return cls(
            size=read.number(settings, "size", None, CENT, 10**12),
            leverage=read.number(settings, "leverage", LEVERAGE, 1, 1_000) or LEVERAGE,
            stop_loss=read.number(settings, "stop_loss", STOP_LOSS, 0, 1) or Decimal(0),
            take_profit=read.number(settings, "take_profit", TAKE_PROFIT, 0, 100) or Decimal(0),
        )

    def within(self, rules: RunRules, side: Side, view: AccountView) -> "EntryTerms | None":
        """Return terms that an account can afford within its rules; None when it cannot afford any."""
        leverage = min(max(self.leverage, rules.least_leverage), rules.most_leverage)
        wanted = rules.most_size if self.size is None else min(self.size, rules.most_size)
        affordable = min(max(wanted, rules.least_size), view.available * HEADROOM * leverage)
        size = affordable.quantize(CENT, ROUND_DOWN)
        if size < rules.least_size:
            return None
        farthest = min(rules.most_stop, liquidation_distance(side, leverage) * INSIDE)
        stop = min(max(self.stop_loss, rules.least_stop), farthest) if self.stop_loss else Decimal(0)
        target = min(max(self.take_profit, rules.least_target), rules.most_target) if self.take_profit else 0
        # A stop-loss that no distance is left for is better left out than refused with the whole entry.
        return EntryTerms(size, leverage, stop if stop >= rules.least_stop else Decimal(0), Decimal(target))
