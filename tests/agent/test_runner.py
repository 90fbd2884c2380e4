import asyncio
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from agent.lanes import MAX_WAITING
from agent.models.errors import (
    ContentRefused,
    ModelBusy,
    ModelError,
    ModelKeyRejected,
    ModelRejected,
    ModelUnavailable,
    StreamCut,
)
from agent.models.failover import Failover
from agent.models.port import Completion, Message, ModelRequest, Role, Usage
from agent.models.scripted import Broken, ScriptedModel
from memory.records import TurnStatus
from tests.agent.long_talks import summarises
from tests.agent.talking import PRICE, House, house, says
from tools.chat import MAIN
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER, Principal
from tools.policy import Role as Right
from tools.services import Asked

FRIEND = Principal("friend", Right.TRADER)


class Holding(ScriptedModel):
    """Stops after its first word until the gate is opened."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        super().__init__(lambda request: says("Hello there."), piece=6, hold=self.gate)


def heard(model: ScriptedModel) -> list[str]:
    """Return what each request of the model ended with."""
    return [request.messages[-1].text for request in model.requests]


async def refused(house: House, message: str, **more: object) -> Code:
    with pytest.raises(CallError) as caught:
        await house.say(message, **more)
    return caught.value.reason


async def test_a_turn_is_told_from_its_first_word_to_its_end(tmp_path: Path) -> None:
    model = ScriptedModel([says("Let me look.", PRICE), says("It is up.")], piece=100)
    async with house(tmp_path, model) as agent:
        sent = await agent.say("How is bitcoin?", frame_id="frame-1")
        assert sent.message.content == "Let me look.\n\nIt is up."
        chat = [each for each in agent.events if each.name.startswith("chat.")]
        assert [each.name for each in chat] == [
            "chat.start",
            "chat.chunk",
            "chat.tool_call",
            "chat.tool_result",
            "chat.chunk",
            "chat.complete",
        ]
        ids = {"sessionId": MAIN, "requestId": sent.request_id}
        assert all(ids.items() <= each.payload.items() for each in chat)
        assert chat[0].payload["frameId"] == "frame-1"
        assert "".join(each.payload["chunk"] for each in agent.all_told("chat.chunk")) == sent.message.content
        assert chat[-1].payload["message"] == sent.message.model_dump(mode="json")
        asked, answered = await agent.transcript()
        assert (asked.content, answered.content) == ("How is bitcoin?", sent.message.content)
        assert (answered.id, answered.turn_id) == (sent.message_id, sent.request_id)


async def test_without_stream_nothing_is_told_but_the_answer(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel([says("Hello.")])) as agent:
        await agent.call("chat.send", message="hi")
        await agent.services.events.flush()
        assert agent.events == []


async def test_an_aborted_turn_keeps_what_was_said_and_the_session_goes_on(tmp_path: Path) -> None:
    model = Holding()
    async with house(tmp_path, model) as agent:
        turn = agent.begin("buy bitcoin for 100", frame_id="mine")
        await model.held.wait()
        await agent.told("chat.chunk")
        assert await agent.abort(requestId="mine")
        assert not await agent.abort(requestId="mine")
        sent = await turn
        assert (sent.aborted, sent.message.content) == (True, "Hello ")
        assert (await agent.told("chat.aborted")).payload["reason"] == "aborted"
        assert (await agent.turn(sent.request_id)).status is TurnStatus.ABORTED

        model.gate.set()
        after = await agent.say("and now?")
        assert not after.aborted
        assert [each.content for each in await agent.transcript()] == [
            "buy bitcoin for 100",
            "Hello ",
            "and now?",
            "Hello there.",
        ]
        assert "the last turn: was cut short" in model.requests[-1].system
        await agent.say("and after that?")
        assert "the last turn" not in model.requests[-1].system


@pytest.mark.parametrize("by_name", [True, False])
async def test_a_turn_can_be_aborted_from_the_moment_it_is_accepted(tmp_path: Path, by_name: bool) -> None:
    model = Holding()
    async with house(tmp_path, model) as agent:
        ctx = Context(LOCAL_OWNER, agent.services, agent.registry)
        stored = set()
        # Each time a little later, at last when the model has been asked.
        for steps in range(1, 31):
            session = f"session-{steps}"
            model.held.clear()
            asked = Asked(session, "go", f"req-{steps}", session, stream=True, queue=False)
            turn = asyncio.create_task(agent.services.chat.send(ctx, asked))
            for _ in range(steps):
                await asyncio.sleep(0)
            if steps == 30:
                await model.held.wait()
            which = (None, session) if by_name else (session, None)
            assert await agent.services.chat.abort(LOCAL_OWNER, *which)
            answered = await turn
            assert answered.turn.status is TurnStatus.ABORTED
            said = [each.content for each in await agent.transcript(session) if each.role == "user"]
            stored.add(tuple(said))
            if said:
                assert (await agent.turn(f"req-{steps}")).status is TurnStatus.ABORTED
            model.gate.set()
            assert not (await agent.say("still there?", sessionId=session)).aborted
            model.gate.clear()
        # Withdrawn before it began, and stopped once it was on record.
        assert stored == {(), ("go",)}


async def test_messages_queue_in_order_and_are_told_how_many_are_ahead(tmp_path: Path) -> None:
    model = Holding()
    async with house(tmp_path, model) as agent:
        turns = [agent.begin(str(number), queue=True) for number in range(4)]
        await agent.told("chat.queued", 3)
        assert [each.payload["ahead"] for each in agent.all_told("chat.queued")] == [1, 2, 3]
        model.gate.set()
        await asyncio.gather(*turns)
        assert heard(model) == ["0", "1", "2", "3"]
        assert [each.content for each in await agent.transcript() if each.role == "user"] == list("0123")


async def test_a_queued_message_that_is_aborted_by_its_name_leaves_the_queue(tmp_path: Path) -> None:
    model = Holding()
    async with house(tmp_path, model) as agent:
        first = agent.begin("first", queue=True, frame_id="f1")
        await model.held.wait()
        second = agent.begin("second", queue=True, frame_id="f2")
        third = agent.begin("third", queue=True, frame_id="f3")
        await agent.told("chat.queued", 2)
        assert await agent.abort(requestId="f2", sessionId=MAIN)
        withdrawn = await second
        assert (withdrawn.aborted, withdrawn.message.content) == (True, "")
        assert withdrawn.usage.cost == 0
        assert (await agent.told("chat.aborted")).payload["requestId"] == withdrawn.request_id
        model.gate.set()
        assert not (await first).aborted
        assert not (await third).aborted
        assert heard(model) == ["first", "third"]
        assert "second" not in [each.content for each in await agent.transcript()]


async def test_aborting_a_session_twice_does_not_reach_the_message_behind(tmp_path: Path) -> None:
    model = Holding()
    async with house(tmp_path, model) as agent:
        first = agent.begin("first")
        await model.held.wait()
        second = agent.begin("second", queue=True)
        await agent.told("chat.queued")
        assert await agent.abort(sessionId=MAIN)
        assert not await agent.abort(sessionId=MAIN)
        model.gate.set()
        assert (await first).aborted
        assert not (await second).aborted


async def test_a_busy_session_refuses_what_will_not_wait_and_others_are_free(tmp_path: Path) -> None:
    model = Holding()
    async with house(tmp_path, model) as agent:
        first = agent.begin("first")
        await model.held.wait()
        assert await refused(agent, "second") is Code.AGENT_BUSY
        others = [agent.begin("elsewhere", sessionId="other"), agent.begin("I", principal=FRIEND)]
        await agent.told("chat.chunk", 3)
        model.gate.set()
        await asyncio.gather(first, *others)
        assert not (await agent.say("third")).aborted


async def test_the_queue_of_a_session_has_an_end(tmp_path: Path) -> None:
    model = Holding()
    async with house(tmp_path, model) as agent:
        turns = [agent.begin(str(number), queue=True) for number in range(MAX_WAITING + 1)]
        await agent.told("chat.queued", MAX_WAITING)
        assert await refused(agent, "too many", queue=True) is Code.AGENT_BUSY
        model.gate.set()
        await asyncio.gather(*turns)
        # So long a conversation may have been summarised by then.
        assert len([each for each in model.requests if not summarises(each)]) == MAX_WAITING + 1


async def test_nobody_stops_another_persons_turn(tmp_path: Path) -> None:
    model = Holding()
    async with house(tmp_path, model) as agent:
        turn = agent.begin("mine", frame_id="f1")
        await model.held.wait()
        assert not await agent.abort(FRIEND, sessionId=MAIN)
        assert not await agent.abort(FRIEND, requestId="f1")
        assert not await agent.abort(sessionId="other")
        model.gate.set()
        assert not (await turn).aborted


async def test_stopping_the_service_interrupts_what_runs_and_what_waits(tmp_path: Path) -> None:
    model = Holding()
    async with house(tmp_path, model) as agent:
        running = agent.begin("one")
        await model.held.wait()
        waiting = agent.begin("two", queue=True)
        await agent.told("chat.queued")
        await agent.runner.close()
        for turn in (running, waiting):
            with pytest.raises(CallError) as caught:
                await turn
            assert caught.value.reason is Code.AGENT_BUSY
        told = agent.all_told("chat.aborted")
        assert {each.payload["reason"] for each in told} == {"interrupted"}
        assert len(told) == 2
        started = agent.all_told("chat.start")[0].payload["requestId"]
        stored = await agent.turn(started)
        assert (stored.status, stored.error_code) == (TurnStatus.INTERRUPTED, None)
        assert [each.content for each in await agent.transcript()] == ["one", "Hello "]
        assert await refused(agent, "three") is Code.AGENT_BUSY


async def test_a_turn_that_takes_too_long_ends(tmp_path: Path) -> None:
    model = Holding()
    async with house(tmp_path, model, max_turn=timedelta(seconds=1)) as agent:
        assert await refused(agent, "hurry") is Code.AGENT_BUSY
        told = (await agent.told("chat.error")).payload
        assert told["error"]["code"] == "AGENT_BUSY"
        assert (await agent.turn(told["requestId"])).status is TurnStatus.FAILED
        model.gate.set()
        assert not (await agent.say("again")).aborted


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ModelBusy("busy", 7), Code.AGENT_BUSY),
        (ModelUnavailable("away"), Code.AGENT_BUSY),
        (StreamCut("cut"), Code.AGENT_BUSY),
        (ModelRejected("no"), Code.INTERNAL_ERROR),
        (ModelError("?"), Code.INTERNAL_ERROR),
    ],
)
async def test_a_model_that_fails_ends_the_turn_and_not_the_session(
    tmp_path: Path, error: ModelError, code: Code
) -> None:
    model = ScriptedModel([Broken("I think", error), says("Here I am.")], piece=100)
    async with house(tmp_path, model) as agent:
        with pytest.raises(CallError) as caught:
            await agent.say("hello")
        assert caught.value.reason is code
        assert caught.value.retry_after_ms == (7000 if error.retry_after else None)
        told = (await agent.told("chat.error")).payload
        assert told["error"]["code"] == code
        stored = await agent.turn(told["requestId"])
        assert (stored.status, stored.error_code) == (TurnStatus.FAILED, code)
        assert [each.content for each in await agent.transcript()] == ["hello", "I think"]
        assert (await agent.say("again")).message.content == "Here I am."


async def test_when_every_model_fails_a_person_hears_which_why_and_where_to_look(tmp_path: Path) -> None:
    down = Failover(
        [
            ScriptedModel([ModelUnavailable("one:a: Connection error.")], name="one:a"),
            ScriptedModel([ModelKeyRejected("two:b: invalid key (HTTP 401)" + "!" * 500)], name="two:b"),
        ]
    )
    async with house(tmp_path, down) as agent:
        with pytest.raises(CallError) as caught:
            await agent.say("hello")
        assert caught.value.reason is Code.AGENT_BUSY
        told = caught.value.message
        assert told.startswith(
            "no model could be reached (one:a: Connection error; two:b: invalid key (HTTP 401)!"
        )
        assert told.endswith("!…); “kit doctor” looks into it")
        assert len(told) < 300
        assert (await agent.told("chat.error")).payload["error"]["message"] == told


async def test_what_a_model_declines_is_not_called_out_of_reach(tmp_path: Path) -> None:
    declined = "one:a: the model declined to answer"
    async with house(tmp_path, ScriptedModel([ContentRefused(declined)])) as agent:
        with pytest.raises(CallError) as caught:
            await agent.say("hello")
        assert caught.value.message == declined


async def test_what_nobody_foresaw_ends_the_turn_without_a_word_of_why(tmp_path: Path) -> None:
    def reply(request: ModelRequest) -> Completion:
        if request.messages[-1].text == "boom":
            raise ZeroDivisionError("secret detail")
        return says("Fine.")

    async with house(tmp_path, ScriptedModel(reply)) as agent:
        with pytest.raises(CallError) as caught:
            await agent.say("boom")
        assert caught.value.reason is Code.INTERNAL_ERROR
        told = (await agent.told("chat.error")).payload
        assert "secret" not in f"{told}{caught.value}"
        assert (await agent.turn(told["requestId"])).status is TurnStatus.FAILED
        assert (await agent.say("better?")).message.content == "Fine."


async def test_each_completion_is_priced_by_itself(tmp_path: Path) -> None:
    # Beyond 100,000 input tokens this model costs five times as much, and neither request is that long.
    replies = [says("", PRICE, usage=Usage(60_000, 100)), says("Up.", usage=Usage(80_000, 100, 50_000))]
    model = ScriptedModel(replies, name="anthropic:claude-haiku-5-5")
    async with house(tmp_path, model) as agent:
        sent = await agent.say("price")
        used = sent.usage
        assert (used.input_tokens, used.output_tokens, used.cached_tokens) == (140_000, 200, 50_000)
        assert used.cost == Decimal("0.0096")
        assert sent.model == "anthropic:claude-haiku-5-5"
        assert (await agent.turn(sent.request_id)).cost == used.cost


async def test_what_has_no_known_price_has_no_cost(tmp_path: Path) -> None:
    model = ScriptedModel([says("Up.", usage=Usage(10, 5))], name="openai:something-new")
    async with house(tmp_path, model) as agent:
        sent = await agent.say("price")
        assert (sent.usage.input_tokens, sent.usage.cost) == (10, None)


@pytest.mark.parametrize(
    ("name", "cost"), [("anthropic:claude-opus-5-5", None), ("scripted:model", Decimal(0))]
)
async def test_what_an_answer_took_that_broke_off_is_not_known(
    tmp_path: Path, name: str, cost: Decimal | None
) -> None:
    model = ScriptedModel([Broken("I th", StreamCut("cut"))], name=name)
    async with house(tmp_path, model) as agent:
        assert await refused(agent, "hello") is Code.AGENT_BUSY
        turn = await agent.turn((await agent.told("chat.error")).payload["requestId"])
        assert (turn.model, turn.cost) == (name, cost)


async def test_a_refusal_before_the_first_word_costs_nothing(tmp_path: Path) -> None:
    model = ScriptedModel([ModelBusy("busy")], name="anthropic:claude-opus-5-5")
    async with house(tmp_path, model) as agent:
        assert await refused(agent, "hello") is Code.AGENT_BUSY
        turn = await agent.turn((await agent.told("chat.error")).payload["requestId"])
        assert turn.cost == 0


async def test_the_model_hears_what_was_said_before(tmp_path: Path) -> None:
    model = ScriptedModel([says("One."), says("Two.")])
    async with house(tmp_path, model) as agent:
        begun = agent.service.clock.now()
        await agent.say("first")
        await agent.service.advance(60)
        await agent.say("second")
        assert list(model.requests[1].messages) == [
            Message(Role.USER, "first", at=begun),
            Message(Role.ASSISTANT, "One.", at=begun),
            Message(Role.USER, "second", at=begun + timedelta(seconds=60)),
        ]
        assert LOCAL_OWNER.account in model.requests[1].system
