"""What an arena does when people and the world come in between its cycles, and in the middle of one."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.service import NOON
from tests.tools.contests.house import (
    BNB,
    ETH,
    XRP,
    Mind,
    Ring,
    buys,
    closes,
    ring,
)
from tools.errors import Code
from trading.clock import epoch_ms, iso
from trading.errors import ExchangeUnavailable
from trading.exchanges.scripted import ScriptedMarket
from trading.model import Instrument
from trading.symbols import Symbol

START = epoch_ms(NOON)


class Held(Mind):
    """A model that answers once it may."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._hold = asyncio.Event()

    def go(self) -> None:
        """Let it answer."""
        assert self._hold is not None
        self._hold.set()

    def stop(self) -> None:
        """Have it wait again."""
        assert self._hold is not None
        self._hold.clear()


async def in_a_cycle(
    played: Ring, seat: str, said: str, after: float = 0
) -> tuple[Held, "asyncio.Task[None]"]:
    """Return a model that is just being asked, and the cycle in which it is, so many seconds from now."""
    mind = Held(f"openai:{seat.lower()}")
    mind.says.append(said)
    # It sits there before the time has come: the service itself may be the first to see that it has.
    played.minds.models[mind.name] = mind
    await played.clock.leap(after)
    cycle = asyncio.create_task(played.settled())
    await mind.held.wait()
    return mind, cycle


async def test_of_two_triggers_at_once_one_is_refused(tmp_path: Path) -> None:
    async with ring(tmp_path, "A") as played:
        await played.settled()
        codes = await asyncio.gather(*(played.code("arena.trigger") for _ in range(2)))
        assert sorted(map(str, codes)) == sorted(["None", str(Code.CONFLICT)])
        await played.settled()
        [last, first] = (await played.call("arena.stats"))["recent"]
        assert [(each["number"], each["kind"]) for each in (first, last)] == [
            (1, "regular"),
            (2, "triggered"),
        ]


async def test_a_trigger_while_a_cycle_runs_is_refused_and_a_slot_is_left_out(tmp_path: Path) -> None:
    async with ring(tmp_path, "A") as played:
        mind, cycle = await in_a_cycle(played, "A", buys())
        assert await played.code("arena.trigger") is Code.CONFLICT
        status = await played.call("arena.status")
        assert (status["cycle"]["number"], status["cycle"]["status"]) == (1, "running")
        mind.go()
        await cycle
        assert await played.outcomes("A") == [("executed", None)]


async def test_what_was_decided_before_a_stop_is_left_undone(tmp_path: Path) -> None:
    async with ring(tmp_path, "AB") as played:
        played["B"].says.append(buys())
        mind, cycle = await in_a_cycle(played, "A", buys())
        [stopped] = (await played.call("runs.stop", name="LLM-A"))["runs"]
        assert (stopped["state"], stopped["ending"]) == ("stopped", "close")
        mind.go()
        await cycle
        assert await played.outcomes("A") == [("refused", "not_running")]
        assert await played.outcomes("B") == [("executed", None)]
        await played.cycle()
        assert (await played.account("A"))["positions"] == []


async def test_a_stop_closes_at_once_for_its_owner(tmp_path: Path) -> None:
    async with ring(tmp_path, "AB") as played:
        for seat in "AB":
            played[seat].says.append(buys())
        await played.settled()
        await played.call("runs.stop", name="LLM-A")
        await played.settled()
        account = await played.account("A")
        assert (account["state"], account["positions"], account["trades"]) == ("stopped", [], 1)
        [trade] = (await played.call("arena.trades", name="LLM-A"))["trades"]
        assert trade["reason"] == "manual"
        assert len((await played.account("B"))["positions"]) == 1
        [closing, _] = (await played.call("arena.stats"))["recent"]
        assert (closing["kind"], closing["asked"], closing["closed"]) == ("closing", 0, 1)


async def test_a_stop_in_a_cycle_closes_with_the_next_slot(tmp_path: Path) -> None:
    async with ring(tmp_path, "A") as played:
        played["A"].says.append(buys())
        await played.settled()
        mind, cycle = await in_a_cycle(played, "A", buys(BNB), after=300)
        await played.call("runs.stop", name="LLM-A")
        mind.go()
        await cycle
        assert [each["pair"] for each in (await played.account("A"))["positions"]] == ["ETH/USDT"]
        await played.cycle()
        assert (await played.account("A"))["positions"] == []


async def test_what_is_kept_at_a_stop_stays_open_and_is_measured(tmp_path: Path) -> None:
    async with ring(tmp_path, "A") as played:
        played["A"].says.append(buys())
        await played.settled()
        await played.call("runs.stop", name="LLM-A", positions="keep")
        await played.prices(60, ETH=2_200)
        await played.cycle()
        account = await played.account("A")
        assert (account["state"], len(account["positions"])) == ("stopped", 1)
        assert account["equity"] > 101
        assert (await played.decisions("A"))[-1]["outcome"] == "measured"
        assert len(played["A"].requests) == 1


