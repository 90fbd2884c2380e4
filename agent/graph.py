"""The loop of model and tools as a LangGraph graph: one task per tool call, a checkpoint after each step."""

import operator
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Any, TypedDict

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, Interrupt, Send, StateSnapshot, interrupt

from agent.messages import (
    PlainCall,
    PlainMessage,
    PlainOutcome,
    call_from_plain,
    from_plain,
    sound,
    sound_text,
    to_plain,
)
from agent.models.connection import closing
from agent.models.errors import StreamCut
from agent.models.port import Completion, Message, ModelRequest, Role, TextDelta, ToolCall, Usage
from agent.models.pricing import cost, is_free
from agent.spending import Spent
from agent.toolbelt import ToolOutcome, outcome_of
from agent.turn import Turn, TurnLost, use_of
from agent.waiting import Wait, wait_of

MAX_STEPS = 12
"""Model calls in one turn; the last one is offered no tools, so that every turn ends with an answer."""

RECURSION_LIMIT = 2 * MAX_STEPS + 1
"""A model call and its tools are two steps of the graph."""

MILLISECOND = timedelta(milliseconds=1)

PARAGRAPH = "\n\n"
"""Parts what a model says before and after it used tools."""


class TurnState(TypedDict):
    """What a checkpoint holds: the conversation of this turn, and how often the model was asked."""

    messages: Annotated[list[PlainMessage], operator.add]
    steps: Annotated[int, operator.add]


class ToolTask(TypedDict):
    """What one tool task is given."""

    call: PlainCall


TurnGraph = CompiledStateGraph[TurnState, Turn, TurnState, TurnState]


def build_graph(checkpointer: BaseCheckpointSaver[Any] | None) -> TurnGraph:
    """Return the loop: ask the model, run what it calls, ask again, until it only answers."""
    graph = StateGraph(TurnState, context_schema=Turn)
    graph.add_node("model", _ask)
    graph.add_node("tool", _use, input_schema=ToolTask)
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", _next, ["tool", END])
    graph.add_edge("tool", "model")
    return graph.compile(checkpointer=checkpointer)


async def run_turn(graph: TurnGraph, turn: Turn, conversation: Sequence[Message]) -> None:
    """Run one turn; `turn` holds what was said and used, also when it is cut short.

    Raises ModelError when no model answers.
    """
    state: TurnState = {"messages": [to_plain(message) for message in conversation], "steps": 0}
    await _run(graph, turn, state)


async def resume_turn(graph: TurnGraph, turn: Turn) -> None:
    """Go on with a turn that waited for a person when its process ended.

    Raises as `run_turn`, and TurnLost when there is nothing to go on with.
    """
    found = await graph.aget_state(_config(turn))
    if not found.interrupts:
        raise TurnLost(f"there is no checkpoint of turn {turn.id} that waits")
    _remember(turn, found)
    await _run(graph, turn, await _answers(turn, found.interrupts))


async def _run(graph: TurnGraph, turn: Turn, work: TurnState | Command[str]) -> None:
    """Run until nothing waits for a person any more."""
    while True:
        come_to = await graph.ainvoke(work, _config(turn), context=turn, durability="async")
        waits: Sequence[Interrupt] = come_to.get("__interrupt__", ())
        if not waits:
            break
        work = await _answers(turn, waits)
    if not turn.text:
        raise StreamCut(f"{turn.model.name} came to no answer in {MAX_STEPS} steps")


async def _answers(turn: Turn, waits: Sequence[Interrupt]) -> Command[str]:
    """Wait for everything that a step waits for, and return what the step goes on with."""
    wanted: Mapping[str, Wait] = {each.id: each.value for each in waits}
    ended = await turn.wait(tuple(wanted.values()))
    return Command(resume={name: ended[wait["approval_id"]] for name, wait in wanted.items()})


