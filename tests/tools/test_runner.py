"""A runner: one run at a time for everybody, over past candles or from now on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from memory.runner_records import Runner, RunnerMode
from tests.service import Running, running
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER, Principal, Role
from tools.runner_stand import PATIENCE
from trading.exchanges.scripted_exchange import ScriptedExchange

ANN = Principal("telegram:42", Role.TRADER)
MONTH = {"from": "2026-10-01", "to": "2026-10-31"}
WISH: dict[str, Any] = {"strategy": "TestStrategy", "pairs": ["BTC/USDT"], "timeframe": "1h"}
PAST: dict[str, Any] = {**WISH, **MONTH, "params": {"period": 20, "threshold": 0.01}}
LONG: dict[str, Any] = {**PAST, "timeframe": "1m", "from": "2026-01-01"}
"""It takes seconds."""

PAPER: dict[str, Any] = {**WISH, "timeframe": "5m", "mode": "paper"}
QUICK = {"period": 2, "threshold": 0}
"""In above the mean of two candles, out below: something is traded soon."""


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as one:
        yield one


async def call(service: Running, name: str, who: Principal = LOCAL_OWNER, /, **params: Any) -> dict[str, Any]:
    ctx = Context(who, service.app.services, service.app.registry)
    found = await service.app.registry.call(name, params, ctx)
    return found.model_dump(mode="json", by_alias=True)


async def code(service: Running, name: str, who: Principal = LOCAL_OWNER, /, **params: Any) -> Code:
    with pytest.raises(CallError) as caught:
        await call(service, name, who, **params)
    return caught.value.reason


async def ended(service: Running, who: Principal = LOCAL_OWNER) -> dict[str, Any]:
    """Return how a backtest stands once it has ended."""
    run = (await call(service, "runner.status", who))["runId"]
    await service.app.services.backtests.finish(who, run)
    return await call(service, "runner.status", who)


async def cycles(service: Running, number: int, seconds: float = 300) -> None:
    """Let a run have so many cycles."""
    keeper = service.app.services.contests.keeper
    await keeper.settled()
    for _ in range(number):
        await service.advance(seconds)
        await keeper.settled()


async def test_a_backtest_is_begun_followed_shown_and_put_away(service: Running) -> None:
    idle = await call(service, "runner.status")
    nothing = dict.fromkeys(
        ("runId", "mode", "startedAt", "endedAt", "seconds", "cash", "value", "pnl", "progress", "error")
    )
    assert idle == {**nothing, "used": False, "status": "idle", "trades": 0}
    assert await code(service, "runner.results") is Code.NOT_FOUND
    begun = await call(service, "runner.backtest", **{**PAST, "params": {**PAST["params"], "mood": 1}})
    assert (begun["mode"], begun["ignored"]) == ("backtest", ["mood"])
    assert begun["status"] in {"starting", "running"}
    done = await ended(service)
    assert (done["status"], done["progress"], done["error"]) == ("completed", 100.0, None)
    assert await code(service, "runner.stop") is Code.CONFLICT
    told = await call(service, "runner.results")
    job = await call(service, "backtest.get", backtestId=begun["runId"])
    assert told["final"] == done["value"] == job["result"]["results"]["finalBalance"]
    assert done["pnl"] == pytest.approx(done["value"] - 10_000)
    assert told["config"] == {
        **PAST,
        "from": "2026-10-01T00:00:00Z",
        "to": "2026-11-01T00:00:00Z",
        "exchange": None,
        "initialCapital": 10_000.0,
    }
    assert (await call(service, "runner.reset")) == {"runId": begun["runId"], "status": "idle"}
    assert await call(service, "runner.status") == {**idle, "used": True}
    assert await code(service, "runner.results") is Code.NOT_FOUND
    assert (await call(service, "runner.reset"))["runId"] is None


async def test_fills_cash_and_curve_of_a_backtest_agree(service: Running) -> None:
    pairs = ["BTC/USDT", "ETHUSDT", "btc-usdt"]
    await call(service, "runner.backtest", **{**PAST, "pairs": pairs, "params": QUICK})
    await ended(service)
    told = await call(service, "runner.details")
    results = await call(service, "runner.results")
    assert results["config"]["pairs"] == ["BTC/USDT", "ETH/USDT"]
    opening = {each["pair"]: each["value"] for each in reversed(results["trades"]) if each["pnl"] is None}
    assert opening.keys() == {"BTC/USDT", "ETH/USDT"}
    # Both have half of the cash, less the fee.
    assert list(opening.values()) == pytest.approx([5_000 / 1.001] * 2)
    last = told["curve"][-1]
    held = sum(each["amount"] * each["currentPrice"] for each in told["positions"])
    assert last["cash"] + held == pytest.approx(last["equity"])
    assert last["equity"] == results["final"]
    assert sum(each["fee"] for each in results["trades"]) == pytest.approx(results["metrics"]["fees"])
    closed = [each for each in results["trades"] if each["pnl"] is not None]
    assert len(closed) == results["metrics"]["totalTrades"]
    assert told["recent"] == results["trades"][::-1][:20]
    assert all(each["pnl"] == pytest.approx(each["equity"] - 10_000) for each in told["curve"])


async def test_while_something_runs_nothing_else_is_begun(service: Running) -> None:
    begun = await call(service, "runner.backtest", **LONG)
    for method, params in (("backtest", PAST), ("trade", PAPER), ("reset", {})):
        assert await code(service, f"runner.{method}", **params) is Code.CONFLICT, method
    assert await code(service, "runner.results") is Code.NOT_FOUND
    assert (await call(service, "runner.stop"))["runId"] == begun["runId"]


async def test_a_backtest_is_stopped_while_it_runs(service: Running) -> None:
    begun = await call(service, "runner.backtest", **LONG)
    stopped = await call(service, "runner.stop")
    assert stopped == {"runId": begun["runId"], "status": "stopped"}
    told = await call(service, "runner.results")
    assert (told["status"], told["final"], told["trades"], told["curve"]) == ("stopped", None, [], [])
    again = await call(service, "runner.backtest", **PAST)
    assert again["runId"] != begun["runId"]
    assert (await ended(service))["status"] == "completed"


async def test_a_run_on_paper_trades_until_it_is_stopped(service: Running) -> None:
    begun = await call(
        service, "runner.trade", **{**PAPER, "params": QUICK, "pairs": ["BTC/USDT", "ETHUSDT"]}
    )
    assert (begun["status"], begun["mode"]) == ("running", "paper")
    await cycles(service, 24)
    told = await call(service, "runner.details")
    assert (told["status"], told["progress"], told["seconds"]) == ("running", None, 24 * 300.0)
    assert told["trades"] >= 2
    assert {each["side"] for each in told["positions"]} <= {"long"}
    assert max(each["value"] for each in told["recent"] if each["side"] == "buy") <= 5_010
    assert await code(service, "runner.results") is Code.NOT_FOUND
    assert (await call(service, "runner.stop"))["status"] == "stopped"
    await service.app.services.contests.keeper.settled()
    results, status = await call(service, "runner.results"), await call(service, "runner.status")
    assert (results["status"], status["cash"]) == ("stopped", status["value"])
    won = sum(each["pnl"] for each in results["trades"] if each["pnl"] is not None)
    assert results["final"] == pytest.approx(10_000 + won)
    flows = sum(each["value"] * (1 if each["side"] == "sell" else -1) for each in results["trades"])
    fees = sum(each["fee"] for each in results["trades"])
    assert results["final"] == pytest.approx(10_000 + flows - fees)
    shown = await call(service, "runs.list")
    assert [each["runId"] for each in shown["runs"]] == [begun["runId"]]


async def test_everybody_has_a_runner_of_their_own(service: Running) -> None:
    await call(service, "runner.backtest", **PAST)
    await call(service, "runner.trade", ANN, **PAPER)
    mine, hers = await ended(service), await call(service, "runner.status", ANN)
    assert (mine["mode"], hers["mode"], hers["status"]) == ("backtest", "paper", "running")
    await call(service, "runner.stop", ANN)
    await call(service, "runner.reset", ANN)
    assert (await call(service, "runner.results"))["runId"] == mine["runId"]
    assert (await call(service, "runner.status", ANN))["runId"] is None
    assert await code(service, "runner.stop", Principal("eve", Role.VIEWER)) is Code.FORBIDDEN


async def test_of_two_wishes_at_once_one_is_refused(service: Running) -> None:
    found = await asyncio.gather(
        *(call(service, "runner.backtest", **PAST) for _ in range(3)), return_exceptions=True
    )
    refused = [each for each in found if isinstance(each, CallError)]
    assert [each.reason for each in refused] == [Code.CONFLICT] * 2
    assert len((await call(service, "backtest.list"))["backtests"]) == 1
    assert (await ended(service))["status"] == "completed"


async def test_a_run_goes_on_after_a_restart_and_a_backtest_has_failed(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        await call(service, "runner.trade", ANN, **PAPER)
        await cycles(service, 1)
        before = await call(service, "runner.status", ANN)
        await call(service, "runner.backtest", **PAST)
        done = await ended(service)
        results = await call(service, "runner.results")
        bob = Principal("bob", Role.TRADER)
        async with service.app.services.database.transact() as uow:
            began = Runner(bob.id, RunnerMode.PAPER, None, {}, service.clock.now(), 1)
            await uow.runners.put(began)
        assert (await call(service, "runner.status", bob))["status"] == "starting"
    async with running(tmp_path, clock=service.clock) as later:
        assert await call(later, "runner.status", ANN) == before
        assert await call(later, "runner.status") == done
        assert await call(later, "runner.results") == results
        points = len((await call(later, "runner.details", ANN))["curve"])
        await cycles(later, 1)
        assert len((await call(later, "runner.details", ANN))["curve"]) > points
        # Whoever began it is gone, and nobody is kept from beginning anew.
        await later.advance(PATIENCE.total_seconds())
        assert (await call(later, "runner.status", bob))["status"] == "failed"
        await call(later, "runner.trade", bob, **PAPER)
        assert (await call(later, "runner.status", bob))["status"] == "running"


async def test_what_cannot_be_run_leaves_the_runner_as_it_was(service: Running) -> None:
    await call(service, "runner.backtest", **PAST)
    done = await ended(service)
    wrong: tuple[tuple[dict[str, Any], Code], ...] = (
        ({"pairs": ["NOPE/USDT"]}, Code.NOT_FOUND),
        ({"pairs": ["!"]}, Code.NOT_FOUND),
        ({"pairs": []}, Code.INVALID_PARAMS),
        ({"strategy": "astrology"}, Code.INVALID_PARAMS),
        ({"params": {"period": "twenty"}}, Code.INVALID_PARAMS),
        ({"params": {"period": 1.5}}, Code.INVALID_PARAMS),
        ({"timeframe": "7q"}, Code.INVALID_PARAMS),
        ({"exchange": "mtgox"}, Code.INVALID_PARAMS),
        ({"initialCapital": 0}, Code.INVALID_PARAMS),
    )
    for change, expected in wrong:
        assert await code(service, "runner.backtest", **{**PAST, **change}) is expected, change
        assert await code(service, "runner.trade", **{**PAPER, **change}) is expected, change
    assert await code(service, "runner.backtest", **{**PAST, "to": "2026-09-01"}) is Code.INVALID_PARAMS
    ladder = {**PAPER, "strategy": "dca"}
    assert await code(service, "runner.trade", **ladder) is Code.INVALID_PARAMS
    assert await call(service, "runner.status") == done


async def test_a_backtest_without_candles_has_failed(service: Running) -> None:
    await call(service, "runner.backtest", **{**PAST, "from": "2027-01-01", "to": "2027-02-01"})
    failed = await ended(service)
    assert (failed["status"], failed["value"]) == ("failed", None)
    assert failed["error"]
    assert (await call(service, "runner.results"))["error"] == failed["error"]


async def test_real_money_is_traded_only_where_it_is_switched_on_and_by_its_owner(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        for who in (LOCAL_OWNER, ANN):
            assert await code(service, "runner.trade", who, **{**PAPER, "mode": "live"}) is Code.NOT_ARMED
    exchange = ScriptedExchange(service.clock, {"USDT": Decimal(10_000)}, {})
    async with running(tmp_path / "live", clock=service.clock, live=exchange) as armed:
        live = {**PAPER, "mode": "live"}
        assert await code(armed, "runner.trade", **live) is Code.NOT_ARMED
        await call(armed, "live.arm")
        assert await code(armed, "runner.trade", ANN, **live) is Code.FORBIDDEN
        assert await code(armed, "runner.trade", **live, ownKeys=True) is Code.INVALID_PARAMS
        assert (await call(armed, "runner.trade", **live))["mode"] == "live"
        assert (await call(armed, "runner.stop"))["status"] == "stopped"


async def test_what_a_runner_is_at_is_told_to_nobody_else(service: Running) -> None:
    heard: list[tuple[str | None, Any]] = []
    stop = service.app.services.events.listen(
        lambda events: heard.extend(
            (each.principal, each.payload) for each in events if each.name == "runner.status"
        )
    )
    begun = await call(service, "runner.trade", ANN, **PAPER)
    await call(service, "runner.stop", ANN)
    await call(service, "runner.reset", ANN)
    await service.app.services.events.flush()
    stop()
    told = {"runId": begun["runId"], "mode": "paper"}
    assert heard == [
        (ANN.id, {**told, "status": "running"}),
        (ANN.id, {**told, "status": "stopped"}),
        (ANN.id, {"runId": None, "status": "idle", "mode": None}),
    ]


async def test_a_run_that_is_ended_by_its_name_is_told_of_as_the_runners(service: Running) -> None:
    begun = await call(service, "runner.trade", **PAPER)
    await service.app.services.events.flush()
    heard: list[Any] = []
    stop = service.app.services.events.listen(
        lambda events: heard.extend(each.payload for each in events if each.name == "runner.status")
    )
    await call(service, "runs.pause", name=begun["runId"])
    await call(service, "runs.stop", name=begun["runId"])
    # Another run is nobody's runner's.
    other = {"strategy": "rsi", "pairs": ["BTC/USDT"], "timeframe": "5m"}
    await call(service, "runs.start", name="other", **other)
    await call(service, "runs.stop", name="other")
    await service.app.services.events.flush()
    stop()
    assert heard == [{"runId": begun["runId"], "mode": "paper", "status": "stopped"}]


async def test_a_runner_whose_record_is_gone_has_failed(service: Running) -> None:
    await call(service, "runner.backtest", **PAST)
    await ended(service)
    database = service.app.services.database
    async with database.transact() as uow:
        runner = await uow.runners.get(LOCAL_OWNER.id)
        assert runner is not None
        assert await uow.runners.put(replace(runner, work="bt_gone", version=runner.version + 1))
    assert (await call(service, "runner.status"))["status"] == "failed"
    assert (await call(service, "runner.reset"))["status"] == "idle"
