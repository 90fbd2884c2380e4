"""Reckoning every curve of an arena again, from its stored markets and decisions alone.

A fresh database, the same rules and the same desk: what was carried out is carried out again at the market of
its cycle, what a rule was against must be refused again, and every point must come out equal to the last
digit.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from memory.database import Database
from tools.contests.parts import Floors
from trading.clock import iso
from trading.errors import TradingError
from trading.ports import NewId
from trading.runs.accounts import open_contest_account
from trading.runs.contest import Contest
from trading.runs.cycle import Cycle, Entry, Outcome, Task
from trading.runs.cycle_market import CycleMarket, digest, from_plain
from trading.runs.decision import from_plain as decision_of
from trading.runs.floor import Floor
from trading.runs.record import Run
from trading.runs.rules import Refused, judge

PAGE = 200

RULES = frozenset(each.value for each in Refused) - {Refused.SAFE_MODE, Refused.NOT_RUNNING}
"""Refusals that follow from the stored market and decisions alone; whatever else kept an order off is taken
as it was told: what a person did, or what a decider failed to answer before."""

Copy = Callable[[], AbstractAsyncContextManager[tuple[Database, Floors]]]
"""Opens an empty database, and the floors over it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first figure that came out otherwise."""

    number: int
    run: str
    what: str
    stored: str
    replayed: str

    def told(self) -> Mapping[str, Any]:
        """Return it as callers see it."""
        return {
            "number": self.number,
            "name": self.run,
            "what": self.what,
            "stored": self.stored,
            "replayed": self.replayed,
        }


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of a replay: how many cycles and points were reckoned, and the first difference."""

    cycles: int
    points: int
    difference: Difference | None = None


async def replay(database: Database, copy: Copy, contest: Contest, new_id: NewId) -> Replay:
    """Reckon a contest again beside its own database, which is only read."""
    async with database.read() as uow:
        runs = {each.id: each for each in await uow.runs.of_contest(contest.id)}
        accounts = [await uow.accounts.get(each.account) for each in runs.values()]
    async with copy() as (fresh, floors):
        for account in accounts:
            assert account is not None
            await open_contest_account(fresh.transact, account, contest, new_id)
        floor = await floors.of(contest)
        cycles = points = 0
        async for cycle, entries in _cycles(database, contest):
            difference = await _again(floor, runs, cycle, entries)
            cycles, points = cycles + 1, points + len(entries)
            if difference is not None:
                return Replay(cycles, points, difference)
    return Replay(cycles, points)


async def _cycles(database: Database, contest: Contest) -> AsyncIterator[tuple[Cycle, Sequence[Entry]]]:
    """Go through the cycles that had a market and have ended, oldest first, each with its entries."""
    first = 1
    while first <= contest.number:
        async with database.read() as uow:
            page = await uow.cycles.numbered(contest.id, first, first + PAGE - 1)
            found = [(each, await uow.entries.of_cycle(each.id)) for each in page]
        for cycle, entries in found:
            if cycle.market is not None and cycle.ended_at is not None:
                yield cycle, entries
        first += PAGE


async def _again(
    floor: Floor, runs: Mapping[str, Run], cycle: Cycle, entries: Sequence[Entry]
) -> Difference | None:
    assert cycle.market is not None
    if digest(cycle.market) != cycle.digest:
        return Difference(cycle.number, "", "market", str(cycle.digest), digest(cycle.market))
    market = from_plain(cycle.market)
    await floor.open(market)
    for entry in entries:
        difference = await _carried_out(floor, runs[entry.run], market, entry)
        if difference is not None:
            return difference
    for entry in entries:
        point = await floor.worth(runs[entry.run])
        for what, stored, replayed in (
            ("at", iso(entry.at), iso(point.at)),
            ("equity", str(entry.equity), str(point.equity)),
            ("cash", str(entry.cash), str(point.cash)),
        ):
            if stored != replayed:
                return Difference(cycle.number, runs[entry.run].name, what, stored, replayed)
    return None


async def _carried_out(floor: Floor, run: Run, market: CycleMarket, entry: Entry) -> Difference | None:
    key = f"{entry.cycle}/{entry.run}"
    if entry.task is Task.CLOSE:
        told = entry.outcome is Outcome.EXECUTED
        came = await _is_done(floor.close_all(run, key))
    elif entry.decision is None or not _is_judged(entry):
        return None
    else:
        decision, priced = decision_of(entry.decision), market.snapshot.priced
        refusals = judge(decision, await floor.view(run), run.rules, run.symbols, priced)
        code = refusals[0].code.value if refusals else None
        expected = entry.fault if entry.outcome is Outcome.REFUSED else None
        if code != expected:
            return Difference(entry.number, run.name, "refusal", str(expected), str(code))
        told = code is None
        came = code is None and await _is_done(floor.execute(run, decision, key))
    return None if came is told else Difference(entry.number, run.name, "carried out", str(told), str(came))


async def _is_done(work: Awaitable[object]) -> bool:
    """Tell whether the floor does something; a pair that was silent is silent again."""
    try:
        await work
    except TradingError:
        return False
    return True


def _is_judged(entry: Entry) -> bool:
    """Tell whether what came of a decision follows from the market and the decisions alone."""
    if entry.outcome is Outcome.EXECUTED:
        return True
    return entry.outcome is Outcome.REFUSED and entry.fault in RULES
