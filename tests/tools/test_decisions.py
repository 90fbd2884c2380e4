"""Decisions that are looked through: those like another one, and what all of them come to."""

from decimal import Decimal
from typing import Any

import pytest

from memory.decision_records import Decision, DecisionAction, DecisionSource
from tests.memory.samples import BTC, ETH, basis, decision, later
from tests.memory.test_decisions import won
from tests.service import Running
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER, Principal, Role

OTHER = Principal("telegram:42", Role.VIEWER)


async def keep(service: Running, *decisions: Decision) -> None:
    async with service.app.services.database.transact() as uow:
        for each in decisions:
            await uow.decisions.add(each, basis())


def mine(name: str, reasoning: str, **more: Any) -> Decision:
    return decision(name, principal=LOCAL_OWNER.id, reasoning=reasoning, **more)


async def call(service: Running, name: str, who: Principal = LOCAL_OWNER, /, **params: Any) -> Any:
    ctx = Context(who, service.app.services, service.app.registry)
    return (await service.app.registry.call(name, params, ctx)).model_dump(mode="json")


async def test_without_vectors_decisions_are_alike_by_the_words_they_share(service: Running) -> None:
    await keep(
        service,
        mine("d0", "RSI oversold, MACD turning"),
        mine("d1", "RSI oversold, MACD turning"),
        mine("d2", "RSI oversold, volume rising"),
        mine("d3", "moon", action=DecisionAction.HOLD, symbols=()),
        mine("d4", "RSI oversold, MACD turning", symbols=(ETH,)),
        decision("x", principal=OTHER.id, reasoning="RSI oversold, MACD turning"),
    )
    found = await call(service, "decisions.similar", decisionId="d0")
    assert (found["decisionId"], found["by"]) == ("d0", "words")
    # BUY, BTC/USDT (BTC), RSI, oversold, MACD, turning; of those and volume, rising.
    assert [(each["decision"]["decisionId"], each["similarity"]) for each in found["similar"]] == [
        ("d1", 1.0),
        ("d2", pytest.approx(0.55, abs=0.1)),
    ]
    assert len((await call(service, "decisions.similar", decisionId="d0", limit=1))["similar"]) == 1
    with pytest.raises(CallError) as missing:
        await call(service, "decisions.similar", OTHER, decisionId="d0")
    assert missing.value.reason is Code.NOT_FOUND


async def test_decisions_are_counted_and_reckoned_for_whoever_asks(service: Running) -> None:
    answer: dict[str, Any] = {"latency_ms": 1_000, "cost": Decimal("0.02"), "confidence": Decimal("0.8")}
    run = DecisionSource.RUN
    await keep(
        service,
        mine("d1", "up", source=run, model="a:one", **answer, **won("30", 10)),
        mine("d2", "up", source=run, model="a:one", at=later(1), **answer, **won("-10", 10)),
        mine("d3", "down", action=DecisionAction.SELL, at=later(2), **won("5", 10, "open")),
        decision("x", principal=OTHER.id, **won("99", 10)),
    )
    assert await call(service, "decisions.stats") == {
        "total": 3,
        "byResult": {"lost": 1, "pending": 1, "won": 1},
        "bySource": {"chat": 1, "run": 2},
        "byAction": {"BUY": 2, "SELL": 1},
        "byModel": {"a:one": 2, "offline:1": 1},
        "confidence": 0.8,
        "latencyMs": pytest.approx(2000 / 3),
        "cost": 0.04,
        "unpriced": 1,
        "byCurrency": [
            {"currency": "USDT", "closed": 2, "won": 1, "winRate": 0.5, "mean": 10.0, "pnl": 20.0}
        ],
    }
    only = await call(service, "decisions.stats", result="won", sources=["run"], pair=str(BTC))
    assert (only["total"], only["byCurrency"][0]["pnl"]) == (1, 30.0)
    assert (await call(service, "decisions.stats", OTHER))["total"] == 1
    assert (await call(service, "decisions.stats", sources=[]))["total"] == 0
    shown = (await call(service, "decisions.list", result="lost"))["decisions"]
    assert [(each["decisionId"], each["result"]) for each in shown] == [("d2", "lost")]
    page = await call(service, "decisions.list", offset=1, limit=1)
    assert ([each["decisionId"] for each in page["decisions"]], page["hasMore"]) == (["d2"], True)
    with pytest.raises(CallError) as refused:
        await call(service, "decisions.list", result="won", asOf=1)
    assert refused.value.reason is Code.INVALID_PARAMS
