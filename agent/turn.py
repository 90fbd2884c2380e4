"""One turn while it runs: what it works with, what it has said and what that took."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from agent.deciding import Docket
from agent.messages import PlainOutcome
from agent.models.port import Model, ToolCall, Usage
from agent.spending import Spent, total
from agent.toolbelt import Toolbelt, ToolOutcome
from agent.waiting import Wait


class TurnLost(Exception):
    """Report the turn as cut off: its checkpoints are gone."""


@dataclass(slots=True)
class Turn:
    """What the graph of one turn works with, and what it has come to so far.

    `wait` returns once everything that tool calls wait for has ended, with what each came to by its approval.
    """

    id: str
    model: Model
    toolbelt: Toolbelt
    system: str
    said: Callable[[str], Awaitable[None]]
    calling: Callable[[ToolCall], Awaitable[None]]
    deciding: Callable[[ToolCall], Awaitable[None]]
    called: Callable[[ToolCall, ToolOutcome], Awaitable[None]]
    wait: Callable[[Sequence[Wait]], Awaitable[Mapping[str, PlainOutcome]]]
    docket: Docket
    text: list[str] = field(default_factory=list)
    spent: list[Spent] = field(default_factory=list)
    used: list[dict[str, Any]] = field(default_factory=list)
    """The tool calls that have ended, as people see them."""
    held: dict[str, Wait] = field(default_factory=dict)
    """What tool calls wait for, by their ids."""
    waiting: bool = False
    """Whether it can go on after a restart: everything it has come to is on disk."""

    limit: asyncio.Timeout | None = None
    """When it has to have ended."""

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the time of the block count for nothing."""
        limit = self.limit
        due = limit.when() if limit else None
        if limit is None or due is None:
            yield
            return
        clock = asyncio.get_running_loop().time
        since = clock()
        limit.reschedule(None)
        try:
            yield
        finally:
            limit.reschedule(due + clock() - since)

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


def use_of(call: ToolCall, ok: bool) -> dict[str, Any]:
    """Return a tool call that has ended, as people see it."""
    return {"id": call.id, "name": call.name, "arguments": dict(call.arguments), "ok": ok}
