"""How this API spells sides, types, states and venues."""

from collections.abc import Mapping

EXCHANGES: Mapping[str, str] = {"paper": "PAPER"}
"""Where something trades, by whether its money is paper; what is live names its venue."""

ORDER_TYPES: Mapping[str, str] = {
    "market": "MARKET",
    "limit": "LIMIT",
    "stop": "STOP_LOSS",
    "stop-limit": "STOP_LOSS_LIMIT",
    "trailing-stop": "STOP_LOSS",
}

ORDER_STATES: Mapping[str, str] = {
    **dict.fromkeys(("held", "intent", "sent", "accepted", "unknown"), "NEW"),
    "partial": "PARTIALLY_FILLED",
    "filled": "FILLED",
    "canceled": "CANCELED",
    "expired": "EXPIRED",
    **dict.fromkeys(("rejected", "denied"), "REJECTED"),
}
"""Where an order stands, by our exact states."""

SESSION_STATES: Mapping[str, str] = {
    "running": "trading_started",
    "paused": "trading_paused",
    "stopped": "trading_stopped",
    "completed": "trading_stopped",
    "failed": "trading_failed",
}
"""What became of a session, as it is told to whoever listens."""


def exchange_of(mode: str, venue: str) -> str:
    """Return where something trades."""
    return EXCHANGES.get(mode, venue.upper())
