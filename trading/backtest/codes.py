"""What a strategy says at the close of a bar, as bits of one byte."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]

ENTER_LONG: Final = 1
LEAVE_LONG: Final = 2
ENTER_SHORT: Final = 4
LEAVE_SHORT: Final = 8

ENTER: Final = ENTER_LONG | ENTER_SHORT
