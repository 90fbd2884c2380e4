"""Holding the ledger to what was written."""

from itertools import islice

from tools.context import Context
from tools.policy import Scope
from tools.registry import capability
from tools.wire import NoParams, Result
from trading.chain import verify
from trading.stores import ChainedEntry

PAGE = 1_000
SHOWN = 100


class FlawView(Result):
    """Something that is not as it was written: where, and what is wrong there."""

    account: str
    place: str
    problem: str


class Verified(Result):
    """Whether every entry of the ledger is as it was written; the first flaws where one is not."""

    ok: bool
    accounts: int
    entries: int
    flaws: list[FlawView]


@capability("ledger.verify", scope=Scope.ADMIN)
async def verify_ledger(ctx: Context, params: NoParams) -> Verified:
    """Check every entry of the ledger against its hash, and every balance against the entries."""
    links: list[ChainedEntry] = []
    async with ctx.services.database.read() as uow:
        accounts = await uow.ledger.chains()
        balances = await uow.ledger.all_balances()
        for account in accounts:
            number = 0
            while page := await uow.ledger.chain(account, number, PAGE):
                links += page
                number = page[-1].number
    flaws = list(islice(verify(links, balances), SHOWN))
    return Verified(
        ok=not flaws,
        accounts=len(accounts),
        entries=len(links),
        flaws=[FlawView(account=each.account, place=each.place, problem=each.problem) for each in flaws],
    )
