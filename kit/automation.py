"""Scheduled prompts of one service: built, and begun once there is an agent to put them to."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from kit.background.loop import Loop
from kit.background.scheduler import Scheduler, release
from kit.settings import Settings
from memory.database import Database
from memory.workspace import Workspace
from tools.context import Context
from tools.events import EventBus
from tools.heartbeat import Heart, Rhythm
from tools.planning import Planner
from tools.prompting import PromptWorker
from tools.run_endings import Register
from trading.clock import Clock
from trading.ports import NewId

OFFLINE = "offline:"


def build_scheduler(
    settings: Settings,
    database: Database,
    events: EventBus,
    workspace: Workspace,
    models: Sequence[str],
    clock: Clock,
    new_id: NewId,
) -> Scheduler:
    """Return what runs scheduled prompts, before anything does."""
    worker = PromptWorker(database, clock, new_id, Register(events, clock, new_id), settings.account)
    heart = Heart(database, clock, new_id, _rhythm(settings, models), workspace.heartbeat)
    return Scheduler(Planner(database, clock, new_id), heart, worker, clock)


async def scheduling(
    scheduler: Scheduler, settings: Settings, ctx: Context, stack: AsyncExitStack
) -> Sequence[Loop]:
    """Take up what the last process of this home left, and return what goes on."""
    if settings.database_url is None:
        # Nobody else can be at it.
        await release(ctx.services.database, ctx.services.clock)
    stack.push_async_callback(scheduler.worker.close)
    return scheduler.loops(ctx)


def _rhythm(settings: Settings, models: Sequence[str]) -> Rhythm:
    # The offline model cannot judge a list in words, and would tell so again and again.
    able = any(not each.startswith(OFFLINE) for each in models)
    return Rhythm(
        timedelta(minutes=settings.heartbeat_minutes if able else 0),
        time.fromisoformat(settings.heartbeat_from),
        time.fromisoformat(settings.heartbeat_to),
        ZoneInfo(settings.timezone),
    )
