"""Whatever a model decides about money is on record: what it heard, what it answered, what became of it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from agent.basis import MESSAGE_CHARS, MESSAGES_CHARS, SYSTEM_CHARS, basis_of
from agent.deciding import DECIDES, TOOLS
from agent.models.port import Message, ModelRequest, Role, ToolCall, Usage
from agent.models.scripted import ScriptedModel
from memory.decision_records import Decision, DecisionAction, DecisionBasis, DecisionSource, DecisionStatus
from memory.records import TurnStatus
from tests.agent.talking import BUY, MODEL, PRICE, house, says
from tests.agent.test_crash import slow_service
from tests.agent.test_waiting import BUY_ETH, answer, ask, asking_house, back, passing
from tests.memory.samples import BTC, ETH
from tests.service import NOON, Running, running
from tests.wire import wire
from tools.catalog import build_registry
from tools.policy import LOCAL_OWNER, Surface
from trading.clock import ManualClock, SystemClock
from trading.model import OrderStatus


async def decided(service: Running) -> list[Decision]:
    """Return the owner's decisions, in the order they were put on record."""
    async with service.app.services.database.read() as uow:
        found = await uow.decisions.of(LOCAL_OWNER.id, 100)
    return sorted(found, key=lambda each: (each.at, each.call_id or ""))


async def basis(service: Running, decision: Decision) -> DecisionBasis:
    async with service.app.services.database.read() as uow:
        found = await uow.decisions.basis(decision.id)
    assert found is not None
    return found


def call(tool: str, **arguments: Any) -> ToolCall:
    return ToolCall(f"call_{tool}", tool, arguments)


def test_every_tool_with_effects_on_money_is_a_decision() -> None:
    trading = [each for each in build_registry().served(Surface.MODEL) if each.effects]
    assert {each.name for each in trading if each.group == "trade"} == set(DECIDES)
    assert {each.tool_name: each.name for each in trading if each.group == "trade"} == TOOLS


async def test_a_trade_is_on_record_with_what_the_model_heard_and_answered(tmp_path: Path) -> None:
    usage = Usage(1_000, 50, 200)
    model = ScriptedModel(
        [says("Let me look.", PRICE), says("It is cheap.", BUY, usage=usage), says("Done.")]
    )
    async with house(tmp_path, model) as agent:
        sent = await agent.say("buy bitcoin for 500")
        (made,) = await decided(agent.service)
        (order,) = await agent.services.desk.orders("main", frozenset(OrderStatus), None, 9)
        assert made == Decision(
            id=made.id,
            principal="owner",
            account="main",
            source=DecisionSource.CHAT,
            model=MODEL,
            action=DecisionAction.BUY,
            symbols=(BTC,),
            at=NOON,
            status=DecisionStatus.PLACED,
            reasoning="It is cheap.",
            input_tokens=1_000,
            output_tokens=50,
            cached_tokens=200,
            latency_ms=0,
            cost=Decimal(0),
            capability="trade.execute",
            session_id="main",
            turn_id=sent.request_id,
            call_id="call_buy",
            orders=(order.id,),
            due_at=NOON + timedelta(seconds=10),
            revision=2,
        )
        kept = await basis(agent.service, made)
        request = model.requests[1]
        assert kept.prompt["system"] == request.system
        assert [each["role"] for each in kept.prompt["messages"]] == ["user", "assistant", "tool"]
        assert kept.prompt["messages"][0]["text"] == "buy bitcoin for 500"
        assert kept.prompt["omitted"] == 0
        assert kept.response["text"] == "It is cheap."
        assert [each["arguments"] for each in kept.response["toolCalls"]] == [BUY.arguments]
        (shown,) = kept.context["tools"]
        assert (shown["tool"], shown["arguments"]) == ("market_price", PRICE.arguments)
        assert orjson.loads(shown["answer"])["pair"] == "BTC/USDT"


async def test_the_time_of_a_model_is_its_own(tmp_path: Path) -> None:
    hold = asyncio.Event()
    model = ScriptedModel([says("", BUY), says("Done.")], hold=hold)
    async with house(tmp_path, model) as agent, asyncio.timeout(60):
        turn = agent.begin("buy")
        await model.held.wait()
        await agent.service.advance(1.5)
        hold.set()
        await turn
        (made,) = await decided(agent.service)
        assert (made.latency_ms, made.at) == (1_500, NOON + timedelta(seconds=1.5))


