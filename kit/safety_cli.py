"""Commands that keep a person in charge: approvals, kill switch, limits, orders, live accounts."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from kit.client import KitClient
    from kit.safety_words import Words

Run = Callable[[str | None, Callable[["KitClient"], Awaitable[int]]], None]
"""Connects to the service at an address, or to the one of this home, uses it and ends the command."""

Url = Annotated[str | None, typer.Option(help="A running gateway; without it the one of KIT_HOME.")]
Reason = Annotated[str | None, typer.Option(help="Why, for the record.")]
All = Annotated[bool, typer.Option("--all", help="Also what was answered, and runs that may trade.")]
Account = Annotated[str | None, typer.Option(help="An account; without it your own.")]
LiveAccount = Annotated[str, typer.Option(help="The account that trades real money.")]


class LiveAction(StrEnum):
    """What is done with an account that trades real money."""

    ARM = "arm"
    DISARM = "disarm"
    CHECK = "check"
    ADOPT = "adopt"


def register(app: typer.Typer, run: Run) -> None:
    """Add the commands."""

    def ask(url: str | None, method: str, words: str, **params: Any) -> None:
        from kit import safety_words

        run(url, lambda client: _tell(client, method, params, getattr(safety_words, words)))

    _add_approvals(app, ask)
    _add_switch(app, ask)
    _add_accounts(app, ask)


Ask = Callable[..., None]


def _add_approvals(app: typer.Typer, ask: Ask) -> None:
    @app.command()
    def approvals(all: All = False, url: Url = None) -> None:
        """Show the orders and runs that wait for your approval."""
        ask(url, "approval.list", "approvals", pending=not all)

    @app.command()
    def approve(approval_id: str, url: Url = None) -> None:
        """Let an order go that waits for approval, exactly as it was asked for, or a run trade."""
        ask(url, "approval.approve", "approved", approvalId=approval_id)

    @app.command()
    def deny(approval_id: str, reason: Reason = None, url: Url = None) -> None:
        """Take back what waits for approval."""
        ask(url, "approval.deny", "denied", approvalId=approval_id, reason=reason)

    @app.command()
    def revoke(approval_id: str, reason: Reason = None, url: Url = None) -> None:
        """Let a run that you have approved ask for each order from now on."""
        ask(url, "approval.revoke", "revoked", approvalId=approval_id, reason=reason)


def _add_switch(app: typer.Typer, ask: Ask) -> None:
    @app.command()
    def halt(reason: Reason = None, url: Url = None) -> None:
        """Stop trading at once; protective stops stay."""
        ask(url, "trading.halt", "switch", reason=reason)

    @app.command()
    def reduce(reason: Reason = None, url: Url = None) -> None:
        """Open nothing new; closing goes on."""
        ask(url, "trading.reduce", "switch", reason=reason)

    @app.command()
    def rearm(reason: Reason = None, url: Url = None) -> None:
        """Let everything trade again."""
        ask(url, "trading.rearm", "switch", reason=reason)


def _add_accounts(app: typer.Typer, ask: Ask) -> None:
    @app.command()
    def limits(
        values: Annotated[list[str] | None, typer.Argument(help="name=value, to set it.")] = None,
        account: Account = None,
        url: Url = None,
    ) -> None:
        """Show how much an account may risk, or set it: `kit limits order=0.1 symbols=BTC/USDT`."""
        given = dict(map(_limit, values or ()))
        ask(url, "risk.set" if given else "risk.limits", "limits", account=account, **given)

    @app.command()
    def live(action: LiveAction, account: LiveAccount = "live", url: Url = None) -> None:
        """Arm or disarm real money, compare our books with the exchange's, or take those over."""
        ask(url, f"live.{action}", "standing", account=account)

    @app.command()
    def orders(account: Account = None, url: Url = None) -> None:
        """Show open orders."""
        ask(url, "trade.orders", "orders", account=account)

    @app.command()
    def cancel(order_id: str, account: Account = None, url: Url = None) -> None:
        """Cancel what is unfilled of an order."""
        ask(url, "trade.cancel", "one_order", orderId=order_id, account=account)


async def _tell(client: "KitClient", method: str, params: Mapping[str, Any], words: "Words") -> int:
    given = {name: value for name, value in params.items() if value is not None}
    told = await client.call(method, given)
    now = (await client.ping())["pong"]
    print("\n".join(words(told, now)))
    return 0


def _limit(text: str) -> tuple[str, Any]:
    """Return the name and value of a limit; raise BadParameter."""
    from kit.namespaces import camel
    from kit.safety_words import LIMITS

    name, given, value = text.partition("=")
    name = camel(name.strip())
    if not given or name not in LIMITS:
        raise typer.BadParameter(f"{text!r} is not name=value with one of {', '.join(LIMITS)}")
    if name == "symbols":
        return name, [each.strip() for each in value.split(",") if each.strip()]
    if value in ("true", "false"):
        return name, value == "true"
    try:
        return name, int(value) if value.strip().isdecimal() else float(value)
    except ValueError:
        raise typer.BadParameter(f"{name} is a number, true or false, not {value!r}") from None
