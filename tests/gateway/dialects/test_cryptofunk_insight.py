"""What is told of decisions, configuration, agents and the service, in CryptoFunk's names and units."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.cryptofunk import agents, config, decisions, service
from gateway.dialects.cryptofunk import insight_requests as requests
from gateway.dialects.cryptofunk.insight import FACTS, INSIGHT
from gateway.dialects.cryptofunk.insight_words import worded
from gateway.dialects.cryptofunk.uuids import to_uuid
from gateway.plain import json_of
from gateway.rest.failure import Failure, failure_of
from tests.gateway.dialects.samples import AT, BTC_DECISION, HOLD_DECISION
from tools.agents import AgentList, AgentView
from tools.config import Config
from tools.decision_alike import AlikeDecision, AlikeDecisions
from tools.decision_figures import DecisionTotals, PnlView
from tools.decisions import DecisionList, DecisionShown
from tools.errors import CallError, Code, InvalidParams, NotFound
from tools.system import Health, SocketTraffic, Status

NOW = "2026-03-02T12:00:00Z"
ID = to_uuid(BTC_DECISION.decision_id)
BRIEF: dict[str, Any] = {
    "id": ID,
    "agent_name": "trend-agent",
    "symbol": "BTC/USDT",
    "decision_type": "signal",
    "decision": "BUY",
    "confidence": 0.85,
    "reasoning": "Oversold.",
    "context": {
        "price": 42_000.0,
        "volume_24h": 1_500.0,
        "rsi": 35.2,
        "indicators": {"rsi_14": 35.2},
    },
    "prompt_tokens": 1250,
    "completion_tokens": 180,
    "model": "anthropic:claude-sonnet-4",
    "outcome": "SUCCESS",
    "actual_pnl": 250.5,
    "created_at": NOW,
}


def told(value: Any) -> Any:
    return orjson.loads(json_of(value))


def test_a_decision_is_shown_with_its_market_and_final_result() -> None:
    page = decisions.page(DecisionList(decisions=[BTC_DECISION, HOLD_DECISION], has_more=True), AT, {})
    shown = told(page)
    assert shown["decisions"][0] == BRIEF
    hold = shown["decisions"][1]
    # A HOLD is about every pair of its run, of which the first is named; what it won so far is not final.
    assert (hold["symbol"], hold["context"]["price"], hold["confidence"]) == ("BTC/USDT", 42_000.0, 0.0)
    assert (hold["outcome"], hold["actual_pnl"]) == ("PENDING", None)
    assert (shown["count"], shown["filter"]) == (2, {"limit": 50, "offset": 0})


def test_a_decision_has_its_prompt_as_one_text_and_no_market_where_none_is_known() -> None:
    chat = BTC_DECISION.model_copy(update={"source": "chat", "market": None})
    messages = [{"role": "user", "text": "Buy?"}, {"role": "tool", "text": ""}]
    whole = DecisionShown(
        decision=chat,
        prompt={"system": "Be brief.", "messages": messages},
        prompt_hash="h",
        response={"text": "Yes.", "toolCalls": []},
        context={},
    )
    shown = told(decisions.one(whole, AT))
    assert (shown["prompt"], shown["response"], shown["prompt_embedding"]) == (
        "Be brief.\n\nBuy?",
        "Yes.",
        [],
    )
    assert (shown["context"], shown["agent_name"], shown["decision_type"]) == ({}, "chat-agent", "chat")
    embedded = whole.model_copy(update={"embedding": [0.5, -0.25], "prompt": {}})
    assert told(decisions.one(embedded, AT))["prompt_embedding"] == [0.5, -0.25]
    assert told(decisions.one(embedded, AT))["prompt"] == ""


def test_similar_decisions_say_how_they_were_found() -> None:
    near = AlikeDecision(similarity=0.94, decision=BTC_DECISION)
    alike = AlikeDecisions(decision_id=BTC_DECISION.decision_id, by="words", similar=[near])
    names = ("id", "symbol", "decision", "confidence", "outcome", "created_at")
    assert told(decisions.similar(alike, AT)) == {
        "decision_id": ID,
        "similar": [{**{name: BRIEF[name] for name in names}, "similarity": 0.94}],
        "count": 1,
        "by": "words",
    }


def totals(**more: Any) -> DecisionTotals:
    fields: dict[str, Any] = {
        "total": 4,
        "by_result": {"won": 2, "lost": 1, "pending": 1},
        "by_source": {"run": 3, "job": 1},
        "by_action": {"BUY": 4},
        "by_model": {"a": 4},
        "confidence": 0.76,
        "latency_ms": 1250.0,
        "cost": Decimal("45.2"),
        "unpriced": 0,
        "by_currency": [pnl("BTC", 1, "9"), pnl("USDT", 2, "125.3")],
    }
    return DecisionTotals(**{**fields, **more})


def pnl(currency: str, closed: int, mean: str) -> PnlView:
    figure = Decimal(mean)
    return PnlView(
        currency=currency, closed=closed, won=1, win_rate=Decimal(1), mean=figure, pnl=figure * closed
    )


def test_statistics_have_the_mean_of_the_currency_in_which_most_ended() -> None:
    assert told(decisions.statistics(totals(), AT)) == {
        "total_decisions": 4,
        "by_outcome": {"SUCCESS": 2, "FAILURE": 1, "PENDING": 1},
        "by_decision_type": {"signal": 3, "job": 1},
        "avg_confidence": 0.76,
        "success_rate": pytest.approx(2 / 3),
        "avg_pnl": 125.3,
        "pnl_currency": "USDT",
        "by_model": {"a": 4},
        "total_cost": 45.2,
        "avg_latency_ms": 1250.0,
    }
    empty = totals(
        total=0, by_result={}, by_source={}, by_model={}, confidence=None, latency_ms=None, by_currency=[]
    )
    shown = told(decisions.statistics(empty, AT))
    assert shown["by_outcome"] == {"SUCCESS": 0, "FAILURE": 0, "PENDING": 0}
    figures = ("avg_confidence", "success_rate", "avg_pnl", "avg_latency_ms")
    assert [shown[name] for name in figures] == [0.0] * 4


@pytest.mark.parametrize(
    ("given_", "asked"),
    [
        ({}, {"limit": 50, "offset": 0, "market": True}),
        ({"limit": 501, "offset": 7}, {"limit": 500, "offset": 7, "market": True}),
        ({"limit": -1}, {"limit": -1, "offset": 0, "market": True}),
        (
            {"symbol": "btcusdt", "outcome": "FAILURE", "model": "m", "decision_type": "chat"},
            {
                "pair": "btcusdt",
                "result": "lost",
                "model": "m",
                "sources": ["chat"],
                "limit": 50,
                "offset": 0,
                "market": True,
            },
        ),
    ],
)
def test_filters_are_asked_for_in_our_words(given_: dict[str, Any], asked: dict[str, Any]) -> None:
    assert decisions.of_list(given_) == asked


def test_times_are_those_of_rfc_3339() -> None:
    asked = decisions.of_statistics({"from_date": "2026-03-02T13:00:00+01:00", "to_date": NOW})
    assert asked == {"from": AT, "to": AT}
    for wrong in ("2026-03-02", "2026-03-02T12:00:00", "0001-01-01T00:00:00Z", "soon"):
        with pytest.raises(InvalidParams):
            decisions.of_statistics({"from_date": wrong})


CONFIG = Config(
    version="1.0.0",
    log_level="info",
    source="simulated",
    mode="paper",
    pairs=["BTC/USDT"],
    initial_capital=Decimal(10_000),
    max_positions=3,
    position=Decimal("0.25"),
    daily_loss=Decimal("0.05"),
    drawdown=Decimal("0.15"),
    approval=True,
    stop_loss=None,
    take_profit=Decimal("0.05"),
    min_confidence=Decimal("0.7"),
    models=["anthropic:a", "openai:b", "openai:c"],
    temperature=None,
    max_tokens=2000,
)


def test_the_configuration_is_shown_in_its_groups() -> None:
    assert told(config.whole(CONFIG, AT)) == {
        "config": {
            "app": {"name": "K.I.T.", "version": "1.0.0", "environment": "simulated", "log_level": "info"},
            "trading": {
                "mode": "paper",
                "symbols": ["BTC/USDT"],
                "exchange": "PAPER",
                "initial_capital": 10_000.0,
                "max_positions": 3,
                "default_quantity": 0.0,
            },
            "risk": {
                "max_position_size": 0.25,
                "max_daily_loss": 0.05,
                "max_drawdown": 0.15,
                "default_stop_loss": 0.0,
                "default_take_profit": 0.05,
                "llm_approval_required": True,
                "min_confidence": 0.7,
            },
            "llm": {
                "gateway": "K.I.T.",
                "primary_model": "anthropic:a",
                "fallback_model": "openai:b",
                "temperature": 1.0,
                "max_tokens": 2000,
                "enable_caching": True,
            },
        }
    }
    one = CONFIG.model_copy(update={"models": ["only"]})
    assert told(config.whole(one, AT))["config"]["llm"]["fallback_model"] is None


def test_every_field_that_can_be_set_is_one_of_the_capability() -> None:
    known = {route.capability for route in (*INSIGHT, *FACTS)}
    assert known == {
        "decisions.list",
        "decisions.stats",
        "decisions.get",
        "decisions.similar",
        "config.get",
        "config.set",
        "agents.list",
        "agents.get",
        "health",
        "status",
    }
    asked = config.of_changes(dict.fromkeys(config.NAMES, 1))
    assert set(asked) == set(config.NAMES.values())
    assert set(requests.ConfigChanges.model_fields) == set(config.NAMES)
    assert config.of_changes({"stray": 1}) == {"stray": 1}


def agent(**more: Any) -> AgentView:
    fields: dict[str, Any] = {
        "name": "technical",
        "status": "active",
        "healthy": True,
        "last_seen_at": AT,
        "beats": 42,
        "does": "freezes prices",
        "problem": None,
    }
    return AgentView(**{**fields, **more})


def test_agents_say_whether_they_are_well_under_both_names() -> None:
    never = agent(name="risk", status="inactive", healthy=False, last_seen_at=None, beats=0)
    first, second = told(agents.page(AgentList(agents=[agent(), never]), AT))["agents"]
    metadata = {"version": "1.0.0", "type": "analysis", "signals_generated": 42, "last_signal_at": NOW}
    assert first == told(agents.one(agent(), AT))["agent"]
    assert first == {
        "name": "technical-agent",
        "status": "active",
        "last_seen_at": NOW,
        "is_healthy": True,
        "healthy": True,
        "metadata": metadata,
        "problem": None,
    }
    assert (second["last_seen_at"], second["metadata"]["last_signal_at"]) == ("0001-01-01T00:00:00Z", None)
    assert told(agents.status(never, AT)) == {
        "name": "risk-agent",
        "status": "inactive",
        "last_seen_at": "0001-01-01T00:00:00Z",
        "healthy": False,
        "is_healthy": False,
    }
    assert agents.of_one({"name": "risk-agent"}) == agents.of_one({"name": "risk"}) == {"name": "risk"}


def health(**more: Any) -> Health:
    fields: dict[str, Any] = {
        "ok": True,
        "status": "healthy",
        "version": "1.0.0",
        "build": "0",
        "uptime": 8130.9,
        "timestamp": AT,
        "source": "simulated",
        "database": True,
        "skills": {},
        "exchanges": {},
        "arena": "off",
        "problems": [],
        "notices": [],
    }
    return Health(**{**fields, **more})


def status(**more: Any) -> Status:
    sockets = {
        path: SocketTraffic(open=many, opened=9, sent=0, received=0)
        for path, many in (("/", 5), ("/api/v1/ws", 2), ("/cryptofunk/api/v1/ws", 1))
    }
    fields: dict[str, Any] = {
        "gateway": "running",
        "version": "1.0.0",
        "build": "2",
        "database": True,
        "clients": 8,
        "skills": 0,
        "tools": 0,
        "uptime": 8130.9,
        "sockets": sockets,
    }
    return Status(**{**fields, **more})


def test_the_service_is_well_while_its_database_answers() -> None:
    assert told(service.front(status(), AT)) == {
        "name": "CryptoFunk Trading API",
        "version": "1.0.0",
        "status": "running",
    }
    well, ill = health(ok=False, status="unhealthy"), health(database=False)
    assert (service.unwell(well), service.unwell(ill)) == (False, True)
    assert told(service.health(well, AT)) == {"status": "healthy", "version": "1.0.0", "uptime": "2h15m30s"}
    failed = {"status": "unhealthy", "error": "database connection failed", "version": "1.0.0"}
    assert told(service.health(ill, AT)) == failed
    assert told(service.status(status(), AT)) == {
        "status": "operational",
        "version": "1.0.0",
        "uptime": "2h15m30s",
        "components": {"database": "healthy", "api": "healthy", "websocket": "healthy"},
        "websocket": {"connected_clients": 3},
    }
    degraded = told(service.status(status(database=False), AT))
    assert (degraded["status"], degraded["components"]["database"]) == ("degraded", "unhealthy")


@given(hours=st.integers(0, 10_000), minutes=st.integers(0, 59), seconds=st.integers(0, 59))
def test_a_span_is_written_as_go_writes_it(hours: int, minutes: int, seconds: int) -> None:
    span = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    text = f"{hours}h{minutes}m{seconds}s"
    while text.startswith("0") and text[1] in "hm":
        text = text[2:]
    assert service.duration(span.total_seconds()) == text


def failed(error: CallError, capability: str, **given_: str) -> Failure:
    return failure_of(error, "/", "req_1", AT, capability=capability, given=given_)


def test_failures_have_words_of_their_own() -> None:
    missing = NotFound("none")
    assert worded(failed(missing, "decisions.get", id=ID)) == {
        "error": "decision not found",
        "decision_id": ID,
    }
    assert worded(failed(missing, "agents.get", name="x")) == {"error": "agent not found", "name": "x"}
    assert worded(failed(missing, "config.get")) is None
    bad = InvalidParams("bad", details={"fields": ["decisionId"]})
    assert worded(failed(bad, "decisions.similar", id="7")) == {"error": "invalid decision ID format"}
    assert worded(failed(bad, "decisions.similar", id=ID)) is None
    wrong = InvalidParams(
        "position: too much; maxTokens: too few", details={"fields": ["position", "maxTokens"]}
    )
    assert worded(failed(wrong, "config.set")) == {
        "error": "validation failed",
        "errors": ["max_position_size: too much", "llm_max_tokens: too few"],
        "details": "max_position_size: too much; llm_max_tokens: too few",
        "field": "max_position_size",
    }
    assert worded(failed(CallError("no", code=Code.FORBIDDEN), "config.set")) is None
