"""The end of a cycle: every account is measured at its market, and what changed is told."""

from collections.abc import Collection
from dataclasses import replace

from tools.contests.asking import TOO_LATE
from tools.contests.ending import after_cycle
from tools.contests.executing import record
from tools.contests.holding import hold
from tools.contests.noticing import Place, tell_cycle
from tools.contests.parts import Parts
from tools.contests.pulse import Node
from tools.contests.round import Round
from tools.contests.telling import (
    COMPLETED,
    DECIDED,
    POSITION,
    TURNED,
    Told,
    completed,
    decision_view,
    event_of,
    position_view,
    provider_of,
    trade_view,
    turned,
)
from trading.runs.cycle import Cycle, CycleStatus, Entry, Outcome, Stage, Task
from trading.runs.record import DeciderKind, Run


async def finish(parts: Parts, round_: Round) -> Cycle:
    """Measure every account, and put the end of a cycle on disk with all that is told of it."""
    done: list[Entry] = []
    told: list[Told] = []
    opened = closed = 0
    for name, carried_out in sorted(round_.entries.items()):
        run = round_.runs[name]
        point = await round_.floor.worth(run)
        entry = replace(carried_out, stage=Stage.DONE, equity=point.equity, cash=point.cash)
        done.append(entry)
        round_.entries[name] = entry
        changes = await _changes(parts, round_, run, entry)
        opened += sum(each["action"] == "OPENED" for _, each in changes)
        closed += sum(each["action"] == "CLOSED" for _, each in changes)
        told += [*_decided(run, entry), *changes]
    now = parts.clock.now()
    cut_off = any(each.fault == TOO_LATE for each in done)
    cycle = replace(
        round_.cycle,
        status=CycleStatus.INTERRUPTED if cut_off else CycleStatus.COMPLETED,
        ended_at=now,
        errors=sum(each.outcome is Outcome.SILENT for each in done),
        opened=opened,
        closed=closed,
        reason="it was cut off, and too old to go on with" if cut_off else None,
    )
    async with parts.database.transact() as uow:
        await hold(parts, uow, cycle)
        for entry in done:
            await record(parts, uow, round_, entry)
            await uow.entries.put(entry)
        await uow.cycles.change(cycle)
        ending = (COMPLETED, completed(cycle, told))
        heard = [(event_of(round_.contest, name), payload) for name, payload in [*told, ending]]
        await parts.events.record_all(uow, heard, round_.contest.owner)
        await after_cycle(parts, uow, round_, cycle)
        await tell_cycle(uow, round_.contest, cycle, _places(round_), told, parts.new_id)
    parts.pulse.beat(Node.STANDINGS, now)
    for node, beat in parts.pulse.turned().items():
        await parts.events.publish(TURNED, turned(node, beat))
    return cycle


def _places(round_: Round) -> list[Place]:
    """Return how those stand who compete, as they were just measured; real money began with no figure."""
    return [
        Place(round_.runs[name].name, entry.equity / initial - 1)
        for name, entry in sorted(round_.entries.items())
        if round_.runs[name].decider.kind is not DeciderKind.BASELINE
        and entry.equity is not None
        and (initial := round_.views[name].initial)
    ]


def _decided(run: Run, entry: Entry) -> list[Told]:
    if entry.task is not Task.DECIDE:
        return []
    return [(DECIDED, decision_view(entry, run).model_dump(mode="json"))]


async def _changes(parts: Parts, round_: Round, run: Run, entry: Entry) -> list[Told]:
    """Return what is told of the positions of a run: what was opened, is still open, and was closed."""
    held: Collection[str] = entry.answer.get("held", ())
    view = await round_.view(parts, run)
    provider, at = provider_of(parts.deciders, run)[0], round_.cycle.at
    told = [
        ("UPDATED" if each.id in held else "OPENED", position_view(run, provider, each, at))
        for each in view.positions
    ]
    gone = set(held) - {each.id for each in view.positions}
    ended = [("CLOSED", trade_view(run, each)) for each in view.trades if each.id in gone]
    return [
        (POSITION, {"action": action, "position": shown.model_dump(mode="json")})
        for action, shown in [*told, *ended]
    ]