def _remember(turn: Turn, found: StateSnapshot) -> None:
    """Let a turn know what it had said, used and asked for."""
    messages = [from_plain(each) for each in found.values["messages"]]
    asked = max(place for place, each in enumerate(messages) if each.role is Role.USER)
    said = messages[asked + 1 :]
    texts = [each.text for each in said if each.role is Role.ASSISTANT and each.text]
    turn.text[:] = [PARAGRAPH.join(texts)] if texts else []
    turn.held.update((each.value["call_id"], each.value) for each in found.interrupts)
    # What has ended of the step that waits is not among the messages before its end.
    for task in found.tasks:
        said += [from_plain(each) for each in (task.result or {}).get("messages", ())]
    calls: dict[str, ToolCall] = {}
    for each in said:
        calls |= {call.id: call for call in each.tool_calls}
        if each.role is Role.TOOL and each.tool_call_id in calls:
            turn.used.append(use_of(calls[each.tool_call_id], not each.failed))


def _config(turn: Turn) -> RunnableConfig:
    return {"configurable": {"thread_id": turn.id}, "recursion_limit": RECURSION_LIMIT}


async def forget_turn(graph: TurnGraph, turn_id: str) -> None:
    """Delete the checkpoints of a turn that has ended."""
    if isinstance(graph.checkpointer, BaseCheckpointSaver):
        await graph.checkpointer.adelete_thread(turn_id)


async def _ask(state: TurnState, runtime: Runtime[Turn]) -> dict[str, Any]:
    turn = runtime.context
    last_step = state["steps"] >= MAX_STEPS - 1
    request = ModelRequest(
        system=turn.system,
        messages=[from_plain(message) for message in state["messages"]],
        tools=() if last_step else turn.toolbelt.specs,
    )
    completion = await _stream(turn, request)
    # A model may call a tool that it was not offered, and then that is not run.
    calls = () if last_step else completion.tool_calls
    if calls:
        turn.docket.heard(request, completion, turn.spent[-1], state["steps"])
    message = Message(Role.ASSISTANT, completion.text, tool_calls=calls)
    return {"messages": [to_plain(message)], "steps": 1}


async def _stream(turn: Turn, request: ModelRequest) -> Completion:
    between = PARAGRAPH if turn.text else ""
    answer = turn.model.stream(request)
    async with closing(answer), _counted(turn) as heard:
        async for piece in answer:
            heard.append(piece)
            if isinstance(piece, Completion):
                return sound(piece)
            text = between + sound_text(piece.text)
            turn.text.append(text)
            await turn.said(text)
            between = ""
    raise StreamCut(f"{turn.model.name} ended without finishing its answer")


@asynccontextmanager
async def _counted(turn: Turn) -> AsyncIterator[list[TextDelta | Completion]]:
    """Keep what an answer took. Nobody knows what one took that broke off once it had begun."""
    heard: list[TextDelta | Completion] = []
    clock = turn.docket.services.clock
    since = clock.now()
    try:
        yield heard
    finally:
        last = heard[-1] if heard else None
        took = max((clock.now() - since) // MILLISECOND, 0)
        if isinstance(last, Completion):
            turn.spent.append(Spent(last.model, last.usage, cost(last.model, last.usage), took))
        elif last is not None:
            name = turn.model.name
            turn.spent.append(Spent(name, Usage(), cost(name, Usage()) if is_free(name) else None, took))


async def _use(state: ToolTask, runtime: Runtime[Turn]) -> dict[str, Any]:
    turn = runtime.context
    call = call_from_plain(state["call"])
    outcome = await _waited(turn, call) if call.id in turn.held else await _used(turn, call)
    turn.used.append(use_of(call, outcome.ok))
    await turn.called(call, outcome)
    return {"messages": [to_plain(outcome.message)]}


async def _used(turn: Turn, call: ToolCall) -> ToolOutcome:
    await turn.calling(call)
    await turn.deciding(call)
    outcome = await turn.toolbelt.use(call, turn.id)
    turn.docket.came(call, outcome)
    wait = wait_of(call, outcome)
    if wait is None:
        return outcome
    turn.held[call.id] = wait
    return await _waited(turn, call)


async def _waited(turn: Turn, call: ToolCall) -> ToolOutcome:
    """Leave the graph until a person has answered.

    The node is run again from its start then, which must not make the call again: the door remembers one for
    a minute only, and a person may take longer.
    """
    ended: PlainOutcome = interrupt(turn.held[call.id])
    del turn.held[call.id]
    return outcome_of(call, ended["ok"], ended["content"])


def _next(state: TurnState) -> list[Send] | str:
    calls = state["messages"][-1]["tool_calls"]
    return [Send("tool", ToolTask(call=call)) for call in calls] or END
