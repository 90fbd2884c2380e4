"""What is told of cycles over a socket, and what is kept of what models decided."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.service import NOON
from tests.tools.contests.house import BNB, ETH, Ring, buys, closes, ring
from tests.wire import Wire, wire
from trading.clock import epoch_ms

START = epoch_ms(NOON)
EVENTS = ("arena.cycle.started", "arena.cycle.completed", "arena.decision", "arena.position")


Told = list[tuple[str, dict[str, Any]]]


async def told(connection: Wire) -> Told:
    """Return what comes up to the end of a cycle."""
    found: Told = []
    while not found or found[-1][0] != "arena.cycle.completed":
        frame = await connection.next()
        if frame.get("event") in EVENTS:
            found.append((frame["event"], frame["payload"]))
    return found


def some(payload: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: payload[name] for name in names}


def positions(cycle: Told) -> list[tuple[str, dict[str, Any]]]:
    """Return what is told of the positions of our seat in a cycle."""
    found = [each for name, each in cycle if name == "arena.position"]
    return [(each["action"], each["position"]) for each in found if each["position"]["name"] == "LLM-A"]


@asynccontextmanager
async def subscribed(home: Path) -> AsyncIterator[tuple[Ring, Wire]]:
    """Run an arena with one seat, and hear of everything in it."""
    async with ring(home, "A") as played, wire(played.service.url) as connection:
        await connection.request("events.subscribe", {"events": list(EVENTS)})
        yield played, connection


async def test_a_subscriber_hears_how_a_position_is_opened_updated_and_closed(tmp_path: Path) -> None:
    async with subscribed(tmp_path) as (played, connection):
        played["A"].says.extend([buys(ETH, 20, 2), "HOLD is no JSON", buys(BNB, 1_000), closes(ETH)])
        await played.settled()
        heard = [await told(connection)]
        for _ in range(2):
            await played.cycle()
            heard.append(await told(connection))
        [(first, opened)], [(then, _)], [(last, closed)] = [positions(each) for each in heard]
        assert (first, then, last) == ("OPENED", "UPDATED", "CLOSED")
        names = ("side", "pair", "entryPrice", "amount", "leverage", "margin", "openedAt", "provider")
        assert some(opened, *names) == {
            "side": "long",
            "pair": "ETH/USDT",
            "entryPrice": 2001.02,
            "amount": 0.0099,
            "leverage": 2.0,
            "margin": 9.905049,
            "openedAt": START,
            "provider": "openai",
        }
        assert [closed] == (await played.call("arena.trades", name="LLM-A"))["trades"]


async def test_a_subscriber_hears_of_cycles_and_decisions(tmp_path: Path) -> None:
    async with subscribed(tmp_path) as (played, connection):
        await played.settled()
        heard = await told(connection)
        [cycle] = (await played.call("arena.stats"))["recent"]
        same = {
            "cycleId": cycle["cycleId"],
            "contestId": (await played.call("arena.status"))["contestId"],
            "number": 1,
        }
        begun = {**same, "kind": "regular", "at": START, "startedAt": START}
        assert heard[0] == ("arena.cycle.started", begun)
        assert heard[-1] == (
            "arena.cycle.completed",
            {
                **same,
                "status": "completed",
                "seconds": 0.0,
                "asked": 5,
                "errors": 0,
                "opened": cycle["opened"],
                "closed": 0,
                "endedAt": START,
                "reason": None,
                "entrants": {"asked": 1, "opened": 0, "closed": 0},
            },
        )
        decided = [each for name, each in heard if name == "arena.decision"]
        assert len(decided) == 5
        assert [each for each in decided if each["name"] == "LLM-A"] == await played.decisions("A")


async def test_a_decision_is_kept_with_all_it_rests_on_and_its_outcome(tmp_path: Path) -> None:
    async with ring(tmp_path, "A") as played:
        played["A"].says.extend([buys(ETH, 20, 2, take_profit_pct=3), "?", "?", buys(ETH, 1_000)])
        await played.settled()
        [run] = [each["runId"] for each in await played.decisions("A")]
        for price in (2_000, 2_000):
            await played.prices(60, ETH=price)
            await played.cycle()
        refused, silent, placed = await records(played, run)
        names = ("action", "status", "source", "run", "model", "inputTokens", "outputTokens", "cost", "pairs")
        same = {"source": "run", "run": run, "model": "openai:a", "cost": None}
        assert some(placed, *names) == {
            **same,
            "action": "BUY",
            "status": "placed",
            "inputTokens": 1_000,
            "outputTokens": 100,
            "pairs": ["ETH/USDT"],
        }
        assert some(silent, *names) == {
            **same,
            "action": "UNCLEAR",
            "status": "failed",
            "inputTokens": 2_000,
            "outputTokens": 200,
            "pairs": [],
        }
        assert (refused["status"], refused["orderIds"], bool(refused["reason"])) == ("refused", [], True)
        assert placed["orderIds"] == (await played.decisions("A"))[0]["orderIds"]

        whole = await played.call("decisions.get", decisionId=placed["decisionId"])
        request = played["A"].requests[0]
        assert whole["prompt"]["messages"][0]["text"] == request.messages[0].text
        assert "BUY it is." in str(whole["response"])

        await played.prices(60, ETH=2_100)
        await played.cycle()
        for _ in range(5):
            await played.cycle()
        placed = (await records(played, run))[-1]
        [trade] = (await played.call("arena.trades", name="LLM-A"))["trades"]
        assert (trade["reason"], placed["pnl"], placed["pnlCurrency"]) == (
            "take_profit",
            trade["pnl"],
            "USDT",
        )


async def records(played: Ring, run: str) -> list[dict[str, Any]]:
    return list((await played.call("decisions.list", run=run))["decisions"])


async def test_what_a_baseline_does_is_no_decision_to_remember(tmp_path: Path) -> None:
    async with ring(tmp_path, "A") as played:
        await played.settled()
        runs = {each["name"]: each["runId"] for each in (await played.call("runs.list", arena=True))["runs"]}
        assert len(runs) == 5
        counts = {name: len(await records(played, run)) for name, run in runs.items()}
        assert counts == {"LLM-A": 1, "Cash": 0, "Hold ETH": 0, "Equal weight": 0, "Random": 0}


async def test_while_trading_is_halted_nothing_is_opened_and_stops_still_close(tmp_path: Path) -> None:
    async with ring(tmp_path, "AB") as played:
        played["A"].says.append(buys(ETH, stop_loss_pct=5))
        played["B"].says.append(buys(BNB))
        await played.settled()
        await played.call("trading.halt")
        played["A"].says.append(buys(BNB))
        await played.prices(60, ETH=1_800)
        await played.cycle()
        assert (await played.outcomes("A"))[-1] == ("refused", "trading_halted")
        [trade] = (await played.call("arena.trades", name="LLM-A"))["trades"]
        assert trade["reason"] == "stop_loss"
        last = (await played.call("arena.status"))["last"]
        assert (last["status"], last["errors"], last["closed"]) == ("completed", 0, 1)
        await played.call("trading.reduce")
        played["B"].says.append(closes(BNB))
        await played.cycle()
        assert (await played.outcomes("B"))[-1] == ("executed", None)
        await played.call("trading.rearm")
        played["A"].says.append(buys(BNB))
        await played.cycle()
        assert (await played.outcomes("A"))[-1] == ("executed", None)


async def test_who_reads_decisions_back_page_by_page_misses_none(tmp_path: Path) -> None:
    async with ring(tmp_path, "AB", limits=False) as played:
        await played.settled()
        for _ in range(3):
            await played.cycle()
        whole = (await played.call("arena.decisions", limit=1_000))["decisions"]
        # Six accounts decide in each cycle, so that no page ends with one.
        found, before = [], None
        for _ in range(len(whole)):
            page = await played.call("arena.decisions", limit=8, before=before)
            found += page["decisions"]
            if not page["hasMore"]:
                break
            before = page["decisions"][-1]["number"]
    assert found == whole
