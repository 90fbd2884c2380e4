"""What must hold between the figures of decisions and agents, by the words of their vectors."""

from itertools import pairwise

import pytest

from tests.conformance.invariants import Invariants, Payload


def _rate(payload: Payload) -> float:
    won, lost = payload["by_outcome"]["SUCCESS"], payload["by_outcome"]["FAILURE"]
    rate: float = won / (won + lost) if won + lost else 0.0
    return rate


INVARIANTS: Invariants = {
    "count == len(agents)": lambda payload, params: payload["count"] == len(payload["agents"]),
    "agents contain technical-agent and trend-agent": lambda payload, params: (
        {"technical-agent", "trend-agent"} <= {each["name"] for each in payload["agents"]}
    ),
    "similar sorted by similarity descending": lambda payload, params: all(
        near["similarity"] >= far["similarity"] for near, far in pairwise(payload["similar"])
    ),
    "-1 <= similarity <= 1": lambda payload, params: all(
        -1 <= each["similarity"] <= 1 for each in payload["similar"]
    ),
    "reference decision itself not in similar": lambda payload, params: (
        payload["decision_id"] not in {each["id"] for each in payload["similar"]}
    ),
    "success_rate == SUCCESS/(SUCCESS+FAILURE)": lambda payload, params: (
        payload["success_rate"] == pytest.approx(_rate(payload))
    ),
    "sum(by_outcome) == total_decisions": lambda payload, params: (
        sum(payload["by_outcome"].values()) == payload["total_decisions"]
    ),
    "sum(by_model) == total_decisions": lambda payload, params: (
        sum(payload["by_model"].values()) == payload["total_decisions"]
    ),
}
