"""The signed endpoints of Binance spot, as its documentation shows them."""

import hashlib
import hmac
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.peers.exchange_account import Kind, Placed, Short, Traded
from tests.peers.exchange_state import Handler, LoopbackExchange, Refused
from tests.peers.exchange_tape import Tape

WINDOW_MS = 5000
AHEAD_MS = 1000

KINDS: dict[str, Kind] = {
    "MARKET": "market",
    "LIMIT": "limit",
    "STOP_LOSS": "stop",
    "STOP_LOSS_LIMIT": "stop-limit",
}
TYPES = {kind: name for name, kind in KINDS.items()}
STATUSES = {"filled": "FILLED", "canceled": "CANCELED", "expired": "EXPIRED"}
ALLOWED = {
    "symbol",
    "side",
    "type",
    "timeInForce",
    "quantity",
    "price",
    "stopPrice",
    "newClientOrderId",
    "newOrderRespType",
    "recvWindow",
    "timestamp",
    "signature",
}


def refuse(code: int, message: str, status: int = 400) -> Refused:
    """Return an error as Binance words it."""
    return Refused(status, {"code": code, "msg": message})


def verified(exchange: LoopbackExchange, request: web.Request, body: str) -> Mapping[str, str]:
    """Return what was asked, once key, signature and time are right."""
    text = request.rel_url.raw_query_string or body
    payload, _, signature = text.rpartition("&signature=")
    right = hmac.new(exchange.secret.encode(), payload.encode(), hashlib.sha256).hexdigest()
    if request.headers.get("X-MBX-APIKEY") != exchange.key:
        raise refuse(-2015, "Invalid API-key, IP, or permissions for action.", 401)
    if not hmac.compare_digest(right, signature):
        raise refuse(-1022, "Signature for this request is not valid.")
    params = dict(parse_qsl(payload, keep_blank_values=True))
    window, sent = int(params.get("recvWindow", WINDOW_MS)), int(params["timestamp"])
    if not exchange.now_ms - window <= sent < exchange.now_ms + AHEAD_MS:
        raise refuse(-1021, "Timestamp for this request is outside of the recvWindow.")
    return params


