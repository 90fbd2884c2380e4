"""What a service does by itself for people: alerts, prompts put to the agent, and how decisions came out."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from kit.background.loop import Loop
from kit.background.scheduler import Scheduler, release
from kit.settings import Settings
from memory.database import Database, UnitOfWork
from memory.workspace import Workspace
from tools.alert_firing import Ask, Place, Prompted, Teller
from tools.alert_listening import Listener
from tools.alert_proposals import Proposals
from tools.alerting import Alerting
from tools.channels import ChannelName
from tools.context import Context
from tools.events import EventBus
from tools.heartbeat import Heart, Rhythm
from tools.outcomes import Outcomes
from tools.planning import Planner
from tools.prompt_queue import queue_prompt
from tools.prompting import PromptWorker
from tools.run_endings import Register
from trading.clock import Clock
from trading.markets import Markets
from trading.portfolio import PortfolioReader
from trading.ports import NewId

OFFLINE = "offline:"


@dataclass(frozen=True, slots=True)
class Automation:
    """What goes on by itself in one service."""

    alerting: Alerting
    scheduler: Scheduler


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


async def automating(
    automation: Automation, settings: Settings, ctx: Context, stack: AsyncExitStack
) -> Sequence[Loop]:
    """Take up what the last process of this home left, and return what goes on."""
    scheduler, alerting, clock = automation.scheduler, automation.alerting, ctx.services.clock
    if settings.database_url is None:
        # Nobody else can be at it.
        await release(ctx.services.database, clock)
    stack.push_async_callback(scheduler.worker.close)
    stack.push_async_callback(alerting.listener.close)
    proposals = Proposals(ctx.services, ctx.door)
    outcomes = Outcomes(ctx.services.database, ctx.services.markets, clock)
    return (
        *scheduler.loops(ctx),
        Loop("alerts", alerting.step, 1.0, clock),
        Loop("orders that alerts propose", proposals.step, 1.0, clock),
        Loop("outcomes of decisions", outcomes.step, 5.0, clock),
    )


def _rhythm(settings: Settings, models: Sequence[str]) -> Rhythm:
    # The offline model cannot judge a list in words, and would tell so again and again.
    able = any(not each.startswith(OFFLINE) for each in models)
    return Rhythm(
        timedelta(minutes=settings.heartbeat_minutes if able else 0),
        time.fromisoformat(settings.heartbeat_from),
        time.fromisoformat(settings.heartbeat_to),
        ZoneInfo(settings.timezone),
    )


def build_alerting(
    database: Database,
    markets: Markets,
    portfolio: PortfolioReader,
    events: EventBus,
    clock: Clock,
    new_id: NewId,
) -> Alerting:
    """Return the engine of alerts over the default market."""
    market = markets.default.market
    teller = Teller(events, new_id, Place(market.exchange, market.source), _asking(clock, new_id))
    return Alerting(database, Listener(database, markets, portfolio, clock), teller, clock)


def _asking(clock: Clock, new_id: NewId) -> Ask:
    """Return what has the prompt of an alert run: its answer goes where the alert is told."""

    async def ask(uow: UnitOfWork, prompted: Prompted) -> str:
        alert = prompted.alert
        return await queue_prompt(
            uow,
            new_id,
            principal=alert.principal,
            name=prompted.said,
            prompt=f"An alert has fired: {prompted.said}\n\n{prompted.prompt}",
            at=clock.now(),
            alert=alert.id,
            channels=[ChannelName(each) for each in alert.channels["names"]],
            webhook_id=alert.webhook,
        )

    return ask
