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

# One row holds all that there is of a run: its figures with what is held at the end, what else the loop knows
# of the account, its terms. `Q` is base, negative for a short; `COST` what it was opened at, `BEST` the best
# price since; `LOW` the lowest equity since the last peak. Less than `WATCHED` can be stopped or liquidated.
FINAL, SUM, SQUARES, DOWNSIDE, DRAWDOWN, FEES, WON, LOST, GAINS, LOSSES, TRADES, HELD = range(12)
Q, COST, ENTRY_FEES, SINCE = range(12, 16)
FIGURES: Final = 16
CASH, BEST, VALUE, PEAK, LOW, BLOCKED, WATCHED = range(16, 23)
INITIAL, FEE, MAKER_FEE, SLIPPAGE, SIZING, SIZE, STOP, TARGET, TRAIL, AT_CLOSE, ALLOWED, FIRST = range(23, 35)
TERMS: Final = 35

ALL_IN, FIXED, PERCENT, RISK = range(4)

# The columns of a trade, and the reasons why it closed.
OPENED, CLOSED, AMOUNT, ENTRY, EXIT, COSTS, PNL, REASON = range(8)
COLUMNS: Final = 8
BY_SIGNAL, BY_STOP, BY_TARGET, BY_TRAIL, BY_LIQUIDATION = range(5)

MAINTENANCE: Final = 0.005
"""The maintenance margin rate of a short, which is an isolated position of leverage 1."""
NEAR: Final = 1e-12
"""Prices within this fraction of a level have reached it: exact ties must not hang on the last bit."""
NOTHING: Final = 1e-9
"""The share of the initial cash below which an account has lost everything."""

# How many bars are looked at in one go where most likely nothing is to be found. Places are counted without a
# sign: with one, each would be asked whether it is meant from the end.
_BLOCK: Final = np.uintp(64)
_ONE: Final = np.uintp(1)


def _compiled(function: F) -> F:
    return cast(F, nb.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(function))


def _summing(function: F) -> F:
    """Compile sums in any order, so that they fill the processor's lanes: the same code for every caller."""
    free = {"reassoc", "contract", "nsz"}
    return cast(F, nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=free)(function))


@_summing
def _add_returns(run: Floats, closes: Floats, start: int, stop: int) -> None:
    """Add up the returns of bars `start` to `stop` (exclusive) in which the account does not trade."""
    cash, q = run[CASH], run[Q]
    total = squares = downside = 0.0
    for i in range(np.uintp(start), np.uintp(stop)):
        before = closes[i - _ONE]
        change = q * (closes[i] - before) / (cash + q * before)
        total += change
        squares += change * change
        downside += min(change, 0.0) ** 2
    run[SUM] += total
    run[SQUARES] += squares
    run[DOWNSIDE] += downside


@_compiled
def _watched(low: float, peak: float, worst: float, value: float) -> tuple[float, float, float]:
    """Return the low since the peak, the peak and the worst drawdown before it, after one more value."""
    if value > peak:
        return value, value, max(worst, 1.0 - low / peak)
    return min(low, value), peak, worst


@_compiled
def _add_drawdown(run: Floats, closes: Floats, start: int, stop: int) -> None:
    """Follow peak and drawdown through bars `start` to `stop` (exclusive) without a trade."""
    cash, q = run[CASH], run[Q]
    low, peak, worst = run[LOW], run[PEAK], run[DRAWDOWN]
    at, last = np.uintp(start), np.uintp(stop)
    while at < last:
        end = min(at + _BLOCK, last)
        beyond = False
        for i in range(at, end):
            equity = cash + q * closes[i]
            beyond |= (equity > peak) | (equity < low)
        if beyond:
            for i in range(at, end):
                low, peak, worst = _watched(low, peak, worst, cash + q * closes[i])
        at = end
    run[LOW], run[PEAK], run[DRAWDOWN] = low, peak, worst


@_compiled
def _rest(run: Floats, closes: Floats, equity: Floats, start: int, stop: int) -> None:
    """Measure bars `start` to `stop` (exclusive) in which nothing can happen."""
    cash, q = run[CASH], run[Q]
    if q != 0.0:
        _add_returns(run, closes, start, stop)
        _add_drawdown(run, closes, start, stop)
        run[VALUE] = cash + q * closes[stop - 1]
        run[HELD] += stop - start
    if len(equity) > 0:
        equity[start:stop] = cash + q * closes[start:stop]


