"""Double-entry bookkeeping: events move assets between ledger accounts, and nothing appears or vanishes.

| ledger account | holds |
|---|---|
| `<account>` | what the account itself owns, of every asset |
| `<account>/margin` | what is set aside for its margin positions, in quote |
| `<account>/capital` | minus what was paid in: the source of its deposits |
| `<account>/venue` | the other side of its trades |
| `<account>/fees` | the fees it has paid |

An account's id never holds a slash, so that they can not be mistaken for another account's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from trading.model import ZERO, Account, Fill
from trading.ports import NewId
from trading.positions import Folded
from trading.stores import Entry, Posting


class Imbalance(ArithmeticError):
    """An entry whose postings do not sum to zero: a fault of the program, not of the caller."""


def capital(account: str) -> str:
    """Return the ledger account its deposits come from."""
    return f"{account}/capital"


def venue(account: str) -> str:
    """Return the ledger account its trades are made with."""
    return f"{account}/venue"


def margin(account: str) -> str:
    """Return the ledger account that holds the margin of its positions."""
    return f"{account}/margin"


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


def trade(folded: Folded, entry_id: str) -> Entry:
    """Return the entry of a fill.

    Spot moves asset against quote; margin moves what is set aside and settles what was won or lost. The fee
    goes in the asset it was taken in.
    """
    fill = folded.fill
    moves = _spot(fill) if fill.leverage is None else _margin(folded)
    asset, amount = fill.fee_paid
    taken = [(fill.account, asset, -amount), (fees(fill.account), asset, amount)] if amount else []
    sums: dict[tuple[str, str], Decimal] = {}
    for owner, what, change in (*moves, *taken):
        sums[owner, what] = sums.get((owner, what), ZERO) + change
    postings = tuple(Posting(owner, what, change) for (owner, what), change in sums.items())
    return balanced(Entry(entry_id, "trade", fill.id, fill.at, postings))


def _spot(fill: Fill) -> Iterable[tuple[str, str, Decimal]]:
    base, quote, account = fill.symbol.base, fill.symbol.quote, fill.account
    bought, paid = fill.side.sign * fill.amount, fill.side.sign * fill.notional
    return (
        (account, base, bought),
        (venue(account), base, -bought),
        (account, quote, -paid),
        (venue(account), quote, paid),
    )


def _margin(folded: Folded) -> Iterable[tuple[str, str, Decimal]]:
    account, quote = folded.fill.account, folded.fill.symbol.quote
    return (
        (account, quote, folded.settled - folded.margin),
        (margin(account), quote, folded.margin),
        (venue(account), quote, -folded.settled),
    )


def trades(folds: Iterable[Folded], new_id: NewId) -> list[Entry]:
    """Return one entry per fill."""
    return [trade(folded, new_id("ent")) for folded in folds]
