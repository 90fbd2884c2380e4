"""Deciders without a model: what any skill has to be measured against."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Protocol, TypeVar

from trading.runs.decision import HOLD, Action, RunDecision
from trading.runs.rules import RunRules
from trading.runs.snapshot import Snapshot
from trading.runs.view import AccountView
from trading.symbols import Symbol

T = TypeVar("T")

CENT = Decimal("0.01")

HEADROOM = Decimal("0.99")
"""The share of the money that is put to work: the rest pays fees."""

ONE = Decimal(1)


class Decider(Protocol):
    """Decides for an account: a pure function of what it is shown."""

    def __call__(self, snapshot: Snapshot, view: AccountView) -> RunDecision:
        """Return what to do now."""
        ...


def cash(snapshot: Snapshot, view: AccountView) -> RunDecision:
    """Keep the money: return HOLD whatever happens."""
    return HOLD


@dataclass(frozen=True, slots=True)
class Hold:
    """Buys one pair once, unleveraged, with as much as its rules let it, and keeps it."""

    symbol: Symbol
    rules: RunRules

    def __call__(self, snapshot: Snapshot, view: AccountView) -> RunDecision:
        """Return the purchase as long as nothing was bought, then HOLD."""
        if view.positions or view.closed:
            return HOLD
        return _bought(self.symbol, view.available * HEADROOM, snapshot, view, self.rules)


@dataclass(frozen=True, slots=True)
class EqualWeight:
    """Buys each of its pairs once, unleveraged and for the same money, one a cycle, and keeps them.

    Its shares are not set back afterwards. Pairs beyond what its rules let it hold get nothing.
    """

    symbols: tuple[Symbol, ...]
    rules: RunRules

    def __call__(self, snapshot: Snapshot, view: AccountView) -> RunDecision:
        """Return the next purchase; HOLD once all are made, or while what is left has no price."""
        wanted = self.symbols[: self.rules.positions]
        share = view.initial * HEADROOM / len(wanted)
        ever = {each.symbol for each in view.positions} | {each.symbol for each in view.trades}
        for symbol in wanted:
            if symbol not in ever and snapshot.of(symbol) is not None:
                return _bought(symbol, share, snapshot, view, self.rules)
        return HOLD


@dataclass(frozen=True, slots=True)
class Random:
    """Decides by lot within its rules; the same seed and snapshot draw the same lot on every machine.

    It looks at what is open and affordable, and at nothing else.
    """

    seed: int
    rules: RunRules

    def __call__(self, snapshot: Snapshot, view: AccountView) -> RunDecision:
        """Return one of HOLD, closing what is open, and entries of any pair, side, size and leverage."""
        lots = _lots(self.seed, snapshot.digest)
        action = _drawn((Action.HOLD, Action.CLOSE, Action.BUY, Action.SELL), lots[0])
        priced = snapshot.priced
        if action is Action.HOLD:
            return HOLD
        if action is Action.CLOSE:
            held = [each.symbol for each in view.positions if each.symbol in priced]
            return RunDecision(Action.CLOSE, _drawn(held, lots[1])) if held else HOLD
        free = [symbol for symbol in priced if view.of(symbol) is None]
        if not free or len(view.positions) >= self.rules.positions:
            return HOLD
        return self._entry(action, _drawn(free, lots[1]), lots, view)

    def _entry(
        self, action: Action, symbol: Symbol, lots: Sequence[Decimal], view: AccountView
    ) -> RunDecision:
        least, most = self.rules.least_leverage, self.rules.most_leverage
        leverage = least + ((most - least + 1) * lots[2]).to_integral_value(ROUND_DOWN)
        leverage = min(leverage, most)
        affordable = min(self.rules.most_size, view.available * HEADROOM * leverage)
        spread = affordable - self.rules.least_size
        if spread < 0:
            return HOLD
        size = (self.rules.least_size + spread * lots[3]).quantize(CENT, ROUND_DOWN)
        return RunDecision(action, symbol, max(size, self.rules.least_size), leverage)


def _bought(
    symbol: Symbol, wanted: Decimal, snapshot: Snapshot, view: AccountView, rules: RunRules
) -> RunDecision:
    size = min(wanted, rules.most_size, view.available * HEADROOM).quantize(CENT, ROUND_DOWN)
    if size < rules.least_size or snapshot.of(symbol) is None:
        return HOLD
    return RunDecision(Action.BUY, symbol, size, max(ONE, rules.least_leverage))


def _lots(seed: int, digest: str) -> list[Decimal]:
    """Return four figures from 0 up to 1."""
    drawn = hashlib.sha256(f"{seed}:{digest}".encode()).digest()
    parts = (drawn[at : at + 8] for at in range(0, 32, 8))
    return [Decimal(int.from_bytes(part) >> 12) / (1 << 52) for part in parts]


def _drawn(among: Sequence[T], lot: Decimal) -> T:
    return among[int(lot * len(among))]
