"""The loop of model and tools as a LangGraph graph: one task per tool call, a checkpoint after each step."""

import operator
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from agent.messages import (
    PlainCall,
    PlainMessage,
    call_from_plain,
    from_plain,
    sound,
    sound_text,
    to_plain,
)
from agent.models.connection import closing
from agent.models.errors import StreamCut
from agent.models.port import Completion, Message, ModelRequest, Role, TextDelta, Usage
from agent.models.pricing import cost, is_free
from agent.turn import Spent, Turn

MAX_STEPS = 12
"""Model calls in one turn; the last one is offered no tools, so that every turn ends with an answer."""

RECURSION_LIMIT = 2 * MAX_STEPS + 1
"""A model call and its tools are two steps of the graph."""


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
    await graph.ainvoke(
        state,
        {"configurable": {"thread_id": turn.id}, "recursion_limit": RECURSION_LIMIT},
        context=turn,
        durability="async",
    )
    if not turn.text:
        raise StreamCut(f"{turn.model.name} came to no answer in {MAX_STEPS} steps")


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
    try:
        yield heard
    finally:
        last = heard[-1] if heard else None
        if isinstance(last, Completion):
            turn.spent.append(Spent(last.model, last.usage, cost(last.model, last.usage)))
        elif last is not None:
            name = turn.model.name
            turn.spent.append(Spent(name, Usage(), cost(name, Usage()) if is_free(name) else None))


async def _use(state: ToolTask, runtime: Runtime[Turn]) -> dict[str, Any]:
    turn = runtime.context
    call = call_from_plain(state["call"])
    await turn.calling(call)
    outcome = await turn.toolbelt.use(call, turn.id)
    await turn.called(call, outcome)
    return {"messages": [to_plain(outcome.message)]}


def _next(state: TurnState) -> list[Send] | str:
    calls = state["messages"][-1]["tool_calls"]
    return [Send("tool", ToolTask(call=call)) for call in calls] or END
