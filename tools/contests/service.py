"""Everything of contests that capabilities work with."""

from dataclasses import dataclass

from tools.contests.arena import Arena
from tools.contests.boards import Boards
from tools.contests.parts import Parts
from tools.contests.replaying import Copy
from tools.contests.timekeeping import Timekeeper
from trading.errors import NotFound
from trading.runs.contest import Contest
from trading.runs.record import DeciderSpec


@dataclass(frozen=True, slots=True)
class Contests:
    """The contests of a service.

    `trader` decides for a run that names nobody; `arena` is None where it is switched off.
    """

    parts: Parts
    keeper: Timekeeper
    boards: Boards
    copy: Copy
    trader: DeciderSpec
    arena: Arena | None = None

    async def season(self) -> Contest:
        """Return the season of the arena that is on; raise NotFound where there is none."""
        found = await self.arena.season() if self.arena is not None else None
        if found is None:
            raise NotFound("no arena is on here: the setting `arena` switches it on")
        return found
