"""Over a day of trading every surface tells the same balances, positions, P&L, prices and orders."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp

from kit.client import KitClient
from tests.service import NOON
from tests.surfaces.day import SCRIPT, Day, Facts
from tests.surfaces.tellers import TELLERS, Written, runs, seats
from tests.tools.contests.house import ring

LAST_DIGIT = Decimal("1e-8")

AGAIN = ("sides", "sizes", "entries", "unrealized", "worth", "cash", "prices", "balances")
"""What a WebSocket tells twice, in the words of either reference."""


def agrees(said: Any, truth: Any) -> bool:
    """Tell whether something is the truth: figures to 1e-8, those for people to the places written."""
    if isinstance(said, Mapping):
        return said.keys() == truth.keys() and all(agrees(said[key], truth[key]) for key in said)
    if isinstance(said, list | tuple):
        return len(said) == len(truth) and all(map(agrees, said, truth))
    if said is None or truth is None:
        return said is truth
    if isinstance(said, Written):
        places = Decimal(1).scaleb(int(said.value.as_tuple().exponent))
        return bool(abs(said.value - truth) <= places / 2)
    if isinstance(said, Decimal):
        return bool(abs(said - truth) <= LAST_DIGIT)
    return bool(said == truth)


def disagreements(told: Mapping[str, Facts], truth: Facts) -> list[tuple[Any, ...]]:
    """Return who tells something else than the truth, and about what."""
    known = {**truth, "again": {name: truth[name] for name in AGAIN}}
    return [
        (surface, name, value, known[name])
        for surface, said in told.items()
        for name, value in said.items()
        if not agrees(value, known[name])
    ]


async def test_all_through_a_day_every_surface_tells_what_its_fills_come_to(tmp_path: Path) -> None:
    async with (
        ring(tmp_path, "A", limits=False) as played,
        aiohttp.ClientSession() as session,
        KitClient(played.service.url) as client,
    ):
        await played.settled()
        day = Day(played, client)
        before: Facts = {}
        for part in SCRIPT:
            await part(day)
            truth = day.main.facts(day.prices)
            told = {name: await tells(played.service, session) for name, tells in TELLERS.items()}
            assert disagreements(told, truth) == [], part.__name__
            of_seat = await seats(played.service, session, "LLM-A")
            assert disagreements(of_seat, day.seat.facts(day.prices)) == [], part.__name__
            of_run = await runs(played.service, session)
            assert disagreements(of_run, day.run.facts(day.prices)) == [], part.__name__
            # The control: what is told of one moment is wrong for any other.
            if before:
                assert {name for name, *_ in disagreements(told, before)} == set(TELLERS)
            before = truth
        arena = await client.call("arena.status")
    assert played.clock.now() == NOON + timedelta(days=1)
    # One at either end of the day and every five minutes between.
    assert (arena["cycles"], arena["failed"]) == (24 * 12 + 1, 0)
