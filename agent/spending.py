"""What the completions of a turn took."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from agent.models.port import Usage


@dataclass(frozen=True, slots=True)
class Spent:
    """What one completion took; `cost` is in US dollars, None where its price is not known.

    `latency_ms` is from the request to the last word, in milliseconds.
    """

    model: str
    usage: Usage
    cost: Decimal | None
    latency_ms: int = 0


def total(costs: Sequence[Decimal | None]) -> Decimal | None:
    """Return the sum of costs; None as soon as one is not known."""
    known = [each for each in costs if each is not None]
    return sum(known, Decimal(0)) if len(known) == len(costs) else None
