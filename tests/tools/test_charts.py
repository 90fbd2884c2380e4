"""Charts as people ask for them: pictures from the workers, sentences beside them, and refusals."""

import asyncio
import subprocess
import sys
from base64 import b64decode
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from PIL import Image

from agent.models.port import ToolCall, ToolSpec
from agent.toolbelt import Tool, Toolbelt
from memory.records import Job, JobStatus
from tests.service import NOON, Running, running
from tools import chart
from tools.backtesting import MOST_EACH, Work
from tools.context import Context, Repeat
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER, Principal, Role
from tools.wire import Result
from trading.errors import InvalidBacktest

ROOT = Path(__file__).parent.parent.parent
OCTOBER = {"pair": "BTC/USDT", "from": "2026-10-01", "to": "2026-10-31"}
RUN = {"strategy": "ma_crossover", **OCTOBER}
GRID = {**RUN, "paramGrid": {"fastPeriod": [5, 10, 25], "slowPeriod": [20, 40]}}
PNG = {"mimeType": "image/png", "width": 1080}

Answer = dict[str, Any]


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as one:
        yield one


async def call(
    service: Running,
    name: str,
    params: dict[str, Any],
    who: Principal = LOCAL_OWNER,
    repeat: Repeat | None = None,
) -> Answer:
    """Call a capability and return its answer as the wire has it."""
    ctx = Context(who, service.app.services, service.app.registry, repeat=repeat)
    answer = await service.app.registry.call(name, params, ctx)
    return answer.model_dump(mode="json")


async def refused(
    service: Running, name: str, params: dict[str, Any], who: Principal = LOCAL_OWNER
) -> tuple[Code, Answer]:
    with pytest.raises(CallError) as error:
        await call(service, name, params, who)
    return error.value.reason, error.value.details


def size(answer: Answer) -> tuple[int, int]:
    """How large a picture is, which opens as what it is said to be."""
    with Image.open(BytesIO(b64decode(answer["data"], validate=True))) as image:
        image.load()
        assert Image.MIME[image.format or ""] == answer["mimeType"]
        return image.size


async def drawn(service: Running, name: str, params: dict[str, Any]) -> Answer:
    """Return a chart without its picture, which is as large as it is said to be."""
    answer = await call(service, name, params)
    assert size(answer) == (answer["width"], answer["height"])
    return {key: value for key, value in answer.items() if key != "data"}


async def test_a_backtest_is_drawn_and_told_in_a_sentence(service: Running) -> None:
    run = await call(service, "backtest.run", RUN)
    results = run["results"]
    assert await drawn(service, "chart.backtest", {"backtestId": run["backtestId"]}) == PNG | {
        "height": 1180,
        "caption": "ma_crossover on BTC/USDT 1h from 2026-10-01 to 2026-10-31 made "
        f"{results['finalBalance']:,.0f} USDT of 10,000: {results['totalReturn']:+.1f} % against "
        f"{results['buyAndHold']:+.1f} % of buy & hold, with a maximum drawdown of "
        f"{results['maxDrawdown']:.1f} % in {results['totalTrades']} trades.",
    }


async def test_a_backtest_of_several_pairs_or_without_trades_is_drawn(service: Running) -> None:
    several = await call(service, "backtest.run", {**RUN, "pairs": ["BTC/USDT", "ETH/USDT"]})
    picture = await drawn(service, "chart.backtest", {"backtestId": several["backtestId"]})
    assert picture["caption"].startswith(
        "ma_crossover on BTC/USDT and 1 more, 1h from 2026-10-01 to 2026-10-31"
    )
    idle = await call(
        service, "backtest.run", {"strategy": "rsi", **OCTOBER, "params": {"oversold": 1}, "points": 1}
    )
    picture = await drawn(service, "chart.backtest", {"backtestId": idle["backtestId"]})
    held = idle["results"]["buyAndHold"]
    assert picture["caption"] == (
        "rsi on BTC/USDT 1h from 2026-10-01 to 2026-10-31 made 10,000 USDT of 10,000: +0.0 % against "
        f"{held:+.1f} % of buy & hold, with a maximum drawdown of 0.0 % in 0 trades."
    )


async def test_an_equity_curve_tells_buy_and_hold_and_keeps_its_deepest_drawdown(service: Running) -> None:
    run = await call(service, "backtest.run", {**RUN, "points": 10})
    curve, results = run["equityCurve"], run["results"]
    peak, deepest = 10_000.0, 0.0
    for point in curve:
        peak = max(peak, point["equity"])
        deepest = max(deepest, 1 - point["equity"] / peak)
    assert len(curve) <= 10
    assert 100 * deepest == pytest.approx(results["maxDrawdown"])
    assert curve[-1]["hold"] == pytest.approx(10_000 * (1 + results["buyAndHold"] / 100))


