"""One turn while it runs: what it works with, what it has said and what that took."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from agent.models.port import Model, ToolCall, Usage
from agent.toolbelt import Toolbelt, ToolOutcome


@dataclass(frozen=True, slots=True)
class Spent:
    """What one completion took; `cost` is in US dollars, None where its price is not known."""

    model: str
    usage: Usage
    cost: Decimal | None


@dataclass(slots=True)
class Turn:
    """What the graph of one turn works with, and what it has come to so far."""

    id: str
    model: Model
    toolbelt: Toolbelt
    system: str
    said: Callable[[str], Awaitable[None]]
    calling: Callable[[ToolCall], Awaitable[None]]
    called: Callable[[ToolCall, ToolOutcome], Awaitable[None]]
    text: list[str] = field(default_factory=list)
    spent: list[Spent] = field(default_factory=list)

    @property
    def answered_by(self) -> str:
        """The model that was heard last; empty before the first word."""
        return self.spent[-1].model if self.spent else ""

    @property
    def usage(self) -> Usage:
        """The tokens of all completions."""
        return sum((each.usage for each in self.spent), Usage())

    @property
    def cost(self) -> Decimal | None:
        """US dollars for all completions; None as soon as the cost of one is not known."""
        return total([each.cost for each in self.spent])


def total(costs: Sequence[Decimal | None]) -> Decimal | None:
    """Return the sum of costs; None as soon as one is not known."""
    known = [each for each in costs if each is not None]
    return sum(known, Decimal(0)) if len(known) == len(costs) else None
