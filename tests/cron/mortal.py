"""A process that dies in the middle of a run: `python -m tests.cron.mortal URL`.

It says `stuck` once the model has been asked and never answers.
"""

import asyncio
import sys

from tests.cron.engine import Cut, Desk, engine
from tests.cron.test_engine import HOURLY, START
from trading.clock import ManualClock


async def main(url: str) -> None:
    """Begin the run of a job, and wait to be killed."""
    desk = Desk(cut=Cut.DURING)
    async with engine(url, ManualClock(START), desk) as process:
        async with process.database.transact() as uow:
            await uow.cron_jobs.add(HOURLY)
        await process.clock.advance(3_600)
        await process.planner.step()
        await process.worker.step(process.ctx)
        await desk.stuck.wait()
        print("stuck", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
