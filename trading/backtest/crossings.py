"""Where lines cross, compiled."""

import numba as nb
import numpy as np

from trading.backtest.codes import ENTER_LONG, ENTER_SHORT, LEAVE_LONG, LEAVE_SHORT, Codes
from trading.indicators import Series

_EQUAL, _ABOVE, _BELOW, _UNKNOWN = 0, 1, 2, 4
_UP, _DOWN = ENTER_LONG | LEAVE_SHORT, LEAVE_LONG | ENTER_SHORT


def crossed(fast: Series, slow: Series) -> Codes:
    """Return the signals of one line crossing another: up enters long and leaves short, down the other way.

    A cross is fast > slow now and fast <= slow before; lines within 1e-12 of each other are equal.
    """
    codes = np.empty(len(fast), np.int8)
    _crossings(fast, slow, codes)
    return codes


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _crossings(fast: Series, slow: Series, out: Codes) -> None:
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