async def test_a_paused_arena_begins_nothing_but_what_is_triggered(tmp_path: Path) -> None:
    async with ring(tmp_path, "A") as played:
        await played.settled()
        assert await played.call("arena.pause") == {"pausedAt": iso(NOON)}
        assert await played.code("arena.pause") is not None
        await played.cycle(3_000)
        status = await played.call("arena.status")
        assert (status["state"], status["cycles"], status["nextAt"]) == ("paused", 1, None)
        await played.call("arena.trigger")
        await played.settled()
        status = await played.call("arena.status")
        assert (status["state"], status["cycles"], status["nextAt"]) == ("paused", 2, None)
        await played.clock.leap(60)
        assert (await played.call("arena.resume"))["nextAt"] == iso(later(3_300))
        assert await played.code("arena.resume") is not None
        await played.cycle(240)
        assert (await played.call("arena.status"))["cycles"] == 3


async def test_a_paused_run_is_measured_and_not_asked(tmp_path: Path) -> None:
    async with ring(tmp_path, "AB") as played:
        played["A"].says.append(buys(stop_loss_pct=5))
        await played.settled()
        [paused] = (await played.call("runs.pause", name="LLM-A"))["runs"]
        assert paused["state"] == "paused"
        await played.prices(60, ETH=1_800)
        await played.cycle()
        assert [len(played[seat].requests) for seat in "AB"] == [1, 2]
        [trade] = (await played.call("arena.trades", name="LLM-A"))["trades"]
        assert trade["reason"] == "stop_loss"
        [resumed] = (await played.call("runs.resume", name="LLM-A"))["runs"]
        assert resumed["state"] == "running"
        await played.cycle()
        assert [len(played[seat].requests) for seat in "AB"] == [2, 3]


async def test_a_model_that_was_taken_away_decides_nothing_and_keeps_its_account(tmp_path: Path) -> None:
    async with ring(tmp_path, "AB") as played:
        played["A"].says.append(buys())
        await played.settled()
        gone = played.minds.models.pop("openai:a")
        await played.cycle()
        assert await played.outcomes("A") == [("executed", None), ("silent", "unknown_decider")]
        assert await played.outcomes("B") == [("hold", None), ("hold", None)]
        account = await played.account("A")
        assert (account["provider"], account["model"], len(account["positions"])) == (
            "offline",
            "openai:a",
            1,
        )
        played.minds.models["openai:a"] = gone
        played["A"].says.append(closes())
        await played.cycle()
        assert (await played.outcomes("A"))[-1] == ("executed", None)


class Patchy(ScriptedMarket):
    """A market that does not know some of its pairs for a while."""

    silent: frozenset[Symbol] = frozenset()

    async def instrument(self, symbol: Symbol) -> Instrument:
        if symbol in self.silent:
            raise ExchangeUnavailable(f"nothing is known of {symbol}")
        return await super().instrument(symbol)


async def test_a_pair_without_a_price_is_not_traded_and_is_made_up_for(tmp_path: Path) -> None:
    async with ring(tmp_path, "ABC", kind=Patchy) as played:
        market: Any = played.market
        played["A"].says.append(buys(ETH, stop_loss_pct=5, take_profit_pct=20))
        await played.settled()
        market.silent = frozenset({ETH})
        played["A"].says.append(closes(ETH))
        played["B"].says.append(buys(ETH))
        played["C"].says.append(buys(BNB))
        await played.prices(130, ETH=1_800)
        await played.prices(200, ETH=2_000)
        await played.cycle()
        ends = [(await played.outcomes(seat))[-1] for seat in "ABC"]
        assert ends == [("refused", "no_price"), ("refused", "no_price"), ("executed", None)]
        held = (await played.account("A"))["positions"]
        assert [(each["pair"], each["currentPrice"]) for each in held] == [("ETH/USDT", 2000.0)]
        market.silent = frozenset()
        await played.cycle()
        # The stop was reached while nobody could see it.
        [trade] = (await played.call("arena.trades", name="LLM-A"))["trades"]
        assert (trade["reason"], trade["closedAt"]) == ("stop_loss", START + 120_000)
        assert (await played.call("arena.replay"))["equal"] is True


async def test_a_cycle_without_a_market_has_failed_and_the_next_one_goes_on(tmp_path: Path) -> None:
    async with ring(tmp_path, "A") as played:
        played["A"].says.append(buys(XRP))
        await played.settled()
        played.market.fail("the market is down")
        await played.cycle()
        status = await played.call("arena.status")
        assert (status["state"], status["cycles"], status["failed"], status["errors"]) == ("running", 2, 1, 0)
        last = status["last"]
        shown = {name: last[name] for name in ("number", "status", "asked", "opened", "digest", "reason")}
        assert shown == {
            "number": 2,
            "status": "failed",
            "asked": 0,
            "opened": 0,
            "digest": None,
            "reason": "no pair has a price",
        }
        stats = await played.call("arena.stats")
        assert (stats["cycles"], stats["completed"], stats["failed"], stats["successRate"]) == (2, 1, 1, 0.5)
        assert len((await played.account("A"))["positions"]) == 1
        assert (await played.call("arena.leaderboard"))["cycles"] == 1
        played.market.fail(None)
        await played.cycle()
        assert await played.outcomes("A") == [("executed", None), ("hold", None)]
        assert len(played["A"].requests) == 2


def later(seconds: float) -> datetime:
    return datetime.fromtimestamp(NOON.timestamp() + seconds, NOON.tzinfo)