@_compiled
def _mark(run: Floats, close: float) -> None:
    """Measure one bar."""
    value = run[CASH] + run[Q] * close
    change = value / run[VALUE] - 1.0
    run[SUM] += change
    run[SQUARES] += change * change
    run[DOWNSIDE] += min(change, 0.0) ** 2
    run[VALUE] = value
    run[LOW], run[PEAK], run[DRAWDOWN] = _watched(run[LOW], run[PEAK], run[DRAWDOWN], value)
    run[HELD] += run[Q] != 0.0


@_compiled
def _amount(run: Floats, price: float, portion: float) -> float:
    """Return how much base an entry takes: what the sizing says, never more than there is to pay for."""
    # What a short was sold for is in the cash, and as much again is its margin.
    free = run[CASH] if run[Q] >= 0.0 else run[CASH] - 2.0 * run[COST]
    most = free / (price * (1.0 + run[FEE])) if free > NOTHING * run[INITIAL] else 0.0
    kind, stop, trail = int(run[SIZING]), run[STOP], run[TRAIL]
    if not np.isnan(portion):
        wanted = portion * run[INITIAL] / price
    elif kind == FIXED:
        wanted = run[SIZE] / price
    elif kind == PERCENT:
        wanted = run[SIZE] * most
    elif kind == RISK:
        near = min(stop, trail) if stop * trail > 0.0 else stop + trail
        wanted = run[SIZE] * free / (price * near)
    else:
        wanted = most
    return float(min(wanted, most))


@_compiled
def _open(run: Floats, side: int, market: float, portion: float, at: int) -> None:
    """Buy, or sell short, at a price of the market, slipped, with the fee of a taker."""
    price = market * (1.0 + side * run[SLIPPAGE])
    amount = _amount(run, price, portion)
    if not amount > 0.0:
        return
    notional, fee = amount * price, amount * price * run[FEE]
    if run[Q] == 0.0:
        run[SINCE], run[BEST] = at, market
    run[CASH] -= side * notional + fee
    run[Q] += side * amount
    run[COST] += notional
    run[ENTRY_FEES] += fee
    run[FEES] += fee


@_compiled
def _close(run: Floats, trades: Floats, price: float, rate: float, portion: float, at: int, why: int) -> None:
    """Close a portion of the position at a price (slipped already), 1 or NaN for all; book the trade."""
    side = np.sign(run[Q])
    share = portion if portion < 1.0 else 1.0
    amount, cost, entry_fees = abs(run[Q]) * share, run[COST] * share, run[ENTRY_FEES] * share
    fee = amount * price * rate
    won = side * (amount * price - cost)
    if side < 0.0:
        # Nobody loses more than the isolated margin: of leverage 1, that is what it was opened at.
        won = max(won, fee - cost)
    pnl = won - fee - entry_fees
    row = int(run[TRADES])
    if row < len(trades):
        trades[row, OPENED], trades[row, CLOSED], trades[row, REASON] = run[SINCE], at, why
        trades[row, AMOUNT], trades[row, ENTRY], trades[row, EXIT] = side * amount, cost / amount, price
        trades[row, COSTS], trades[row, PNL] = fee + entry_fees, pnl
    run[TRADES] += 1.0
    run[FEES] += fee
    run[WON if pnl > 0.0 else LOST] += 1.0
    run[GAINS] += max(pnl, 0.0)
    run[LOSSES] -= min(pnl, 0.0)
    run[CASH] += won + side * cost - fee
    run[Q] = run[Q] - side * amount if share < 1.0 else 0.0
    run[COST] -= cost
    run[ENTRY_FEES] -= entry_fees


