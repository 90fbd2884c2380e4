"""Alerts fire where the golden file says, heard in one go and by a service that restarts all the time."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.trading.alerts.played import LATER, Drawn, drawn, played, ruled
from trading.matching import INSTANT
from trading.timeframes import Timeframe

GOLDEN = tomllib.loads(Path(__file__).with_name("golden.toml").read_text(encoding="utf-8"))["series"]


def _series(told: dict[str, Any]) -> Drawn:
    return drawn(told["candles"], Timeframe(told.get("length", "1m")))


@pytest.mark.parametrize("told", GOLDEN, ids=lambda told: told["about"].partition(":")[0])
async def test_alerts_fire_in_exactly_the_bars_of_the_golden_file(told: dict[str, Any]) -> None:
    series = _series(told)
    rules = {str(place): ruled(series, case) for place, case in enumerate(told["cases"])}
    expected = {str(place): case["fires"] for place, case in enumerate(told["cases"])}
    end = series.opening(series.count) + LATER
    ends = [series.opening(bar + 1) - INSTANT for bar in range(series.count)]
    middles = [each - series.length.span / 2 for each in ends]
    late = [each + timedelta(seconds=45) for each in ends]

    assert await played(series, rules, [end]) == expected
    assert await played(series, rules, [*ends, end]) == expected
    assert await played(series, rules, sorted([*middles, *ends, end])) == expected
    assert await played(series, rules, [*late, end]) == expected


def test_the_golden_file_tells_of_many_cases() -> None:
    assert sum(len(told["cases"]) for told in GOLDEN) >= 60
