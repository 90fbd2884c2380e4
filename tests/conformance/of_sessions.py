"""What must hold between the figures of orders, positions and sessions, by the words of the vectors."""

from tests.conformance.invariants import Invariants

INVARIANTS: Invariants = {
    "count == len(positions)": lambda payload, params: payload["count"] == len(payload["positions"]),
    "count == len(orders)": lambda payload, params: payload["count"] == len(payload["orders"]),
    "total_pnl == final_capital - initial_capital": lambda payload, params: (
        payload["total_pnl"] == payload["final_capital"] - 10_000
    ),
    "final_capital 0 accepted": lambda payload, params: payload["final_capital"] >= 0,
}
