"""The methods of the service that deal: `client.trade.execute(...)` sends `trade.execute`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kit.namespaces import Namespace, Number, Reply


class Trade(Namespace):
    """Orders, positions and their history. Called itself, it places an order."""

    def execute(
        self,
        *,
        action: str,
        pair: str,
        amount: Number,
        type: str,
        exchange: str | None = None,
        amount_type: str | None = None,
        price: Number | None = None,
        stop_price: Number | None = None,
        stop_loss: Number | None = None,
        take_profit: Number | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Place an order.

        `amount` is in base, for a market order in quote, or in what `amount_type` says (`base`, `quote`).
        """
        named = dict(
            action=action,
            pair=pair,
            amount=amount,
            type=type,
            exchange=exchange,
            amount_type=amount_type,
            price=price,
            stop_price=stop_price,
            stop_loss=stop_loss,
            take_profit=take_profit,
        )
        return self._send("execute", {**named, **more}, timeout)

    def positions(self, *, exchange: str | None = None, timeout: float | None = None, **more: Any) -> Reply:
        """Return what is held open."""
        return self._send("positions", {"exchange": exchange, **more}, timeout)

    def close(
        self,
        position_id: str,
        *,
        percentage: Number | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Close a position, or `percentage` (0 to 100] of it."""
        return self._send("close", {"positionId": position_id, "percentage": percentage, **more}, timeout)

    def history(
        self,
        *,
        exchange: str | None = None,
        pair: str | None = None,
        limit: int | None = None,
        from_: datetime | int | None = None,
        to: datetime | int | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Return past trades; `from_` and `to` are inclusive, as aware datetimes or Unix milliseconds."""
        named = dict(exchange=exchange, pair=pair, limit=limit, from_=from_, to=to)
        return self._send("history", {**named, **more}, timeout)

    def preview(
        self,
        *,
        action: str,
        pair: str,
        amount: Number,
        type: str,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Return exactly which order `execute` would send with these fields now; nothing is sent."""
        named = dict(action=action, pair=pair, amount=amount, type=type)
        return self._send("preview", {**named, **more}, timeout)

    def oco(
        self,
        *,
        action: str,
        pair: str,
        amount: Number,
        price: Number,
        stop_price: Number,
        exchange: str | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Place a limit at `price` and a stop at `stop_price`; the first that fills cancels the other."""
        named = dict(
            action=action, pair=pair, amount=amount, price=price, stop_price=stop_price, exchange=exchange
        )
        return self._send("oco", {**named, **more}, timeout)

    def orders(
        self,
        *,
        status: str | None = None,
        pair: str | None = None,
        limit: int | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Return orders: the `open` ones, the `closed` ones or `all`."""
        return self._send("orders", {"status": status, "pair": pair, "limit": limit, **more}, timeout)

    def cancel(self, order_id: str, *, timeout: float | None = None, **more: Any) -> Reply:
        """Cancel what is unfilled of an order."""
        return self._send("cancel", {"order_id": order_id, **more}, timeout)

    def cancel_all(self, *, pair: str | None = None, timeout: float | None = None, **more: Any) -> Reply:
        """Cancel all open orders, or those of a pair."""
        return self._send("cancelAll", {"pair": pair, **more}, timeout)

    def amend(
        self,
        position_id: str,
        *,
        stop_loss: Number | None = None,
        take_profit: Number | None = None,
        remove: Sequence[str] | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Set the stop-loss and take-profit of a position; `remove` names those that shall go."""
        named = dict(position_id=position_id, stop_loss=stop_loss, take_profit=take_profit, remove=remove)
        return self._send("amend", {**named, **more}, timeout)

    def close_all(self, *, timeout: float | None = None, **more: Any) -> Reply:
        """Close all open positions at the market."""
        return self._send("closeAll", more, timeout)
