"""Whose cycle it is: who was not heard of for too long has lost it, and must change nothing more in it."""

from memory.database import UnitOfWork
from tools.contests.parts import LEASE, Parts
from trading.runs.cycle import Cycle


class Overtaken(Exception):
    """Leave the cycle alone: another process is at it, or has brought it to its end."""


async def hold(parts: Parts, uow: UnitOfWork, cycle: Cycle) -> None:
    """Keep a cycle until this transaction is over, and for a while longer; raise Overtaken."""
    if not await uow.cycles.renew(cycle.id, parts.worker, parts.clock.now() + LEASE):
        raise Overtaken(f"cycle {cycle.id} is not {parts.worker}'s any more")
