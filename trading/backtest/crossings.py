"""Where lines cross, compiled."""

from collections.abc import Sequence
from typing import Final

import numba as nb
import numpy as np

from trading.backtest.codes import ENTER_LONG, ENTER_SHORT, LEAVE_LONG, LEAVE_SHORT, Codes
from trading.errors import InvalidBacktest
from trading.indicators import Series

_EQUAL, _ABOVE, _BELOW, _UNKNOWN = 0, 1, 2, 4
_UP, _DOWN = ENTER_LONG | LEAVE_SHORT, LEAVE_LONG | ENTER_SHORT

_AT_ONCE: Final = 16
"""How many pairs of lines one call takes: between calls, threads wait for each other."""

# The True: it may be one that is only read.
_LINE: Final = "Array(float64, 1, 'C', True)"
_LINES: Final = f"UniTuple({_LINE}, {_AT_ONCE})"


def crossed(fast: Series, slow: Series) -> Codes:
    """Return the signals of one line crossing another: up enters long and leaves short, down the other way.

    A cross is fast > slow now and fast <= slow before; lines within 1e-12 of each other are equal. Raises
    InvalidBacktest for lines that are not equally long.
    """
    codes = np.empty(len(fast), np.int8)
    sound = _sound((fast, slow), codes)
    _crossing(sound[0], sound[1], codes)
    return codes


def cross(pairs: Sequence[tuple[Series, Series]], out: Codes) -> None:
    """Write the signals of each pair of lines into its row; raise InvalidBacktest for another length."""
    for start in range(0, len(pairs), _AT_ONCE):
        some = pairs[start : start + _AT_ONCE]
        rest = [some[0]] * (_AT_ONCE - len(some))
        fasts, slows = zip(*some, *rest, strict=True)
        codes = out[start : start + len(some)]
        _crossings(_sound(fasts, codes), _sound(slows, codes), codes)


def _sound(lines: Sequence[Series], codes: Codes) -> tuple[Series, ...]:
    # The compiled code reads as many as there are codes, whatever there is.
    if any(len(line) != codes.shape[-1] for line in lines):
        raise InvalidBacktest("lines that cross have to be as long as the candles")
    return tuple(np.ascontiguousarray(line, np.float64) for line in lines)


@nb.njit(f"void({_LINE}, {_LINE}, int8[::1])", cache=True, nogil=True, error_model="numpy")
def _crossing(fast: Series, slow: Series, out: Codes) -> None:
    # First where each bar stands, a byte each, so that what changed is told many bars at a time.
    stands = np.empty(len(out), np.int8)
    for i in range(len(out)):
        gap = fast[i] - slow[i]
        band = 1e-12 * abs(slow[i])
        state = _ABOVE if gap > band else _EQUAL
        state = _BELOW if gap < -band else state
        stands[i] = _UNKNOWN if np.isnan(gap) else state
    out[:1] = 0
    for i in range(1, len(out)):
        now, before = stands[i], stands[i - 1]
        code = _UP if (now == _ABOVE) & ((before & (_ABOVE | _UNKNOWN)) == 0) else 0
        out[i] = _DOWN if (now == _BELOW) & ((before & (_BELOW | _UNKNOWN)) == 0) else code


@nb.njit(f"void({_LINES}, {_LINES}, int8[:, ::1])", cache=True, nogil=True, error_model="numpy")
def _crossings(fasts: tuple[Series, ...], slows: tuple[Series, ...], out: Codes) -> None:
    for row in range(len(out)):
        _crossing(fasts[row], slows[row], out[row])
