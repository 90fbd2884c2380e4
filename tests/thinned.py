"""Combinations of parameters, of which the short form takes some and the long form all."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

ROUNDS = 2
"""How many diagonals the short form takes: with each, every value comes once more."""


def thinned(*axes: Sequence[Any]) -> list[Any]:
    """Return each combination for `parametrize`; those off the diagonals are marked as long."""
    longest = max(map(len, axes))
    short = {
        tuple((place + turn * number) % len(axis) for number, axis in enumerate(axes))
        for place in range(longest)
        for turn in range(ROUNDS)
    }
    return [
        pytest.param(
            *(axis[index] for axis, index in zip(axes, indices, strict=True)),
            marks=[] if indices in short else pytest.mark.long,
        )
        for indices in product(*(range(len(axis)) for axis in axes))
    ]
