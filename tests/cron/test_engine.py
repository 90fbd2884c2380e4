"""Scheduled prompts when something goes wrong: cut off, failing, in each other's way, of whom is gone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from memory.cron_records import CronJob, PromptRun
from memory.records import Person
from tests.cron.engine import Cut, Desk, Engine, engine, job
from tools.errors import AgentBusy, Forbidden
from tools.planning import MOST_MISSED, jitter
from tools.policy import LOCAL_OWNER
from tools.prompt_queue import queue_prompt
from tools.prompting import LEASE, PAUSES
from trading.clock import ManualClock

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOURLY = job("hourly", "0 * * * *", START)


@asynccontextmanager
async def opened(url: str, desk: Desk, clock: ManualClock | None = None) -> AsyncIterator[Engine]:
    clock = clock or ManualClock(START)
    async with engine(url, clock, desk, f"{clock.now()}") as process:
        yield process


async def keep(process: Engine, *jobs: CronJob) -> None:
    async with process.database.transact() as uow:
        for each in jobs:
            await uow.cron_jobs.add(each)


async def after(process: Engine, seconds: float) -> list[PromptRun]:
    """Let time pass, do what is due, and return the runs, newest first."""
    await process.clock.advance(seconds)
    await process.turn()
    return list(await process.runs())


async def told(process: Engine, recipient: str = "owner") -> list[tuple[str, str]]:
    async with process.database.read() as uow:
        notices = await uow.notices.of(recipient, 100)
    return [(each.kind, each.data["status"]) for each in notices]


def outcome(run: PromptRun) -> tuple[str, int, int]:
    return run.status.value, run.attempts, run.failures


@pytest.mark.parametrize(
    ("cut", "expected", "asked", "messages"),
    [
        (Cut.BEFORE, ("success", 2, 0), 2, [("job.result", "success")]),
        (Cut.DURING, ("success", 2, 0), 2, [("job.result", "success")]),
        # Nobody knows what became of it, so that nothing is done twice.
        (Cut.ACTED, ("failed", 2, 0), 1, [("job.failed", "failed")]),
        # The answer is on record: it is told, and nobody asked again.
        (Cut.ANSWERED, ("success", 2, 0), 1, [("job.result", "success")]),
    ],
)
async def test_a_run_that_was_cut_off_is_taken_up_again_and_does_nothing_twice(
    sqlite_url: str, cut: Cut, expected: tuple[str, int, int], asked: int, messages: list[tuple[str, str]]
) -> None:
    desk = Desk(cut=cut)
    async with opened(sqlite_url, desk) as process:
        await keep(process, HOURLY)
        await process.clock.advance(3_600)
        await process.planner.step()
        await process.worker.step(process.ctx)
        await asyncio.wait_for(desk.stuck.wait(), 5)
        clock = process.clock
    desk.cut = None
    async with opened(sqlite_url, desk, ManualClock(clock.now())) as process:
        (run,) = await after(process, 0)
        assert outcome(run) == expected
        assert len(desk.asked) == asked
        assert await told(process) == messages


async def test_another_process_takes_a_run_when_its_lease_is_over_and_not_before(database_url: str) -> None:
    desk = Desk(cut=Cut.DURING)
    async with opened(database_url, desk) as one, engine(database_url, one.clock, desk, "two") as two:
        await keep(one, HOURLY)
        await one.clock.advance(3_600)
        await one.planner.step()
        await one.worker.step(one.ctx)
        await asyncio.wait_for(desk.stuck.wait(), 5)
        desk.cut = None
        await two.turn()
        assert [outcome(each) for each in await two.runs()] == [("running", 1, 0)]
        # While its worker lives it is kept.
        for _ in range(6):
            await one.clock.advance(LEASE.total_seconds() / 2)
            await one.worker.step(one.ctx)
            await two.turn()
        assert [outcome(each) for each in await two.runs()] == [("running", 1, 0)]
        await one.worker.close()
        (run,) = await after(two, LEASE.total_seconds() + 1)
        assert outcome(run) == ("success", 2, 0)


async def test_what_fails_is_tried_again_with_growing_pauses_and_then_told(sqlite_url: str) -> None:
    desk = Desk(failure=AgentBusy("the model is busy"))
    async with opened(sqlite_url, desk) as process:
        await keep(process, HOURLY)
        (run,) = await after(process, 3_600)
        assert outcome(run) == ("waiting", 1, 1)
        (run,) = await after(process, PAUSES[0] - 1)
        assert outcome(run) == ("waiting", 1, 1)
        (run,) = await after(process, 1)
        assert outcome(run) == ("waiting", 2, 2)
        assert await told(process) == []
        (run,) = await after(process, PAUSES[1])
        assert (outcome(run), run.error) == (("failed", 3, 2), "the model is busy")
        assert await told(process) == [("job.failed", "failed")]


async def test_what_cannot_get_better_is_not_tried_again(sqlite_url: str) -> None:
    async with opened(sqlite_url, Desk(failure=Forbidden("no"))) as process:
        await keep(process, HOURLY)
        (run,) = await after(process, 3_600)
        assert outcome(run) == ("failed", 1, 0)


@pytest.mark.parametrize("answer", ["NOTHING_TO_REPORT", " **HEARTBEAT_OK**.\n", "`nothing_to_report`"])
async def test_nothing_to_report_is_told_to_nobody(sqlite_url: str, answer: str) -> None:
    async with opened(sqlite_url, Desk(answer=answer)) as process:
        await keep(process, HOURLY)
        (run,) = await after(process, 3_600)
        assert (outcome(run), run.response) == (("silent", 1, 0), answer)
        assert await told(process) == []


@pytest.mark.parametrize(
    "answer", ["NOTHING_TO_REPORT, but BTC fell", "HEARTBEAT", "I have NOTHING_TO_REPORT"]
)
async def test_more_than_that_is_told(sqlite_url: str, answer: str) -> None:
    async with opened(sqlite_url, Desk(answer=answer)) as process:
        await keep(process, HOURLY)
        await after(process, 3_600)
        assert await told(process) == [("job.result", "success")]


async def test_a_slot_that_comes_while_the_run_before_it_goes_on_is_skipped(sqlite_url: str) -> None:
    desk = Desk(cut=Cut.DURING)
    async with opened(sqlite_url, desk) as process:
        await keep(process, HOURLY)
        await process.clock.advance(3_600)
        await process.planner.step()
        await process.worker.step(process.ctx)
        await asyncio.wait_for(desk.stuck.wait(), 5)
        await process.clock.advance(3_600)
        await process.planner.step()
        second, first = await process.runs()
    assert (outcome(first), outcome(second)) == (("running", 1, 0), ("skipped", 0, 0))
    assert second.slot == START + timedelta(hours=2)


async def test_a_bounded_number_of_missed_slots_is_made_up_for(sqlite_url: str) -> None:
    desk = Desk()
    async with opened(sqlite_url, desk) as process:
        await keep(process, job("all", "every 1m", START, missed="all"))
        runs = await after(process, 10 * 86_400)
        assert [each.status.value for each in reversed(runs)] == ["skipped", *["success"] * MOST_MISSED]
        slots = [each.slot for each in reversed(runs) if each.slot]
        assert slots == [process.clock.now() - timedelta(minutes=each) for each in range(MOST_MISSED, -1, -1)]


async def test_chance_has_no_part_in_how_much_later_than_its_slot_a_run_begins(sqlite_url: str) -> None:
    late = job("late", "0 * * * *", START, jitter_seconds=600)
    slots = [START + timedelta(hours=each) for each in range(1, 50)]
    delays = [jitter(late, each) for each in slots]
    assert delays == [jitter(replace(late, prompt="other"), each) for each in slots]
    assert len(set(delays)) > 40
    assert max(delays) < timedelta(seconds=600)
    async with opened(sqlite_url, Desk()) as process:
        await keep(process, late)
        (run,) = await after(process, 3_600 + delays[0].total_seconds() - 0.5)
        assert outcome(run) == ("waiting", 0, 0)
        (run,) = await after(process, 0.5)
        assert (outcome(run), run.slot) == (("success", 1, 0), slots[0])


async def test_a_schedule_that_is_none_any_more_holds_up_nobody(sqlite_url: str) -> None:
    async with opened(sqlite_url, Desk()) as process:
        await keep(process, replace(HOURLY, id="cron_x", name="odd", timezone="Europe/Atlantis"), HOURLY)
        runs = await after(process, 3_600)
        assert [(each.name, outcome(each)) for each in runs] == [
            ("odd", ("skipped", 0, 0)),
            ("hourly", ("success", 1, 0)),
        ]
        async with process.database.read() as uow:
            odd = await uow.cron_jobs.get("cron_x")
        assert odd is not None
        assert not odd.enabled


async def test_nothing_runs_for_whom_was_shut_out_and_the_owner_hears_of_it(sqlite_url: str) -> None:
    desk = Desk()
    async with opened(sqlite_url, desk) as process:
        theirs = replace(HOURLY, principal="telegram:7")
        await keep(process, theirs)
        async with process.database.transact() as uow:
            await uow.people.put(Person("telegram:7", "Eve", "trader", START, "owner", revoked_at=START))
        await after(process, 3_600)
        async with process.database.read() as uow:
            (run,) = await uow.prompt_runs.named("telegram:7", "hourly", 5)
            kept = await uow.cron_jobs.get(HOURLY.id)
        assert (outcome(run), desk.asked) == (("failed", 1, 0), [])
        assert kept == replace(theirs, enabled=False, next_at=None)
        assert await told(process) == [("job.failed", "failed")]
        assert await told(process, "telegram:7") == []


async def test_a_prompt_that_is_queued_runs_once_its_transaction_is_on_disk(sqlite_url: str) -> None:
    desk = Desk()
    async with opened(sqlite_url, desk) as process:
        ask: dict[str, Any] = {
            "principal": LOCAL_OWNER.id,
            "name": "BTC fell",
            "prompt": "why?",
            "at": START,
            "alert": "alt_1",
        }
        with contextlib.suppress(ZeroDivisionError):
            async with process.database.transact() as uow:
                await queue_prompt(uow, process.ctx.services.new_id, **ask)
                raise ZeroDivisionError
        await process.turn()
        assert desk.asked == []
        async with process.database.transact() as uow:
            run_id = await queue_prompt(uow, process.ctx.services.new_id, **ask)
        await process.turn()
        async with process.database.read() as uow:
            run = await uow.prompt_runs.get(run_id)
            (notice,) = await uow.notices.of(LOCAL_OWNER.id, 5)
        assert run is not None
        assert (outcome(run), run.response, desk.asked) == (("success", 1, 0), "done", ["why?"])
        assert notice.data == {
            "jobId": None,
            "jobName": "BTC fell",
            "runId": run_id,
            "slot": None,
            "alertId": "alt_1",
            "status": "success",
            "channel": "websocket",
        }
