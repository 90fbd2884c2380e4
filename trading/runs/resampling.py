"""The stationary bootstrap: what else a series could have been, its dependence from cycle to cycle kept."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def block_length(count: int) -> int:
    """Return the mean length of the blocks that a series is resampled in: the cube root of its length.

    That is the order at which the error of the estimated variance is least: Künsch, "The jackknife and the
    bootstrap for general stationary observations" (1989); Politis and Romano (1994), section 4.
    """
    return max(1, math.ceil(round(math.cbrt(count), 9)))


def weights(count: int, times: int, generator: np.random.Generator) -> Floats:
    """Return how often each of `count` cycles is drawn, `times` over: one row each, with the sum `count`.

    Blocks begin anywhere, last a geometric number of cycles with the mean of `block_length`, and wrap around:
    Politis and Romano, "The Stationary Bootstrap" (1994). Series of the same cycles are resampled by the same
    rows, so that what happens to them together stays together.
    """
    begins = generator.random((times, count)) < 1 / block_length(count)
    begins[:, 0] = True
    steps = np.arange(count)
    begun = np.maximum.accumulate(np.where(begins, steps, 0), axis=1)
    starts = np.take_along_axis(generator.integers(0, count, (times, count)), begun, axis=1)
    drawn = (starts + steps - begun) % count
    rows = np.arange(times)[:, np.newaxis] * count
    return np.bincount((drawn + rows).ravel(), minlength=times * count).reshape(times, count).astype(float)


def widening(count: int) -> float:
    """Return by how much the spread of a resampled mean has to be widened, for series of few blocks.

    Taking the mean off the series narrows the variance by about (2b - 1) / n, b the mean block of n cycles;
    and with n / b blocks it is known only as well as with so many degrees of freedom, where the quantile of
    Student's t is z (1 + (z² + 1) / 4ν), to first order (Peiser, 1943). (z² + 1) / 4 is taken as 2, which is
    right for a level of 0.8 % and careful above.
    """
    block = block_length(count)
    return (1 + 2 * block / count) / math.sqrt(max(1 - (2 * block - 1) / count, 0.1))
