"""What people are told of runs and of the arena: that a run has ended, and, if they want to, every cycle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from memory.database import UnitOfWork
from tools.contests.telling import POSITION
from tools.preferences import Kind, who_hears
from tools.wire import Millis, Num, Pair, Result
from trading.notices import Notice
from trading.ports import NewId
from trading.runs.contest import Contest, ContestKind
from trading.runs.cycle import Cycle
from trading.runs.record import Run

CYCLE = "arena.cycle"
ENDED = "run.ended"

MOST_NAMED = 5

Told = tuple[str, Mapping[str, Any]]
"""An event of a cycle: its name, and what it tells."""


class Moved(Result):
    """A position that was opened or closed; `pnl` is what a closed one made, None of an open one."""

    name: str
    side: str
    pair: Pair
    pnl: Num | None = None


class CycleTold(Result):
    """A cycle of the arena in brief. `leader` is who is ahead of all others that compete, if anybody is."""

    contest_id: str
    cycle_id: str
    season: int
    number: int
    at: Millis
    leader: str | None
    total_return: Num | None
    opened: list[Moved]
    closed: list[Moved]


class RunEnded(Result):
    """A run that came to its end by itself; `state` is `completed` or `failed`."""

    run_id: str
    name: str
    state: str
    equity: Num | None
    pnl: Num | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody who competes stands after a cycle; `total_return` is a fraction."""

    name: str
    total_return: Decimal


async def tell_cycle(
    uow: UnitOfWork,
    contest: Contest,
    cycle: Cycle,
    places: Sequence[Place],
    events: Sequence[Told],
    new_id: NewId,
) -> None:
    """Tell whoever wants to hear of every cycle of the arena, in a line, how this one went."""
    if contest.kind is not ContestKind.ARENA or not (hearing := await who_hears(uow, Kind.ARENA)):
        return
    told = _brief(contest, cycle, places, events)
    # What names a channel goes to nobody but its recipient: owners who want it have asked for it themselves.
    data = {**told.model_dump(mode="json"), "channel": "direct", "silent": True}
    at = cycle.ended_at or cycle.at
    await uow.notices.add(*(Notice(new_id("ntc"), each, CYCLE, words(told), at, data) for each in hearing))


async def tell_ended(
    uow: UnitOfWork, run: Run, equity: Decimal | None, initial: Decimal, now: datetime, new_id: NewId
) -> None:
    """Tell the owner of a run that it is complete, or has failed."""
    pnl = None if equity is None else equity - initial
    told = RunEnded(
        run_id=run.id, name=run.name, state=run.state.value, equity=equity, pnl=pnl, reason=run.reason
    )
    made = "" if equity is None or pnl is None else f", worth {equity:.2f} ({pnl:+.2f})"
    why = f": {run.reason}" if run.reason else ""
    text = f"{run.name} is {run.state.value}{made}{why}"
    await uow.notices.add(Notice(new_id("ntc"), run.owner, ENDED, text, now, told.model_dump(mode="json")))


def _brief(contest: Contest, cycle: Cycle, places: Sequence[Place], events: Sequence[Told]) -> CycleTold:
    best = max((each.total_return for each in places), default=None)
    ahead = [each.name for each in places if each.total_return == best]
    leads = len(ahead) == 1
    moved = [payload for name, payload in events if name == POSITION]
    return CycleTold(
        contest_id=contest.id,
        cycle_id=cycle.id,
        season=contest.season,
        number=cycle.number,
        at=cycle.at,
        leader=ahead[0] if leads else None,
        total_return=best if leads else None,
        opened=[_moved(each["position"]) for each in moved if each["action"] == "OPENED"],
        closed=[_moved(each["position"]) for each in moved if each["action"] == "CLOSED"],
    )


def _moved(position: Mapping[str, Any]) -> Moved:
    return Moved.model_validate({name: position.get(name) for name in ("name", "side", "pair", "pnl")})


def words(told: CycleTold) -> str:
    """Return a cycle in one line."""
    led = "nobody is ahead"
    if told.leader is not None and told.total_return is not None:
        led = f"{told.leader} leads with {told.total_return * 100:+.2f} %"
    opened = [f"{each.name} {each.side} {each.pair}" for each in told.opened]
    closed = [f"{each.name} {each.pair} {each.pnl or 0:+.2f}" for each in told.closed]
    parts = [led, *(_listed(name, rows) for name, rows in (("opened", opened), ("closed", closed)) if rows)]
    return f"Cycle {told.number}: {'; '.join(parts)}"


def _listed(name: str, rows: Sequence[str]) -> str:
    more = f" and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else ""
    return f"{name} {', '.join(rows[:MOST_NAMED])}{more}"
