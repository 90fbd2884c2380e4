"""Luck is not called skill, and an edge that was planted is found: from decisions to the leaderboard."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from memory.database import Database
from tests.service import NOON, begin
from tests.tools.contests.house import ETH, FIVE, XRP, LeapingClock, a_market, buys, closes, sells
from tests.tools.contests.worker import a_worker, scripted

CYCLES = 302
"""The first look is at 300 of them; the first point is where the first return begins."""


@pytest.mark.long
async def test_who_decides_by_lot_is_not_distinguished_and_who_knows_what_comes_is(tmp_path: Path) -> None:
    clock, lot = LeapingClock(NOON - timedelta(hours=1)), Random(7)
    market = await a_market(clock)
    # Every second cycle the price goes 3 % up or down, and then back.
    rises = {number: lot.random() < 0.5 for number in range(1, CYCLES + 1, 2)}
    script = {}
    for number in range(1, CYCLES + 1):
        if number % 2:
            lots = rises[number], lot.random() < 0.5
            knows, guesses = (buys(XRP, 40, 2) if up else sells(XRP, 40, 2) for up in lots)
            script[number] = {"A": knows, "B": guesses}
        else:
            script[number] = {"A": closes(XRP), "B": closes(XRP)}
    minds = scripted(clock, script)
    await begin(tmp_path / "kit.db")
    async with Database.open(f"sqlite:///{tmp_path / 'kit.db'}") as database:
        worker = a_worker(database, clock, market, minds, symbols=(ETH, XRP))
        contest = await worker.arena.ensure()
        for number in range(1, CYCLES + 1):
            await worker.step()
            price = "2" if number % 2 == 0 else "2.06" if rises[number] else "1.94"
            market.trade(XRP, price, at=clock.now() + timedelta(seconds=100))
            await clock.leap(FIVE)
        board = await worker.boards.of(contest)
    lines = {each.name: each for each in board.lines}
    seer, gambler = lines["LLM-A"], lines["LLM-B"]
    assert (seer.rank, seer.verdict, seer.finding) == (1, "distinguishable", "above")
    assert gambler.verdict == "not_distinguishable"
    assert all(each.verdict is None for each in board.lines if each.baseline)
    assert (board.cycles, board.next_look, seer.trades, gambler.trades) == (CYCLES, 600, 151, 151)
    assert seer.interval is not None
    assert seer.interval.low > 0
    assert "LLM-A above" in board.says
    assert "LLM-B" not in board.says
