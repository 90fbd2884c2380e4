"""What goes on so that jobs, alerts' prompts and the heartbeat run when they are due."""

from collections.abc import Sequence
from dataclasses import dataclass

from kit.background.loop import Loop
from memory.database import Database
from tools.context import Context
from tools.heartbeat import Heart
from tools.planning import Planner
from tools.prompting import PromptWorker
from trading.clock import Clock

SECONDS = 1.0
"""How often it is looked whether something is due."""


@dataclass(frozen=True, slots=True)
class Scheduler:
    """Plans what is due and puts it to the agent."""

    planner: Planner
    heart: Heart
    worker: PromptWorker
    clock: Clock

    def loops(self, ctx: Context) -> Sequence[Loop]:
        """Return what goes on; `ctx` is what prompts are put to the agent with."""
        return (
            Loop("jobs", self.planner.step, SECONDS, self.clock),
            Loop("heartbeat", self.heart.step, SECONDS, self.clock),
            Loop("prompts", lambda: self.worker.step(ctx), SECONDS, self.clock),
        )


async def release(database: Database, clock: Clock) -> None:
    """Give back the runs that somebody worked on, where it is known that nobody does any more."""
    async with database.transact() as uow:
        await uow.prompt_runs.release(clock.now())
