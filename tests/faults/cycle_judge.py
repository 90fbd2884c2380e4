"""What must hold of an arena after every crash, judged by what is on disk alone."""

from collections import Counter
from collections.abc import Iterator, Sequence

from memory.database import Database
from tests.faults.stand import Stand, copying
from tools.contests.replaying import replay
from trading.chain import verify
from trading.model import Order, OrderStatus, Origin
from trading.orders import UNDECIDED
from trading.runs.contest import Contest
from trading.runs.cycle import Cycle, CycleStatus, Entry, Outcome, Stage, Task

ENDS = {CycleStatus.COMPLETED, CycleStatus.INTERRUPTED, CycleStatus.FAILED}


async def breaches(arena: Stand) -> list[str]:
    """Return everything that is not as it must be; nothing is what every crash must come to."""
    season = await arena.now()
    async with arena.database.read() as uow:
        cycles = await uow.cycles.numbered(season.id, 1, season.number)
        runs = await uow.runs.of_contest(season.id)
        entries = {each.id: await uow.entries.of_cycle(each.id) for each in cycles}
        orders = [
            order
            for run in runs
            for order in await uow.orders.recent(run.account, frozenset(OrderStatus), None, 100_000)
        ]
    wrong = [
        *_cycles(season, cycles),
        *(flaw for each in cycles for flaw in _entries(each, entries[each.id], len(runs))),
        *_orders(orders, [each for found in entries.values() for each in found]),
        *await _ledger(arena.database),
    ]
    found = await replay(arena.database, copying(arena.parts.new_id), season, arena.parts.new_id)
    if found.difference is not None:
        wrong.append(f"replayed: {found.difference.told()}")
    return wrong


def _cycles(season: Contest, cycles: Sequence[Cycle]) -> Iterator[str]:
    if [each.number for each in cycles] != list(range(1, season.number + 1)):
        yield f"cycles {[each.number for each in cycles]} of {season.number}"
    for each in cycles:
        if each.status not in ENDS or each.ended_at is None:
            yield f"cycle {each.number} is {each.status}"


def _entries(cycle: Cycle, entries: Sequence[Entry], runs: int) -> Iterator[str]:
    if cycle.status is CycleStatus.FAILED:
        if entries or cycle.market is not None:
            yield f"cycle {cycle.number} had no market, and {len(entries)} entries"
        return
    if len(entries) != runs:
        yield f"cycle {cycle.number} has {len(entries)} entries of {runs} runs"
    for each in entries:
        if each.stage is not Stage.DONE or each.equity is None or each.cash is None or each.outcome is None:
            yield f"cycle {cycle.number}: {each.run} is {each.stage} {each.outcome} {each.equity}"
        elif bool(each.orders) != (each.outcome is Outcome.EXECUTED and each.task is not Task.CLOSE):
            yield f"cycle {cycle.number}: {each.run} is {each.outcome} with {each.orders}"


def _orders(orders: Sequence[Order], entries: Sequence[Entry]) -> Iterator[str]:
    """Say which decision became several orders, and which order is nobody's."""
    told = {order: each for each in entries for order in each.orders}
    decided = [each for each in orders if each.origin is Origin.RUN]
    for (run, at), times in Counter((each.run, each.created_at) for each in decided).items():
        if times > 1:
            yield f"{run} has {times} orders of one decision at {at}"
    for order in decided:
        entry = told.get(order.id)
        if entry is None or (entry.run, entry.at) != (order.run, order.created_at):
            yield f"order {order.id} is in no entry of its cycle"
        elif order.status is not OrderStatus.FILLED:
            yield f"order {order.id} was carried out, and is {order.status}"
    for order in orders:
        if order.status in UNDECIDED:
            yield f"order {order.id} is still {order.status}"


async def _ledger(database: Database) -> list[str]:
    async with database.read() as uow:
        chains = [
            each
            for account in await uow.ledger.chains()
            for each in await uow.ledger.chain(account, 0, 1_000_000)
        ]
        sums = await uow.ledger.all_balances()
    return [f"{each.account} {each.place}: {each.problem}" for each in verify(chains, sums)]
