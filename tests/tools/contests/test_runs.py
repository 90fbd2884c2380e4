"""Runs by themselves: started, paused, stopped and started again by those they belong to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.service import NOON
from tests.tools.contests.house import ETH, LeapingClock, Ring, buys, closes, ring
from tests.tools.contests.test_going_on import Held
from tools.errors import Code
from tools.policy import Principal, Role
from trading.exchanges.scripted import ScriptedMarket
from trading.exchanges.scripted_exchange import ScriptedExchange
from trading.model import OrderBook
from trading.symbols import Symbol, parse_symbol

ONE: dict[str, Any] = {"name": "one", "pairs": ["ETH/USDT"], "intervalMinutes": 5, "initialCapital": 1_000}
BY_MODEL: dict[str, Any] = {**ONE, "model": "openai:a"}
BY_STRATEGY: dict[str, Any] = {**ONE, "strategy": "macd"}


@asynccontextmanager
async def alone(home: Path, **more: Any) -> AsyncIterator[Ring]:
    """Run a service without an arena."""
    async with ring(home, "AB", arena=False, **more) as opened:
        yield opened


async def shown(played: Ring) -> dict[str, Any]:
    return dict(await played.call("runs.get", name="one"))


async def test_a_run_is_started_paused_resumed_and_stopped(tmp_path: Path) -> None:
    async with alone(tmp_path) as played:
        mind = played["A"]
        mind.says.append(buys(ETH, 100, 1))
        begun = await played.call("runs.start", **BY_MODEL)
        names = ("state", "mode", "decider", "provider", "initial", "cycles", "intervalMinutes", "pairs")
        assert {name: begun[name] for name in names} == {
            "state": "running",
            "mode": "paper",
            "decider": "model:openai:a",
            "provider": "openai",
            "initial": 1000.0,
            "cycles": 0,
            "intervalMinutes": 5.0,
            "pairs": ["ETH/USDT"],
        }
        await played.settled()
        await played.call("runs.pause", name="one")
        for _ in range(3):
            await played.cycle()
        assert len(mind.requests) == 1
        assert len((await shown(played))["account"]["positions"]) == 1
        [resumed] = (await played.call("runs.resume", name="one"))["runs"]
        assert resumed["state"] == "running"
        await played.cycle()
        assert len(mind.requests) == 2
        [stopped] = (await played.call("runs.stop", name="one", reason="enough"))["runs"]
        assert (stopped["state"], stopped["ending"], stopped["reason"]) == ("stopped", "close", "enough")
        await played.settled()
        after = await shown(played)
        assert (after["account"]["positions"], after["account"]["trades"]) == ([], 1)
        requests = len(mind.requests)
        await played.cycle()
        assert len(mind.requests) == requests
        assert await active(played) == []


async def test_a_run_whose_model_is_gone_has_failed_and_its_owner_is_told(tmp_path: Path) -> None:
    async with alone(tmp_path) as played:
        played["A"].says.append(buys(ETH, 100, 1))
        await played.call("runs.start", **BY_MODEL)
        await played.settled()
        played.minds.models.pop("openai:a")
        await played.cycle()
        found = await shown(played)
        assert (found["run"]["state"], len(found["account"]["positions"])) == ("failed", 1)
        notices = (await played.call("notices.list"))["notices"]
        assert [each["data"]["state"] for each in notices if each["kind"] == "run.ended"] == ["failed"]
        assert await active(played) == []


async def active(played: Ring) -> list[str]:
    """Return the contests that still have cycles."""
    async with played.contests.parts.database.read() as uow:
        return [each.name for each in await uow.contests.active()]


async def test_what_cannot_be_done_with_a_run_is_refused_by_code(tmp_path: Path) -> None:
    async with alone(tmp_path) as played:
        assert await played.code("runs.start", **{**ONE, "strategy": "luck"}) is Code.INVALID_PARAMS
        assert await played.code("runs.start", **{**ONE, "model": "openai:z"}) is Code.INVALID_PARAMS
        assert await played.code("runs.start", **{**BY_MODEL, "pairs": ["NO/SUCH"]}) is not None
        assert await played.code("runs.start", **{**BY_MODEL, "pairs": []}) is not None
        assert await played.code("runs.start", **BY_MODEL, strategy="macd") is not None
        assert await played.code("runs.pause", name="one") is Code.NOT_FOUND
        await played.call("runs.start", **BY_STRATEGY)
        assert await played.code("runs.start", **BY_STRATEGY) is Code.CONFLICT
        assert await played.code("runs.resume", name="one") is Code.CONFLICT
        assert await played.code("runs.reset", name="one") is Code.CONFLICT
        other = Principal("bob", Role.TRADER)
        assert await played.code("runs.stop", other, name="one") is Code.NOT_FOUND
        live: dict[str, Any] = {**BY_STRATEGY, "name": "two", "mode": "live"}
        assert await played.code("runs.start", other, **live) is Code.FORBIDDEN
        assert await played.code("runs.start", **live) is Code.NOT_FOUND
        await played.call("runs.stop", name="one")
        for method in ("stop", "pause", "resume", "start"):
            assert await played.code(f"runs.{method}", name="one") is Code.CONFLICT, method


async def test_a_run_goes_on_after_a_restart_and_completes_after_its_cycles(tmp_path: Path) -> None:
    async with alone(tmp_path) as played:
        played["A"].says.append(buys(ETH, 100, 1))
        await played.call("runs.start", **BY_MODEL, cycles=3)
        await played.settled()
        before = await shown(played)
    async with alone(tmp_path, again=played) as later:
        assert await shown(later) == before
        await later.cycle()
        assert (await shown(later))["run"]["state"] == "running"
        await later.cycle()
        run = (await shown(later))["run"]
        assert (run["state"], run["cycles"], run["nextAt"]) == ("completed", 3, None)
        await later.cycle()
        assert len(later["A"].requests) == 3
        assert await active(later) == []


async def test_an_ended_run_is_reset_and_started_with_fresh_money(tmp_path: Path) -> None:
    async with alone(tmp_path) as played:
        played["A"].says.append(buys(ETH, 100, 1))
        await played.call("runs.start", **BY_MODEL)
        await played.settled()
        await played.call("runs.stop", name="one", positions="keep")
        first = (await shown(played))["run"]
        await played.clock.leap(1)
        assert (await played.call("runs.reset", name="one"))["state"] == "idle"
        again = await played.call("runs.start", name="one")
        assert (again["state"], again["runId"], again["equity"]) == ("running", first["runId"], None)
        assert again["account"] != first["account"]
        await played.settled()
        found = await shown(played)
        assert (found["account"]["equity"], found["run"]["cycles"], found["account"]["trades"]) == (
            1000.0,
            1,
            0,
        )


async def test_a_seat_of_an_arena_is_no_run_to_be_started_by_itself(tmp_path: Path) -> None:
    async with ring(tmp_path, "A") as played:
        await played.settled()
        await played.call("runs.stop", name="LLM-A")
        assert await played.code("runs.reset", name="LLM-A") is Code.CONFLICT
        await played.cycle()
        assert (await played.account("A"))["state"] == "stopped"


class SlowBooks(ScriptedMarket):
    """A market that can be asked to wait before it tells what rests."""

    gate: asyncio.Event | None = None
    asked: asyncio.Event

    async def order_book(self, symbol: Symbol, depth: int = 20) -> OrderBook:
        if self.gate is not None:
            self.asked.set()
            await self.gate.wait()
        return await super().order_book(symbol, depth)


async def test_what_is_being_bought_while_its_run_is_stopped_is_closed_as_well(tmp_path: Path) -> None:
    async with alone(tmp_path, kind=SlowBooks) as played:
        market: Any = played.market
        mind = Held("openai:a")
        mind.says.append(buys(ETH, 100, 1))
        played.minds.models["openai:a"] = mind
        await played.call("runs.start", **BY_MODEL)
        cycle = asyncio.create_task(played.settled())
        await mind.held.wait()
        market.gate, market.asked = asyncio.Event(), asyncio.Event()
        mind.go()
        await market.asked.wait()
        await played.call("runs.stop", name="one")
        market.gate.set()
        await cycle
        await played.cycle()
        assert (await shown(played))["account"]["positions"] == []
        assert await active(played) == []


@asynccontextmanager
async def with_money(home: Path, **balances: int) -> AsyncIterator[tuple[Ring, ScriptedExchange]]:
    """Run a service that trades real money, which its owner has armed."""
    clock = LeapingClock(NOON - timedelta(hours=1))
    exchange = ScriptedExchange(clock, {"USDT": 10_000, **balances}, {parse_symbol("ETH/USDT"): 2_000})
    async with ring(home, "A", arena=False, clock=clock, live=exchange) as played:
        await played.call("live.arm")
        yield played, exchange


LIVE: dict[str, Any] = {**BY_MODEL, "mode": "live", "maxSize": 100}


async def test_real_money_is_spent_by_nobody_but_with_leave(tmp_path: Path) -> None:
    async with with_money(tmp_path) as (played, exchange):
        played["A"].says.extend([buys(ETH, 50, 1), buys(ETH, 50, 1)])
        run = await played.call("runs.start", **LIVE)
        await played.settled()
        assert [name for name, _ in exchange.log if name == "place"] == []
        waiting = (await played.call("approval.list"))["approvals"]
        assert [(each["kind"], each["run"]) for each in waiting] == [("order", run["runId"])]
        [held] = (await played.call("decisions.list", run=run["runId"]))["decisions"]
        assert (held["status"], held["approvalIds"]) == ("held", [waiting[0]["approvalId"]])
        await played.call("approval.approve", approvalId=waiting[0]["approvalId"])
        assert [name for name, _ in exchange.log if name == "place"] == ["place"]
        await played.call("runs.stop", name="one")
        await played.settled()
        await played.cycle()
        assert exchange.balances["ETH"] == 0
        assert await active(played) == []


async def test_a_run_with_a_budget_asks_once_and_beyond_it_for_each_order(tmp_path: Path) -> None:
    async with with_money(tmp_path) as (played, exchange):
        budget = {"perOrder": 60, "perDay": 60, "loss": 20}
        assert await played.code("runs.start", **{**BY_MODEL, "budget": budget}) is Code.INVALID_PARAMS
        run = await played.call("runs.start", **LIVE, budget=budget)
        await played.settled()
        [asked] = (await played.call("approval.list"))["approvals"]
        assert (asked["kind"], asked["run"], asked["perDay"]) == ("run", run["runId"], 60.0)
        await played.call("approval.approve", approvalId=asked["approvalId"])
        played["A"].says.extend([buys(ETH, 50, 1), closes(ETH), buys(ETH, 50, 1)])
        for _ in range(3):
            await played.cycle()
        assert [name for name, _ in exchange.log if name == "place"] == ["place", "place"]
        [beyond] = (await played.call("approval.list"))["approvals"]
        assert (beyond["kind"], beyond["run"]) == ("order", run["runId"])


async def test_a_run_whose_budget_cannot_be_asked_for_does_not_go_on(tmp_path: Path) -> None:
    async with with_money(tmp_path) as (played, _):
        await played.call("trading.halt")
        budget = {"perOrder": 60, "perDay": 60, "loss": 20}
        assert await played.code("runs.start", **LIVE, budget=budget) is Code.TRADING_HALTED
        await played.settled()
        assert (await shown(played))["run"]["state"] == "stopped"


async def test_a_run_that_has_ended_is_over_whatever_else_its_account_holds(tmp_path: Path) -> None:
    async with with_money(tmp_path) as (played, exchange):
        await played.call(
            "trade.execute", action="buy", pair="ETH/USDT", type="market", amount=100, account="live"
        )
        await played.call("runs.start", **LIVE)
        await played.settled()
        await played.call("runs.stop", name="one")
        await played.settled()
        await played.cycle()
        assert await active(played) == []
        assert exchange.balances["ETH"] > 0


async def test_a_coin_that_nobody_prices_does_not_keep_a_run_from_trading(tmp_path: Path) -> None:
    async with with_money(tmp_path, DUST=5) as (played, _):
        await played.call("runs.start", **LIVE)
        await played.settled()
        found = await shown(played)
        assert (found["run"]["cycles"], found["account"]["equity"]) == (1, 10_000.0)
