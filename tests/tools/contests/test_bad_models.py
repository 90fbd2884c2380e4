"""Whatever a model answers: it is recorded with its code, nothing is traded for it, and the others go on."""

import asyncio
from pathlib import Path
from typing import Any

from agent.models.errors import ModelBusy, ModelUnavailable, StreamCut
from agent.models.scripted import Broken
from tests.tools.contests.house import BNB, ETH, HOLDS, Mind, Ring, buys, closes, ring, sells
from trading.clock import ManualClock
from trading.symbols import Symbol

BAD: dict[str, tuple[Any, str]] = {
    "prose": ("I would buy some ether.", "no_json"),
    "two": (buys() + "\n" + sells(), "several_decisions"),
    "unknown": (buys(Symbol("PEPE", "USDT")), "unknown_symbol"),
    "nan": (buys(size=float("nan")), "not_a_number"),
    "lever": (buys(leverage=1e9), "out_of_range"),
    "nothing": ("", "no_text"),
    "broken": (Broken("", StreamCut("the line went dead")), "cut_off"),
    "busy": (ModelBusy("later"), "busy"),
    "away": (ModelUnavailable("nobody is there"), "unavailable"),
}  # fmt: skip
"""What a model says twice, as it is asked once more, and the code of that."""


async def test_what_cannot_be_read_is_recorded_by_its_code_and_trades_nothing(tmp_path: Path) -> None:
    seats = "ABCDEFGHI"
    async with ring(tmp_path, seats + "Z") as played:
        for seat, (said, _) in zip(seats, BAD.values(), strict=True):
            played[seat].says.extend([said, said])
        played["Z"].says.append(buys())
        await played.settled()
        for seat, (_, code) in zip(seats, BAD.values(), strict=True):
            [told] = await played.decisions(seat)
            shown = {name: told[name] for name in ("action", "outcome", "fault", "orderIds", "equity")}
            assert shown == {
                "action": None,
                "outcome": "silent",
                "fault": code,
                "orderIds": [],
                "equity": 100.0,
            }, seat
            assert told["reason"]
        assert await played.outcomes("Z") == [("executed", None)]
        status = await played.call("arena.status")
        last = status["last"]
        assert (last["status"], last["errors"], last["asked"]) == ("completed", 9, 14)


async def test_an_answer_that_was_mended_counts(tmp_path: Path) -> None:
    async with ring(tmp_path, "A") as played:
        played["A"].says.extend(["I buy!", buys()])
        await played.settled()
        assert await played.outcomes("A") == [("executed", None)]


async def test_rules_refuse_a_decision_by_name(tmp_path: Path) -> None:
    answers = {
        "A": (buys(size=1_000), "size_too_large"),
        "B": (buys(leverage=50), "leverage_too_high"),
        "C": (buys(stop_loss_pct=0.5), "stop_too_near"),
        "D": (buys(leverage=10, stop_loss_pct=15), "stop_beyond_liquidation"),
        "E": (closes(), "no_position"),
    }
    async with ring(tmp_path, "ABCDE") as played:
        for seat, (said, _) in answers.items():
            played[seat].says.append(said)
        await played.settled()
        for seat, (_, code) in answers.items():
            assert await played.outcomes(seat) == [("refused", code)]
            assert (await played.account(seat))["positions"] == []


async def test_who_answers_after_five_minutes_has_not_answered(tmp_path: Path) -> None:
    async with ring(tmp_path, "AB") as played:
        slow = Slow("openai:a", played.clock)
        played.minds.models["openai:a"] = slow
        played["B"].says.append(buys())
        cycle = asyncio.create_task(played.settled())
        await slow.asked.wait()
        await played.clock.leap(59)
        assert await played.outcomes("A") == []
        await played.clock.leap(1)
        await cycle
        assert await played.outcomes("A") == [("silent", "timeout")]
        assert await played.outcomes("B") == [("executed", None)]
        last = (await played.call("arena.status"))["last"]
        assert (last["status"], last["seconds"], last["errors"]) == ("completed", 60.0, 1)
        # What it would have said comes to nobody.
        await played.clock.leap(300)
        assert (await played.account("A"))["positions"] == []


class Slow(Mind):
    """A model that thinks for five minutes."""

    def __init__(self, name: str, clock: ManualClock) -> None:
        super().__init__(name)
        self.asked = asyncio.Event()
        self._clock = clock

    async def _wait(self) -> None:
        self.asked.set()
        await self._clock.sleep(300)


async def test_after_three_failures_nothing_is_opened_until_there_is_an_answer(tmp_path: Path) -> None:
    async with ring(tmp_path, "AB") as played:
        mind = played["A"]
        mind.says.append(buys(ETH))
        await played.settled()
        for number in (1, 2, 3, 4):
            mind.says.extend(["?", "?"])
            await played.cycle()
            assert (await played.account("A"))["safeMode"] is (number >= 3)
        assert await notices(played) == [("LLM-A", "no_json", 3)]

        mind.says.append(buys(BNB))
        await played.cycle()
        assert (await played.outcomes("A"))[-1] == ("refused", "safe_mode")
        assert (await played.account("A"))["safeMode"] is False
        mind.says.append(buys(BNB))
        await played.cycle()
        assert (await played.outcomes("A"))[-1] == ("executed", None)
        assert (await played.account("B"))["safeMode"] is False


async def test_in_safe_mode_a_position_is_closed(tmp_path: Path) -> None:
    async with ring(tmp_path, "A") as played:
        mind = played["A"]
        mind.says.extend([buys(ETH), *["?"] * 6, closes(ETH)])
        await played.settled()
        for _ in range(3):
            await played.cycle()
        assert (await played.account("A"))["safeMode"] is True
        await played.cycle()
        assert (await played.outcomes("A"))[-1] == ("executed", None)
        account = await played.account("A")
        assert (account["safeMode"], account["positions"], account["trades"]) == (False, [], 1)


async def test_a_good_answer_in_between_starts_the_count_anew(tmp_path: Path) -> None:
    async with ring(tmp_path, "A") as played:
        played["A"].says.extend([*["?"] * 4, HOLDS, *["?"] * 4])
        await played.settled()
        for _ in range(4):
            await played.cycle()
        assert (await played.account("A"))["safeMode"] is False
        assert await notices(played) == []


async def notices(played: Ring) -> list[tuple[str, str, int]]:
    """Return what the owner was told of: name, fault and failures."""
    told = [each["data"] for each in (await played.call("notices.list"))["notices"]]
    return [(each["name"], each["fault"], each["failures"]) for each in told]
