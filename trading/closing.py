"""Wishes, and what came of the wish to close a position."""

from dataclasses import dataclass
from decimal import Decimal

from trading.model import ZERO, Origin, Position
from trading.placing import OrderOutcome


@dataclass(frozen=True, slots=True)
class Closing:
    """A position that was closed, or as much of it as was asked: `position` is what is left of it."""

    position: Position
    outcome: OrderOutcome

    @property
    def closed(self) -> Decimal:
        """How much base was traded."""
        return self.outcome.order.filled

    @property
    def realized(self) -> Decimal:
        """What it won or lost, net of the fees of both sides."""
        return sum((fill.realized or ZERO for fill in self.outcome.fills), ZERO)


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants something done, and the name of the wish: the same key is never done twice.

    `run` is the run that wants it.
    """

    key: str | None = None
    origin: Origin = Origin.PERSON
    by: str | None = None
    session_id: str | None = None
    run: str | None = None
