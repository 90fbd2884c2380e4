"""Backtests as people ask for them: figures, progress, records, limits and endings."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memory.records import Job, JobStatus, StoredEvent
from tests.service import NOON, Running, running
from tools.backtesting import MOST_EACH, Turns, Work
from tools.context import Context
from tools.errors import CallError, Code
from tools.picking import OfHouse
from tools.policy import LOCAL_OWNER, Principal, Role
from tools.wire import Result
from trading.backtest.catalog import BUILT_IN, Strategies
from trading.backtest.grid import axes, combinations
from trading.backtest.strategy import MOST_TRIED, Strategy
from trading.clock import epoch_ms
from trading.errors import InvalidBacktest

OCTOBER = {"pair": "BTC/USDT", "from": "2026-10-01", "to": "2026-10-31"}
RUN = {"strategy": "ma_crossover", **OCTOBER}
MANY = {"fastPeriod": list(range(1, 301)), "slowPeriod": list(range(301, 601))}
ENDLESS = {"strategy": "ma_crossover", "pair": "BTC/USDT", "timeframe": "5m", "paramGrid": MANY}

Answer = dict[str, Any]


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as one:
        yield one


async def call(
    service: Running, name: str, params: dict[str, Any], who: Principal = LOCAL_OWNER
) -> dict[str, Any]:
    """Call a capability and return its answer as the wire has it."""
    ctx = Context(who, service.app.services, service.app.registry)
    answer = await service.app.registry.call(name, params, ctx)
    return answer.model_dump(mode="json")


async def refused(service: Running, name: str, params: dict[str, Any]) -> Code:
    with pytest.raises(CallError) as error:
        await call(service, name, params)
    return error.value.reason


async def started(service: Running) -> tuple[str, asyncio.Task[dict[str, Any]]]:
    """Begin a grid that takes minutes; return its id once it runs."""
    heard: asyncio.Queue[str] = asyncio.Queue()

    def tell(events: Sequence[StoredEvent]) -> None:
        for each in events:
            if each.name == "backtest:progress":
                heard.put_nowait(each.payload["backtestId"])

    stop = service.app.services.events.listen(tell)
    task = asyncio.create_task(call(service, "backtest.optimize", ENDLESS))
    job_id = await heard.get()
    stop()
    return job_id, task


async def test_both_containers_tell_the_same_in_their_own_units(service: Running) -> None:
    answer = await call(service, "backtest.run", {**RUN, "initialCapital": 5_000})
    results, metrics = answer["results"], answer["metrics"]
    assert metrics["totalReturn"] == pytest.approx(50 * results["totalReturn"])
    assert metrics["totalReturnPercent"] == results["totalReturn"]
    assert metrics["maxDrawdown"] == -results["maxDrawdown"]
    assert metrics["winRate"] == pytest.approx(results["winRate"] / 100)
    assert results["finalBalance"] == pytest.approx(5_000 + metrics["totalReturn"])
    assert answer["equityCurve"][-1]["equity"] == pytest.approx(results["finalBalance"])
    assert len(answer["trades"]) == 2 * results["totalTrades"]
    assert answer["data"] == [
        {"exchange": "simulated", "source": "simulated", "bars": 744, "warmUp": 20, "missing": 0}
    ]


async def test_a_position_still_open_at_the_end_is_told_and_is_no_trade(service: Running) -> None:
    asked = {"strategy": "buy_and_hold", **OCTOBER, "feePercent": 1, "slippagePercent": 0}
    answer = await call(service, "backtest.run", asked)
    (held,) = answer["openPositions"]
    amount, entry, last = held["amount"], held["entryPrice"], held["lastPrice"]
    assert held == {
        "pair": "BTC/USDT",
        "side": "long",
        "amount": pytest.approx(10_000 / entry / 1.01),
        "entryPrice": entry,
        "lastPrice": last,
        "openedAt": epoch_ms(datetime(2026, 10, 1, 1, tzinfo=UTC)),
        "fees": pytest.approx(amount * entry * 0.01),
        "unrealizedPnl": pytest.approx(amount * last - 10_000),
    }
    results = answer["results"]
    assert results["finalBalance"] == pytest.approx(10_000 + held["unrealizedPnl"])
    assert (answer["trades"], results["totalTrades"], results["winRate"]) == ([], 0, 0)


async def test_the_gateways_names_and_spellings_give_the_same_run(service: Running) -> None:
    kit = await call(service, "backtest.run", {**RUN, "params": {"fastPeriod": 5, "slowPeriod": 30}})
    other = {
        "strategy": "ma_cross",
        "pair": "btcusdt",
        "start": "2026-10-01",
        "end": "2026-10-31",
        "initialCapital": 10_000,
        "params": {"fast_period": 5, "slow": 30},
    }
    gateway = await call(service, "backtest.run", other)
    assert gateway["results"] == kit["results"]
    assert gateway["strategy"] == "ma_cross"


async def test_each_row_of_a_grid_is_the_single_run(service: Running) -> None:
    grid = {"fastPeriod": [5, 10, 15, 20], "slowPeriod": [20, 30, 40, 50]}
    asked = {"strategy": "ma_crossover", **OCTOBER, "paramGrid": grid, "metric": "totalReturn"}
    found = await call(service, "backtest.optimize", asked)
    assert found["combinations"] == 15
    assert [row["score"] for row in found["results"]] == sorted(
        (row["score"] for row in found["results"]), reverse=True
    )
    for row in found["results"][:3]:
        # The lead is that of the slowest row, and simple averages do not depend on it.
        single = await call(service, "backtest.run", {**RUN, "params": row["params"]})
        assert single["results"]["totalReturn"] == row["score"]
    assert found["best"]["params"] == found["results"][0]["params"]


async def test_a_walk_forward_tells_of_its_trades(service: Running) -> None:
    grid = {"fastPeriod": [5, 10], "slowPeriod": [20, 30]}
    asked = {"strategy": "ma_crossover", **OCTOBER, "paramGrid": grid, "walkForward": 3}
    found = (await call(service, "backtest.optimize", asked))["walkForward"]
    results, windows = found["results"], found["windows"]
    assert len(windows) == 3
    assert results["totalTrades"] == sum(each["totalTrades"] for each in windows) > 0
    wins = sum(each["winRate"] / 100 * each["totalTrades"] for each in windows)
    assert results["winRate"] == pytest.approx(100 * wins / results["totalTrades"])
    growth = [1 + each["totalReturn"] / 100 for each in windows]
    assert results["totalReturn"] == pytest.approx(100 * (growth[0] * growth[1] * growth[2] - 1))
    assert results["fees"] > 0


async def test_progress_ends_at_a_hundred_before_the_answer(service: Running) -> None:
    told: list[tuple[str, Answer]] = []
    service.app.services.events.listen(lambda events: told.extend((e.name, dict(e.payload)) for e in events))
    answer = await call(service, "backtest.run", RUN)
    own = [each for each in told if each[1].get("backtestId") == answer["backtestId"]]
    assert [name for name, _ in own][-2:] == ["backtest:progress", "backtest:complete"]
    assert own[-2][1]["progress"] == 100
    assert own[-1][1]["status"] == "done"


async def test_a_backtest_is_kept_for_its_own_person_only(service: Running) -> None:
    answer = await call(service, "backtest.run", RUN)
    which = {"backtestId": answer["backtestId"]}
    kept = await call(service, "backtest.get", which)
    assert kept["result"] == answer
    listed = await call(service, "backtest.list", {})
    assert [each["backtestId"] for each in listed["backtests"]] == [answer["backtestId"]]
    stranger = Principal("eve", Role.TRADER)
    assert (await call(service, "backtest.list", {}, stranger))["backtests"] == []
    with pytest.raises(CallError) as error:
        await call(service, "backtest.get", which, stranger)
    assert error.value.reason is Code.NOT_FOUND


async def test_a_running_backtest_can_be_canceled_and_only_by_its_own_person(service: Running) -> None:
    job_id, task = await started(service)
    with pytest.raises(CallError):
        await call(service, "backtest.cancel", {"backtestId": job_id}, Principal("eve", Role.OWNER))
    ended = await call(service, "backtest.cancel", {"backtestId": job_id})
    assert ended["status"] == "canceled"
    with pytest.raises(CallError) as error:
        await task
    assert error.value.reason is Code.CONFLICT


async def test_what_waits_is_limited(service: Running) -> None:
    backtests, release = service.app.services.backtests, asyncio.Event()

    async def prepare() -> None:
        await release.wait()
        raise InvalidBacktest("it was only to wait")

    work = Work("run", {}, prepare, lambda job_id, answer: Result())
    jobs = await asyncio.gather(*(backtests.start(LOCAL_OWNER, work) for _ in range(MOST_EACH)))
    assert await refused(service, "backtest.run", RUN) is Code.RATE_LIMITED
    other = await call(service, "backtest.cancel", {"backtestId": jobs[-1].id})
    assert other["status"] == "canceled"
    again = asyncio.create_task(call(service, "backtest.run", RUN))
    release.set()
    assert (await again)["results"]["totalTrades"] > 0
    ended = [await backtests.finish(LOCAL_OWNER, each.id) for each in jobs]
    assert [each.error_code for each in ended] == [*["INVALID_PARAMS"] * (MOST_EACH - 1), None]


async def test_what_a_crash_cut_off_is_said_to_have_failed(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        cut = Job("bt_cut", "run", "owner", RUN, NOON, JobStatus.RUNNING, NOON)
        async with service.app.services.database.transact() as uow:
            await uow.jobs.add(cut)
    async with running(tmp_path) as service:
        found = await service.app.services.backtests.get(LOCAL_OWNER, "bt_cut")
    assert replace(found, error=None) == replace(
        cut, status=JobStatus.FAILED, finished_at=NOON, error_code="INTERNAL_ERROR"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"strategy": "ma_crosover"},
        {"params": {"fastPeriod": 20, "slowPeriod": 10}},
        {"params": {"fastPeriod": 2.5}},
        {"params": {"wings": 2}},
        {"params": {"fastPeriod": 5, "fast": 6}},
        {"from": "2026-10-31", "to": "2026-10-01"},
        {"from": "2026-13-01"},
        {"from": "2027-01-01", "to": "2027-02-01"},
        {"from": "2026-10-01", "to": "2026-10-01", "timeframe": "1d"},
        {"initialBalance": 0},
        {"sizing": "fixed"},
        {"sizing": "risk", "size": 1},
        {"sizing": "all_in", "size": 1},
        {"stopLossPercent": 100},
        {"dataset": "../secret.csv"},
        {"exchange": "mtgox"},
    ],
    ids=str,
)
async def test_what_makes_no_sense_is_refused(service: Running, wrong: dict[str, Any]) -> None:
    assert await refused(service, "backtest.run", {**RUN, **wrong}) is Code.INVALID_PARAMS


@pytest.mark.parametrize(
    "grid",
    [{"fastPeriod": []}, {"wings": [1]}, {"fastPeriod": [30], "slowPeriod": [20]}],
    ids=str,
)
async def test_a_grid_that_makes_no_sense_is_refused(service: Running, grid: dict[str, Any]) -> None:
    asked = {"strategy": "ma_crossover", **OCTOBER, "paramGrid": grid}
    assert await refused(service, "backtest.optimize", asked) is Code.INVALID_PARAMS


async def test_a_grid_of_millions_is_refused_with_both_figures(service: Running) -> None:
    grid = {"fastPeriod": list(range(1, 1_001)), "slowPeriod": list(range(1_001, 2_001))}
    asked = {"strategy": "ma_crossover", **OCTOBER, "paramGrid": grid}
    assert await refused(service, "backtest.optimize", asked) is Code.INVALID_PARAMS


async def test_pairs_share_the_balance_side_by_side(service: Running) -> None:
    both = await call(service, "backtest.run", {**RUN, "pairs": ["ETH/USDT"], "points": 10})
    halves = [
        await call(service, "backtest.run", {**RUN, "pair": pair, "initialBalance": 5_000})
        for pair in ("BTC/USDT", "ETH/USDT")
    ]
    final = sum(each["results"]["finalBalance"] for each in halves)
    assert both["results"]["finalBalance"] == pytest.approx(final)
    assert both["results"]["totalTrades"] == sum(each["results"]["totalTrades"] for each in halves)
    assert set(both["byPair"]) == {"BTC/USDT", "ETH/USDT"}


async def test_a_strategy_file_is_run_once_its_owner_has_enabled_it(service: Running) -> None:
    asked = {"strategy": "buy_the_dip", **OCTOBER}
    assert await refused(service, "backtest.run", asked) is Code.INVALID_PARAMS
    enabled = await call(service, "strategies.enable", {"file": "example.py"})
    assert (enabled["name"], enabled["own"]) == ("buy_the_dip", "example.py")
    answer = await call(service, "backtest.run", {**asked, "params": {"dip": 0.5}})
    assert answer["params"] == {"period": 20, "dip": 0.5}
    verified = await call(service, "backtest.verify", asked)
    assert verified["causal"] is True
    await call(service, "strategies.disable", {"name": "buy_the_dip"})
    assert await refused(service, "backtest.run", asked) is Code.INVALID_PARAMS


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("backtest.run", {"params": {"dip": 0}}),
        ("backtest.run", {"params": {"wings": 2}}),
        ("backtest.run", {"params": {"dip": 13}}),
        ("backtest.optimize", {"paramGrid": {"dip": [1, 13], "period": [5000]}}),
        ("backtest.optimize", {"paramGrid": {"dip": [13]}}),
        ("backtest.verify", {"params": {"dip": 13}}),
    ],
    ids=str,
)
async def test_what_a_strategy_file_refuses_fetches_no_candles(
    service: Running, name: str, wrong: dict[str, Any]
) -> None:
    await enable_superstitious(service)
    asked = {"strategy": "buy_the_dip", **OCTOBER}
    assert await refused(service, name, {**asked, **wrong}) is Code.INVALID_PARAMS
    assert (await call(service, "data.list", {}))["cached"] == []


async def test_a_strategy_file_warms_up_as_long_as_its_parameters_take(service: Running) -> None:
    await call(service, "strategies.enable", {"file": "example.py"})
    asked = {"strategy": "buy_the_dip", **OCTOBER}
    single = await call(service, "backtest.run", {**asked, "params": {"period": 50}})
    assert single["data"][0]["warmUp"] == 49
    grid = await call(service, "backtest.optimize", {**asked, "paramGrid": {"period": [10, 80, 30]}})
    assert grid["data"][0]["warmUp"] == 79


@pytest.mark.parametrize("strategy", Strategies().all, ids=lambda each: each.name)
async def test_the_lead_of_a_grid_is_long_enough_for_each_of_its_rows(strategy: Strategy) -> None:
    tried = {
        each.name: [min(max(each.least, most), each.most) for most in (2, 60)] for each in strategy.parameters
    }
    if not tried:
        assert await OfHouse(strategy).lead({}) == 0
        return
    rows = combinations(strategy, strategy.read({}), axes(strategy, tried))
    assert await OfHouse(strategy).lead({}, tried) == max(int(strategy.warm_up(each)) for each in rows)


async def enable_superstitious(service: Running) -> None:
    """Enable a strategy whose file refuses a dip of 13."""
    folder = service.app.services.strategies.folder
    text = (folder / "example.py").read_text(encoding="utf-8")
    rule = 'rules=(Rule(lambda values: values["dip"] != 13, "not 13"),),\n)'
    text = text.replace("import Lines, ", "import Lines, Rule, ")
    (folder / "wary.py").write_text(text.rstrip().removesuffix(")") + rule, encoding="utf-8")
    await call(service, "strategies.enable", {"file": "wary.py"})


async def test_those_who_wait_are_served_one_of_each_in_turn() -> None:
    turns, order = Turns(1), list[str]()

    async def work(who: str) -> None:
        async with turns.hold(who[0]):
            order.append(who)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for who in ("a1", "a2", "a3", "a4", "b1", "b2", "c1"):
            group.create_task(work(who))
    assert order == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]


async def test_without_a_grid_the_usual_values_of_what_is_left_open_are_tried(service: Running) -> None:
    asked = {"strategy": "macd", **OCTOBER, "params": {"fast": 8}}
    answer = await call(service, "backtest.optimize", asked)
    assert answer["combinations"] == 5 * 4
    assert {each["params"]["fastPeriod"] for each in answer["results"]} == {8}
    assert answer["leaders"] == answer["results"][:5]
    nothing_to_try = {"strategy": "buy_and_hold", **OCTOBER}
    assert await refused(service, "backtest.optimize", nothing_to_try) is Code.INVALID_PARAMS


@pytest.mark.parametrize(
    "strategy", [each for each in BUILT_IN if each.parameters], ids=lambda each: each.name
)
def test_every_strategy_has_a_grid_of_its_own_that_holds_its_bounds(strategy: Strategy) -> None:
    grid = strategy.grid({})
    rows = combinations(strategy, strategy.read({}), axes(strategy, grid))
    assert 9 <= len(rows) <= MOST_TRIED


async def test_a_model_is_shown_the_figures_of_a_past_backtest_and_not_its_trades(service: Running) -> None:
    ran = await call(service, "backtest.run", RUN)
    ctx = Context(LOCAL_OWNER, service.app.services, service.app.registry)
    job = await service.app.registry.call("backtest.get", {"backtestId": ran["backtestId"]}, ctx)
    shown = job.for_models()["result"]
    assert shown == {name: value for name, value in ran.items() if name not in ("trades", "equityCurve")}
