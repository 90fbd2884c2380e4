"""What holds for the whole service: set by its owner alone, and in force where it says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.service import NOON
from tests.tools.contests.house import BNB, ETH, LeapingClock, Ring, buys, ring
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER, Principal, Role
from trading.exchanges.scripted_exchange import ScriptedExchange
from trading.model import Origin
from trading.symbols import parse_symbol

TRADER = Principal("telegram:42", Role.TRADER)
RUN: dict[str, Any] = {"model": "openai:a", "pairs": ["ETH/USDT", "BNB/USDT"], "intervalMinutes": 5}
DEFAULTS: dict[str, Any] = {
    "version": "1.0.0",
    "logLevel": "info",
    "source": "simulated",
    "mode": "paper",
    "pairs": [],
    "initialCapital": 10_000.0,
    "maxPositions": 3,
    "position": 0.25,
    "dailyLoss": 0.05,
    "drawdown": 0.15,
    "approval": False,
    "stopLoss": None,
    "takeProfit": None,
    "minConfidence": 0.0,
    "models": ["scripted:model"],
    "temperature": None,
    "maxTokens": 8192,
}
CHANGES: dict[str, Any] = {
    "initialCapital": 500.0,
    "maxPositions": 1,
    "position": 0.1,
    "dailyLoss": 0.04,
    "drawdown": 0.12,
    "stopLoss": 0.03,
    "takeProfit": 0.6,
    "minConfidence": 0.8,
    "temperature": 0.4,
    "maxTokens": 512,
}


@asynccontextmanager
async def alone(home: Path, **more: Any) -> AsyncIterator[Ring]:
    """Run a service without an arena."""
    async with ring(home, "A", arena=False, **more) as opened:
        yield opened


@asynccontextmanager
async def with_money(home: Path) -> AsyncIterator[Ring]:
    """Run a service that could trade real money, which nobody has armed."""
    clock = LeapingClock(NOON - timedelta(hours=1))
    exchange = ScriptedExchange(clock, {"USDT": 10_000}, {parse_symbol("ETH/USDT"): 2_000})
    async with alone(home, clock=clock, live=exchange) as played:
        yield played


async def test_what_is_set_is_shown_outlives_a_restart_and_can_be_taken_back(tmp_path: Path) -> None:
    async with alone(tmp_path) as played:
        assert await played.call("config.get") == DEFAULTS
        assert await played.call("config.set", **CHANGES) == {**DEFAULTS, **CHANGES}
    async with alone(tmp_path, again=played) as later:
        assert await later.call("config.get") == {**DEFAULTS, **CHANGES}
        limits = await later.call("risk.limits")
        assert (limits["position"], limits["dailyLoss"], limits["drawdown"]) == (0.1, 0.04, 0.12)
        back = await later.call("config.set", stopLoss=None, position=None, maxTokens=600)
        some = {"stopLoss": None, "position": 0.25, "maxTokens": 600}
        assert back == {**DEFAULTS, **CHANGES, **some}
        none: dict[str, Any] = dict.fromkeys(CHANGES)
        assert await later.call("config.set", **none) == DEFAULTS


async def test_runs_begin_with_what_is_set_and_those_that_go_on_stay_as_they_are(tmp_path: Path) -> None:
    async with alone(tmp_path) as played:
        mind = played["A"]
        await played.call("runs.start", name="before", **RUN)
        await played.settled()
        await played.call("config.set", **CHANGES)
        mind.says.extend(["nothing to read"] * 2)
        await played.cycle()
        assert (mind.requests[-1].max_tokens, mind.requests[-1].temperature) == (8192, None)
        await played.call("runs.stop", name="before")
        mind.says.clear()
        mind.says.append(buys(ETH, 40, 1, confidence=0.8))
        begun = await played.call("runs.start", name="after", **RUN)
        assert begun["initial"] == 500.0
        await played.settled()
        asked = mind.requests[-1]
        assert (asked.max_tokens, asked.temperature) == (512, 0.4)
        assert "An entry whose confidence is less than 0.8 is refused." in asked.system
        assert "An entry whose stop_loss_pct is null gets 3." in asked.system
        [position] = (await played.call("runs.get", name="after"))["account"]["positions"]
        entry = position["entryPrice"]
        assert position["stopLoss"] == pytest.approx(entry * 0.97, rel=1e-4)
        assert position["takeProfit"] == pytest.approx(entry * 1.6, rel=1e-4)
        limits = await played.call("risk.limits", account=await account_of(played, "after"))
        assert {name: limits[name] for name in ("order", "position", "dailyLoss", "drawdown")} == {
            "order": 0.1,
            "position": 0.1,
            "dailyLoss": 0.04,
            "drawdown": 0.12,
        }


async def account_of(played: Ring, name: str) -> str:
    async with played.service.app.services.database.read() as uow:
        run = await uow.runs.named(LOCAL_OWNER.id, name)
    assert run is not None
    return run.account


async def test_an_entry_that_is_less_sure_or_one_too_many_or_too_large_is_refused(tmp_path: Path) -> None:
    async with alone(tmp_path) as played:
        await played.call("config.set", minConfidence=0.8, maxPositions=1, position=0.1, initialCapital=1_000)
        too_much = [buys(ETH, 40, 1, confidence=0.79), buys(ETH, 101, 1)]
        played["A"].says.extend([*too_much, buys(ETH, 90, 1), buys(BNB, 40, 1)])
        run = await played.call("runs.start", name="one", **RUN)
        await played.settled()
        for _ in range(3):
            await played.cycle()
        made = (await played.call("decisions.list", run=run["runId"]))["decisions"]
        assert [each["status"] for each in reversed(made)] == ["refused", "refused", "placed", "refused"]


async def test_what_is_said_when_a_run_is_started_comes_first(tmp_path: Path) -> None:
    async with alone(tmp_path) as played:
        await played.call("config.set", **CHANGES)
        own: dict[str, Any] = {"initialCapital": 2_000, "maxPositions": 2, "settings": {"temperature": 0.9}}
        begun = await played.call("runs.start", name="one", **RUN, **own)
        await played.settled()
        assert begun["initial"] == 2_000.0
        asked = played["A"].requests[-1]
        assert (asked.temperature, asked.max_tokens) == (0.9, 512)
        assert "At most 2 open positions" in asked.system


async def test_only_a_person_who_owns_the_service_sets_anything(tmp_path: Path) -> None:
    async with alone(tmp_path) as played:
        assert await played.code("config.set", TRADER, position=0.1) is Code.FORBIDDEN
        services, door = played.service.app.services, played.service.app.registry
        model = replace(Context(LOCAL_OWNER, services, door), origin=Origin.MODEL)
        with pytest.raises(CallError) as refused:
            await door.call("config.set", {"position": 0.1}, model)
        assert refused.value.reason is Code.FORBIDDEN
        assert await played.call("config.get", TRADER) == DEFAULTS


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"mode": "demo"},
        {"mode": "live"},
        {"initialCapital": 0},
        {"maxPositions": 0},
        {"position": 1.01},
        {"position": True},
        {"dailyLoss": 0},
        {"drawdown": -0.1},
        {"stopLoss": 0},
        {"takeProfit": 0},
        {"minConfidence": 1.1},
        {"temperature": 2.1},
        {"maxTokens": 0},
        {"approval": "yes"},
        {"apiKey": "sk"},
    ],
)
async def test_nothing_is_set_where_anything_is_wrong(service: Any, wrong: dict[str, Any]) -> None:
    ctx = Context(LOCAL_OWNER, service.app.services, service.app.registry)
    before = await ctx.door.call("config.get", {}, ctx)
    good = {"drawdown": 0.3, "initialCapital": 50} if wrong else {}
    with pytest.raises(CallError) as refused:
        await ctx.door.call("config.set", {**good, **wrong}, ctx)
    assert refused.value.reason is Code.INVALID_PARAMS
    assert await ctx.door.call("config.get", {}, ctx) == before


async def test_real_money_is_begun_with_only_while_it_is_armed_and_a_person_is_always_asked(
    tmp_path: Path,
) -> None:
    async with with_money(tmp_path) as played:
        assert await played.code("config.set", mode="live") is Code.INVALID_PARAMS
        await played.call("live.arm")
        assert (await played.call("config.get"))["approval"] is True
        assert await played.code("config.set", approval=False) is Code.INVALID_PARAMS
        assert (await played.call("config.set", mode="LIVE", dailyLoss=0.02))["mode"] == "live"
        assert (await played.call("risk.limits", account="live"))["dailyLoss"] == 0.02
        assert (await played.call("runs.start", name="real", **RUN))["mode"] == "live"
        await played.call("live.disarm")
        assert (await played.call("config.get"))["mode"] == "paper"
        assert (await played.call("runs.start", name="toy", **RUN))["mode"] == "paper"
        assert (await played.call("config.set", approval=True))["approval"] is True
        assert (await played.call("risk.limits"))["askOnPaper"] is True
