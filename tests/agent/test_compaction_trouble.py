"""Whatever fails or is cut off: the summary of before holds, or the new one does, and no answer waits."""

import asyncio
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any, cast

import pytest

from agent.compaction import FAR_MESSAGES, Compactor
from agent.models.failover import Failover
from agent.models.offline import OfflineModel
from agent.models.scripted import Reply, ScriptedModel
from agent.span import KEPT_MESSAGES
from memory import schema
from memory.erasing import FORGOTTEN, Change
from tests.agent.long_talks import (
    FAILING,
    LONG,
    NOTES,
    SlowNotes,
    answers,
    compact,
    exchange,
    idle,
    last_heard,
    said_before,
    summary_of,
    takes_notes,
    talking,
)
from tests.agent.talking import MODEL, house
from tests.nursery import born
from tests.service import running
from tests.wire import wire
from tools.errors import CallError, Code

FAR = [exchange(number) for number in range(FAR_MESSAGES // 2)]


async def test_a_model_that_fails_leaves_all_as_it_was_and_is_asked_again_later(tmp_path: Path) -> None:
    notes: list[Reply] = [FAILING, FAILING, takes_notes()]
    model = ScriptedModel(talking(answers, lambda request: notes.pop(0)), name=MODEL)
    async with house(tmp_path, model) as agent:
        await said_before(agent, LONG)
        for left in (2, 1):
            await agent.say("hello")
            await idle(agent)
            assert (len(notes), await summary_of(agent)) == (left, None)
            assert agent.all_told("session.compact") == []
        assert len(last_heard(model).messages) == len(LONG) * 2 + 3
        await agent.say("hello")
        assert (await agent.told("session.compact")).payload["model"] == MODEL


async def test_rules_step_in_before_anything_would_be_left_out(tmp_path: Path) -> None:
    model = ScriptedModel(talking(answers, lambda request: FAILING), name=MODEL)
    async with house(tmp_path, model) as agent:
        await said_before(agent, FAR)
        await agent.say("hello")
        assert (await agent.told("session.compact")).payload["model"] == "rules"
        await agent.say("and?")
        assert "“question 0”: answered “answer 0”" in last_heard(model).messages[0].text


async def test_a_model_of_set_sentences_that_stands_in_for_another_writes_no_summary(tmp_path: Path) -> None:
    down = ScriptedModel(lambda request: FAILING, name="anthropic:model")
    async with house(tmp_path, Failover([down, OfflineModel()])) as agent:
        await said_before(agent, LONG)
        await agent.say("price of BTC")
        assert (await agent.told("session.compact")).payload["model"] == "rules"


async def test_an_answer_never_waits_for_a_summary(tmp_path: Path) -> None:
    gate = asyncio.Event()

    model = SlowNotes(gate)
    async with house(tmp_path, model) as agent, asyncio.timeout(60):
        await said_before(agent, LONG)
        await agent.say("one")
        await model.asked(1)
        assert (await agent.say("two")).message.content == "Well."
        again = asyncio.create_task(compact(agent))
        await asyncio.sleep(0)
        gate.set()
        assert (await agent.told("session.compact")).payload["messages"] == len(LONG) * 2 + 2 - KEPT_MESSAGES
        # What was said meanwhile is summarised after it, not beside it.
        done = await again
        assert done is not None
        assert (done.messages, cast(Any, await summary_of(agent)).revision) == (2, 2)
        await model.asked(2)


async def test_of_two_processes_one_compacts_a_conversation(tmp_path: Path) -> None:
    gate = asyncio.Event()
    model = SlowNotes(gate)
    async with house(tmp_path, model) as agent, asyncio.timeout(60):
        await said_before(agent, LONG)
        other = Compactor()
        works = [
            asyncio.create_task(each.now(agent.services, "owner", "main", model))
            for each in (agent.runner._compactor, other)
        ]
        await model.asked(2)
        gate.set()
        done = [await each for each in works]
        assert sorted(each is None for each in done) == [False, True]
        await agent.services.events.flush()
        assert len(agent.all_told("session.compact")) == 1
        assert cast(Any, await summary_of(agent)).revision == 1


async def test_cut_off_anywhere_the_summary_of_before_holds_or_the_new_one_does(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(talking(answers), name=MODEL)) as agent, asyncio.timeout(60):
        outcomes = set()
        for steps in range(60):
            session = f"session-{steps}"
            await said_before(agent, LONG, session)
            compactor = Compactor()
            work = asyncio.create_task(
                compactor.now(agent.services, "owner", session, ScriptedModel(talking(answers)))
            )
            for _ in range(steps):
                await asyncio.sleep(0.0005)
            await compactor.close()
            await asyncio.wait([work])
            summary = await summary_of(agent, session)
            replay = await agent.services.events.replay("owner", 0)
            told = [each for each in replay.events if each.session_id == session]
            assert len(told) == (summary is not None)
            assert summary is None or (summary.text, summary.revision) == (NOTES, 1)
            outcomes.add(summary is None)
            if len(outcomes) == 2:
                break
        assert outcomes == {True, False}


async def test_a_service_that_stops_over_a_summary_makes_it_when_it_is_back(tmp_path: Path) -> None:
    model = SlowNotes(asyncio.Event())
    async with house(tmp_path / "a", model) as agent, asyncio.timeout(60):
        await said_before(agent, LONG)
        asked = asyncio.create_task(compact(agent))
        await model.asked(1)
        await agent.runner.close()
        with pytest.raises(CallError) as caught:
            await asked
        assert caught.value.reason is Code.AGENT_BUSY
        assert await summary_of(agent) is None
        done = await Compactor().now(agent.services, "owner", "main", OfflineModel())
        assert done is not None
        assert done.messages == len(LONG) * 2 - KEPT_MESSAGES


async def test_killed_over_a_summary_a_service_has_lost_nothing_when_it_is_back(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(talking(answers), name=MODEL)) as agent:
        await said_before(agent, LONG)
        before = [each.id for each in await agent.transcript()]
    process = await born("tests.agent.slow_notes", str(tmp_path), stdout=PIPE)
    assert process.stdout is not None
    try:
        async with (
            asyncio.timeout(60),
            wire(f"ws://127.0.0.1:{int(await process.stdout.readline())}") as client,
        ):
            assert (await client.request("chat.send", {"message": "hello"}))["ok"]
            assert await process.stdout.readline() == b"writing\n"
    finally:
        process.kill()
        await process.wait()

    model = ScriptedModel(talking(answers), name=MODEL)
    async with running(tmp_path, model=model) as service, wire(service.url) as client:
        session = (await client.request("sessions.get", {"sessionId": "main"}))["payload"]
        assert "summary" not in session
        assert (await client.request("chat.send", {"message": "again"}))["ok"]
        told = await client.event("session.compact")
        assert told["payload"]["messages"] == len(before) + 4 - KEPT_MESSAGES
        page = (await client.request("chat.history", {"limit": 500}))["payload"]["messages"]
        assert [each["id"] for each in page[: len(before)]] == before
        assert [each["content"] for each in page[len(before) :]] == ["hello", "Well.", "again", "Well."]


@pytest.mark.parametrize("summarised", [False, True])
async def test_what_is_forgotten_meanwhile_does_not_come_back_in_a_summary(
    tmp_path: Path, summarised: bool
) -> None:
    gate = asyncio.Event()
    model = SlowNotes(gate)
    async with house(tmp_path, model) as agent, asyncio.timeout(60):
        await said_before(agent, [("my secret is 4711", "Noted."), *LONG])
        if summarised:
            assert await Compactor().now(agent.services, "owner", "main", OfflineModel()) is not None
            await said_before(agent, LONG)
        work = asyncio.create_task(compact(agent))
        await model.asked(1)
        secret = (await agent.transcript())[0]
        change = Change(schema.messages, "id", secret.id, {"content": FORGOTTEN})
        async with agent.services.database.transact() as uow:
            await uow.erasing.apply([change], ["owner"], ["main"])
        gate.set()
        assert await work is None
        assert await summary_of(agent) is None
        await compact(agent)
        assert secret.content not in model.requests[-1].messages[0].text
        assert await summary_of(agent) is not None
