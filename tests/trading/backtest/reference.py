"""The rules on candles once more, bar by bar in plain Python: slow, and meant to be read beside the rules.

A short is kept here as an isolated position: its margin is taken out of the cash and given back with what it
has won, never less than nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from trading.backtest.codes import ENTER_LONG, ENTER_SHORT, LEAVE_LONG, LEAVE_SHORT
from trading.backtest.terms import Direction, Fill, Sizing, Terms

MAINTENANCE = 0.005
NEAR = 1e-12


@dataclass
class Position:
    side: int
    opened_at: int
    best: float
    amount: float = 0.0
    cost: float = 0.0
    fees: float = 0.0

    @property
    def entry(self) -> float:
        return self.cost / self.amount

    def won(self, price: float) -> float:
        return self.side * (self.amount * price - self.cost)


@dataclass
class Closed:
    opened_at: int
    closed_at: int
    amount: float
    entry: float
    exit: float
    fees: float
    pnl: float
    reason: str


@dataclass
class Account:
    terms: Terms
    cash: float
    position: Position | None = None
    needs_fresh: bool = False
    trades: list[Closed] = field(default_factory=list)
    curve: list[float] = field(default_factory=list)
    held: int = 0
    fees: float = 0.0

    def worth(self, price: float) -> float:
        if self.position is None:
            return self.cash
        return self.cash + self.position.cost + self.position.won(price)

    # Entering and leaving

    def enter(self, side: int, market: float, portion: float, bar: int) -> None:
        price = market * (1 + side * self.terms.slippage)
        amount = min(self.wanted(price, portion), self.cash / (price * (1 + self.terms.fee)))
        # Who has next to nothing left has nothing.
        if amount <= 0 or self.cash <= 1e-9 * self.terms.initial:
            return
        if self.position is None:
            self.position = Position(side, bar, market)
        fee = amount * price * self.terms.fee
        self.cash -= amount * price + fee
        self.position.amount += amount
        self.position.cost += amount * price
        self.position.fees += fee
        self.fees += fee

    def wanted(self, price: float, portion: float) -> float:
        terms = self.terms
        if not math.isnan(portion):
            return portion * terms.initial / price
        if terms.sizing is Sizing.ALL_IN:
            return math.inf
        assert terms.size is not None
        if terms.sizing is Sizing.FIXED:
            return terms.size / price
        if terms.sizing is Sizing.PERCENT:
            return terms.size * self.cash / (price * (1 + terms.fee))
        distance = min(each for each in (terms.stop_loss, terms.trailing_stop) if each)
        return terms.size * self.cash / (price * distance)

    def leave(self, price: float, rate: float, portion: float, bar: int, reason: str) -> None:
        held = self.position
        assert held is not None
        share = 1.0 if math.isnan(portion) else min(portion, 1.0)
        part = Position(
            held.side, held.opened_at, held.best, held.amount * share, held.cost * share, held.fees * share
        )
        fee = part.amount * price * rate
        back = part.cost + part.won(price) - fee
        if part.side < 0:
            back = max(back, 0.0)
        self.cash += back
        self.fees += fee
        pnl = back - part.cost - part.fees
        self.trades.append(
            Closed(
                part.opened_at,
                bar,
                part.side * part.amount,
                part.entry,
                price,
                fee + part.fees,
                pnl,
                reason,
            )
        )
        if share == 1.0:
            self.position = None
        else:
            held.amount -= part.amount
            held.cost -= part.cost
            held.fees -= part.fees

    # Signals

    def obey(self, says: set[int], portion: float, price: float, bar: int) -> None:
        held = self.position
        if held is not None and held.side > 0 and says & {LEAVE_LONG, ENTER_SHORT}:
            part = portion if LEAVE_LONG in says else 1.0
            self.leave(price * (1 - self.terms.slippage), self.terms.fee, part, bar, "signal")
        if held is not None and held.side < 0 and says & {LEAVE_SHORT, ENTER_LONG}:
            part = portion if LEAVE_SHORT in says else 1.0
            self.leave(price * (1 + self.terms.slippage), self.terms.fee, part, bar, "signal")
        side = 1 if ENTER_LONG in says else -1 if ENTER_SHORT in says else 0
        adds = self.position is not None and self.position.side == side and not math.isnan(portion)
        if side and (self.position is None or adds):
            self.enter(side, price, portion, bar)

    def follow(self, says: set[int], before: set[int], portion: float, price: float, bar: int) -> None:
        entries = {ENTER_LONG, ENTER_SHORT}
        if self.needs_fresh:
            says = says - (before & entries)
            self.needs_fresh = not says & entries
        self.obey(says, portion, price, bar)

    # Protection

    def fixed_stop(self) -> tuple[float, str] | None:
        held, terms = self.position, self.terms
        assert held is not None
        found: list[tuple[float, str]] = []
        if terms.stop_loss:
            found.append((held.entry * (1 - held.side * terms.stop_loss), "stop"))
        if held.side < 0:
            found.append(((held.cost + held.cost) / (held.amount * (1 + MAINTENANCE)), "liquidation"))
        return max(found, key=lambda each: held.side * each[0]) if found else None

    def stopped(self, open_: float, high: float, low: float) -> tuple[float, str] | None:
        """Return the price a stop fills at, unslipped, and which one it is."""
        held, trail = self.position, self.terms.trailing_stop
        assert held is not None
        side = held.side
        worst, best = (low, high) if side > 0 else (high, low)

        def reached(level: float) -> bool:
            return side * (worst - level) <= NEAR * level

        stops = [each for each in (self.fixed_stop(),) if each is not None]
        if trail:
            # First where the open leaves it, which may already be beyond it ...
            held.best = max(held.best, open_) if side > 0 else min(held.best, open_)
            level = held.best * (1 - side * trail)
            # Where both stand at one price, it is the fixed one that stops.
            if not stops or side * (level - stops[0][0]) > NEAR * level:
                stops = [(level, "trail")]
        if stops:
            [(level, reason)] = stops
            if reached(level):
                return (min(level, open_) if side > 0 else max(level, open_)), reason
        if trail:
            # ... then where the bar's own best price moves it, which it comes back from.
            moved = max(held.best, best) if side > 0 else min(held.best, best)
            level = moved * (1 - side * trail)
            if moved != held.best and reached(level):
                return level, "trail"
            held.best = moved
        return None

    def protect(self, open_: float, high: float, low: float, bar: int) -> bool:
        held, terms = self.position, self.terms
        if held is None:
            return False
        stopped = self.stopped(open_, high, low)
        if stopped is not None:
            price = stopped[0] * (1 - held.side * terms.slippage)
            self.leave(price, terms.fee, 1.0, bar, stopped[1])
            self.needs_fresh = True
            return True
        target = held.entry * (1 + held.side * terms.take_profit)
        best = high if held.side > 0 else low
        if terms.take_profit and held.side * (best - target) >= -NEAR * target:
            price = max(target, open_) if held.side > 0 else min(target, open_)
            maker = terms.fee if terms.maker_fee is None else terms.maker_fee
            self.leave(price, maker, 1.0, bar, "target")
            self.needs_fresh = True
            return True
        return False


def replay(
    bars: Sequence[Sequence[float]],
    codes: Sequence[int],
    portions: Sequence[float] | None,
    terms: Terms,
    lead: int,
) -> Account:
    """Return the account after the bars; its curve begins with the first bar after the lead."""
    account = Account(terms, terms.initial)
    heard = [_bits(code, terms.direction) for code in codes]
    for bar in range(lead, len(bars)):
        open_, high, low, close = bars[bar]
        if account.curve and account.curve[-1] <= 1e-9 * terms.initial:
            account.curve.append(account.curve[-1])
            continue
        if terms.fill is Fill.NEXT_OPEN and bar > lead:
            portion = math.nan if portions is None else portions[bar - 1]
            before = heard[bar - 2] if bar > 1 else set()
            account.follow(heard[bar - 1], before, portion, open_, bar)
        ended = account.protect(open_, high, low, bar)
        if terms.fill is Fill.CLOSE and not ended:
            portion = math.nan if portions is None else portions[bar]
            account.follow(heard[bar], heard[bar - 1] if bar else set(), portion, close, bar)
        account.curve.append(account.worth(close))
        account.held += account.position is not None
    return account


def _bits(code: int, direction: Direction) -> set[int]:
    allowed = {
        Direction.LONG: {ENTER_LONG, LEAVE_LONG},
        Direction.SHORT: {ENTER_SHORT, LEAVE_SHORT},
        Direction.BOTH: {ENTER_LONG, LEAVE_LONG, ENTER_SHORT, LEAVE_SHORT},
    }[direction]
    return {bit for bit in allowed if code & bit}
