"""The matching rules on candles, compiled: signals and bars in, equity, trades and sums out.

One account, one pair, one position at a time. The rules are those of `trading.matching`: what was decided at
the close of one bar fills at the open of the next (or at that close), then a stop at the worse of stop and
open, slipped, then a target at the better of limit and open, not slipped, then the signal of this bar's
close. A bar that touches both takes the stop. After a protective exit only a fresh entry signal opens again.

A single run and each row of a grid are this one function, so that they agree to the last bit. All of it is in
this one file because what is kept compiled is only made anew when its own file changes.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba as nb
import numpy as np

from trading.backtest.codes import ENTER, ENTER_LONG, ENTER_SHORT, LEAVE_LONG, LEAVE_SHORT, Codes, Floats

F = TypeVar("F", bound=Callable[..., Any])

# The columns of the terms.
INITIAL, FEE, MAKER_FEE, SLIPPAGE, SIZING, SIZE, STOP, TARGET, TRAIL, AT_CLOSE, ALLOWED, FIRST = range(12)
TERMS: Final = 12

ALL_IN, FIXED, PERCENT, RISK = range(4)

# The columns of the figures.
FINAL, SUM, SQUARES, DOWNSIDE, DRAWDOWN, FEES, WON, LOST, GAINS, LOSSES, TRADES, HELD, OPEN_AMOUNT = range(13)
FIGURES: Final = 13

# The columns of a trade.
OPENED, CLOSED, AMOUNT, ENTRY, EXIT, COSTS, PNL, REASON = range(8)
COLUMNS: Final = 8

BY_SIGNAL, BY_STOP, BY_TARGET, BY_TRAIL, BY_LIQUIDATION = range(5)

MAINTENANCE: Final = 0.005
"""The maintenance margin rate of a short, which is an isolated position of leverage 1."""

# What the loop knows of the account: `Q` is base, negative for a short; `COST` what it was opened at.
CASH, Q, COST, ENTRY_FEES, BEST, SINCE, VALUE, PEAK, BLOCKED = range(9)
_ACCOUNT: Final = 9


def _compiled(function: F) -> F:
    return cast(F, nb.njit(cache=True, nogil=True, error_model="numpy")(function))


def _summing(function: F) -> F:
    """Compile sums in any order, so that they fill the processor's lanes: the same code for every caller."""
    free = {"reassoc", "contract", "nsz"}
    return cast(F, nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=free)(function))


@_summing
def _add_returns(account: Floats, figures: Floats, closes: Floats, start: int, stop: int) -> None:
    """Add up the returns of bars `start` to `stop` (exclusive) in which the account does not trade."""
    cash = account[CASH]
    q = account[Q]
    total = 0.0
    squares = 0.0
    downside = 0.0
    for i in range(start, stop):
        change = q * (closes[i] - closes[i - 1]) / (cash + q * closes[i - 1])
        loss = min(change, 0.0)
        total += change
        squares += change * change
        downside += loss * loss
    figures[SUM] += total
    figures[SQUARES] += squares
    figures[DOWNSIDE] += downside


@_compiled
def _add_drawdown(account: Floats, figures: Floats, closes: Floats, start: int, stop: int) -> None:
    """Follow peak and drawdown through bars `start` to `stop` (exclusive) without a trade."""
    peak = account[PEAK]
    low = peak
    worst = figures[DRAWDOWN]
    for i in range(start, stop):
        equity = account[CASH] + account[Q] * closes[i]
        if equity > peak:
            worst = max(worst, 1.0 - low / peak)
            peak = equity
            low = equity
        elif equity < low:
            low = equity
    account[PEAK] = peak
    figures[DRAWDOWN] = max(worst, 1.0 - low / peak)


@_compiled
def _rest(account: Floats, figures: Floats, closes: Floats, equity: Floats, start: int, stop: int) -> None:
    """Measure bars `start` to `stop` (exclusive) in which nothing can happen."""
    if account[Q] != 0.0:
        _add_returns(account, figures, closes, start, stop)
        _add_drawdown(account, figures, closes, start, stop)
        account[VALUE] = account[CASH] + account[Q] * closes[stop - 1]
        figures[HELD] += stop - start
    if len(equity) > 0:
        for i in range(start, stop):
            equity[i] = account[CASH] + account[Q] * closes[i]


@_compiled
def _mark(account: Floats, figures: Floats, close: float) -> None:
    """Measure one bar."""
    value = account[CASH] + account[Q] * close
    change = value / account[VALUE] - 1.0
    loss = min(change, 0.0)
    figures[SUM] += change
    figures[SQUARES] += change * change
    figures[DOWNSIDE] += loss * loss
    account[VALUE] = value
    account[PEAK] = max(account[PEAK], value)
    figures[DRAWDOWN] = max(figures[DRAWDOWN], 1.0 - value / account[PEAK])
    if account[Q] != 0.0:
        figures[HELD] += 1.0