@_compiled
def _follow(run: Floats, trades: Floats, codes: Codes, portions: Floats, price: float, at: int) -> None:
    """Do at a price of bar `at`, not slipped yet, what is to be done at it: leave first, then enter."""
    said = at if run[AT_CLOSE] > 0.0 else at - 1
    allowed, held = int(run[ALLOWED]), run[Q]
    code = codes[said] & allowed
    if run[BLOCKED] > 0.0 and code & ENTER:
        before = codes[said - 1] if said > 0 else 0
        code &= ~(before & ENTER)
        run[BLOCKED] = 0.0 if code & ENTER else 1.0
    portion = portions[said] if len(portions) > 0 else np.nan
    leave, over = (LEAVE_LONG, ENTER_SHORT) if held > 0.0 else (LEAVE_SHORT, ENTER_LONG)
    if held != 0.0 and code & (leave | over):
        slipped = price * (1.0 - run[SLIPPAGE] if held > 0.0 else 1.0 + run[SLIPPAGE])
        _close(run, trades, slipped, run[FEE], portion if code & leave else 1.0, at, BY_SIGNAL)
        held = run[Q]
    # Only an entry of a portion adds to what is held.
    side = 1 if code & ENTER_LONG else -1
    if code & ENTER and (held == 0.0 or (side * held > 0.0 and not np.isnan(portion))):
        _open(run, side, price, portion, at)


@_compiled
def _limits(run: Floats, side: float, ease: float) -> tuple[float, int, float]:
    """Return the tightest fixed stop, which one it is, and the target, nearer by `ease`; none is infinite."""
    entry = run[COST] / abs(run[Q]) * (1.0 + side * ease)
    goal = entry * (1.0 + side * run[TARGET]) * (1.0 - side * 2.0 * ease)
    target = goal if run[TARGET] > 0.0 else side * np.inf
    level = entry * (1.0 - side * run[STOP]) if run[STOP] > 0.0 else -side * np.inf
    # (margin + q·entry) / (q·MMR + q) with the margin of leverage 1: see `trading.margin`.
    liquidation = 2.0 * entry / (1.0 + MAINTENANCE)
    if side < 0.0 and liquidation < level:
        return liquidation, BY_LIQUIDATION, target
    return level, BY_STOP, target


@_compiled
def _stopped(run: Floats, side: float, opened: float, best: float, worst: float) -> tuple[float, int]:
    """Return at which price a bar stops the position out and by what, 0 where it does not.

    A trailing stop stands first where the bar's open has left it, then where the bar's best price moves it.
    """
    level, reason, _ = _limits(run, side, 0.0)
    trail, back = run[TRAIL], 1.0 - side * run[TRAIL]
    if trail > 0.0:
        run[BEST] = side * max(side * run[BEST], side * opened)
        if not side * (run[BEST] * back - level) <= NEAR * level:
            level, reason = run[BEST] * back, BY_TRAIL
    if side * (worst - level) <= NEAR * level:
        return side * min(side * level, side * opened), reason
    if trail > 0.0 and side * (best - run[BEST]) > 0.0:
        run[BEST] = best
        if side * (worst - best * back) <= NEAR * best:
            return best * back, BY_TRAIL
    return 0.0, reason


@_compiled
def _protect(run: Floats, trades: Floats, opens: Floats, highs: Floats, lows: Floats, at: int) -> bool:
    """Hold one bar against the position's stops, then its target; tell whether one of them ended it."""
    side = np.sign(run[Q])
    opened, best, worst = opens[at], highs[at], lows[at]
    if side < 0.0:
        best, worst = worst, best
    price, reason = _stopped(run, side, opened, best, worst)
    rate = run[FEE]
    if price > 0.0:
        price *= 1.0 - side * run[SLIPPAGE]
    else:
        target = _limits(run, side, 0.0)[2]
        if not side * (best - target) >= -NEAR * best:
            return False
        price, rate, reason = side * max(side * target, side * opened), run[MAKER_FEE], BY_TARGET
    _close(run, trades, price, rate, 1.0, at, reason)
    run[BLOCKED] = 1.0
    return True


@_compiled
def _next_code(codes: Codes, mask: int, start: int, stop: int) -> int:
    """Return the first bar from `start` on that says something of `mask`, or `stop`."""
    at, last, bits = np.uintp(start), np.uintp(stop), np.int8(mask)
    while at < last:
        end = min(at + _BLOCK, last)
        said = np.int8(0)
        for i in range(at, end):
            said = np.int8(said | codes[i])
        if said & bits:
            break
        at = end
    while at < last and not codes[at] & bits:
        at += _ONE
    return int(np.intp(at))