REFUSED: dict[str, tuple[ToolCall, DecisionAction, tuple[Any, ...]]] = {
    "too much": (
        replace(BUY, arguments={**BUY.arguments, "amount": 10_000_000}),
        DecisionAction.BUY,
        (BTC,),
    ),
    "not readable": (replace(BUY, arguments={}, malformed="{buy"), DecisionAction.UNCLEAR, ()),
    "nothing to close": (call("trade_close", positionId="pos_none"), DecisionAction.CLOSE, ()),
    "nothing to cancel": (call("trade_cancel", orderId="ord_none"), DecisionAction.CANCEL, ()),
    "another account": (call("trade_closeAll", account="nobody"), DecisionAction.CLOSE, ()),
    "no such pair": (
        call("trade_oco", action="sell", pair="NOPE/USDT", amount=1, price=2, stopPrice=1),
        DecisionAction.SELL,
        ("NOPE/USDT",),
    ),
}


@pytest.mark.parametrize(("wanted", "action", "about"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_was_refused_is_a_decision_too(
    tmp_path: Path, wanted: ToolCall, action: DecisionAction, about: tuple[Any, ...]
) -> None:
    model = ScriptedModel([says("", wanted), says("It was refused.")])
    async with house(tmp_path, model) as agent:
        await agent.say("go")
        (made,) = await decided(agent.service)
        assert (made.status, made.action, made.orders) == (DecisionStatus.REFUSED, action, ())
        assert tuple(map(str, made.symbols)) == tuple(map(str, about))
        assert made.reason


async def test_each_call_of_a_turn_is_a_decision_of_its_own(tmp_path: Path) -> None:
    model = ScriptedModel(
        [
            says("Both.", BUY, PRICE, BUY_ETH),
            says("", call("trade_closeAll")),
            says("", call("trade_cancelAll")),
            says("Done."),
        ]
    )
    async with house(tmp_path, model) as agent:
        await agent.say("buy both, then sell all")
        made = {each.call_id: each for each in await decided(agent.service)}
        assert {name: (each.action, each.status) for name, each in made.items()} == {
            "call_buy": (DecisionAction.BUY, DecisionStatus.PLACED),
            "call_eth": (DecisionAction.BUY, DecisionStatus.PLACED),
            "call_trade_closeAll": (DecisionAction.CLOSE, DecisionStatus.PLACED),
            "call_trade_cancelAll": (DecisionAction.CANCEL, DecisionStatus.DONE),
        }
        closed = made["call_trade_closeAll"]
        assert (set(closed.symbols), len(closed.orders)) == ({BTC, ETH}, 2)


async def test_a_turn_that_only_looks_decides_nothing(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel([says("", PRICE), says("68,000.")])) as agent:
        await agent.say("what is bitcoin at?")
        assert await decided(agent.service) == []


@pytest.mark.parametrize(("name", "status"), [("approve", "approved"), ("deny", "denied")])
async def test_a_held_decision_follows_who_answers(tmp_path: Path, name: str, status: str) -> None:
    model = ScriptedModel([says("", BUY), says("So be it.")])
    async with asking_house(tmp_path, model) as agent, asyncio.timeout(60):
        turn = agent.begin("buy")
        approval = (await agent.told("chat.waiting")).payload["approvalId"]
        (held,) = await decided(agent.service)
        assert (held.status, held.approvals, len(held.orders)) == (DecisionStatus.HELD, (approval,), 1)
        await agent.service.advance(3)
        await answer(agent, approval, f"approval.{name}", reason="because")
        await turn
        (ended,) = await decided(agent.service)
        assert ended == replace(
            held,
            status=DecisionStatus(status),
            reason="because",
            answered_by="owner",
            answered_at=NOON + timedelta(seconds=3),
            revision=ended.revision,
            due_at=ended.due_at,
            outcome=ended.outcome,
            outcome_at=ended.outcome_at,
        )


async def test_aborting_a_turn_that_waits_denies_what_it_decided(tmp_path: Path) -> None:
    model = ScriptedModel([says("", BUY, BUY_ETH)])
    async with asking_house(tmp_path, model) as agent, asyncio.timeout(60):
        turn = agent.begin("buy both")
        await agent.told("chat.waiting", 2)
        await agent.abort(sessionId="main")
        await turn
        made = await decided(agent.service)
        assert [(each.status, each.answered_by) for each in made] == [(DecisionStatus.DENIED, "owner")] * 2


@pytest.mark.parametrize("end", ["approved", "expired"])
async def test_what_waits_over_a_restart_is_neither_lost_nor_doubled(tmp_path: Path, end: str) -> None:
    question = {"message": "buy bitcoin for 500", "stream": True}
    first = ScriptedModel([says("One moment.", BUY, BUY_ETH)])
    async with running(tmp_path, model=first) as service, wire(service.url) as client, asyncio.timeout(60):
        await ask(service)
        await client.send({"type": "req", "id": "asked", "method": "chat.send", "params": question})
        seen = await client.event("chat.waiting")
        before = await decided(service)
        heard = [await basis(service, each) for each in before]
        clock = service.clock
    await clock.advance(1_000 if end == "expired" else 1)
    sell = replace(BUY, id="call_more", arguments={**BUY.arguments, "amount": 10_000_000})
    second = ScriptedModel([says("", sell), says("All done.")])
    async with (
        running(tmp_path, model=second, clock=clock) as service,
        back(service, seen) as client,
        asyncio.timeout(60),
    ):
        if end == "approved":
            for each in before:
                named = {"approvalId": each.approvals[0]}
                assert (await client.request("approval.approve", named))["ok"]
        await passing(service, asyncio.create_task(client.event("chat.complete")))
        after = await decided(service)
        assert [await basis(service, each) for each in after[:2]] == heard
    status = DecisionStatus(end)
    assert [each.status for each in after] == [status, status, DecisionStatus.REFUSED]
    assert [each.call_id for each in after] == ["call_buy", "call_eth", "call_more"]
    assert [each.id for each in after[:2]] == [each.id for each in before]
    assert {each.turn_id for each in after} == {before[0].turn_id}
    assert after[2].source is DecisionSource.CHAT


async def test_a_decision_outlives_the_death_of_its_process(tmp_path: Path) -> None:
    """The process dies once its order is placed, before the turn has ended."""
    question = {"message": "buy bitcoin for 500", "stream": True}
    async with slow_service(tmp_path) as (process, url), wire(url) as client, asyncio.timeout(60):
        await client.send({"type": "req", "id": "asked", "method": "chat.send", "params": question})
        await client.event("chat.chunk")
        process.kill()
        await process.wait()
    clock = ManualClock(SystemClock().now())
    async with running(tmp_path, model=ScriptedModel([]), clock=clock) as service, asyncio.timeout(60):
        (made,) = await decided(service)
        assert made.status is DecisionStatus.UNKNOWN
        while made.status is DecisionStatus.UNKNOWN:
            await service.advance(11)
            await asyncio.sleep(0.01)
            (made,) = await decided(service)
        assert (made.status, len(made.orders), made.symbols) == (DecisionStatus.PLACED, 1, (BTC,))
        async with service.app.services.database.read() as uow:
            turn = await uow.turns.get(made.turn_id or "")
        assert turn is not None
        assert turn.status is TurnStatus.INTERRUPTED


def test_a_prompt_is_kept_to_a_bound_with_a_hash_of_all_of_it() -> None:
    messages = [
        Message(Role.USER if number % 2 else Role.ASSISTANT, f"{number} " + "ä" * 5_000, at=NOON)
        for number in range(30)
    ]
    request = ModelRequest("s" * 50_000, messages)
    kept = basis_of("d", request, says("\ud800"), {"memories": [{"id": "m1"}]})
    size = len(orjson.dumps(kept.prompt).decode())
    assert size < SYSTEM_CHARS + MESSAGES_CHARS + 300
    newest = kept.prompt["messages"][-1]["text"]
    assert newest.startswith("29 ")
    assert len(newest) < MESSAGE_CHARS + 40
    assert kept.prompt["omitted"] == 30 - len(kept.prompt["messages"])
    assert kept.prompt["bytes"] > 300_000
    assert kept.context["memories"] == [{"id": "m1"}]
    longer = [*messages[:-1], replace(messages[-1], text=f"{messages[-1].text}!")]
    other = basis_of("d", replace(request, messages=longer), says(""), {})
    assert other.prompt["messages"][:-1] == kept.prompt["messages"][:-1]
    assert other.prompt_hash != kept.prompt_hash


async def test_the_decisions_of_another_are_not_shown(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel([says("Cheap.", BUY), says("Done.")])) as agent:
        await agent.say("buy")
        (made,) = await decided(agent.service)
        shown: Any = await agent.call("decisions.list")
        assert [each.decision_id for each in shown.decisions] == [made.id]
        got: Any = await agent.call("decisions.get", decisionId=made.id)
        assert got.prompt["messages"][0]["text"] == "buy"
        for_model = shown.for_models()["decisions"][0]
        assert set(for_model) == {
            *("decisionId", "at", "action", "pairs", "status", "pnl", "pnlCurrency", "text"),
        }
        other = replace(LOCAL_OWNER, id="telegram:1")
        assert (await agent.call("decisions.list", other)).decisions == []  # type: ignore[attr-defined]
