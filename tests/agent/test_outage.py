"""What becomes of a turn whose database goes away under it."""

import asyncio
from pathlib import Path

from agent.models.scripted import ScriptedModel
from memory.records import TurnStatus
from tests.agent.talking import house, says
from tests.peers.outage import reopen, shut
from tests.peers.postgres import PostgresPeer


async def test_an_answer_waits_for_a_database_that_is_away(
    tmp_path: Path, postgres_peer: PostgresPeer, postgres_url: str
) -> None:
    gate = asyncio.Event()
    model = ScriptedModel([says("Hello there."), says("Yes.")], piece=6, hold=gate)
    async with house(tmp_path, model, database_url=postgres_url) as agent:
        turn = agent.begin("hi")
        await agent.told("chat.chunk")
        await asyncio.to_thread(shut, postgres_peer, postgres_url)
        gate.set()
        for _ in range(3):
            await agent.service.advance(1)
            await asyncio.sleep(0.05)
        assert not turn.done()
        await asyncio.to_thread(reopen, postgres_peer, postgres_url)
        async with asyncio.timeout(60):
            while not turn.done():
                await agent.service.advance(1)
                await asyncio.sleep(0.05)
        sent = await turn
        assert sent.message.content == "Hello there."
        assert (await agent.turn(sent.request_id)).status is TurnStatus.COMPLETE
        assert (await agent.say("still there?")).message.content == "Yes."
        assert [each.content for each in await agent.transcript()] == [
            "hi",
            "Hello there.",
            "still there?",
            "Yes.",
        ]
