"""The stationary bootstrap: what else a series could have been, its dependence from cycle to cycle kept."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

AT_ONCE = 64
"""Resamplings that are in memory at once."""


def block_length(count: int) -> int:
    """Return the mean length of the blocks that a series is resampled in: the cube root of its length.

    That is the order at which the error of the estimated variance is least: Künsch, "The jackknife and the
    bootstrap for general stationary observations" (1989); Politis and Romano (1994), section 4.
    """
    return max(1, math.ceil(round(math.cbrt(count), 9)))


def resampled_sums(series: Floats, times: int, generator: np.random.Generator) -> Floats:
    """Return the sums of series, one a column, that are resampled together: one row each time.

    Blocks begin anywhere, last a geometric number of cycles with the mean of `block_length`, and wrap around:
    Politis and Romano, "The Stationary Bootstrap" (1994). The same generator makes the same rows.
    """
    parts = [
        _drawn(len(series), min(AT_ONCE, times - done), generator) @ series
        for done in range(0, times, AT_ONCE)
    ]
    return np.concatenate(parts)


def mean_error(series: Floats) -> float:
    """Return the standard error of a mean: what endless resampling would give, widened for short series.

    The variance of the mean of a resampled series is (C(0) + 2 Σ (1 - k / n) (1 - 1 / b)^k C(k)) / n, with
    the circular autocovariances C and mean blocks of b: Politis and Romano (1994), lemma 1.
    """
    count = len(series)
    spectrum = np.abs(np.fft.rfft(series - series.mean())) ** 2
    covariances = np.fft.irfft(spectrum, count) / count
    lags = np.arange(1, count)
    kept = 2 * (1 - lags / count) * (1 - 1 / block_length(count)) ** lags
    variance = float(covariances[0] + kept @ covariances[1:]) / count
    return math.sqrt(max(variance, 0.0)) * widening(count)


def widening(count: int) -> float:
    """Return by how much the spread of a resampled mean has to be widened, for series of few blocks.

    Taking the mean off the series narrows the variance by about (2b - 1) / n, b the mean block of n cycles;
    and with n / b blocks it is known only as well as with so many degrees of freedom, where the quantile of
    Student's t is z (1 + (z² + 1) / 4ν), to first order (Peiser, 1943). (z² + 1) / 4 is taken as 2, which is
    right for a level of 0.8 % and careful above.
    """
    block = block_length(count)
    return (1 + 2 * block / count) / math.sqrt(max(1 - (2 * block - 1) / count, 0.1))


def _drawn(count: int, times: int, generator: np.random.Generator) -> Floats:
    """Return how often each of `count` cycles is drawn: one row each time, with the sum `count`."""
    begins = generator.random((times, count)) < 1 / block_length(count)
    begins[:, 0] = True
    steps = np.arange(count)
    begun = np.maximum.accumulate(np.where(begins, steps, 0), axis=1)
    starts = np.take_along_axis(generator.integers(0, count, (times, count)), begun, axis=1)
    drawn = (starts + steps - begun) % count
    rows = np.arange(times)[:, np.newaxis] * count
    return np.bincount((drawn + rows).ravel(), minlength=times * count).reshape(times, count).astype(float)