async def test_candles_are_drawn_with_their_indicators_and_told_in_a_sentence(service: Running) -> None:
    asked = {"pair": "BTC/USDT", "limit": 50, "indicators": ["sma:3", "volume", "sma:3"]}
    found = (await call(service, "market.candles", {"pair": "BTC/USDT", "timeframe": "1h", "limit": 50}))[
        "candles"
    ]
    opens, closes = float(found[0]["open"]), [float(each["close"]) for each in found]
    volumes = [float(each["volume"]) for each in found[-20:]]
    assert await drawn(service, "chart.candles", asked) == PNG | {
        "height": 1080,
        "caption": "BTC/USDT on simulated, 50 candles of 1h from 2026-11-18 11:00 to 2026-11-20 12:00 UTC: "
        f"last {closes[-1]:,.0f}, {100 * (closes[-1] / opens - 1):+.1f} %, between "
        f"{min(float(each['low']) for each in found):,.0f} and "
        f"{max(float(each['high']) for each in found):,.0f}; SMA 3 at {sum(closes[-3:]) / 3:,.0f}; "
        f"mean volume 20 at {sum(volumes) / 20:,.2f}.",
    }


async def test_a_grid_is_drawn_with_its_best_and_told_in_a_sentence(service: Running) -> None:
    grid = await call(service, "backtest.optimize", GRID)
    scores = [each["score"] for each in grid["results"]]
    best = grid["best"]["params"]
    assert await drawn(service, "chart.optimization", {"backtestId": grid["backtestId"]}) == PNG | {
        "height": 710,
        "caption": "Sharpe ratio of ma_crossover on BTC/USDT 1h over fast period and slow period: best "
        f"{scores[0]:.2f} at fast period {best['fastPeriod']}, slow period {best['slowPeriod']}, of 5 "
        f"combinations with {min(scores):.2f} to {max(scores):.2f}; the best of the first part scored "
        f"{grid['validation']['outOfSampleScore']:.2f} on unseen candles.",
    }


async def test_a_grid_of_one_parameter_is_drawn_in_the_unit_of_its_metric(service: Running) -> None:
    asked = {"strategy": "rsi", **OCTOBER, "metric": "totalReturn", "outOfSamplePercent": 0}
    grid = await call(service, "backtest.optimize", {**asked, "paramGrid": {"period": [7, 14]}})
    scores, best = [each["score"] for each in grid["results"]], grid["best"]["params"]
    assert await drawn(service, "chart.optimization", {"backtestId": grid["backtestId"]}) == PNG | {
        "height": 900,
        "caption": f"Total return of rsi on BTC/USDT 1h over period: best {scores[0]:.2f} % at period "
        f"{best['period']}, oversold 30, overbought 70, of 2 combinations with {min(scores):.2f} to "
        f"{max(scores):.2f} %.",
    }


async def test_what_is_drawn_twice_is_the_same(service: Running) -> None:
    asked = {"pair": "ETH/USDT", "indicators": ["macd", "bb", "rsi"]}
    first = await call(service, "chart.candles", asked)
    assert await call(service, "chart.candles", asked) == first


async def test_only_a_finished_backtest_of_ones_own_and_of_its_kind_is_drawn(service: Running) -> None:
    run = (await call(service, "backtest.run", RUN))["backtestId"]
    grid = (await call(service, "backtest.optimize", GRID))["backtestId"]
    walk = (await call(service, "backtest.optimize", {**GRID, "walkForward": 2}))["backtestId"]
    bare = (await call(service, "backtest.run", {**RUN, "points": 0}))["backtestId"]
    cut = Job("bt_cut", "run", "owner", RUN, NOON, JobStatus.FAILED, NOON, NOON)
    async with service.app.services.database.transact() as uow:
        await uow.jobs.add(cut)
    stranger = Principal("eve", Role.OWNER)
    told = {run: "run", grid: "optimize", "bt_cut": "run"}

    def details(job_id: str, status: str = "done") -> Answer:
        return {"backtestId": job_id, "kind": told[job_id], "status": status}

    assert await refused(service, "chart.optimization", {"backtestId": run}) == (
        Code.INVALID_PARAMS,
        details(run),
    )
    assert await refused(service, "chart.backtest", {"backtestId": grid}) == (
        Code.INVALID_PARAMS,
        details(grid),
    )
    assert await refused(service, "chart.backtest", {"backtestId": "bt_cut"}) == (
        Code.CONFLICT,
        details("bt_cut", "failed"),
    )
    for name, job_id, who, code in (
        ("chart.backtest", run, stranger, Code.NOT_FOUND),
        ("chart.optimization", grid, stranger, Code.NOT_FOUND),
        ("chart.backtest", "bt_none", LOCAL_OWNER, Code.NOT_FOUND),
        ("chart.optimization", "opt_none", LOCAL_OWNER, Code.NOT_FOUND),
        ("chart.backtest", bare, LOCAL_OWNER, Code.INVALID_PARAMS),
        ("chart.optimization", walk, LOCAL_OWNER, Code.INVALID_PARAMS),
    ):
        assert (await refused(service, name, {"backtestId": job_id}, who))[0] is code, (name, job_id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"indicators": [f"sma:{each}" for each in range(2, 11)]},
        {"indicators": ["astrology"]},
        {"indicators": ["sma:0"]},
        {"indicators": ["macd:26,12"]},
        {"indicators": "sma"},
        {"limit": 1},
        {"limit": 301},
        {"timeframe": "7q"},
        {"pair": "nothing"},
        {"exchange": "mtgox"},
    ],
    ids=str,
)
async def test_what_cannot_be_drawn_is_refused(service: Running, wrong: dict[str, Any]) -> None:
    asked = {"pair": "BTC/USDT", **wrong}
    assert (await refused(service, "chart.candles", asked))[0] is Code.INVALID_PARAMS


