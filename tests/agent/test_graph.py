import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import ormsgpack
import pytest

from agent.checkpoints import open_checkpoints
from agent.deciding import docket_of
from agent.graph import MAX_STEPS, TurnGraph, build_graph, forget_turn, run_turn
from agent.messages import PlainOutcome
from agent.models.port import Completion, Message, ModelRequest, Role, TextDelta, ToolCall
from agent.models.scripted import ScriptedModel
from agent.toolbelt import Toolbelt
from agent.turn import Turn
from agent.waiting import Wait
from kit.graphs import LazyGraph
from tests.agent.talking import PORTFOLIO, PRICE, House, house, says
from tests.memory.samples import turn
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER, Surface
from tools.registry import AnyCapability, capability
from tools.wire import NoParams, Params, Result


class Name(Params):
    """Who meets."""

    name: str


class Met(Result):
    """Who was met."""

    name: str


def meeting(size: int) -> AnyCapability:
    """Return a tool that ends once it runs so many times at once; later calls end earlier."""
    everybody = asyncio.Barrier(size)
    last = asyncio.Event()

    @capability("test.meet", surfaces=Surface.MODEL)
    async def meet(ctx: Context, params: Name) -> Met:
        """Wait for the others."""
        await everybody.wait()
        if params.name == "last":
            last.set()
        await last.wait()
        if params.name == "bad":
            raise ZeroDivisionError("not here")
        return Met(name=params.name)

    return meet


def meet(name: str) -> ToolCall:
    return ToolCall(f"call_{name}", "test_meet", {"name": name})


def results(request: ModelRequest) -> list[Message]:
    return [message for message in request.messages if message.role is Role.TOOL]


async def test_the_tools_of_a_step_run_at_once_and_answer_in_the_order_they_were_called(
    tmp_path: Path,
) -> None:
    model = ScriptedModel([says("", meet("first"), meet("bad"), meet("last")), says("Done.")])
    async with house(tmp_path, model, meeting(3)) as agent, asyncio.timeout(60):
        await agent.say("meet")
        first, bad, last = results(model.requests[1])
        assert [each.tool_call_id for each in (first, bad, last)] == ["call_first", "call_bad", "call_last"]
        assert (first.text, first.failed) == ('{"name":"first"}', False)
        assert (last.text, last.failed) == ('{"name":"last"}', False)
        assert bad.failed
        assert '"INTERNAL_ERROR"' in bad.text
        assert "not here" not in bad.text
        assert "Traceback" not in bad.text


async def test_a_model_that_always_calls_tools_ends_with_an_answer(tmp_path: Path) -> None:
    def reply(request: ModelRequest) -> Completion:
        step = len(request.messages)
        return (
            says("", ToolCall(f"call_{step}", PRICE.name, PRICE.arguments)) if request.tools else says("Ok.")
        )

    model = ScriptedModel(reply)
    async with house(tmp_path, model) as agent:
        sent = await agent.say("again and again")
        assert sent.message.content == "Ok."
        assert [bool(request.tools) for request in model.requests] == [True] * (MAX_STEPS - 1) + [False]
        assert len(agent.all_told("chat.tool_result")) == MAX_STEPS - 1


async def test_tools_that_are_called_without_being_offered_do_not_run(tmp_path: Path) -> None:
    model = ScriptedModel(
        lambda request: says(
            "" if request.tools else "Still looking.", ToolCall(f"c{len(request.messages)}", PRICE.name, {})
        )
    )
    async with house(tmp_path, model) as agent:
        assert (await agent.say("go")).message.content == "Still looking."
        assert len(model.requests) == MAX_STEPS
        assert len(agent.all_told("chat.tool_result")) == MAX_STEPS - 1


async def test_a_model_that_never_says_anything_gives_no_answer(tmp_path: Path) -> None:
    model = ScriptedModel(lambda request: says("", ToolCall(f"c{len(request.messages)}", PRICE.name, {})))
    async with house(tmp_path, model) as agent:
        with pytest.raises(CallError) as caught:
            await agent.say("go")
        assert caught.value.reason is Code.AGENT_BUSY


async def test_the_orders_and_the_tools_stay_the_same_all_through_a_turn(tmp_path: Path) -> None:
    model = ScriptedModel([says("", PRICE), says("", PORTFOLIO), says("Done.")])
    async with house(tmp_path, model) as agent:
        turn = agent.begin("look at everything")
        await agent.told("chat.tool_result")
        (tmp_path / "workspace" / "SOUL.md").write_text("You are somebody else.")
        await agent.service.advance(5)
        await turn
        first, *later = model.requests
        assert len(later) == 2
        for request in later:
            assert request.system.encode() == first.system.encode()
            assert repr(request.tools) == repr(first.tools)
            assert list(request.messages)[: len(first.messages)] == list(first.messages)


