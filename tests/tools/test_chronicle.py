"""What people traded and models decided, found among their memories."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from agent.models.port import ModelRequest
from agent.models.scripted import ScriptedModel
from memory.passages import Kind, Passage, Query
from tests.agent.talking import BUY, says
from tests.service import Running, running
from tools.context import Context
from tools.policy import LOCAL_OWNER, Principal, Role

BERT = Principal("key:bert", Role.TRADER)


async def call(
    service: Running, capability: str, principal: Principal = LOCAL_OWNER, /, **params: Any
) -> Any:
    ctx = Context(principal, service.app.services, service.app.registry)
    return await service.app.registry.call(capability, params, ctx)


async def remembered(service: Running, path: str, number: int = 1) -> list[Passage]:
    """Return the memories of the owner under a path, once there are as many."""
    async with asyncio.timeout(60):
        while True:
            found = await service.app.services.memories.recent("owner", 100)
            if len(own := [each for each in found if each.path.startswith(path)]) >= number:
                return sorted(own, key=lambda each: each.start_line)
            await service.advance(2)
            await asyncio.sleep(0.01)


async def buy(service: Running, amount: int, principal: Principal = LOCAL_OWNER) -> None:
    await call(
        service, "trade.execute", principal, action="buy", pair="BTC/USDT", type="market", amount=amount
    )


async def test_trades_are_remembered_by_day_and_read_like_a_file(tmp_path: Path) -> None:
    async with running(tmp_path, timezone="Europe/Berlin") as service:
        await buy(service, 500)
        await service.advance(60)
        await call(service, "trade.closeAll")
        first, second = await remembered(service, "trades/", 2)
        memories = service.app.services.memories
        found = await memories.search(
            "owner", Query("bitcoin trades", kinds=frozenset({Kind.TRADE}), symbol="BTC")
        )
        text = await memories.read("owner", "trades/2026-11-20.md")
    assert [each.path for each in (first, second)] == ["trades/2026-11-20.md"] * 2
    assert first.text.startswith("2026-11-20 13:00 bought ")
    assert " closed with -" in second.text
    assert {each.passage.id for each in found.hits} == {first.id, second.id}
    assert text.splitlines() == [first.text, second.text]


async def test_trades_of_a_restart_are_told_once_and_only_to_who_made_them(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        key = await call(service, "keys.create", name="bert", role="trader")
        bert = Principal(key.principal, Role.TRADER)
        await buy(service, 500)
        await buy(service, 700, bert)
        (own,) = await remembered(service, "trades/")
    async with running(tmp_path) as service:
        for _ in range(3):
            await service.advance(2)
        assert await remembered(service, "trades/") == [own]
        async with asyncio.timeout(60):
            while not (others := await service.app.services.memories.recent(bert.person, 10)):
                await service.advance(2)
                await asyncio.sleep(0.01)
    assert own.text != others[0].text
    assert len(others) == 1


async def test_a_decision_is_remembered_and_its_outcome_only_once_that_is_known(tmp_path: Path) -> None:
    def answer(request: ModelRequest) -> Any:
        return says("Done.") if request.messages[-1].role == "tool" else says("Cheap today.", BUY)

    model = ScriptedModel(answer)
    async with running(tmp_path, model=model) as service:
        await call(service, "chat.send", message="buy bitcoin for 500")
        (made,) = await remembered(service, "decisions/")
        before = service.clock.now()
        await service.advance(7_200)
        both = await remembered(service, "decisions/", 2)
        memories = service.app.services.memories
        now = await memories.search("owner", Query("bitcoin decision", kinds=frozenset({Kind.DECISION})))
        then = await memories.search(
            "owner", Query("bitcoin decision", kinds=frozenset({Kind.DECISION}), as_of=before)
        )
        never = await memories.search("owner", Query("bitcoin decision", as_of=before - timedelta(hours=1)))
        await call(service, "chat.send", message="bitcoin: how did my decision to buy come out?")
        reminded = " ".join(each.text for each in model.requests[-1].messages if each.recalled)
    assert made.id == both[0].id
    assert "Cheap today." in made.text
    assert "later it stood at" in both[1].text
    assert [each.passage.id for each in now.hits] == [both[1].id]
    assert [each.passage.id for each in then.hits] == [made.id]
    assert never.hits == ()
    assert both[1].text in reminded
