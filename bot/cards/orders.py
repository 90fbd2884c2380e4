"""Cards of orders: before they are sent, what became of them, and those that wait."""

from typing import Any

from bot.asking import Action
from bot.cards.parts import head, line, lines, mode, more, result_of
from bot.cards.runs import run
from bot.voice import Voice, plain
from tools.approvals import ApprovalList, Approved, RunApproved
from tools.orders import AllClosed, Amended, Canceled, OrderList, OrderView, Pairing
from tools.positions import CloseReport
from tools.run_approvals import RunAsked
from tools.trade import OrderReport
from tools.trade_events import ApprovalAsked

MOST_ORDERS = 10
MOST_BUTTONS = 5
RESTING = frozenset({"pending", "partial"})

Buttons = tuple[tuple[Action, ...], ...]


def order(found: OrderReport, voice: Voice) -> str:
    """Show an order as it stands, and what it traded."""
    quote = found.pair.quote
    traded = f"{voice.amount(found.executed_qty)} @ {voice.price(found.executed_price)} {quote}"
    return lines(
        head(_title(found, voice), mode(voice, found)),
        line(voice, "status", _status(found, voice)),
        line(voice, "traded", traded) if found.executed_qty else None,
        line(voice, "cost", f"{voice.money(found.cost)} {quote}") if found.executed_qty else None,
        line(voice, "fee", f"{voice.money(found.fees)} {quote}") if found.executed_qty else None,
        *([] if found.status == "filled" else [_asked_price(found, voice)]),
        *_levels(found, voice),
        plain(found.reason) if found.reason else None,
        voice.say("card.waits") if found.approval_id else None,
    )


def _title(found: Any, voice: Voice) -> str:
    return (
        f"{voice.name('side', str(found.side))} {voice.amount(found.amount)} {found.pair.base} · {found.pair}"
    )


def _status(found: OrderReport, voice: Voice) -> str:
    if found.approval_id:
        return voice.say("status.approval")
    return f"{voice.name('status', found.status)} ({voice.name('type', found.type)})"


def _asked_price(found: Any, voice: Voice) -> str | None:
    limited = found.type in ("limit", "stop-limit")
    return line(voice, "limit", voice.price(found.price)) if limited and found.price is not None else None


def _levels(found: Any, voice: Voice) -> list[str | None]:
    """Return the lines of what starts an order, protects what it opens, and its leverage."""
    stop, target, leverage = found.stop_loss, found.take_profit, found.leverage
    percent, amount = getattr(found, "trail_percent", None), getattr(found, "trail_amount", None)
    return [
        line(voice, "trigger", voice.price(found.stop_price)) if found.stop_price is not None else None,
        line(voice, "trail", voice.percent(percent, signed=False)) if percent is not None else None,
        line(voice, "trail", f"{voice.price(amount)} {found.pair.quote}") if amount is not None else None,
        line(voice, "stop", voice.price(stop)) if stop is not None else None,
        line(voice, "target", voice.price(target)) if target is not None else None,
        line(voice, "leverage", f"{voice.amount(leverage)}x") if leverage is not None else None,
    ]


def wanted(found: Any, voice: Voice) -> str:
    """Show an order that was not sent yet: the answer of `trade.preview`, or a request for approval."""
    quote = found.pair.quote
    return lines(
        head(_title(found, voice), mode(voice, found)),
        line(voice, "type", voice.name("type", str(found.type))),
        _asked_price(found, voice),
        *_levels(found, voice),
        line(voice, "market", f"{voice.price(found.reference)} {quote}"),
        line(voice, "cost", f"{voice.money(found.cost)} {quote}"),
        line(voice, "fee", f"{voice.money(found.fee)} {quote}"),
        line(voice, "exchange", plain(found.exchange)),
    )


def approval(found: ApprovalAsked | RunAsked, voice: Voice) -> str:
    """Show an order or a run that waits for a person, or how it was answered."""
    if isinstance(found, RunAsked):
        return run(found, voice)
    waits = found.status == "pending"
    return lines(
        voice.say("card.approval")
        if waits
        else voice.say("card.answered", value=voice.name("answer", found.status)),
        wanted(found, voice),
        line(voice, "asked_by", voice.name("origin", found.origin)),
        line(voice, "until", voice.time(found.expires_at)) if waits else None,
        plain(found.reason) if found.reason else None,
    )


def approval_actions(found: ApprovalAsked | RunAsked, voice: Voice) -> Buttons:
    """Return the buttons that answer a request, none once it is answered."""
    if found.status != "pending":
        return ()
    return (
        (
            Action(voice.say("button.approve"), "approve", found.approval_id, "good"),
            Action(voice.say("button.deny"), "deny", found.approval_id, "bad"),
        ),
    )


