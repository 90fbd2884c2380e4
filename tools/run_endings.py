"""What the run of a prompt came to, and how people are told: stored together, or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from memory.cron_records import PromptRun, RunStatus, Source
from memory.database import UnitOfWork
from tools.channels import ChannelName, Reach, reach, usual
from tools.events import EventBus
from tools.policy import LOCAL_OWNER, Principal
from trading.clock import Clock, epoch_ms
from trading.notices import Notice
from trading.ports import NewId

STARTED: Mapping[bool, str] = {False: "cron.run.start", True: "heartbeat"}
ENDED: Mapping[bool, str] = {False: "cron.run.complete", True: "heartbeat.result"}
"""The events of a run, by whether it is the heartbeat's."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended. With `disable` its job comes no more, and the owner is told too."""

    status: RunStatus
    response: str | None = None
    cost: Decimal | None = None
    error: str | None = None
    disable: bool = False
    tell: bool = True


class Register:
    """Writes down how runs begin and end."""

    def __init__(self, events: EventBus, clock: Clock, new_id: NewId) -> None:
        self._events = events
        self._clock = clock
        self._new_id = new_id

    async def begin(self, uow: UnitOfWork, run: PromptRun, turn_id: str) -> bool:
        """Store that an attempt begins, in a turn of this name; False when the run is somebody else's now."""
        now = self._clock.now()
        values = {"status": RunStatus.RUNNING, "turn_id": turn_id, "started_at": run.started_at or now}
        if not await uow.prompt_runs.change(run, **values):
            return False
        if run.started_at is None:
            told = {**_told(run), "startedAt": epoch_ms(now)}
            await self._events.record(uow, STARTED[_is_heartbeat(run)], told, run.principal)
        return True

    async def end(self, uow: UnitOfWork, run: PromptRun, ending: Ending, principal: Principal | None) -> bool:
        """Store how a run ended, and the messages of that; False when the run is somebody else's now."""
        now = self._clock.now()
        reached = await self._reached(uow, run, ending, principal)
        notices = [self._notice(run, ending, *each) for each in reached.recipients]
        values = {
            "status": ending.status,
            "due_at": None,
            "started_at": run.started_at or now,
            "finished_at": now,
            "response": ending.response,
            "cost": ending.cost,
            "error": ending.error,
            "notices": {"ids": [each.id for each in notices], "problems": list(reached.problems)},
        }
        if not await uow.prompt_runs.change(run, **values):
            return False
        await uow.notices.add(*notices)
        if ending.disable and run.job is not None:
            await uow.cron_jobs.disable(run.job)
        told = {
            **_told(run),
            "status": ending.status.value,
            "startedAt": epoch_ms(run.started_at or now),
            "completedAt": epoch_ms(now),
            "response": ending.response,
            "error": ending.error,
        }
        await self._events.record(uow, ENDED[_is_heartbeat(run)], told, run.principal)
        return True

    async def _reached(
        self, uow: UnitOfWork, run: PromptRun, ending: Ending, principal: Principal | None
    ) -> Reach:
        if ending.status is RunStatus.SILENT or not ending.tell:
            return Reach(())
        if run.target.get("recipient"):
            return Reach(((ChannelName(run.target["channel"]), run.target["recipient"]),))
        channels = run.target.get("channels")
        named = None if channels is None else [ChannelName(each) for each in channels]
        # Of whom may act no more nothing is told but to the owner.
        who, named = (principal, named) if principal is not None else (LOCAL_OWNER, None)
        if named is None:
            named = await usual(uow, who)
            named += [ChannelName.WEBHOOK] if run.webhook_id is not None else []
        return await reach(uow, who, named, run.webhook_id)

    def _notice(self, run: PromptRun, ending: Ending, channel: ChannelName, recipient: str) -> Notice:
        failed = ending.status is RunStatus.FAILED
        kind = "job.failed" if failed else "job.result"
        text = f"{run.name} failed: {ending.error}" if failed else ending.response or "(no words)"
        data = {**_told(run), "status": ending.status.value, "channel": channel.value}
        return Notice(self._new_id("ntc"), recipient, kind, text, self._clock.now(), data)


def _is_heartbeat(run: PromptRun) -> bool:
    return run.source is Source.HEARTBEAT


def _told(run: PromptRun) -> dict[str, Any]:
    """Return what every event and message of a run says of it."""
    told = {
        "jobId": run.job,
        "jobName": run.name,
        "runId": run.id,
        "slot": None if run.slot is None else epoch_ms(run.slot),
    }
    return told if run.alert is None else {**told, "alertId": run.alert}
