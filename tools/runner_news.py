"""What is told of runners: where one stands now."""

from typing import Any

from memory.database import UnitOfWork
from memory.runner_records import RunnerMode
from tools.events import EventBus
from tools.runner_course import ACTIVE, OF_RUN
from trading.runs.record import Run

CHANGED = "runner.status"
"""The event of a runner that stands elsewhere now."""


def payload(work: str | None, status: str, mode: RunnerMode | None) -> dict[str, Any]:
    """Return what is told of a runner."""
    return {"runId": work, "status": status, "mode": mode and mode.value}


async def tell_of_run(events: EventBus, uow: UnitOfWork, run: Run) -> None:
    """Tell of the runner whose run this is, where that has ended, whoever ended it."""
    status = OF_RUN[run.state]
    if status in ACTIVE:
        return
    runner = await uow.runners.get(run.owner)
    if runner is not None and runner.work == run.id:
        await events.record(uow, CHANGED, payload(run.id, status, runner.mode), run.owner)
