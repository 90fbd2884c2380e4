"""What must hold after every crash, judged by the exchange's own log and books.

Pure functions over evidence: each rule has a name, and says what breaks it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from trading.chain import verify
from trading.exchanges.ccxt_live_venues import client_order_id
from trading.model import Fill, Order
from trading.orders import RESTING, UNDECIDED
from trading.stores import ChainedEntry


@dataclass(frozen=True, slots=True)
class Evidence:
    """Both sides' books: what the exchange logged and holds, and what the service has on disk.

    `orders`, `fills` and `balances` are those of the live account; `chain` and `sums` the whole ledger.
    """

    log: Sequence[Mapping[str, Any]]
    venue: Mapping[str, Any]
    orders: Sequence[Order]
    fills: Sequence[Fill]
    balances: Mapping[str, Decimal]
    chain: Sequence[ChainedEntry]
    sums: Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that was broken, and by what."""

    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"


def judge(evidence: Evidence) -> Sequence[Breach]:
    """Return every breach of every rule; none is what a service must come to after any crash."""
    return [Breach(name, what) for name, rule in RULES.items() for what in rule(evidence)]


def _sent_once(evidence: Evidence) -> Iterator[str]:
    for client, times in Counter(line["client"] for line in evidence.log).items():
        if times > 1:
            yield f"the exchange took {client} {times} times"


def _wished_once(evidence: Evidence) -> Iterator[str]:
    taken = {line["client"] for line in evidence.log}
    sent = [each for each in evidence.orders if client_order_id(each.id) in taken]
    alive = [each for each in sent if each.key is not None and (each.filled or each.status in RESTING)]
    for wish, times in Counter(_wish(each.key or "") for each in alive).items():
        if times > 1 and not _shared(wish, alive):
            yield f"{times} orders were made of {wish}"


def _wish(key: str) -> str:
    """Return what an order was made for: what fires is the same wish however often it is tried."""
    parts = key.split(":")
    return ":".join(parts[:2]) if parts[0] in ("fire", "park", "keep") else key


def _shared(wish: str, alive: Sequence[Order]) -> bool:
    """Return whether orders of one wish are parts of it: each was for what the one before had left over."""
    own = [each for each in alive if _wish(each.key or "") == wish]
    return sum((each.filled for each in own), Decimal(0)) <= max(each.amount for each in own)


def _intended(evidence: Evidence) -> Iterator[str]:
    known = {client_order_id(each.id) for each in evidence.orders}
    for line in evidence.log:
        if line["client"] not in known:
            yield f"the exchange took {line['client']}, of which nothing is on disk"


def _same_balances(evidence: Evidence) -> Iterator[str]:
    theirs = {asset: Decimal(amount) for asset, amount in evidence.venue["balances"].items()}
    for asset in sorted(theirs.keys() | evidence.balances.keys()):
        here, there = evidence.balances.get(asset, Decimal(0)), theirs.get(asset, Decimal(0))
        if here != there:
            yield f"{asset}: {here} here, {there} at the exchange"


def _same_trades(evidence: Evidence) -> Iterator[str]:
    theirs = {
        each["client"]: {
            (trade["id"], Decimal(trade["amount"]), Decimal(trade["price"])) for trade in each["trades"]
        }
        for each in evidence.venue["orders"]
    }
    for order in evidence.orders:
        own = [each for each in evidence.fills if each.order_id == order.id]
        here = {(each.venue_id, each.amount, each.price) for each in own}
        there = theirs.get(client_order_id(order.id), set())
        if here != there or len(own) != len(here):
            yield f"order {order.id}: {sorted(map(str, here))} here, {sorted(map(str, there))} there"
        if sum((each.amount for each in own), Decimal(0)) != order.filled:
            yield f"order {order.id} says that {order.filled} is filled, and its fills do not"


def _same_orders(evidence: Evidence) -> Iterator[str]:
    resting = {
        client_order_id(each.id)
        for each in evidence.orders
        if each.status in RESTING and each.venue_id is not None
    }
    there = {each["client"] for each in evidence.venue["orders"] if each["status"] == "open"}
    for client in sorted(resting ^ there):
        yield f"{client} rests {'here' if client in resting else 'at the exchange'} only"


def _decided(evidence: Evidence) -> Iterator[str]:
    for order in evidence.orders:
        if order.status in UNDECIDED:
            yield f"order {order.id} is still {order.status}"


def _ledger_as_written(evidence: Evidence) -> Iterator[str]:
    for flaw in verify(evidence.chain, evidence.sums):
        yield f"{flaw.account} {flaw.place}: {flaw.problem}"


RULES: Mapping[str, Callable[[Evidence], Iterator[str]]] = {
    "an order is sent once": _sent_once,
    "a wish becomes one order": _wished_once,
    "the intent comes first": _intended,
    "balances agree": _same_balances,
    "trades agree": _same_trades,
    "resting orders agree": _same_orders,
    "nothing stays undecided": _decided,
    "the ledger is as written": _ledger_as_written,
}
"""Each rule by its name."""