async def test_a_chart_is_refused_where_too_many_backtests_wait_already(service: Running) -> None:
    backtests, release = service.app.services.backtests, asyncio.Event()

    async def prepare() -> None:
        await release.wait()
        raise InvalidBacktest("it was only to wait")

    work = Work("run", {}, prepare, lambda job_id, answer: Result())
    jobs = [await backtests.start(LOCAL_OWNER, work) for _ in range(MOST_EACH)]
    asked = {"pair": "BTC/USDT", "limit": 5}
    async with asyncio.timeout(60):
        assert (await refused(service, "chart.candles", asked))[0] is Code.RATE_LIMITED
    release.set()
    for each in jobs:
        await backtests.finish(LOCAL_OWNER, each.id)
    # What was drawn makes room again, or the last of these would be refused.
    for _ in range(MOST_EACH + 1):
        assert size(await call(service, "chart.candles", asked))[0] == 1080


def holding(folder: Path, piece: bytes) -> dict[str, bool]:
    """Return for each file of a folder whether a piece is in it."""
    return {each.name: piece in each.read_bytes() for each in folder.rglob("*") if each.is_file()}


async def test_a_picture_is_neither_recorded_nor_put_before_a_model(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        asked = {"pair": "BTC/USDT", "limit": 5}
        whole = await call(service, "chart.candles", asked, repeat=Repeat("once"))
        tool = Tool(chart.candles, ToolSpec("chart_candles", "Draw.", {}))
        ctx = Context(LOCAL_OWNER, service.app.services, service.app.registry)
        belt = Toolbelt(service.app.registry, ctx, [tool])
        outcome = await belt.use(ToolCall("call_1", "chart_candles", asked), "turn_1")
    shown = {key: value for key, value in whole.items() if key != "data"}
    assert (outcome.ok, orjson.loads(outcome.message.text), outcome.content) == (True, shown, shown)
    piece = whole["data"][1_000:1_060].encode()
    files = holding(tmp_path, piece)
    assert "kit.db" in files
    assert not any(files.values()), files


DRAW = """
import asyncio, sys
from pathlib import Path
from tests.service import running
from tools.context import Context
from tools.policy import LOCAL_OWNER

async def main():
    async with running(Path(sys.argv[1])) as service:
        ctx = Context(LOCAL_OWNER, service.app.services, service.app.registry)
        answer = await service.app.registry.call("chart.candles", {"pair": "BTC/USDT"}, ctx)
        print(answer.width, sorted({"matplotlib", "PIL", "numba", "pyarrow"} & set(sys.modules)))

asyncio.run(main())
"""


def test_nothing_that_draws_is_loaded_into_the_service(tmp_path: Path) -> None:
    drew = subprocess.run(
        [sys.executable, "-c", DRAW, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert drew.stdout == "1080 []\n"


async def test_what_an_account_was_worth_is_drawn_where_nobody_else_looks(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        for _ in range(2):
            await service.advance(60)
            await call(
                service,
                "trade.execute",
                {"action": "buy", "pair": "BTC/USDT", "type": "market", "amount": 100},
            )
        told = await call(service, "chart.equity", {"period": "24h"})
        assert {name: told[name] for name in PNG} == PNG
        assert told["caption"].startswith(
            "PAPER: account main went from 100,000 to 100,000 USDT within 24h: "
        )
        context = Context(LOCAL_OWNER, service.app.services, service.app.registry, shared=True)
        with pytest.raises(CallError) as error:
            await service.app.registry.call("chart.equity", {}, context)
        assert error.value.reason is Code.FORBIDDEN


async def test_an_account_without_history_is_drawn_as_it_stands(service: Running) -> None:
    told = await call(service, "chart.equity", {"period": "24h"})
    assert {name: told[name] for name in PNG} == PNG
