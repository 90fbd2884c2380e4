"""The part of the table that looks: decisions, configuration, agents, and the service itself."""

from collections.abc import Callable
from typing import Any

from gateway.dialects.cryptofunk import agents, config, decision_answers, decisions, service
from gateway.dialects.cryptofunk import insight_requests as requests
from gateway.rest.table import Route


def _get(path: str, capability: str, tells: Callable[..., Any], answer: Any, **more: Any) -> Route:
    return Route("GET", f"/api/v1{path}", capability, tells=tells, answer=answer, **more)


INSIGHT = (
    _get(
        "/decisions",
        "decisions.list",
        decisions.page,
        decision_answers.DecisionPage,
        asks=decisions.of_list,
        takes=requests.ListDecisions,
        echoes=True,
    ),
    _get(
        "/decisions/stats",
        "decisions.stats",
        decisions.statistics,
        decision_answers.Statistics,
        asks=decisions.of_statistics,
        takes=requests.WhichDecisions,
    ),
    _get(
        "/decisions/{id}",
        "decisions.get",
        decisions.one,
        decision_answers.Decision,
        names={"id": "decisionId"},
        fixed={"embedding": True},
        asks=decisions.of_one,
        takes=requests.OneDecision,
    ),
    _get(
        "/decisions/{id}/similar",
        "decisions.similar",
        decisions.similar,
        decision_answers.SimilarDecisions,
        names={"id": "decisionId"},
        asks=decisions.of_similar,
        takes=requests.SimilarDecisions,
    ),
    _get("/config", "config.get", config.whole, config.Whole),
    Route(
        "PATCH",
        "/api/v1/config",
        "config.set",
        asks=config.of_changes,
        takes=requests.ConfigChanges,
        tells=config.changed,
        answer=config.Changed,
        echoes=True,
    ),
    _get("/agents", "agents.list", agents.page, agents.AgentPage),
    _get(
        "/agents/{name}",
        "agents.get",
        agents.one,
        agents.AgentInFull,
        asks=agents.of_one,
        takes=requests.OneAgent,
    ),
    _get(
        "/agents/{name}/status",
        "agents.get",
        agents.status,
        agents.AgentStatus,
        asks=agents.of_one,
        takes=requests.OneAgent,
    ),
)

FACTS = (
    Route("GET", "/", "status", tells=service.front, answer=service.Front),
    _get("/health", "health", service.health, service.Healthy | service.Unhealthy, unwell=service.unwell),
    _get("/status", "status", service.status, service.SystemStatus),
)
"""What other APIs have an answer of their own for at the same paths."""
