"""What must hold between the figures of an answer, by the words in which the vectors say it."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import pytest

Payload = dict[str, Any]


def _near_hundred(quantity: str, price: str) -> Callable[[Payload, Payload], bool]:
    def holds(payload: Payload, params: Payload) -> bool:
        spent: float = payload[quantity] * payload[price]
        return spent == pytest.approx(100, rel=0.01)

    return holds


def _unrealized(payload: Payload, params: Payload) -> bool:
    return all(
        position["unrealizedPnl"]
        == pytest.approx(
            (position["currentPrice"] - position["entryPrice"])
            * position["size"]
            * (1 if position["side"] == "long" else -1),
            abs=1e-6,
        )
        for position in payload["positions"]
    )


def _shaped(payload: Payload, params: Payload) -> bool:
    return all(
        candle["low"] <= candle["open"] <= candle["high"]
        and candle["low"] <= candle["close"] <= candle["high"]
        for candle in payload["candles"]
    )


Invariants = Mapping[str, Callable[[Any, Payload], bool]]

INVARIANTS: Invariants = {
    "sum(payload.assets[].valueUsd) <= payload.totalValueUsd + 0.01": lambda payload, params: (
        sum(asset["valueUsd"] for asset in payload["assets"]) <= payload["totalValueUsd"] + 0.01
    ),
    "payload.history present iff includeHistory": lambda payload, params: (
        ("history" in payload and payload["history"] is not None) == bool(params.get("includeHistory"))
    ),
    "history newest first": lambda payload, params: all(
        later["timestamp"] > earlier["timestamp"] for later, earlier in pairwise(payload["history"])
    ),
    "payload.executedQty*payload.executedPrice ~= 100 (1%)": _near_hundred("executedQty", "executedPrice"),
    "payload.amount*payload.price ~= 100 (1%)": _near_hundred("amount", "price"),
    "unrealizedPnl == (currentPrice-entryPrice)*size*(+1 long/-1 short)": _unrealized,
    "bid <= last <= ask or bid < ask": lambda payload, params: payload["bid"] < payload["ask"],
    "payload.amount == 0.5 (limit amount is base)": lambda payload, params: payload["amount"] == 0.5,
    "len(candles) <= 100": lambda payload, params: len(payload["candles"]) <= 100,
    "low <= open,close <= high": _shaped,
    "ascending timestamps": lambda payload, params: all(
        first["timestamp"] < second["timestamp"] for first, second in pairwise(payload["candles"])
    ),
    "totalReturn == initialCapital*totalReturnPercent/100": lambda payload, params: (
        payload["metrics"]["totalReturn"]
        == pytest.approx(params["initialCapital"] * payload["metrics"]["totalReturnPercent"] / 100)
    ),
    "-100 <= maxDrawdown <= 0": lambda payload, params: -100 <= payload["metrics"]["maxDrawdown"] <= 0,
    "0 <= winRate <= 1": lambda payload, params: 0 <= payload["metrics"]["winRate"] <= 1,
    "asset.total == asset.free + asset.locked": lambda payload, params: all(
        asset["total"] == pytest.approx(asset["free"] + asset["locked"]) for asset in payload["assets"]
    ),
    "asset.allocation == 100*valueUsd/totalValueUsd": lambda payload, params: all(
        asset["allocation"] == pytest.approx(100 * asset["valueUsd"] / payload["totalValueUsd"], abs=0.01)
        for asset in payload["assets"]
    ),
}


def broken(words: list[str], payload: Any, params: Payload, invariants: Invariants = INVARIANTS) -> list[str]:
    """Return the invariants that do not hold; one whose words are unknown is an error of the test."""
    return [each for each in words if not invariants[each](payload, params)]
