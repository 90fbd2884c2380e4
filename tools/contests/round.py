"""One cycle under way: what all its steps share."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tools.contests.parts import Parts
from tools.contests.reading import reasoned
from tools.contests.written import Written
from trading.model import Candle
from trading.runs.contest import Contest
from trading.runs.cycle import Cycle, Entry
from trading.runs.cycle_market import CycleMarket
from trading.runs.floor import Floor
from trading.runs.record import Run
from trading.runs.view import AccountView
from trading.symbols import Symbol


@dataclass(slots=True)
class Round:
    """A cycle with its market, the runs that have a part in it, and how far each has got.

    `views` are the accounts as of the market, before anything was done in this cycle; an account that has
    traded since is not in it. Whoever trades holds `trading`: one run after the other. The cycle is this
    worker's until the `lease` is over; `answers` are what puts those on disk.
    """

    contest: Contest
    cycle: Cycle
    market: CycleMarket
    candles: Mapping[Symbol, Sequence[Candle]]
    floor: Floor
    runs: Mapping[str, Run]
    entries: dict[str, Entry]
    lease: datetime
    answers: Written
    views: dict[str, AccountView] = field(default_factory=dict)
    trading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def view(self, parts: Parts, run: Run) -> AccountView:
        """Return the account of a run, with what its decider said when it opened what."""
        if run.id not in self.views:
            await self.look(parts)
        return self.views[run.id]

    async def look(self, parts: Parts) -> None:
        """Look at every account that is not known, all at once; nobody may trade meanwhile."""
        runs = [self.runs[each] for each in self.entries if each not in self.views]
        seen = await self.floor.views(runs)
        async with parts.database.read(brief=True) as uow:
            for each in runs:
                self.views[each.id] = await reasoned(parts, uow, each, seen[each.id])
