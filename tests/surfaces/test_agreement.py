"""Over a day of trading every surface tells the same balances, positions, P&L and prices."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp

from bot.scripted import ScriptedChat
from kit.client import KitClient
from tests.bot.room import ADA, Room
from tests.surfaces.day import BNB, ETH, HOURS, LOOKS, MINDS, PAIRS, Day, Facts, disagreements
from tests.surfaces.duel import ARENA, SEATS, Seat
from tests.surfaces.tellers import ACCOUNT, World
from tests.tools.contests.house import PRICES, ring

EVERYBODY = {**ACCOUNT, **ARENA}


@asynccontextmanager
async def a_day(home: Path) -> AsyncIterator[tuple[Day, World]]:
    """Run a service with an arena, a chat and a market that does what the day says."""
    chat = ScriptedChat()

    def adapters(receive: Any) -> list[ScriptedChat]:
        chat.receive = receive
        return [chat]

    async with ring(home, "AB", limits=False, chats=adapters) as opened:
        opened.market.level_amount = Decimal(10_000)
        room = Room(opened.service, chat)
        await room.let_in(ADA, "owner")
        async with KitClient(opened.service.url) as client, aiohttp.ClientSession() as session:
            prices = {pair: Decimal(PRICES[pair][0]) for pair in PAIRS}
            yield Day(opened, client, prices), World(opened.service, session, room)


async def test_every_surface_tells_what_the_day_has_come_to(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (day, world):
        seats = {name: Seat() for name in SEATS}
        truth: Facts = {}
        for number in range(HOURS):
            await day.hour(number)
            for letter, says in MINDS.get(number, {}).items():
                seats[f"LLM-{letter}"].decides(says, day.prices)
            if number + 1 not in LOOKS:
                continue
            truth = day.truth()
            for name, seat in seats.items():
                truth |= seat.facts(name, day.prices)
            told = {name: await tell(world) for name, tell in EVERYBODY.items()}
            assert disagreements(told, truth) == [], f"after hour {number}"
            # Each has told something, and together they have told everything.
            assert all(told.values())
            assert {fact for facts in told.values() for fact in facts} == set(truth)
        # The control: what is told after one more trade is found to differ, whoever tells it.
        await day.client.trade.execute(
            action="buy", pair=str(ETH), amount=3, amount_type="base", type="market"
        )
        await day.ring.prices(60, ETH="2200", BNB="470")
        await day.ring.cycle(300)
        later = {name: await tell(world) for name, tell in EVERYBODY.items()}
    assert {surface for surface, *_ in disagreements(later, truth)} == set(EVERYBODY)
    assert truth[f"last {BNB}"] == 478
