"""A service that ends in the middle of a run, killed or stopped, and the one that comes after it."""

import asyncio
from asyncio.subprocess import PIPE
from datetime import timedelta
from pathlib import Path

from agent.models.port import Completion
from agent.models.scripted import ScriptedModel
from tests.cron.engine import Desk, engine
from tests.cron.test_engine import START, outcome, told
from tests.cron.test_jobs import ask, ended, served
from tests.nursery import born
from trading.clock import ManualClock


async def test_a_run_whose_process_is_killed_is_made_again_and_told_once(sqlite_url: str) -> None:
    process = await born("tests.cron.mortal", sqlite_url, stdout=PIPE)
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"stuck\n"
    process.kill()
    await process.wait()
    async with engine(sqlite_url, ManualClock(START + timedelta(hours=1, minutes=5)), Desk()) as after:
        await after.turn()
        assert [outcome(each) for each in await after.runs()] == [("success", 2, 0)]
        assert await told(after) == [("job.result", "success")]


async def test_a_service_that_stops_in_the_middle_of_a_run_goes_on_with_it_when_it_starts(
    tmp_path: Path,
) -> None:
    stuck = ScriptedModel([Completion("never", "scripted:model")], hold=asyncio.Event())
    async with served(tmp_path, model=stuck) as (service, connection):
        await ask(connection, "cron.add", name="x", schedule="every 10m", prompt="how is it?")
        await service.advance(600)
        for _ in range(500):
            if stuck.held.is_set():
                break
            await asyncio.sleep(0.005)
            await service.advance(0.1)
        clock = service.clock
    model = ScriptedModel([Completion("Well.", "scripted:model")])
    async with served(tmp_path, model=model, clock=clock) as (service, connection):
        (run,) = await ended(service, connection, "x")
        assert (run["status"], run["response"], run["attempts"]) == ("success", "Well.", 2)
        assert [each["status"] for each in run["deliveries"]] == ["delivered"]