@_compiled
def _next_touch(run: Floats, highs: Floats, lows: Floats, codes: Codes, mask: int, start: int) -> int:
    """Return the first bar from `start` on that may reach a stop or target or fills one of `mask`."""
    fixed, _, target = _limits(run, np.sign(run[Q]), 2.0 * NEAR)
    down, up = min(fixed, target), max(fixed, target)
    at, last, bits, back = np.uintp(start), np.uintp(len(lows)), np.int8(mask), np.uintp(run[AT_CLOSE] == 0.0)
    while at < last:
        end = min(at + _BLOCK, last)
        said, touched = np.int8(0), False
        for i in range(at, end):
            said = np.int8(said | codes[i - back])
        for i in range(at, end):
            touched |= (lows[i] <= down) | (highs[i] >= up)
        if touched or said & bits:
            break
        at = end
    while at < last and lows[at] > down and highs[at] < up and not codes[at - back] & bits:
        at += _ONE
    return int(np.intp(at))


@_compiled
def _next_trail(run: Floats, highs: Floats, lows: Floats, codes: Codes, mask: int, start: int) -> int:
    """Return the first bar from `start` on that may reach a moving stop or target or fills one of `mask`."""
    side = np.sign(run[Q])
    fixed, _, target = _limits(run, side, 2.0 * NEAR)
    keep = 1.0 - side * run[TRAIL] + side * 2.0 * NEAR
    best, bits, back = side * run[BEST], np.int8(mask), np.uintp(run[AT_CLOSE] == 0.0)
    at, last = np.uintp(start), np.uintp(len(lows))
    while at < last:
        high, low = (highs[at], lows[at]) if side > 0.0 else (-lows[at], -highs[at])
        moved = max(best, high)
        if low <= max(side * fixed, moved * keep) or high >= side * target or codes[at - back] & bits:
            break
        best = moved
        at += _ONE
    run[BEST] = side * best
    return int(np.intp(at))


@_compiled
def _next(run: Floats, highs: Floats, lows: Floats, codes: Codes, adding: bool, start: int) -> int:
    """Return the first bar from `start` on in which anything may happen, or the number of bars."""
    held, lag = run[Q], int(run[AT_CLOSE] == 0.0)
    mask = LEAVE_LONG | ENTER_SHORT if held > 0.0 else LEAVE_SHORT | ENTER_LONG if held < 0.0 else ENTER
    # Only an entry of a portion means something to whoever is in already.
    mask = (mask | ENTER if adding else mask) & int(run[ALLOWED])
    if held != 0.0 and held < run[WATCHED]:
        if run[TRAIL] > 0.0:
            return _next_trail(run, highs, lows, codes, mask, start)
        return _next_touch(run, highs, lows, codes, mask, start)
    said = _next_code(codes, mask, start - lag, len(lows) - lag)
    if run[BLOCKED] > 0.0:
        while said + lag < len(lows) and not codes[said] & ~codes[said - 1] & mask:
            said += 1
    return said + lag


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
    run = terms.copy()
    run[CASH] = run[VALUE] = run[PEAK] = run[LOW] = run[INITIAL]
    lag = 0 if run[AT_CLOSE] > 0.0 else 1
    run[WATCHED] = np.inf if run[STOP] + run[TARGET] + run[TRAIL] > 0.0 else 0.0
    i = first = int(run[FIRST])
    equity[:first] = run[INITIAL]
    while i < len(closes) and run[VALUE] > NOTHING * run[INITIAL]:
        if lag > 0 and i > first:
            _follow(run, trades, codes, portions, opens[i], i)
        ended = run[Q] != 0.0 and run[Q] < run[WATCHED] and _protect(run, trades, opens, highs, lows, i)
        if lag == 0 and not ended:
            _follow(run, trades, codes, portions, closes[i], i)
        _mark(run, closes[i])
        if len(equity) > 0:
            equity[i] = run[VALUE]
        start = i + 1
        i = _next(run, highs, lows, codes, len(portions) > 0, start)
        if i > start:
            _rest(run, closes, equity, start, i)
    equity[i:] = run[VALUE]
    run[DRAWDOWN] = max(run[DRAWDOWN], 1.0 - run[LOW] / run[PEAK])
    run[FINAL] = run[VALUE]
    figures[:] = run[:FIGURES]


@_compiled
def simulate_many(
    opens: Floats, highs: Floats, lows: Floats, closes: Floats, codes: Codes, terms: Floats, figures: Floats
) -> None:
    """Run each row of signals over the same bars; one row of figures each."""
    nothing, no_trades = np.empty(0), np.empty((0, COLUMNS))
    for row in range(len(codes)):
        simulate(opens, highs, lows, closes, codes[row], nothing, terms, nothing, no_trades, figures[row])
