"""The names that this API has for fields and figures of ours."""

import re
from collections.abc import Mapping
from typing import Any

NAMES: Mapping[str, str] = {
    "strategy_name": "strategy",
    "strategy_params": "params",
    "symbols": "pairs",
    "start_date": "from",
    "end_date": "to",
    "initial_cash": "initialCapital",
}
"""Fields of a request, and what the capability calls them."""

THEIRS: Mapping[str, str] = {ours: theirs for theirs, ours in NAMES.items()}

ORDER_STATES: Mapping[str, str] = {
    **dict.fromkeys(("held", "intent", "sent", "unknown"), "pending"),
    "accepted": "open",
    "partial": "partially_filled",
    "filled": "filled",
    "canceled": "canceled",
    "expired": "expired",
    **dict.fromkeys(("rejected", "denied"), "rejected"),
}
"""Where an order stands, by our exact states."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake(name: str) -> str:
    """Return a name of ours in snake_case: maxDrawdown is max_drawdown."""
    return _HUMP.sub("_", name).lower()


def snaked(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same figures by names in snake_case."""
    return {snake(name): value for name, value in figures.items()}
