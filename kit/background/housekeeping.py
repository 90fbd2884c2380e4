"""What is forgotten after a while."""

from datetime import timedelta

from memory.database import Database
from trading.clock import Clock

KEPT_EVENTS = 100_000
KEPT_CALLS = timedelta(days=90)
KEPT_NOTICES = timedelta(days=90)
KEPT_JOBS = timedelta(days=90)
KEPT_PAIRINGS = timedelta(days=2)


async def tidy(database: Database, clock: Clock) -> None:
    """Forget what nobody looks at any more."""
    async with database.transact() as uow:
        await uow.events.prune(KEPT_EVENTS)
        await uow.calls.prune(clock.now() - KEPT_CALLS)
        await uow.notices.prune(clock.now() - KEPT_NOTICES)
        await uow.jobs.prune(clock.now() - KEPT_JOBS)
        await uow.pairings.prune(clock.now() - KEPT_PAIRINGS)
        await uow.prompt_runs.prune(clock.now() - KEPT_JOBS)
        await uow.alerts.prune(clock.now() - KEPT_JOBS)
