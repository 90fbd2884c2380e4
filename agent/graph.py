"""The loop of model and tools as a LangGraph graph: one task per tool call, a checkpoint after each step."""

import operator
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from agent.messages import PlainCall, PlainMessage, call_from_plain, from_plain, to_plain
from agent.models.errors import StreamCut
from agent.models.port import (
    Completion,
    Message,
    Model,
    ModelRequest,
    Role,
    TextDelta,
    ToolCall,
    Usage,
)
from agent.toolbelt import Toolbelt, ToolOutcome

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


@dataclass(slots=True)
class Turn:
    """What the graph of one turn works with, and what it has come to so far."""

    id: str
    model: Model
    toolbelt: Toolbelt
    system: str
    said: Callable[[str], Awaitable[None]]
    calling: Callable[[ToolCall], Awaitable[None]]
    called: Callable[[ToolCall, ToolOutcome], Awaitable[None]]
    text: list[str] = field(default_factory=list)
    usage: dict[str, Usage] = field(default_factory=dict)
    answered_by: str = ""


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


async def _ask(state: TurnState, runtime: Runtime[Turn]) -> dict[str, Any]:
    turn = runtime.context
    last_step = state["steps"] >= MAX_STEPS - 1
    request = ModelRequest(
        system=turn.system,
        messages=[from_plain(message) for message in state["messages"]],
        tools=() if last_step else turn.toolbelt.specs,
    )
    completion = await _stream(turn, request)
    message = Message(Role.ASSISTANT, completion.text, tool_calls=completion.tool_calls)
    return {"messages": [to_plain(message)], "steps": 1}


async def _stream(turn: Turn, request: ModelRequest) -> Completion:
    between = PARAGRAPH if turn.text else ""
    async for piece in turn.model.stream(request):
        if isinstance(piece, TextDelta):
            turn.text.append(between + piece.text)
            await turn.said(between + piece.text)
            between = ""
        else:
            turn.answered_by = piece.model
            turn.usage[piece.model] = turn.usage.get(piece.model, Usage()) + piece.usage
            return piece
    raise StreamCut(f"{turn.model.name} ended without finishing its answer")


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
