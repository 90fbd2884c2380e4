"""A model that decides for a run: whatever it writes, or does not, is an answer within its time."""

import asyncio
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from agent.arena.failing import Failure
from agent.arena.model_decider import ModelDecider, Tuning
from agent.arena.prompt import PERSONALITIES, cycle_prompt, repair_prompt
from agent.arena.reading import Fault
from agent.arena.talk import NOTHING
from agent.models.errors import (
    ContentRefused,
    ModelBusy,
    ModelError,
    ModelKeyRejected,
    ModelRejected,
    ModelUnavailable,
    StreamCut,
)
from agent.models.port import Completion, ModelRequest, ToolCall, Usage
from agent.models.scripted import Broken, Reply, ScriptedModel
from tests.agent.arena.test_reading import BOUGHT, HELD, HOLDING, written
from tests.trading.runs.given import NOW, PAIRS, a_run, a_snapshot, an_account
from trading.clock import ManualClock
from trading.runs.asking import Answer, Asked

MARKET = a_snapshot()
ASKED = Asked(a_run(), "cyc_1", MARKET, an_account(), ("I bought ETH and lost.",))
PROMPT = cycle_prompt(ASKED.run.rules, PAIRS, MARKET, ASKED.view, ASKED.similar)
PRICED = "anthropic:claude-sonnet-5-5"


def says(text: str, **more: object) -> Completion:
    return replace(Completion(text, "any", usage=Usage(100, 10)), **more)  # type: ignore[arg-type]


async def answer(*replies: Reply, name: str = "scripted:model", tuning: Tuning | None = None) -> Answer:
    return await ModelDecider(ScriptedModel(replies, name), ManualClock(NOW), tuning).decide(ASKED)


def asked_of(model: ScriptedModel) -> list[str]:
    return [each.text for each in model.requests[-1].messages]


async def test_what_it_decides_is_told_with_all_that_it_rests_on() -> None:
    model = ScriptedModel([says(written(), usage=Usage(1_000, 100, 400))], PRICED)
    decider = ModelDecider(model, ManualClock(NOW))
    assert (decider.provider, decider.model) == ("anthropic", "claude-sonnet-5-5")
    found = await decider.decide(ASKED)
    assert found == Answer(
        model=PRICED,
        decision=BOUGHT,
        prompt={
            "system": PROMPT.system,
            "messages": [{"role": "user", "text": PROMPT.user, "at": None}],
            "omitted": 0,
            "bytes": found.prompt["bytes"],
        },
        prompt_hash=found.prompt_hash,
        shared_hash=PROMPT.shared,
        response={"text": written(), "toolCalls": []},
        shown={
            "tools": [],
            "snapshot": MARKET.digest,
            "similar": ["I bought ETH and lost."],
            "faults": [],
        },
        input_tokens=1_000,
        output_tokens=100,
        cached_tokens=400,
        cost=Decimal("0.00224"),
    )
    assert len(found.prompt_hash) == 64


async def test_every_model_is_asked_the_same_without_tools() -> None:
    models = [ScriptedModel([says(HOLDING)], name) for name in ("anthropic:a", "openai:b")]
    for each in models:
        await ModelDecider(each, ManualClock(NOW)).decide(ASKED)
    first, second = (each.requests[0] for each in models)
    assert first == second
    assert (first.tools, first.temperature) == ((), None)


async def test_a_run_may_tune_how_its_model_is_asked() -> None:
    model = ScriptedModel([says(HOLDING)])
    tuning = Tuning(personality="C", temperature=0.5, max_tokens=4_000)
    await ModelDecider(model, ManualClock(NOW), tuning).decide(ASKED)
    request = model.requests[0]
    assert request.system == f"{PROMPT.system}\n\n{PERSONALITIES['C']}"
    assert (request.temperature, request.max_tokens) == (0.5, 4_000)


UNREADABLE = [
    pytest.param(written() + written(action="SELL"), Fault.SEVERAL_DECISIONS, id="two JSONs"),
    pytest.param("I would rather wait.", Fault.NO_JSON, id="prose"),
    pytest.param(written(symbol="SHIBUSDT"), Fault.UNKNOWN_SYMBOL, id="an unknown symbol"),
    pytest.param(written(quantity_usd=float("nan")), Fault.NOT_A_NUMBER, id="NaN"),
    pytest.param(written(leverage=1e9), Fault.OUT_OF_RANGE, id="a leverage of 1e9"),
    pytest.param("", Fault.NO_TEXT, id="nothing"),
    pytest.param(written(reasoning="\ud800"), Fault.INVALID_FIELD, id="half a character"),
    pytest.param("x" * 30_000, Fault.TOO_LONG, id="far too much"),
]


@pytest.mark.parametrize(("text", "fault"), UNREADABLE)
async def test_what_cannot_be_read_is_asked_for_once_more(text: str, fault: Fault) -> None:
    found = await answer(says(text), says(HOLDING))
    assert (found.decision, found.fault, found.shown["faults"]) == (HELD, None, [fault])
    assert (found.input_tokens, found.output_tokens) == (200, 20)