@_compiled
def _amount(account: Floats, terms: Floats, price: float, portion: float) -> float:
    """Return how much base an entry takes: what the sizing says, never more than there is to pay for."""
    # What a short was sold for is in the cash, and as much again is its margin.
    free = account[CASH] if account[Q] >= 0.0 else account[CASH] - 2.0 * account[COST]
    wanted: float = free / (price * (1.0 + terms[FEE]))
    most: float = wanted
    kind = int(terms[SIZING])
    equity = account[CASH] + account[Q] * price
    if not np.isnan(portion):
        wanted = portion * terms[INITIAL] / price
    elif kind == FIXED:
        wanted = terms[SIZE] / price
    elif kind == PERCENT:
        wanted = terms[SIZE] * equity / (price * (1.0 + terms[FEE]))
    elif kind == RISK:
        near = (
            min(terms[STOP], terms[TRAIL]) if terms[STOP] * terms[TRAIL] > 0.0 else terms[STOP] + terms[TRAIL]
        )
        wanted = terms[SIZE] * equity / (price * near)
    return min(wanted, most)


@_compiled
def _open(
    account: Floats, figures: Floats, terms: Floats, side: int, price: float, portion: float, at: int
) -> None:
    """Buy, or sell short, at a price (slipped already), with the fee of a taker."""
    amount = _amount(account, terms, price, portion)
    if not amount > 0.0:
        return
    notional = amount * price
    fee = notional * terms[FEE]
    if account[Q] == 0.0:
        account[SINCE] = at
        account[BEST] = price
    account[CASH] -= side * notional + fee
    account[Q] += side * amount
    account[COST] += notional
    account[ENTRY_FEES] += fee
    figures[FEES] += fee


@_compiled
def _close(
    account: Floats,
    figures: Floats,
    trades: Floats,
    price: float,
    rate: float,
    portion: float,
    at: int,
    reason: int,
) -> None:
    """Close a portion of the position at a price (slipped already), 1 or NaN for all; book the trade."""
    side = 1.0 if account[Q] > 0.0 else -1.0
    share = portion if portion < 1.0 else 1.0
    amount = abs(account[Q]) * share
    cost = account[COST] * share
    entry_fees = account[ENTRY_FEES] * share
    fee = amount * price * rate
    won = side * (amount * price - cost)
    if side < 0.0:
        # Nobody loses more than the isolated margin: of leverage 1, that is what it was opened at.
        won = max(won, fee - cost)
    pnl = won - fee - entry_fees
    row = int(figures[TRADES])
    if row < len(trades):
        trades[row, OPENED] = account[SINCE]
        trades[row, CLOSED] = at
        trades[row, AMOUNT] = side * amount
        trades[row, ENTRY] = cost / amount
        trades[row, EXIT] = price
        trades[row, COSTS] = fee + entry_fees
        trades[row, PNL] = pnl
        trades[row, REASON] = reason
    figures[TRADES] += 1.0
    figures[FEES] += fee
    figures[WON if pnl > 0.0 else LOST] += 1.0
    figures[GAINS] += max(pnl, 0.0)
    figures[LOSSES] -= min(pnl, 0.0)
    account[CASH] += won + side * cost - fee
    account[Q] = account[Q] - side * amount if share < 1.0 else 0.0
    account[COST] = account[COST] - cost if share < 1.0 else 0.0
    account[ENTRY_FEES] = account[ENTRY_FEES] - entry_fees if share < 1.0 else 0.0


@_compiled
def _obey(
    account: Floats,
    figures: Floats,
    trades: Floats,
    terms: Floats,
    code: int,
    portion: float,
    price: float,
    at: int,
) -> None:
    """Do what a signal says at a price that is not slipped yet: leave first, then enter."""
    down = price * (1.0 - terms[SLIPPAGE])
    up = price * (1.0 + terms[SLIPPAGE])
    held = account[Q]
    if held > 0.0 and code & (LEAVE_LONG | ENTER_SHORT):
        part = portion if code & LEAVE_LONG else 1.0
        _close(account, figures, trades, down, terms[FEE], part, at, BY_SIGNAL)
    elif held < 0.0 and code & (LEAVE_SHORT | ENTER_LONG):
        part = portion if code & LEAVE_SHORT else 1.0
        _close(account, figures, trades, up, terms[FEE], part, at, BY_SIGNAL)
    # Only an entry of a portion adds to what is held.
    side = 1 if code & ENTER_LONG else -1
    adds = side * account[Q] > 0.0 and not np.isnan(portion)
    if code & ENTER and (account[Q] == 0.0 or adds):
        _open(account, figures, terms, side, up if side > 0 else down, portion, at)


@_compiled
def _follow(
    account: Floats,
    figures: Floats,
    trades: Floats,
    terms: Floats,
    codes: Codes,
    portions: Floats,
    said: int,
    price: float,
    at: int,
) -> None:
    """Fill the signal of bar `said` at a price of bar `at`; while blocked, only if its entry is fresh."""
    allowed = int(terms[ALLOWED])
    code = codes[said] & allowed
    if code and account[BLOCKED] > 0.0:
        before = codes[said - 1] & allowed if said > 0 else 0
        code &= ~(before & ENTER)
        account[BLOCKED] = 0.0 if code & ENTER else 1.0
    if code:
        portion = portions[said] if len(portions) > 0 else np.nan
        _obey(account, figures, trades, terms, code, portion, price, at)


