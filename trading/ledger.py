"""Double-entry bookkeeping: events move assets between ledger accounts, and nothing appears or vanishes.

| ledger account | holds |
|---|---|
| `<account>` | what the account itself owns, of every asset |
| `<account>/capital` | minus what was paid in: the source of its deposits |
| `<account>/venue` | the other side of its trades |
| `<account>/fees` | the fees it has paid |

An account's id never holds a slash, so that the four can not be mistaken for another account's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from trading.model import ZERO, Account, Fill
from trading.ports import NewId
from trading.stores import Entry, Posting


class Imbalance(ArithmeticError):
    """An entry whose postings do not sum to zero: a fault of the program, not of the caller."""


def capital(account: str) -> str:
    """Return the ledger account its deposits come from."""
    return f"{account}/capital"


def venue(account: str) -> str:
    """Return the ledger account its trades are made with."""
    return f"{account}/venue"


def fees(account: str) -> str:
    """Return the ledger account its fees go to."""
    return f"{account}/fees"


def totals(entries: Iterable[Entry]) -> dict[tuple[str, str], Decimal]:
    """Return the sum per (ledger account, asset) of all postings."""
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        for posting in entry.postings:
            sums[posting.account, posting.asset] += posting.amount
    return dict(sums)


def balanced(entry: Entry) -> Entry:
    """Return the entry; raise Imbalance unless its postings sum to zero per asset."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for posting in entry.postings:
        sums[posting.asset] += posting.amount
    off = {asset: amount for asset, amount in sums.items() if amount}
    if off:
        raise Imbalance(f"entry {entry.id} ({entry.kind}) is off by {off}")
    return entry


def deposit(account: Account, amount: Decimal, at: datetime, entry_id: str) -> Entry:
    """Return the entry that pays `amount` of the account's currency in."""
    return balanced(
        Entry(
            id=entry_id,
            kind="deposit",
            reference=account.id,
            at=at,
            postings=(
                Posting(account.id, account.currency, amount),
                Posting(capital(account.id), account.currency, -amount),
            ),
        )
    )


def adoption(account: str, amounts: Mapping[str, Decimal], by: str, at: datetime, entry_id: str) -> Entry:
    """Return the entry that takes over what an exchange's books have more, or less, of each asset."""
    postings = [
        posting
        for asset, amount in sorted(amounts.items())
        for posting in (Posting(account, asset, amount), Posting(capital(account), asset, -amount))
    ]
    return balanced(Entry(entry_id, "adoption", by, at, tuple(postings)))


def trade(fill: Fill, entry_id: str) -> Entry:
    """Return the entry of a spot fill: asset against quote, and the fee in quote."""
    base, quote, account = fill.symbol.base, fill.symbol.quote, fill.account
    bought = fill.side.sign * fill.amount
    paid = fill.side.sign * fill.notional
    postings = [
        Posting(account, base, bought),
        Posting(venue(account), base, -bought),
        Posting(account, quote, -paid - fill.fee),
        Posting(venue(account), quote, paid),
    ]
    if fill.fee:
        postings.append(Posting(fees(account), quote, fill.fee))
    return balanced(Entry(entry_id, "trade", fill.id, fill.at, tuple(postings)))


def trades(fills: Iterable[Fill], new_id: NewId) -> list[Entry]:
    """Return one entry per fill."""
    return [trade(fill, new_id("ent")) for fill in fills]
