"""A turn whose order waits for a person: it goes on once that is answered, whatever happens meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest

from agent.models.port import Message, ModelRequest, Role, ToolCall
from agent.models.scripted import ScriptedModel
from memory.records import TurnStatus
from tests.agent.talking import BUY, PRICE, House, house, says
from tests.agent.test_crash import slow_service, threads
from tests.service import Running, running
from tests.wire import HELLO, Frame, Wire, wire
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER
from tools.trade import TradeList, TradeView
from trading.approvals import ApprovalStatus
from trading.clock import ManualClock, from_epoch_ms

T = TypeVar("T")

BUY_ETH = ToolCall(
    "call_eth", "trade_execute", {"action": "buy", "pair": "ETH/USDT", "type": "market", "amount": 300}
)


def results(request: ModelRequest) -> list[Message]:
    return [each for each in request.messages if each.role is Role.TOOL]


def told(message: Message) -> dict[str, Any]:
    content = json.loads(message.text)
    assert isinstance(content, dict)
    return content


@asynccontextmanager
async def asking_house(home: Path, model: ScriptedModel, **more: Any) -> AsyncIterator[House]:
    """A house whose owner wants to be asked before the agent buys."""
    async with house(home, model, **more) as agent:
        await agent.call("risk.set", askOnPaper=True)
        yield agent


async def answer(agent: House, approval_id: str, name: str = "approval.approve", **more: Any) -> None:
    await agent.call(name, approvalId=approval_id, **more)


async def statuses(service: Running) -> list[ApprovalStatus]:
    found = await service.app.services.desk.held.listing(pending=False, limit=10)
    return [each.approval.status for each in found]


async def trades(agent: House) -> list[TradeView]:
    return cast(TradeList, await agent.call("trade.history")).trades


async def passing(service: Running, until: "asyncio.Task[T]") -> T:
    """Let time pass, second by second, until something has ended."""
    while not until.done():
        await service.advance(1)
        await asyncio.wait([until], timeout=0.01)
    return until.result()


async def test_the_turn_waits_for_the_person_and_goes_on_with_what_became_of_the_order(
    tmp_path: Path,
) -> None:
    model = ScriptedModel([says("One moment.", BUY), says("Bought.")])
    async with asking_house(tmp_path, model) as agent, asyncio.timeout(60):
        turn = agent.begin("buy bitcoin for 500")
        waiting = (await agent.told("chat.waiting")).payload
        assert waiting.keys() == {"sessionId", "requestId", "approvalId", "expiresAt"}
        assert (await agent.turn(waiting["requestId"])).status is TurnStatus.WAITING
        assert await trades(agent) == []
        assert len(model.requests) == 1

        await answer(agent, waiting["approvalId"])
        sent = await turn
        assert sent.message.content == "One moment.\n\nBought."
        outcome = told(results(model.requests[1])[0])
        assert outcome["status"] == "filled"
        assert outcome["approval"] == {
            "approvalId": waiting["approvalId"],
            "status": "approved",
            "by": "owner",
            "reason": None,
        }
        assert len(await trades(agent)) == 1
        assert (await agent.turn(sent.request_id)).status is TurnStatus.COMPLETE
        assert (len(agent.all_told("chat.tool_call")), len(agent.all_told("chat.tool_result"))) == (1, 1)


async def test_a_person_who_takes_longer_than_the_door_remembers_gets_one_order(tmp_path: Path) -> None:
    model = ScriptedModel([says("", BUY), says("Bought.")])
    async with asking_house(tmp_path, model) as agent, asyncio.timeout(60):
        turn = agent.begin("buy")
        waiting = (await agent.told("chat.waiting")).payload
        await agent.service.advance(100)
        await answer(agent, waiting["approvalId"])
        await turn
        assert len(await trades(agent)) == 1
        assert await statuses(agent.service) == [ApprovalStatus.APPROVED]


async def test_the_model_hears_that_a_person_said_no_and_why(tmp_path: Path) -> None:
    model = ScriptedModel([says("", BUY), says("As you wish.")])
    async with asking_house(tmp_path, model) as agent, asyncio.timeout(60):
        turn = agent.begin("buy")
        waiting = (await agent.told("chat.waiting")).payload
        await answer(agent, waiting["approvalId"], "approval.deny", reason="too dear")
        assert (await turn).message.content == "As you wish."
        heard = results(model.requests[1])[0]
        assert heard.failed
        assert told(heard)["error"]["code"] == "CONFLICT"
        assert "too dear" in told(heard)["error"]["message"]
        assert (told(heard)["approval"]["status"], await trades(agent)) == ("denied", [])


async def test_an_order_that_nobody_answers_expires_and_the_turn_goes_on(tmp_path: Path) -> None:
    model = ScriptedModel([says("", BUY), says("Too late.")])
    async with asking_house(tmp_path, model) as agent, asyncio.timeout(60):
        turn = agent.begin("buy")
        await agent.told("chat.waiting")
        assert (await passing(agent.service, turn)).message.content == "Too late."
        assert told(results(model.requests[1])[0])["approval"]["status"] == "expired"
        assert await trades(agent) == []


async def test_waiting_takes_none_of_the_time_of_a_turn(tmp_path: Path) -> None:
    limit = timedelta(seconds=0.5)
    model = ScriptedModel([says("", BUY), says("Bought.")])
    async with asking_house(tmp_path, model, max_turn=limit) as agent, asyncio.timeout(60):
        await agent.runner._graph()
        turn = agent.begin("buy")
        waiting = (await agent.told("chat.waiting")).payload
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2 * limit.total_seconds()):
                await asyncio.shield(turn)
        await answer(agent, waiting["approvalId"])
        assert (await turn).message.content == "Bought."


async def test_the_session_of_a_turn_that_waits_is_taken(tmp_path: Path) -> None:
    model = ScriptedModel([says("", BUY), says("Bought."), says("Hello.")])
    async with asking_house(tmp_path, model) as agent, asyncio.timeout(60):
        turn = agent.begin("buy")
        waiting = (await agent.told("chat.waiting")).payload
        with pytest.raises(CallError) as caught:
            await agent.say("hello")
        assert caught.value.reason is Code.AGENT_BUSY
        queued = agent.begin("hello", queue=True)
        await agent.told("chat.queued")
        await answer(agent, waiting["approvalId"])
        assert [(await each).message.content for each in (turn, queued)] == ["Bought.", "Hello."]


async def test_two_orders_of_one_step_are_both_awaited(tmp_path: Path) -> None:
    model = ScriptedModel([says("", BUY, PRICE, BUY_ETH), says("Done.")])
    async with asking_house(tmp_path, model) as agent, asyncio.timeout(60):
        turn = agent.begin("buy both")
        waits = [(await agent.told("chat.waiting", number)).payload for number in (1, 2)]
        held = {each["approvalId"] for each in waits}
        assert len(held) == 2
        first, second = [each["approvalId"] for each in waits]
        await answer(agent, second)
        await agent.service.advance(1)
        assert not turn.done()
        await answer(agent, first, "approval.deny")
        await turn
        heard = results(model.requests[1])
        assert [each.tool_call_id for each in heard] == ["call_buy", "call_price", "call_eth"]
        assert sorted(each.failed for each in heard) == [False, False, True]
        assert len(await trades(agent)) == 1
        assert len(agent.all_told("chat.tool_result")) == 3


async def test_aborting_the_turn_denies_the_orders_it_waits_for(tmp_path: Path) -> None:
    model = ScriptedModel([says("", BUY, BUY_ETH)])
    async with asking_house(tmp_path, model) as agent, asyncio.timeout(60):
        turn = agent.begin("buy both")
        await agent.told("chat.waiting", 2)
        assert await agent.abort(sessionId="main")
        assert (await turn).aborted
        assert await statuses(agent.service) == [ApprovalStatus.DENIED] * 2
        resolved = (await agent.told("approval.resolved")).payload
        assert (resolved["resolvedBy"], bool(resolved["reason"])) == ("owner", True)
        assert await trades(agent) == []
        assert (await agent.turn((await agent.told("chat.aborted")).payload["requestId"])).status is (
            TurnStatus.ABORTED
        )


async def test_what_another_session_waits_for_stays_when_a_turn_is_aborted(tmp_path: Path) -> None:
    model = ScriptedModel([says("", BUY), says("", BUY_ETH), says("Bought.")])
    async with asking_house(tmp_path, model) as agent, asyncio.timeout(60):
        other = agent.begin("buy", sessionId="other")
        kept = (await agent.told("chat.waiting")).payload
        turn = agent.begin("buy")
        await agent.told("chat.waiting", 2)
        await agent.abort(sessionId="main")
        await turn
        await answer(agent, kept["approvalId"])
        assert (await other).message.content == "Bought."


async def ask(service: Running) -> None:
    context = Context(LOCAL_OWNER, service.app.services, service.app.registry)
    await service.app.registry.call("risk.set", {"askOnPaper": True}, context)


@asynccontextmanager
async def back(service: Running, seen: Frame) -> AsyncIterator[Wire]:
    """Connect again, after an event that was seen before."""
    async with wire(service.url, None) as client:
        await client.request("connect", {**HELLO["000"], "resume": {"lastSeq": seen["seq"]}})
        yield client


@pytest.mark.parametrize("end", ["answered", "expired"])
async def test_a_turn_that_waits_survives_a_restart(tmp_path: Path, end: str) -> None:
    question = {"message": "buy bitcoin for 500", "stream": True}
    first = ScriptedModel([says("One moment.", BUY, PRICE)])
    async with running(tmp_path, model=first) as service, wire(service.url) as client, asyncio.timeout(60):
        await ask(service)
        await client.send({"type": "req", "id": "asked", "method": "chat.send", "params": question})
        seen = await client.event("chat.waiting")
        waiting = seen["payload"]
        clock = service.clock
    assert threads(tmp_path / "data" / "checkpoints.db") == 1

    await clock.advance(1_000 if end == "expired" else 1)
    second = ScriptedModel([says("All done."), says("Hello.")])
    async with running(tmp_path, model=second, clock=clock) as service, back(service, seen) as client:
        async with asyncio.timeout(60):
            if end == "answered":
                busy = await client.request("chat.send", {"message": "hello"})
                assert busy["error"]["code"] == "AGENT_BUSY"
                named = {"approvalId": waiting["approvalId"]}
                assert (await client.request("approval.approve", named))["ok"]
            complete = asyncio.create_task(client.event("chat.complete"))
            told_last = (await passing(service, complete))["payload"]
            assert told_last["requestId"] == waiting["requestId"]
            assert told_last["message"]["content"] == "One moment.\n\nAll done."
            assert (await client.request("chat.send", {"message": "hello"}))["ok"]
            page = (await client.request("chat.history"))["payload"]["messages"]
            assert [each["content"] for each in page[:2]] == [
                "buy bitcoin for 500",
                "One moment.\n\nAll done.",
            ]
            made = (await client.request("trade.history"))["payload"]["trades"]
            assert len(made) == (0 if end == "expired" else 1)
        async with service.app.services.database.read() as uow:
            turn = await uow.turns.get(waiting["requestId"])
            stored = await uow.messages.recent("owner", "main", 10)
        assert turn is not None
        assert (turn.status, turn.input_tokens) == (TurnStatus.COMPLETE, 20)
        data = stored[1].data
        assert data is not None
        used = {each["id"]: each["ok"] for each in data["tools"]}
        assert used == {"call_price": True, "call_buy": end == "answered"}
        assert [each.tool_call_id for each in results(second.requests[0])] == ["call_buy", "call_price"]
    assert threads(tmp_path / "data" / "checkpoints.db") == 0


async def test_a_turn_that_waits_survives_the_death_of_its_process(tmp_path: Path) -> None:
    question = {"message": "buy bitcoin for 500", "stream": True}
    async with slow_service(tmp_path) as (process, url), wire(url) as client, asyncio.timeout(60):
        await client.request("risk.set", {"askOnPaper": True})
        await client.send({"type": "req", "id": "asked", "method": "chat.send", "params": question})
        seen = await client.event("chat.waiting")
        waiting = seen["payload"]
        process.kill()
        await process.wait()

    clock = ManualClock(from_epoch_ms(waiting["expiresAt"] - 60_000))
    model = ScriptedModel([says("Bought.")])
    async with (
        running(tmp_path, model=model, clock=clock) as service,
        back(service, seen) as client,
        asyncio.timeout(60),
    ):
        await client.request("approval.approve", {"approvalId": waiting["approvalId"]})
        complete = (await client.event("chat.complete"))["payload"]
        assert (complete["requestId"], complete["message"]["content"]) == (waiting["requestId"], "Bought.")
        assert told(results(model.requests[0])[0])["status"] == "filled"
        assert len((await client.request("trade.history"))["payload"]["trades"]) == 1


async def test_a_turn_whose_checkpoints_are_gone_is_told_as_interrupted(tmp_path: Path) -> None:
    model = ScriptedModel([says("", BUY)])
    async with running(tmp_path, model=model) as service, wire(service.url) as client, asyncio.timeout(60):
        await ask(service)
        await client.send(
            {"type": "req", "id": "a", "method": "chat.send", "params": {"message": "buy", "stream": True}}
        )
        seen = await client.event("chat.waiting")
        waiting = seen["payload"]
        clock = service.clock
    (tmp_path / "data" / "checkpoints.db").unlink()
    async with (
        running(tmp_path, model=ScriptedModel([]), clock=clock) as service,
        wire(service.url) as client,
    ):
        async with asyncio.timeout(60):
            aborted = (await client.event("chat.aborted"))["payload"]
        assert (aborted["requestId"], aborted["reason"]) == (waiting["requestId"], "interrupted")
        async with service.app.services.database.read() as uow:
            turn = await uow.turns.get(waiting["requestId"])
        assert turn is not None
        assert turn.status is TurnStatus.INTERRUPTED