@_compiled
def _stop_level(account: Floats, terms: Floats, side: float, opened: float) -> tuple[float, int]:
    """Return the tightest stop as the bar's open leaves it, and which one that is."""
    entry = account[COST] / abs(account[Q])
    level = -side * np.inf
    reason = BY_STOP
    if terms[STOP] > 0.0:
        level = entry * (1.0 - side * terms[STOP])
    # (margin + q·entry) / (q·MMR + q) with the margin of leverage 1: see `trading.margin`.
    liquidation = 2.0 * entry / (1.0 + MAINTENANCE)
    if side < 0.0 and liquidation < level:
        level = liquidation
        reason = BY_LIQUIDATION
    if terms[TRAIL] > 0.0:
        trail = account[BEST] * (1.0 - side * terms[TRAIL])
        if side * (opened - trail) > 0.0 and side * (opened - account[BEST]) > 0.0:
            account[BEST] = opened
            trail = opened * (1.0 - side * terms[TRAIL])
        if side * (trail - level) > 0.0:
            level = trail
            reason = BY_TRAIL
    return level, reason


@_compiled
def _protect(
    account: Floats,
    figures: Floats,
    trades: Floats,
    terms: Floats,
    opened: float,
    high: float,
    low: float,
    at: int,
) -> bool:
    """Hold one bar against the position's stops, then its target; tell whether one of them ended it."""
    side = 1.0 if account[Q] > 0.0 else -1.0
    worst = low if side > 0.0 else high
    best = high if side > 0.0 else low
    level, reason = _stop_level(account, terms, side, opened)
    reached = side * (worst - level) <= 0.0
    if not reached and terms[TRAIL] > 0.0 and side * (best - account[BEST]) > 0.0:
        account[BEST] = best
        level = best * (1.0 - side * terms[TRAIL])
        reason = BY_TRAIL
        reached = side * (worst - level) <= 0.0
    if reached:
        price = level if side * (opened - level) > 0.0 else opened
        price *= 1.0 - side * terms[SLIPPAGE]
        _close(account, figures, trades, price, terms[FEE], 1.0, at, reason)
    elif terms[TARGET] > 0.0:
        target = account[COST] / abs(account[Q]) * (1.0 + side * terms[TARGET])
        reached = side * (best - target) >= 0.0
        if reached:
            price = target if side * (target - opened) > 0.0 else opened
            _close(account, figures, trades, price, terms[MAKER_FEE], 1.0, at, BY_TARGET)
    if reached:
        account[BLOCKED] = 1.0
    return reached


@_compiled
def simulate(
    opens: Floats,
    highs: Floats,
    lows: Floats,
    closes: Floats,
    codes: Codes,
    portions: Floats,
    terms: Floats,
    equity: Floats,
    trades: Floats,
    figures: Floats,
) -> None:
    """Run signals over bars; fill `figures`, and `equity` and `trades` as far as they have room.

    `portions` is empty, or per bar the share of the initial cash an entry takes and of the position a leave
    gives up (NaN: all). An account that has lost everything stops.
    """
    figures[:] = 0.0
    account = np.zeros(_ACCOUNT)
    account[CASH] = account[VALUE] = account[PEAK] = terms[INITIAL]
    allowed = int(terms[ALLOWED])
    lag = 0 if terms[AT_CLOSE] > 0.0 else 1
    guarded = terms[STOP] + terms[TARGET] + terms[TRAIL] > 0.0 or (allowed & ENTER_SHORT) > 0
    i = first = int(terms[FIRST])
    equity[:first] = terms[INITIAL]
    while i < len(closes) and account[VALUE] > 0.0:
        if lag > 0 and i > first:
            _follow(account, figures, trades, terms, codes, portions, i - 1, opens[i], i)
        ended = False
        if guarded and account[Q] != 0.0:
            ended = _protect(account, figures, trades, terms, opens[i], highs[i], lows[i], i)
        if lag == 0 and not ended:
            _follow(account, figures, trades, terms, codes, portions, i, closes[i], i)
        _mark(account, figures, closes[i])
        if len(equity) > 0:
            equity[i] = account[VALUE]
        i += 1
        if not (guarded and account[Q] != 0.0):
            start = i
            while i < len(closes) and not codes[i - lag] & allowed:
                i += 1
            if i > start:
                _rest(account, figures, closes, equity, start, i)
    equity[i:] = account[VALUE]
    figures[FINAL] = account[VALUE]
    figures[OPEN_AMOUNT] = account[Q]


@_compiled
def simulate_many(
    opens: Floats,
    highs: Floats,
    lows: Floats,
    closes: Floats,
    codes: Codes,
    terms: Floats,
    figures: Floats,
) -> None:
    """Run each row of signals over the same bars; one row of figures each."""
    nothing = np.empty(0)
    no_trades = np.empty((0, COLUMNS))
    for row in range(len(codes)):
        simulate(opens, highs, lows, closes, codes[row], nothing, terms, nothing, no_trades, figures[row])