def approvals(found: ApprovalList, voice: Voice) -> str:
    """Show what waits for a person."""
    if not found.approvals:
        return voice.say("card.no_approvals")
    return "\n\n".join(
        f"{number}. {approval(each, voice)}" for number, each in enumerate(found.approvals[:MOST_BUTTONS], 1)
    )


def approvals_actions(found: ApprovalList, voice: Voice) -> Buttons:
    """Return a row of buttons for each request."""
    waiting = [each for each in found.approvals[:MOST_BUTTONS] if each.status == "pending"]
    return tuple(
        (
            Action(f"{number} {voice.say('button.approve')}", "approve", each.approval_id, "good"),
            Action(f"{number} {voice.say('button.deny')}", "deny", each.approval_id, "bad"),
        )
        for number, each in enumerate(waiting, 1)
    )


def approved(found: Approved | RunApproved, voice: Voice) -> str:
    """Show an order that was let go, or a run that was."""
    if isinstance(found, RunApproved):
        return run(found.approval, voice)
    return order(found.order, voice)


def approved_actions(found: Approved | RunApproved, voice: Voice) -> Buttons:
    """Return what can be done about an order that was let go."""
    return () if isinstance(found, RunApproved) else order_actions(found.order, voice)


def both(found: Pairing, voice: Voice) -> str:
    """Show two orders of which one cancels the other."""
    return f"{order(found.limit, voice)}\n\n{order(found.stop, voice)}"


def listing(found: OrderList, voice: Voice) -> str:
    """Show orders, newest first."""
    if not found.orders:
        return voice.say("card.no_orders")
    shown = found.orders[:MOST_ORDERS]
    parts = [head(voice.say("card.orders")), *(_listed(each, voice) for each in shown)]
    rest = more(voice, len(found.orders) - len(shown))
    return "\n\n".join([*parts, *([rest] if rest else [])])


def _listed(found: OrderView, voice: Voice) -> str:
    guards = found.reduce_only and found.status in RESTING
    return lines(order(found, voice), voice.say("card.protects") if guards else None)


def listing_actions(found: OrderList, voice: Voice) -> Buttons:
    """Return a button for each of the first orders that can be canceled."""
    waiting = [each for each in found.orders if each.status in RESTING]
    return tuple(
        (
            Action(
                voice.say(
                    "button.cancel",
                    side=voice.name("side", each.side),
                    amount=voice.amount(each.remaining),
                    base=each.pair.base,
                ),
                "cancel",
                each.order_id,
                "bad",
            ),
        )
        for each in waiting[:MOST_BUTTONS]
    )


def order_actions(found: OrderReport, voice: Voice) -> Buttons:
    """Return what can be done about an order that rests."""
    if found.approval_id:
        return (
            (
                Action(voice.say("button.approve"), "approve", found.approval_id, "good"),
                Action(voice.say("button.deny"), "deny", found.approval_id, "bad"),
            ),
        )
    if found.status not in RESTING:
        return ()
    return ((Action(voice.say("button.cancel_it"), "cancel", found.order_id, "bad"),),)


def canceled(found: Canceled, voice: Voice) -> str:
    """Show the orders that were canceled."""
    if not found.orders:
        return voice.say("card.nothing_canceled")
    return "\n".join(
        [
            head(voice.say("card.canceled"), voice.figure(len(found.orders), 0)),
            *(f"- {_title(each, voice)} · {mode(voice, each)}" for each in found.orders),
        ]
    )


def closed(found: CloseReport, voice: Voice) -> str:
    """Show what closing a position came to."""
    quote = found.pair.quote
    if found.approval_id:
        return lines(head(str(found.pair), mode(voice, found)), voice.say("card.waits"))
    return lines(
        head(
            voice.say(f"card.{'closed' if found.status == 'closed' else 'reduced'}", pair=found.pair),
            mode(voice, found),
        ),
        line(voice, "closed", f"{voice.amount(found.closed_size)} @ {voice.price(found.exit_price)} {quote}"),
        line(voice, "pnl", result_of(voice, found.realized_pnl, quote)),
        line(voice, "fee", f"{voice.money(found.fees)} {quote}"),
        line(voice, "left", f"{voice.amount(found.remaining_size)} {found.pair.base}")
        if found.remaining_size
        else None,
    )


def all_closed(found: AllClosed, voice: Voice) -> str:
    """Show which positions were closed, and which could not be."""
    if not found.closed and not found.failed:
        return voice.say("card.no_positions")
    failed = [voice.say("card.not_closed", message=plain(each.message)) for each in found.failed]
    return "\n\n".join([*(closed(each, voice) for each in found.closed), *failed])


def amended(found: Amended, voice: Voice) -> str:
    """Show what protects a position now."""
    if not found.orders:
        return voice.say("card.unprotected")
    return "\n\n".join(order(each, voice) for each in found.orders)
