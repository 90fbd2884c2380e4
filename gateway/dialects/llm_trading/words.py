"""How this API spells sides, reasons, states and numbers."""

from collections.abc import Mapping
from decimal import Decimal

SIDES: Mapping[str, str] = {"long": "LONG", "short": "SHORT"}
ACTIONS: Mapping[str, str] = {"long": "BUY", "short": "SELL"}
"""What opened a position of each side."""

REASONS: Mapping[str, str] = {
    "decision": "LLM_DECISION",
    "stop_loss": "STOP_LOSS",
    "take_profit": "TAKE_PROFIT",
    "liquidation": "LIQUIDATION",
    "manual": "MANUAL",
}
"""Why a position was closed."""

STATUSES: Mapping[str, str] = {
    "running": "RUNNING",
    "completed": "SUCCESS",
    "failed": "FAILED",
    "interrupted": "INTERRUPTED",
}
"""What became of a cycle."""


def whole(number: Decimal | float) -> int | float:
    """Return a number without its empty fraction."""
    return int(number) if number == int(number) else float(number)
