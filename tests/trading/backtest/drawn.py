"""What tests draw at random to run: signals, portions and terms."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from trading.backtest.codes import Codes, Floats
from trading.backtest.terms import Direction, Fill, Sizing, Terms

distances = st.sampled_from((0.0, 0.0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.9))
rates = st.sampled_from((0.0, 0.001, 0.01, 0.2))


def made_codes(seed: int, count: int, often: float, held: bool) -> Codes:
    """Make signals: each bar says something as often as this, of any kind or only what a cross says.

    With `held` a bar that says nothing repeats what the one before it said.
    """
    chance = np.random.default_rng(seed)
    kinds = np.array([9, 6] if chance.random() < 0.5 else list(range(1, 16)), np.int8)
    codes = np.where(chance.random(count) < often, chance.choice(kinds, count), 0).astype(np.int8)
    if held:
        last = np.maximum.accumulate(np.where(codes > 0, np.arange(count), 0))
        codes = codes[last]
    return codes


@st.composite
def signals(draw: st.DrawFn, count: int) -> tuple[Codes, Floats | None]:
    """Draw signals, with portions for some."""
    seed = draw(st.integers(0, 2**32 - 1))
    often = draw(st.sampled_from((0.02, 0.2, 0.7)))
    codes = made_codes(seed, count, often, draw(st.booleans()))
    if draw(st.booleans()):
        return codes, None
    chance = np.random.default_rng(seed + 1)
    portions = chance.choice([0.05, 0.25, 0.5, 1.0, 1.5, np.nan], count)
    return codes, portions


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    """Draw any terms that do not contradict each other."""
    direction = draw(st.sampled_from(Direction))
    stop, trail = draw(distances), draw(distances)
    sizings = [Sizing.ALL_IN, Sizing.FIXED, Sizing.PERCENT, *([Sizing.RISK] if stop + trail else [])]
    sizing = draw(st.sampled_from(sizings))
    more: dict[str, Any] = {}
    if sizing is not Sizing.ALL_IN:
        more["size"] = draw(st.sampled_from((0.01, 0.3, 1.0))) * (1000 if sizing is Sizing.FIXED else 1)
    return Terms(
        initial=1000.0,
        fee=draw(rates),
        maker_fee=draw(st.none() | rates),
        slippage=draw(rates),
        fill=draw(st.sampled_from(Fill)),
        sizing=sizing,
        direction=direction,
        stop_loss=stop,
        take_profit=draw(distances),
        trailing_stop=trail,
        **more,
    )
