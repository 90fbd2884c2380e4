"""A runner as it is stored: one run at a time for each principal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class RunnerMode(StrEnum):
    """What a runner runs on: past candles, or the market with paper or real money."""

    BACKTEST = "backtest"
    PAPER = "paper"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Runner:
    """What somebody's runner has in hand, or had last; without a `mode` it is idle.

    `work` is the id of a backtest or of a run, None while that is being begun. `config` is what was asked,
    in the words of the wire. `version` grows with every change.
    """

    principal: str
    mode: RunnerMode | None = None
    work: str | None = None
    config: Mapping[str, Any] | None = None
    begun_at: datetime | None = None
    version: int = 0