@pytest.mark.parametrize(("text", "fault"), UNREADABLE)
async def test_what_cannot_be_read_twice_is_a_fault(text: str, fault: Fault) -> None:
    model = ScriptedModel([says(text), says(text), says(HOLDING)])
    found = await ModelDecider(model, ManualClock(NOW)).decide(ASKED)
    assert (found.decision, found.fault) == (None, fault)
    assert found.reason
    assert len(model.requests) == 2


async def test_the_second_request_holds_the_first_answer_and_what_to_change() -> None:
    model = ScriptedModel([says("I would rather wait."), says(HOLDING)])
    found = await ModelDecider(model, ManualClock(NOW)).decide(ASKED)
    told = asked_of(model)
    assert told[:2] == [PROMPT.user, "I would rather wait."]
    assert told[2].startswith(repair_prompt("")[:20])
    assert [each["text"] for each in found.prompt["messages"]] == told
    empty = ScriptedModel([says(" "), says(HOLDING)])
    await ModelDecider(empty, ManualClock(NOW)).decide(ASKED)
    assert asked_of(empty)[1] == NOTHING


async def test_an_answer_that_was_cut_short_is_none_however_whole_it_looks() -> None:
    found = await answer(says(written(), truncated=True), says(HOLDING))
    assert (found.decision, found.shown["faults"]) == (HELD, [Fault.TRUNCATED])
    found = await answer(says(written(), truncated=True), says(written(), truncated=True))
    assert (found.decision, found.fault) == (None, Fault.TRUNCATED)


async def test_a_tool_that_it_calls_is_not_called() -> None:
    call = ToolCall("a", "trade_execute", {"pair": "BTC/USDT", "action": "buy"})
    found = await answer(says(HOLDING, tool_calls=(call,)))
    assert found.decision == HELD
    assert [each["name"] for each in found.response["toolCalls"]] == ["trade_execute"]
    found = await answer(says("", tool_calls=(call,)), says("", tool_calls=(call,)))
    assert found.fault == Fault.NO_TEXT


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (ModelBusy("x"), Failure.BUSY),
        (ModelUnavailable("x"), Failure.UNAVAILABLE),
        (StreamCut("x"), Failure.CUT_OFF),
        (ModelKeyRejected("x"), Failure.KEY_REJECTED),
        (ModelRejected("x"), Failure.REJECTED),
        (ContentRefused("x"), Failure.DECLINED),
        (ModelError("x"), Failure.UNAVAILABLE),
    ],
)
async def test_a_model_that_fails_is_a_fault_by_its_code(error: ModelError, fault: Failure) -> None:
    assert (await answer(error)).fault == fault
    broken = await answer(Broken('{"action": ', error))
    assert (broken.decision, broken.fault, broken.reason) == (None, fault, "x")
    assert broken.response["text"] == '{"action": '
    late = await answer(says("prose"), error)
    assert (late.fault, late.shown["faults"], late.input_tokens) == (fault, [Fault.NO_JSON], 100)


async def test_a_cost_is_told_only_where_it_is_known() -> None:
    assert (await answer(ModelBusy("x"), name=PRICED)).cost == 0
    assert (await answer(Broken("On", StreamCut("x")), name=PRICED)).cost is None
    assert (await answer(Broken("On", StreamCut("x")))).cost == 0
    assert (await answer(says(HOLDING), name="anthropic:unheard-of")).cost is None
    twice = await answer(says("prose"), says(HOLDING), name=PRICED)
    assert twice.cost == 2 * Decimal("0.0003")


async def test_one_that_takes_five_minutes_is_late_after_one() -> None:
    clock, hold = ManualClock(NOW), asyncio.Event()
    model = ScriptedModel([says(written())], PRICED, hold=hold)
    asking = asyncio.create_task(ModelDecider(model, clock).decide(ASKED))
    await model.held.wait()
    await clock.advance(59)
    assert not asking.done()
    await clock.advance(241)
    found = await asking
    assert (found.decision, found.fault, found.cost) == (None, Failure.TIMEOUT, None)
    assert found.response["text"] == written()[:8]
    assert 60_000 <= found.latency_ms <= 300_000


async def test_both_requests_share_one_time_out() -> None:
    clock = ManualClock(NOW)
    hold, again = asyncio.Event(), asyncio.Event()

    def reply(request: ModelRequest) -> Reply:
        if len(request.messages) == 1:
            return says("prose")
        hold.clear()
        again.set()
        return says(HOLDING)

    model = ScriptedModel(reply, hold=hold)
    asking = asyncio.create_task(ModelDecider(model, clock).decide(ASKED))
    await model.held.wait()
    await clock.advance(40)
    hold.set()
    await again.wait()
    await clock.advance(40)
    found = await asking
    assert (found.fault, found.shown["faults"]) == (Failure.TIMEOUT, [Fault.NO_JSON])
    assert [len(each.messages) for each in model.requests] == [1, 3]


async def test_who_is_cancelled_stops_asking() -> None:
    hold = asyncio.Event()
    model = ScriptedModel([says(HOLDING)], hold=hold)
    asking = asyncio.create_task(ModelDecider(model, ManualClock(NOW)).decide(ASKED))
    await model.held.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]


async def test_what_is_kept_can_be_stored() -> None:
    broken = "\ud800 said nobody"
    found = await answer(says(broken), says(broken))
    json.dumps([found.prompt, found.response, found.shown], ensure_ascii=False).encode()
