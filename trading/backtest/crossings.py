"""Where lines cross, compiled."""

import numba as nb
import numpy as np

from trading.backtest.codes import ENTER_LONG, ENTER_SHORT, LEAVE_LONG, LEAVE_SHORT, Codes
from trading.indicators import Series


def crossed(fast: Series, slow: Series) -> Codes:
    """Return the signals of one line crossing another: up enters long and leaves short, down the other way.

    A cross is fast > slow now and fast <= slow before; lines within 1e-12 of each other are equal.
    """
    codes = np.empty(len(fast), np.int8)
    _crossings(fast, slow, codes)
    return codes


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _crossings(fast: Series, slow: Series, out: Codes) -> None:
    if len(out) > 0:
        out[0] = 0
    for i in range(1, len(out)):
        band = 1e-12 * abs(slow[i])
        last = 1e-12 * abs(slow[i - 1])
        known = not (np.isnan(fast[i - 1]) or np.isnan(slow[i - 1]))
        up = fast[i] - slow[i] > band and fast[i - 1] - slow[i - 1] <= last
        down = slow[i] - fast[i] > band and slow[i - 1] - fast[i - 1] <= last
        out[i] = known * (up * (ENTER_LONG | LEAVE_SHORT) + down * (LEAVE_LONG | ENTER_SHORT))
