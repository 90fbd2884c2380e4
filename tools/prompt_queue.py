"""Putting a prompt to the agent that nobody types: stored in the transaction that gives rise to it."""

from collections.abc import Sequence
from datetime import datetime

from memory.conversations import RUNS_OWN
from memory.cron_records import PromptRun, Source
from memory.database import UnitOfWork
from tools.channels import ChannelName
from trading.ports import NewId

RETRIES = 2


async def queue_prompt(
    uow: UnitOfWork,
    new_id: NewId,
    *,
    principal: str,
    name: str,
    prompt: str,
    at: datetime,
    alert: str | None = None,
    channels: Sequence[ChannelName] | None = None,
    webhook_id: str | None = None,
    webhook: str | None = None,
    model: str | None = None,
    retries: int = RETRIES,
) -> str:
    """Store a prompt of an alert, due `at` a moment, and return the id of its run.

    It is put to the agent as `principal`, in a conversation of its own, within about a second of the commit.
    The answer goes to `channels`; None are those by which the principal is usually told. `webhook_id` is the
    row of the address, `webhook` the address itself, for people to read. `name` is what people know it by.
    """
    run_id = new_id("run")
    run = PromptRun(
        id=run_id,
        principal=principal,
        source=Source.ALERT,
        name=name,
        prompt=prompt,
        session=f"{RUNS_OWN}{run_id}",
        target={"channels": None if channels is None else list(channels), "webhook": webhook},
        created_at=at,
        due_at=at,
        retries=retries,
        alert=alert,
        model=model,
        webhook_id=webhook_id,
    )
    await uow.prompt_runs.add(run)
    return run_id
