"""What the engine of contests works with; `kit` wires the real things."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from memory.database import Database
from tools.contests.pulse import Pulse
from tools.contests.reasons import Reasons
from tools.events import EventBus
from trading.clock import Clock
from trading.ports import MarketData, NewId
from trading.runs.asking import Deciders
from trading.runs.contest import Contest
from trading.runs.floor import Floor
from trading.runs.record import Run
from trading.runs.shelf import Shelf
from trading.runs.snapshot import Snapshot

LEASE = timedelta(seconds=60)
"""How long nobody else takes a cycle whose worker is not heard of."""

RENEWED = 20.0
"""How often, in seconds, a worker says that it is still at its cycle."""


class Floors(Protocol):
    """Finds where the runs of a contest trade."""

    async def of(self, contest: Contest) -> Floor:
        """Return the floor of a contest; a market is opened there before anything is done."""
        ...


class Recall(Protocol):
    """Finds what a run decided before in a market like this."""

    async def __call__(self, run: Run, snapshot: Snapshot) -> Sequence[str]:
        """Return past decisions of this run alone in words, the most alike first, none from later."""
        ...


async def remembers_nothing(run: Run, snapshot: Snapshot) -> Sequence[str]:
    """Return nothing."""
    return ()


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that cycles need. `market` is where prices come from, `worker` the name of this process.

    Tests hand in another `recall`.
    """

    database: Database
    market: MarketData
    deciders: Deciders
    floors: Floors
    events: EventBus
    clock: Clock
    new_id: NewId
    worker: str
    shelf: Shelf
    recall: Recall = remembers_nothing
    reasons: Reasons = field(default_factory=Reasons)
    pulse: Pulse = field(default_factory=Pulse)