async def test_broken_characters_of_a_model_break_nothing(tmp_path: Path) -> None:
    model = ScriptedModel([says("Up \ud83d and \x00 away \U0001f680."), says("Fine.")], piece=3)
    async with house(tmp_path, model) as agent:
        sent = await agent.say("go \U0001f680")
        assert sent.message.content == "".join(each.payload["chunk"] for each in agent.all_told("chat.chunk"))
        assert "\U0001f680" in sent.message.content
        assert (await agent.say("and now?")).message.content == "Fine."


class Forgetful:
    """A model whose stream ends before its completion."""

    name = "scripted:forgetful"

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Completion]:
        yield TextDelta("And so")

    async def check(self) -> None:
        pass

    async def aclose(self) -> None:
        pass


async def test_a_stream_without_a_completion_is_no_answer(tmp_path: Path) -> None:
    async with house(tmp_path, Forgetful()) as agent:
        with pytest.raises(CallError) as caught:
            await agent.say("go")
        assert caught.value.reason is Code.AGENT_BUSY


def stored(home: Path) -> set[str]:
    """Return the threads in the file of checkpoints."""
    with sqlite3.connect(home / "graph" / "checkpoints.db") as file:
        found = {name for (name,) in file.execute("SELECT thread_id FROM checkpoints")}
        found |= {name for (name,) in file.execute("SELECT thread_id FROM writes")}
    file.close()
    return found


@pytest.mark.parametrize("aborted", [False, True])
async def test_a_running_turn_is_on_disk_and_one_that_has_ended_is_not(tmp_path: Path, aborted: bool) -> None:
    gate = asyncio.Event()

    @capability("test.wait", surfaces=Surface.MODEL)
    async def wait(ctx: Context, params: NoParams) -> Met:
        """Wait."""
        await gate.wait()
        return Met(name="nobody")

    model = ScriptedModel([says("", ToolCall("call", "test_wait", {})), says("Done.")])
    async with house(tmp_path, model, wait) as agent:
        turn = agent.begin("wait")
        request_id = (await agent.told("chat.tool_call")).payload["requestId"]
        assert stored(tmp_path) == {request_id}
        if aborted:
            assert await agent.abort(sessionId="main")
        gate.set()
        await turn
        await agent.runner.close()
        assert stored(tmp_path) == set()


def turn_of(agent: House, model: ScriptedModel, turn_id: str) -> Turn:
    async def nothing(*told: object) -> None:
        pass

    async def answered(waits: Sequence[Wait]) -> Mapping[str, PlainOutcome]:
        return {}

    ctx = Context(LOCAL_OWNER, agent.services, agent.registry)
    docket = docket_of(ctx, turn(turn_id), resumed=False)
    belt = Toolbelt(agent.registry, ctx, [])
    return Turn(turn_id, model, belt, "", nothing, nothing, nothing, nothing, answered, docket)


async def checked(graph: TurnGraph, turn_id: str) -> list[dict[str, object]]:
    state = await graph.aget_state({"configurable": {"thread_id": turn_id}})
    return list(state.values.get("messages", []))


async def test_a_store_keeps_plain_steps_forgets_them_and_begins_empty(
    tmp_path: Path, database_url: str
) -> None:
    async with house(tmp_path / "house", ScriptedModel([])) as agent:
        model = ScriptedModel(lambda request: says("Hello."))
        for _ in range(2):
            async with open_checkpoints(database_url, tmp_path) as saver:
                graph = build_graph(saver)
                assert await checked(graph, "turn-1") == []
                await run_turn(graph, turn_of(agent, model, "turn-1"), [Message(Role.USER, "hi")])
                await run_turn(graph, turn_of(agent, model, "turn-2"), [Message(Role.USER, "ho")])
                assert [each["text"] for each in await checked(graph, "turn-1")] == ["hi", "Hello."]
                await forget_turn(graph, "turn-2")
                assert await checked(graph, "turn-2") == []
                assert await checked(graph, "turn-1") != []


async def test_stores_that_open_at_once_on_an_empty_database_do_not_trip_over_each_other(
    tmp_path: Path, database_url: str
) -> None:
    async def opened() -> None:
        async with open_checkpoints(database_url, tmp_path):
            pass

    await asyncio.gather(*(opened() for _ in range(3)))


async def test_what_is_written_into_a_checkpoint_makes_nothing_but_plain_data(
    tmp_path: Path, database_url: str
) -> None:
    name = str(tmp_path / "made")
    planted = ormsgpack.Ext(0, ormsgpack.packb(("os", "mkdir", name)))
    async with open_checkpoints(database_url, tmp_path) as saver:
        assert saver.serde.loads_typed(("msgpack", ormsgpack.packb({"v": planted}))) == {"v": name}
    assert "made" not in os.listdir(tmp_path)


async def test_the_graph_is_built_once_for_whoever_asks(tmp_path: Path) -> None:
    async with LazyGraph("sqlite:///", tmp_path) as graph:
        first, second = await asyncio.gather(graph(), graph())
        assert first is second
