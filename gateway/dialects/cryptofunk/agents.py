"""The parts of the trading engine, as agents of this API."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.dialects.cryptofunk.decision_answers import Told
from tools.agents import AgentList, AgentView
from tools.wire import IsoTime

VERSION = "1.0.0"
SUFFIX = "-agent"

TYPES: Mapping[str, str] = {
    "technical": "analysis",
    "trend": "strategy",
    "risk": "risk",
    "execution": "execution",
    "standings": "monitoring",
}
"""What each part is to this API."""

NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""How this API says of a time that there is none."""


class Metadata(Told):
    """What else there is to say: how often it was at work since the start, and when it was last."""

    version: str = VERSION
    type: str
    signals_generated: int
    last_signal_at: IsoTime | None


class Agent(Told):
    """An agent; `status` is `active`, `inactive` or `error`, `problem` why it failed last."""

    name: str
    status: str
    last_seen_at: IsoTime
    is_healthy: bool
    healthy: bool
    metadata: Metadata
    problem: str | None


class AgentPage(Told):
    """Every agent."""

    agents: list[Agent]
    count: int


class AgentInFull(Told):
    """One agent."""

    agent: Agent


class AgentStatus(Told):
    """How an agent is."""

    name: str
    status: str
    last_seen_at: IsoTime
    healthy: bool
    is_healthy: bool


def of_one(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `agents.get` is asked."""
    return {**fields, "name": str(fields["name"]).removesuffix(SUFFIX)}


def page(told: AgentList, at: datetime) -> AgentPage:
    """Return every agent."""
    return AgentPage(agents=[agent(each) for each in told.agents], count=len(told.agents))


def one(told: AgentView, at: datetime) -> AgentInFull:
    """Return one agent."""
    return AgentInFull(agent=agent(told))


def status(told: AgentView, at: datetime) -> AgentStatus:
    """Return how an agent is."""
    return AgentStatus(
        name=f"{told.name}{SUFFIX}",
        status=told.status,
        last_seen_at=_seen(told),
        healthy=told.healthy,
        is_healthy=told.healthy,
    )


def agent(told: AgentView) -> Agent:
    """Return an agent as it is."""
    return Agent(
        name=f"{told.name}{SUFFIX}",
        status=told.status,
        last_seen_at=_seen(told),
        is_healthy=told.healthy,
        healthy=told.healthy,
        metadata=Metadata(
            type=TYPES[told.name], signals_generated=told.beats, last_signal_at=told.last_seen_at
        ),
        problem=told.problem,
    )


def _seen(told: AgentView) -> datetime:
    return NEVER if told.last_seen_at is None else told.last_seen_at
