"""How an account begins."""

from trading.ledger import deposit
from trading.model import Account, EquityPoint
from trading.ports import NewId, Transact


async def open_account(transact: Transact, account: Account, new_id: NewId) -> Account:
    """Store an account with its opening deposit, once; return the one that is stored under its id.

    Safe when several processes start at the same moment.
    """
    if "/" in account.id:
        raise ValueError("an account's id holds no slash: the ledger uses it for the accounts beside it")
    async with transact() as uow:
        if not await uow.accounts.add(account):
            return await uow.accounts.get(account.id) or account
        if account.initial:
            entry = deposit(account, account.initial, account.created_at, new_id("ent"))
            await uow.ledger.append(entry)
        first = EquityPoint(account.created_at, account.initial, account.initial)
        await uow.equity.add(account.id, first)
    return account