def _place(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    if unknown := set(params) - ALLOWED:
        raise refuse(-1104, f"Not all sent parameters were read: {sorted(unknown)}")
    tape = _tape(exchange, params)
    figures = {name: Decimal(params[name]) for name in ("quantity", "price", "stopPrice") if name in params}
    order = Placed(
        id=exchange.account.next(),
        client=params.get("newClientOrderId", f"web_{exchange.account.counter}"),
        tape=tape,
        side=params["side"].lower(),
        kind=KINDS[params["type"]],
        amount=figures["quantity"],
        price=figures.get("price"),
        stop=figures.get("stopPrice"),
        at=exchange.now_ms,
        now_or_never=params.get("timeInForce") == "IOC",
    )
    _check(exchange, order)
    try:
        exchange.account.place(order)
    except Short:
        raise refuse(-2010, "Account has insufficient balance for requested action.") from None
    return {
        **_row(exchange, order, order.trades),
        "transactTime": order.at,
        "fills": [
            {
                "price": f"{each.price:.8f}",
                "qty": f"{each.amount:.8f}",
                "commission": f"{each.fee:.8f}",
                "commissionAsset": each.fee_asset,
                "tradeId": each.id,
            }
            for each in order.trades
        ],
    }


def _check(exchange: LoopbackExchange, order: Placed) -> None:
    pair = order.tape.pair
    if order.amount % pair.step or order.amount <= 0:
        raise refuse(-1013, "Filter failure: LOT_SIZE")
    if any(figure is not None and figure % pair.tick for figure in (order.price, order.stop)):
        raise refuse(-1013, "Filter failure: PRICE_FILTER")
    bids, asks = order.tape.book(order.at, 1)
    best = Decimal(asks[0][0] if order.side == "buy" else bids[0][0])
    if order.amount * (order.price or order.stop or best) < pair.min_notional:
        raise refuse(-1013, "Filter failure: NOTIONAL")
    if order.stop is not None and (best >= order.stop if order.side == "buy" else best <= order.stop):
        raise refuse(-2010, "Stop price would trigger immediately.")
    same = [each for each in exchange.account.orders.values() if each.client == order.client]
    if any(each.status == "open" for each in same):
        raise refuse(-2010, "Duplicate order sent.")


def _one(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    order = _named(exchange, params)
    if order is None:
        raise refuse(-2013, "Order does not exist.")
    return _row(exchange, order)


def _cancel(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    order = _named(exchange, params)
    if order is None or order.status != "open":
        raise refuse(-2011, "Unknown order sent.")
    exchange.account.cancel(order)
    return {**_row(exchange, order), "origClientOrderId": order.client, "clientOrderId": "x"}


def _named(exchange: LoopbackExchange, params: Mapping[str, str]) -> Placed | None:
    if "origClientOrderId" in params:
        return exchange.account.named(client=params["origClientOrderId"])
    return exchange.account.named(number=int(params["orderId"]))


def _open(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    return [_row(exchange, each) for each in _of_pair(exchange, params) if each.status == "open"]


def _all(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    since = int(params.get("startTime", 0))
    return [_row(exchange, each) for each in _of_pair(exchange, params) if each.at >= since]


def _trades(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    tape = _tape(exchange, params)
    orders = [each for each in exchange.account.orders.values() if each.tape is tape]
    found = [(order, each) for order in orders for each in exchange.account.told(order)]
    return [
        {
            "symbol": order.tape.pair.name,
            "id": each.id,
            "orderId": order.id,
            "orderListId": -1,
            "price": f"{each.price:.8f}",
            "qty": f"{each.amount:.8f}",
            "quoteQty": f"{each.amount * each.price:.8f}",
            "commission": f"{each.fee:.8f}",
            "commissionAsset": each.fee_asset,
            "time": each.at,
            "isBuyer": order.side == "buy",
            "isMaker": each.maker,
            "isBestMatch": True,
        }
        for order, each in found
        if params.get("orderId") in (None, str(order.id))
    ][: int(params.get("limit", 500))]


def _account(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    return {
        "accountType": "SPOT",
        "canTrade": True,
        "updateTime": exchange.now_ms,
        "balances": [
            {
                "asset": asset,
                "free": f"{total - exchange.account.locked(asset):.8f}",
                "locked": f"{exchange.account.locked(asset):.8f}",
            }
            for asset, total in exchange.account.balances.items()
        ],
        "permissions": ["SPOT"],
    }


def _of_pair(exchange: LoopbackExchange, params: Mapping[str, str]) -> list[Placed]:
    name = params.get("symbol")
    return [each for each in exchange.account.seen() if name in (None, each.tape.pair.name)]


def _tape(exchange: LoopbackExchange, params: Mapping[str, str]) -> Tape:
    tape = exchange.tape(params["symbol"])
    if tape is None:
        raise refuse(-1121, "Invalid symbol.")
    return tape


def _row(exchange: LoopbackExchange, order: Placed, trades: list[Traded] | None = None) -> dict[str, Any]:
    status = STATUSES.get(order.status) or ("PARTIALLY_FILLED" if order.trades else "NEW")
    return {
        "symbol": order.tape.pair.name,
        "orderId": order.id,
        "orderListId": -1,
        "clientOrderId": order.client,
        "price": f"{order.price or 0:.8f}",
        "origQty": f"{order.amount:.8f}",
        "executedQty": f"{order.filled:.8f}",
        "cummulativeQuoteQty": f"{order.cost:.8f}",
        "status": status,
        "timeInForce": "GTC",
        "type": TYPES[order.kind],
        "side": order.side.upper(),
        "stopPrice": f"{order.stop or 0:.8f}",
        "time": order.at,
        "updateTime": order.at,
        "isWorking": order.stop is None or order.triggered,
    }


BINANCE_ACCOUNT: dict[tuple[str, str], Handler] = {
    ("POST", "/api/v3/order"): _place,
    ("GET", "/api/v3/order"): _one,
    ("DELETE", "/api/v3/order"): _cancel,
    ("GET", "/api/v3/openOrders"): _open,
    ("GET", "/api/v3/allOrders"): _all,
    ("GET", "/api/v3/myTrades"): _trades,
    ("GET", "/api/v3/account"): _account,
}
