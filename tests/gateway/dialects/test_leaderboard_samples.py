"""The sample of the leaderboard reference, as it is printed there, against the whole service."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.conformance.players import Players
from tests.gateway.dialects.scripts import in_node, sample
from tests.service import NOON, running
from trading.clock import ManualClock

pytestmark = pytest.mark.xdist_group("ports")

TOLD = ["connection", "cycle_start", *["llm_decision", "position_update"] * 3, "cycle_complete"]
"""What a cycle is told by in which each of three opens a position."""


async def test_who_listens_hears_of_a_cycle_and_of_the_end_of_the_service(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    home, players = tmp_path / "home", Players(clock)
    async with AsyncExitStack() as house:
        service = await house.enter_async_context(
            running(home, clock=clock, deciders=players, arena=True, extra_ports=[8000])
        )
        async with in_node(tmp_path, sample("leaderboard_listening")) as script:
            await script.until("^Connected$")
            await script.until("type: 'connection'")
            contests = service.app.services.contests
            assert contests.arena is not None
            await contests.keeper.trigger((await contests.arena.ensure()).id)
            await contests.keeper.settled()
            await script.until("type: 'cycle_complete'")
            await house.aclose()
            printed = (await script.rest()).splitlines()
    assert [line.split("'")[1] for line in printed if line.startswith("  type: ")] == TOLD
    assert printed[-1] == "Disconnected"


async def test_the_printed_requests_are_answered_for_the_account_and_pair_they_name(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    home, players = tmp_path / "home", Players(clock)
    told: dict[str, Any] = {}
    async with running(home, clock=clock, deciders=players, arena=True, extra_ports=[8000]) as service:
        contests = service.app.services.contests
        assert contests.arena is not None
        season = await contests.arena.ensure()
        # In the third one of two positions is closed again.
        for _ in range(3):
            await contests.keeper.trigger(season.id)
            await contests.keeper.settled()
        async with aiohttp.ClientSession() as session:
            for line in sample("leaderboard_requests").splitlines():
                method, path = line.split(" ")
                async with session.request(method, f"http://localhost:8000{path}") as answer:
                    assert answer.status == 200, line
                    told[path] = await answer.json()
    account, positions, trades, own, price, ticker, indicators = told.values()
    assert (account["llm_id"], account["open_positions_count"]) == ("LLM-A", len(positions))
    assert [each["llm_id"] for each in [*positions, *own]] == ["LLM-A"] * 2
    assert (len(trades), {each["symbol"] for each in trades}) == (3, {"ETHUSDT"})
    assert price["price"] == ticker["price"]
    assert {each["symbol"] for each in (price, ticker, indicators)} == {"ETHUSDT"}
