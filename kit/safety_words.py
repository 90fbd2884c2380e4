"""What a terminal shows of orders, approvals, limits and the kill switch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Told = Mapping[str, Any]

NOTHING_WAITS = "Nothing waits for approval."
NO_ORDERS = "There are no open orders."
ACTING = ("mode", "switch", "armed", "locked")
LIMITS = (
    *("order", "position", "exposure", "openPositions", "leverage", "ordersPerMinute"),
    *("dailyLoss", "drawdown", "referenceDistance", "symbols", "askOnPaper"),
)

USED = ("order", "position", "exposure", "daily_loss", "mandate_order", "mandate_day", "mandate_loss")
"""The limits that tell most about one order, and how it stands to what its run may trade."""

ASKS = "Each order that it opens waits for you."


def number(value: Any) -> str:
    """Return a number without zeros that say nothing."""
    return "-" if value is None else f"{value:,.8f}".rstrip("0").rstrip(".")


def approval_lines(told: Told, now_ms: float) -> list[str]:
    """Return the exact order that waits, what it costs, and which limits it uses; or what a run may trade."""
    if told["kind"] == "run":
        return _run_lines(told, now_ms)
    base, _, quote = told["pair"].partition("/")
    limits = ", ".join(_used(name, told["limits"][name]) for name in USED if name in told["limits"])
    return [
        f"{told['mode'].upper()}: {told['side']} {number(told['amount'])} {base} {_price(told)}, "
        f"about {number(told['cost'])} {quote} and a fee of {number(told['fee'])}{_levels(told)}",
        f"  for {_whom(told)}, account {told['account']} on {told['exchange']}; price when asked "
        f"{number(told['reference'])}" + (f"; limits: {limits}" if limits else ""),
        _stands(told, now_ms),
    ]


def _run_lines(told: Told, now_ms: float) -> list[str]:
    """Return what a run may trade without asking, and how much of it is used."""
    currency = told["currency"]
    lost = told["lost"]
    since = "" if lost is None else f", {'lost' if lost > 0 else 'won'} {number(abs(lost))} since approved"
    return [
        f"{told['mode'].upper()}: run {told['run']} trades without asking: up to {number(told['perOrder'])} "
        f"{currency} an order and {number(told['perDay'])} {currency} a day, until it has lost "
        f"{number(told['loss'])} {currency}",
        f"  for {told['askedFor']}, account {told['account']}; used today {number(told['usedToday'])}{since}",
        _stands(told, now_ms),
    ]


def _whom(told: Told) -> str:
    run = told.get("run")
    return f"the {told['origin']}" if run is None else f"run {run}"


def _stands(told: Told, now_ms: float) -> str:
    """Return how long a request still waits, or how it has ended."""
    if told["status"] == "pending":
        left = max(0, round((told["expiresAt"] - now_ms) / 1000))
        return f"  {left} s left, {told['approvalId']}"
    reason = f" ({told['reason']})" if told["reason"] else ""
    return f"  {told['status']}{reason}, {told['approvalId']}"


def approvals(told: Told, now_ms: float) -> list[str]:
    """Return everything that waits, or every request."""
    waiting: Sequence[Told] = told["approvals"]
    return [line for each in waiting for line in approval_lines(each, now_ms)] or [NOTHING_WAITS]


def order_line(order: Told) -> str:
    """Return an order as it stands in one line."""
    base, _, quote = order["pair"].partition("/")
    filled = (
        f", filled {number(order['executedQty'])} for {number(order['cost'])} {quote}, fee "
        f"{number(order['fees'])}"
        if order["executedQty"]
        else ""
    )
    state = order.get("state") or order["status"]
    reason = f" ({order['reason']})" if order["reason"] else ""
    return (
        f"{order['mode'].upper()}: {order['side']} {number(order['amount'])} {base} {_price(order)}: "
        f"{state}{reason}{filled}{_levels(order)}; {order['orderId']}"
    )


def orders(told: Told, now_ms: float) -> list[str]:
    """Return orders, a line each."""
    return [order_line(each) for each in told["orders"]] or [NO_ORDERS]


def one_order(told: Told, now_ms: float) -> list[str]:
    """Return one order."""
    return [order_line(told)]


def approved(told: Told, now_ms: float) -> list[str]:
    """Return what became of an order that was let go, or that a run trades now."""
    if "order" in told:
        return ["Approved.", order_line(told["order"])]
    return [f"Approved. `kit revoke {told['approval']['approvalId']}` takes it back."]


def denied(told: Told, now_ms: float) -> list[str]:
    """Return that an order was taken back, or that a run has to ask."""
    return [f"Denied ({told['reason']}). {ASKS if told['kind'] == 'run' else 'Nothing was sent.'}"]


def revoked(told: Told, now_ms: float) -> list[str]:
    """Return that a run has to ask from now on."""
    return [f"Revoked ({told['reason']}). {ASKS} What it has placed stays: `kit orders` shows it."]


def switch(told: Told, now_ms: float) -> list[str]:
    """Return where the kill switch stands, and what it has stopped."""
    why = f" ({told['reason']})" if told["reason"] else ""
    lines = [f"Trading is {told['state']}{why}. {told['meaning']}"]
    lines += [f"  canceled: {order_line(each)}" for each in told.get("canceled", ())]
    lines += [f"  denied: {each}" for each in told.get("denied", ())]
    lines += [
        f"  revoked: {each}; its run asks again once trading is active" for each in told.get("revoked", ())
    ]
    lines += [
        f"  still open, tried again: {each['orderId']}: {each['message']}"
        for each in told.get("stillOpen", ())
    ]
    return lines + [f"  stays: {order_line(each)}" for each in told.get("staying", ())]


def limits(told: Told, now_ms: float) -> list[str]:
    """Return how much an account may risk, a line each, as they are set."""
    head = ", ".join(f"{name} {_plain(told[name])}" for name in ACTING if told[name] is not None)
    return [f"account {told['account']}: {head}", *(f"{name}={_plain(told[name])}" for name in LIMITS)]


def standing(told: Told, now_ms: float) -> list[str]:
    """Return how an account with real money stands."""
    armed = "armed: it trades real money" if told["armed"] else "not armed: nothing is sent to its exchange"
    lines = [f"account {told['account']} is {armed}"]
    if told["locked"]:
        lines.append(f"  locked: {told['locked']}")
    return lines + [
        f"  {each['what']}: {number(each['ours'])} here, {number(each['theirs'])} at the exchange"
        for each in told["differences"]
    ]


Words = Callable[[Told, float], list[str]]
"""Words an answer, at a time of the service."""


def _used(name: str, figures: str) -> str:
    actual, of, allowed = figures.partition(" of ")
    figure = actual if actual == "unknown" else number(float(actual))
    return f"{name.replace('_', ' ').replace('mandate', 'run’s')} {figure}{of}{allowed}"


def _price(told: Told) -> str:
    if told["type"] == "market":
        return "at the market"
    price = told["stopPrice"] if told["price"] is None else told["price"]
    return f"at {number(price)} ({_kind(told)})"


def _kind(told: Told) -> str:
    """Return the type of an order with what its price alone does not tell."""
    if told["type"] == "stop-limit":
        return f"stop-limit from {number(told['stopPrice'])} on"
    behind = told.get("trailPercent"), told.get("trailAmount")
    if behind == (None, None):
        return str(told["type"])
    distance = number(behind[1]) if behind[0] is None else f"{number(behind[0])} %"
    return f"{told['type']} {distance} behind"


def _levels(told: Told) -> str:
    named = (("stop", told["stopLoss"]), ("target", told["takeProfit"]))
    return "".join(f", {name} {number(level)}" for name, level in named if level is not None)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(str, value))
    return value if isinstance(value, str) else number(value)
