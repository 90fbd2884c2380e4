"""Hashed noise: figures that look random and are a pure function of (seed, name, index).

Only additions, multiplications, divisions, shifts and roundings are used, which IEEE 754 and integer
arithmetic define to the last bit. So another machine, processor or numpy gives the same figures; the
library's own `exp` and random generators promise no such thing.
"""

from hashlib import blake2b
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Whole = NDArray[np.int64]
Real = NDArray[np.float64]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_HALF: Final = np.uint64(0xFFFFFFFF)
_TRIANGLE: Final = sqrt(6.0)


class Noise:
    """An endless row of hashed words, addressed by index."""

    def __init__(self, seed: int, name: str) -> None:
        digest = blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
        self._key = np.uint64(int.from_bytes(digest, "little"))

    def words(self, index: Whole) -> Words:
        """Return 64 hashed bits for each index (SplitMix64, Steele et al. 2014)."""
        z = index.view(np.uint64) * _GOLDEN
        z += self._key
        z ^= z >> np.uint64(30)
        z *= _FIRST
        z ^= z >> np.uint64(27)
        z *= _SECOND
        z ^= z >> np.uint64(31)
        return z

    def signed(self, index: Whole) -> Real:
        """Return figures of mean 0 and deviation 1, never beyond ±2.45 (two dice of 32 bits)."""
        z = self.words(index)
        low = z & _HALF
        z >>= np.uint64(32)
        z += low
        figures = z.view(np.int64).astype(np.float64)
        figures *= _TRIANGLE / 2.0**32
        figures -= _TRIANGLE
        return figures


def field(words: Words, shift: int, bits: int) -> Whole:
    """Return `bits` bits of each word from `shift` up, as whole numbers."""
    return ((words >> np.uint64(shift)) & np.uint64((1 << bits) - 1)).view(np.int64)


def unit(words: Words, shift: int, bits: int) -> Real:
    """Return `bits` bits of each word from `shift` up, as figures in [0, 1)."""
    figures = field(words, shift, bits).astype(np.float64)
    figures *= 2.0**-bits
    return figures


def exp(x: Real) -> Real:
    """Return e to the x, to 1e-10 for |x| < 5: Taylor of x/1024, squared ten times."""
    y = x * (1.0 / 1024)
    power = y * (1.0 / 24)
    power += 1.0 / 6
    power *= y
    power += 0.5
    power *= y
    power += 1.0
    power *= y
    power += 1.0
    for _ in range(10):
        power *= power
    return power
