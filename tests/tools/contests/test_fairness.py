"""Nobody in an arena is told more than another, and the same decisions come to the same figures."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.tools.contests.house import BNB, ETH, Mind, Ring, buys, closes, ring, sells
from trading.exchanges.scripted import ScriptedMarket
from trading.model import Candle
from trading.symbols import Symbol
from trading.timeframes import Timeframe

ENDING = "Decide now. Answer with the JSON object only."
OWN = ("runId", "name", "model", "rank")


async def prompts(played: Ring) -> dict[str, list[str]]:
    return {
        seat: [request.system + "\n" + request.messages[0].text for request in played[seat].requests]
        for seat in "AB"
    }


async def test_two_models_that_say_the_same_tie_to_the_last_unit(tmp_path: Path) -> None:
    said = [buys(ETH, 37, 7, stop_loss_pct=4), sells(BNB, 15, 3), closes(BNB), "no", "no"]
    async with ring(tmp_path) as played:
        for seat in "AB":
            played[seat].says.extend(said)
        await played.settled()
        for number, price in enumerate((2_011, 1_988, 2_003)):
            await played.prices(90 + number, ETH=price, BNB=500 + number)
            await played.cycle()
        lines = (await played.call("arena.leaderboard"))["lines"]
        one, other = (next(each for each in lines if each["name"] == f"LLM-{seat}") for seat in "AB")
        assert one["rank"] == other["rank"]
        assert {**one, **{name: None for name in OWN}} == {**other, **{name: None for name in OWN}}
        assert one["trades"] == 1
        accounts = [await played.account(seat) for seat in "AB"]
        assert accounts[0]["equity"] == accounts[1]["equity"] != 100

        seen = await prompts(played)
        # What each is reminded of is its own, and is found once it has been taken note of.
        known = [[each.partition("# Similar")[0] for each in seen[seat]] for seat in "AB"]
        assert [each.removesuffix(ENDING) for each in known[0]] == [
            each.removesuffix(ENDING) for each in known[1]
        ]
        records = [await shared(played, seat) for seat in "AB"]
        assert records[0] == records[1]
        assert len({each["market"] for each in records[0]}) == 4


async def shared(played: Ring, seat: str) -> list[dict[str, Any]]:
    """Return what the records of a seat's decisions say it was shown."""
    found = []
    for each in await played.decisions(seat):
        record = await played.call("decisions.get", decisionId=each["decisionId"])
        names = ("market", "snapshot", "sharedHash")
        found.append({name: record["context"][name] for name in names})
    return found


async def test_what_another_decided_and_holds_is_told_to_nobody(tmp_path: Path) -> None:
    async with ring(tmp_path) as played:
        played["A"].says.append(buys(ETH, 33, 3, reasoning="The canary sings at dawn."))
        await played.settled()
        for _ in range(3):
            await played.cycle()
        seen = await prompts(played)
        assert any("canary" in each for each in seen["A"][1:])
        assert not any("canary" in each for each in seen["B"])
        cut = [each.partition("# Your account")[0] for each in seen["A"]]
        assert cut == [each.partition("# Your account")[0] for each in seen["B"]]


class Foresighted(ScriptedMarket):
    """A market that hands out the candles of tomorrow with those of today."""

    async def candles(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> Sequence[Candle]:
        found = list(await super().candles(symbol, timeframe, since, until, limit))
        if symbol == ETH and found:
            last = found[-1]
            price = last.close * 31
            found.append(Candle(last.opened_at + timedelta(days=1), price, price, price, price, last.volume))
        return found


async def test_a_feed_that_tells_of_tomorrow_gives_nobody_anything(tmp_path: Path) -> None:
    async with ring(tmp_path, kind=Foresighted) as played:
        played["A"].says.append(buys(ETH))
        await played.settled()
        assert await played.outcomes("A") == [("refused", "no_price")]
        told = " ".join(" ".join(each) for each in (await prompts(played)).values())
        assert "62000" not in told
        assert "BNBUSDT" in told


async def test_all_are_asked_alike_unless_a_seat_is_given_a_personality(tmp_path: Path) -> None:
    async with ring(tmp_path) as played:
        await played.settled()
        asked = [played[seat].requests[0] for seat in "AB"]
        assert asked[0] == asked[1]
        assert (asked[0].temperature, asked[0].tools) == (None, ())
        # The personality is an option of a run.
        plain = await played.call(
            "runs.start", name="plain", model="openai:a", pairs=["ETH/USDT"], settings={}
        )
        bold = await played.call(
            "runs.start", name="bold", model="openai:b", pairs=["ETH/USDT"], settings={"personality": "C"}
        )
        assert (plain["settings"], bold["settings"]) == ({}, {"personality": "C"})
        await played.settled()
        plain_prompt, bold_prompt = (played[seat].requests[-1] for seat in "AB")
        assert "aggressively" not in plain_prompt.system + plain_prompt.messages[0].text
        assert "aggressively" in bold_prompt.system + bold_prompt.messages[0].text


class Meeting(Mind):
    """A model that answers once as many others are being asked."""

    def __init__(self, name: str, barrier: asyncio.Barrier) -> None:
        super().__init__(name)
        self._barrier = barrier

    async def _wait(self) -> None:
        await self._barrier.wait()


async def test_seats_are_asked_at_the_same_time(tmp_path: Path) -> None:
    async with ring(tmp_path) as played:
        both = asyncio.Barrier(2)
        for seat in "AB":
            played.minds.models[f"openai:{seat.lower()}"] = Meeting(f"openai:{seat.lower()}", both)
        await asyncio.wait_for(played.settled(), 20)
        assert [await played.outcomes(seat) for seat in "AB"] == [[("hold", None)]] * 2
