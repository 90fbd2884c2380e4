"""What is open on an account right now, told to a model that hears only a summary of how it came about."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Context as Digits
from decimal import Decimal

from memory.database import UnitOfWork
from tools.context import Context
from trading.approvals import Approval, ApprovalStatus
from trading.clock import iso
from trading.mandates import Mandate
from trading.model import Order, OrderStatus, Position

MOST = 10
"""Of each kind that many are told; of more it is told how many, and a tool shows them."""

NONE = "none"

READABLE = Digits(prec=8)
"""Of a mean price more digits help nobody; amounts are told to the last one, because they can be sold."""


async def standing(ctx: Context, session_id: str) -> Mapping[str, str]:
    """Return positions, orders and requests for approval of the caller's own account, as facts by name.

    They are read anew for each turn, and only in a conversation whose earlier part is summarised: in a
    shorter one a model has heard of them. Where others read along there are none.
    """
    if ctx.shared:
        return {}
    account = ctx.principal.account
    async with ctx.services.database.read() as uow:
        if await uow.summaries.get(ctx.principal.id, session_id) is None:
            return {}
        orders = await uow.orders.open(account)
        return {
            "open positions": _list(map(_position, await uow.positions.open(account))),
            "open orders": _list(
                map(_resting, (each for each in orders if each.status is not OrderStatus.HELD))
            ),
            "waiting for approval": _list(await _waiting(uow, account, orders)),
        }


async def _waiting(uow: UnitOfWork, account: str, orders: Sequence[Order]) -> Sequence[str]:
    held = {each.id: each for each in orders}
    asked = [each for each in await uow.approvals.pending() if each.account == account]
    runs = [each for each in await uow.mandates.of_status(ApprovalStatus.PENDING) if each.account == account]
    return [*(_held(each, held.get(each.order_id)) for each in asked), *map(_run, runs)]


def _list(lines: Iterable[str]) -> str:
    told = list(lines)
    more = [f"{len(told) - MOST} more"] if len(told) > MOST else []
    return "; ".join([*told[:MOST], *more]) or NONE


def _position(position: Position) -> str:
    leverage = f" at {_plain(position.leverage)}x" if position.leverage is not None else ""
    return (
        f"{position.side} {_plain(position.amount)} {position.symbol}{leverage}, "
        f"entered at {_plain(READABLE.plus(position.entry_price))} ({position.id}, {position.mode.value})"
    )


def _resting(order: Order) -> str:
    filled = f", {_plain(order.filled)} filled" if order.filled else ""
    return f"{_order(order)}{filled} ({order.id}, {order.status.value}, {order.mode.value})"


def _held(approval: Approval, order: Order | None) -> str:
    what = "an order" if order is None else f"{_order(order)}, {order.mode.value}"
    return f"{what} ({approval.id}, until {iso(approval.expires_at)})"


def _run(mandate: Mandate) -> str:
    return f"a run that wants to trade by itself ({mandate.id}, until {iso(mandate.expires_at)})"


def _order(order: Order) -> str:
    prices = {
        "at": order.price,
        "stop": order.stop_price,
        "stop-loss": order.stop_loss,
        "take-profit": order.take_profit,
    }
    told = "".join(f" {name} {_plain(price)}" for name, price in prices.items() if price is not None)
    return f"{order.side.value} {_plain(order.amount)} {order.symbol} {order.type.value}{told}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
