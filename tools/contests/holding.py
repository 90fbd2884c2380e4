"""Whose cycle it is: who was not heard of for too long has lost it, and must change nothing more in it."""

from datetime import datetime

from memory.database import UnitOfWork
from tools.contests.parts import LEASE, Parts
from trading.runs.cycle import Cycle


class Overtaken(Exception):
    """Leave the cycle alone: another process is at it, or has brought it to its end."""


async def hold(parts: Parts, uow: UnitOfWork, cycle: Cycle) -> datetime:
    """Keep a cycle until this transaction is over, and until the moment returned; raise Overtaken."""
    lease = parts.clock.now() + LEASE
    if not await uow.cycles.renew(cycle.id, parts.worker, lease):
        raise Overtaken(f"cycle {cycle.id} is not {parts.worker}'s any more")
    return lease
