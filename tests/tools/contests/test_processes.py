"""Several processes on one database: each slot once, and who has lost a cycle touches it no more."""

import asyncio
from datetime import timedelta

from memory.database import Database
from tests.service import NOON
from tests.tools.contests.house import BNB, ETH, HOLDS, LeapingClock, Minds, a_market, buys, closes, sells
from tests.tools.contests.test_going_on import Held
from tests.tools.contests.worker import Script, a_worker, scripted, told
from tools.contests.parts import LEASE
from trading.clock import ManualClock
from trading.runs.cycle import CycleKind
from trading.runs.errors import CycleRunning

SCRIPT: Script = {1: {"A": buys(ETH), "B": sells(BNB)}, 3: {"A": closes(ETH)}, 4: {"B": "?"}}
CYCLES = 5


async def test_two_processes_have_each_slot_once(database_url: str) -> None:
    clock = LeapingClock(NOON - timedelta(hours=1))
    market, minds = await a_market(clock), scripted(clock, SCRIPT)
    async with Database.open(database_url) as one, Database.open(database_url) as other:
        first = a_worker(one, clock, market, minds, number=1)
        second = a_worker(other, clock, market, minds, number=2)
        contest, same = await asyncio.gather(first.arena.ensure(), second.arena.ensure())
        assert contest.id == same.id
        for _ in range(CYCLES):
            await asyncio.gather(first.step(), second.step())
            await clock.leap(300)
        both = await told(first, contest)
        assert [(each[0], each[1]) for each in both["cycles"]] == [
            (number, "completed") for number in range(1, CYCLES + 1)
        ]
        assert len(both["entries"]) == CYCLES * 6
        assert [len(both["fills"][f"LLM-{seat}"]) for seat in "AB"] == [2, 1]
        names = [name for name, _, _ in both["events"]]
        assert [names.count(f"arena.cycle.{each}") for each in ("started", "completed")] == [CYCLES, CYCLES]
        # Once a cycle, and once more where the answer could not be read.
        assert [len(model.requests) for model in minds.models.values()] == [CYCLES, CYCLES + 1]  # type: ignore[attr-defined]
        assert await told(second, contest) == both


async def test_who_has_lost_a_cycle_does_nothing_more_in_it(database_url: str) -> None:
    clock = LeapingClock(NOON - timedelta(hours=1))
    market = await a_market(clock)
    slow = Held("openai:a")
    slow.says.append(buys(ETH))
    async with Database.open(database_url) as one, Database.open(database_url) as other:
        # The clock of who sleeps stands still: it does not say that it is still at its cycle.
        still = ManualClock(NOON)
        asleep = a_worker(one, still, market, Minds({"openai:a": slow}, still), "A", 1)
        awake = a_worker(other, clock, market, scripted(clock, {}, "A"), "A", 2)
        contest = await awake.arena.ensure()
        await asleep.keeper.step()
        await slow.held.wait()
        await clock.leap(LEASE.total_seconds() + 1)
        await awake.step()
        before = await told(awake, contest)
        assert [each[1] for each in before["cycles"]] == ["completed"]
        slow.go()
        await asleep.keeper.settled()
        await asleep.keeper.step()
        assert await told(awake, contest) == before
        assert before["fills"]["LLM-A"] == []


async def test_a_triggered_cycle_is_not_taken_from_the_process_that_is_at_it(database_url: str) -> None:
    clock = LeapingClock(NOON - timedelta(hours=1))
    market = await a_market(clock)
    slow = Held("openai:a")
    slow.says.extend([HOLDS, buys(ETH)])
    minds = Minds({"openai:a": slow}, clock)
    async with Database.open(database_url) as database:
        worker = a_worker(database, clock, market, minds, "A", 1)
        contest = await worker.arena.ensure()
        slow.go()
        await worker.step()
        slow.stop()
        await worker.keeper.trigger(contest.id)
        await slow.held.wait()
        # As after a machine has slept: its lease is over before it can say anything.
        async with database.transact() as uow:
            running = await uow.cycles.running(contest.id)
            assert running is not None
            await uow.cycles.renew(running.id, worker.parts.worker, clock.now())
        await worker.keeper.step()
        await asyncio.sleep(0)
        slow.go()
        await worker.keeper.settled()
        assert len(slow.requests) == 2
        assert (await told(worker, contest))["cycles"][-1][1] == "completed"


async def test_two_triggers_in_two_processes_begin_one_cycle(database_url: str) -> None:
    clock = LeapingClock(NOON - timedelta(hours=1))
    market, minds = await a_market(clock), scripted(clock, {})
    async with Database.open(database_url) as one, Database.open(database_url) as other:
        workers = [a_worker(each, clock, market, minds, number=n) for n, each in enumerate((one, other), 1)]
        contest = await workers[0].arena.ensure()
        await workers[0].step()
        ends = await asyncio.gather(
            *(each.engine.run(contest.id, CycleKind.TRIGGERED) for each in workers), return_exceptions=True
        )
        assert [type(each) for each in ends].count(CycleRunning) == 1
        assert len((await told(workers[0], contest))["cycles"]) == 2
