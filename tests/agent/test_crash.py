import asyncio
import sqlite3
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from agent.models.scripted import ScriptedModel
from memory.records import TurnStatus
from tests.agent.talking import says
from tests.nursery import Born, born
from tests.service import running
from tests.wire import HELLO, wire


@asynccontextmanager
async def slow_service(home: Path) -> AsyncIterator[tuple[Born, str]]:
    """Run a service that dies with the block and never finishes an answer; yield it and its address."""
    process = await born("tests.agent.slow_service", str(home), stdout=PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            port = int(await process.stdout.readline())
        yield process, f"ws://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def threads(path: Path) -> int:
    with sqlite3.connect(path) as file:
        (found,) = file.execute("SELECT count(DISTINCT thread_id) FROM checkpoints").fetchone()
    file.close()
    return int(found)


async def test_a_turn_that_dies_with_its_process_is_told_as_interrupted(tmp_path: Path) -> None:
    question = {"message": "buy bitcoin for 500", "stream": True}
    async with slow_service(tmp_path) as (process, url), wire(url) as client:
        await client.send({"type": "req", "id": "asked", "method": "chat.send", "params": question})
        begun = await client.event("chat.start")
        await client.event("chat.chunk")
        process.kill()
        await process.wait()
    checkpoints = tmp_path / "data" / "checkpoints.db"
    assert threads(checkpoints) == 1

    model = ScriptedModel([says("It was bought before.")])
    async with running(tmp_path, model=model) as service, wire(service.url, None) as client:
        await client.request("connect", {**HELLO["000"], "resume": {"lastSeq": begun["seq"]}})
        told = await client.event("chat.aborted")
        turn_id = begun["payload"]["requestId"]
        assert told["payload"] == {"sessionId": "main", "requestId": turn_id, "reason": "interrupted"}
        async with service.app.services.database.read() as uow:
            turn = await uow.turns.get(turn_id)
        assert turn is not None
        assert turn.status is TurnStatus.INTERRUPTED

        again = await client.request("chat.send", question, "asked")
        assert again["error"]["code"] == "INTERNAL_ERROR"

        after = await client.request("chat.send", {"message": "did you?"})
        assert after["ok"]
        prompt = model.requests[0].system
        assert "the last turn: was cut short" in prompt
        assert "buy bitcoin for 500" in prompt
        assert [message.text for message in model.requests[0].messages] == ["did you?"]
        page = (await client.request("chat.history"))["payload"]["messages"]
        assert [each["content"] for each in page] == [
            "buy bitcoin for 500",
            "did you?",
            "It was bought before.",
        ]
        trades = (await client.request("trade.history"))["payload"]["trades"]
        assert len(trades) == 1
    assert threads(checkpoints) == 0


async def test_a_start_after_a_clean_end_tells_of_nothing(tmp_path: Path) -> None:
    async with (
        running(tmp_path, model=ScriptedModel([says("Hello.")])) as service,
        wire(service.url) as client,
    ):
        assert (await client.request("chat.send", {"message": "hi"}))["ok"]
    async with running(tmp_path, model=ScriptedModel([])) as service:
        replay = await service.app.services.events.replay("owner", 0)
        assert [each.name for each in replay.events if each.name.startswith("chat.")] == []
