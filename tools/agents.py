"""The parts of the trading engine as agents: which of them are at work, and which are not."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from tools.contests.pulse import WORK, Node, patience
from tools.contests.service import Contests
from tools.context import Context
from tools.errors import NotFound
from tools.policy import Surface
from tools.registry import capability
from tools.wire import Millis, NoParams, Params, Result


class OfAgent(Params):
    """Which agent."""

    name: Annotated[str, Field(min_length=1, max_length=64)]


class AgentView(Result):
    """A part of the engine. `status` is `active`, `inactive` or `error`; `problem` is why it failed last.

    `lastSeenAt` is when it was last at work in this process, None before that; `beats` is how often it was.
    """

    name: str
    status: str
    healthy: bool
    last_seen_at: Millis | None
    beats: int
    does: str
    problem: str | None


class AgentList(Result):
    """The parts of the engine, in the order in which a decision passes through them."""

    agents: list[AgentView]


@capability("agents.list", surfaces=Surface.WIRE)
async def list_agents(ctx: Context, params: NoParams) -> AgentList:
    """List the parts of the trading engine with when each was last at work."""
    contests = ctx.services.contests
    longest = await _patience(contests)
    return AgentList(agents=[_agent(ctx, contests, node, longest) for node in Node])


@capability("agents.get", surfaces=Surface.WIRE)
async def get(ctx: Context, params: OfAgent) -> AgentView:
    """Show one part of the trading engine."""
    if params.name not in {each.value for each in Node}:
        raise NotFound(f"there is no agent {params.name!r}; there are {', '.join(Node)}")
    contests = ctx.services.contests
    return _agent(ctx, contests, Node(params.name), await _patience(contests))


async def _patience(contests: Contests) -> timedelta:
    async with contests.parts.database.read() as uow:
        return patience(await uow.contests.active())


def _agent(ctx: Context, contests: Contests, node: Node, longest: timedelta) -> AgentView:
    beat = contests.parts.pulse.beats.get(node)
    late = beat is None or ctx.services.clock.now() - beat.at > longest
    status = "inactive" if beat is None or late else "error" if beat.problem else "active"
    return AgentView(
        name=node.value,
        status=status,
        healthy=status == "active",
        last_seen_at=None if beat is None else beat.at,
        beats=0 if beat is None else beat.count,
        does=WORK[node],
        problem=None if beat is None else beat.problem,
    )
