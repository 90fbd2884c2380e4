"""The signed endpoints of Kraken spot, as its documentation shows them."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.peers.exchange_account import Kind, Placed, Short, Traded
from tests.peers.exchange_state import Handler, LoopbackExchange, Refused

KINDS: dict[str, Kind] = {
    "market": "market",
    "limit": "limit",
    "stop-loss": "stop",
    "stop-loss-limit": "stop-limit",
}
TYPES = {kind: name for name, kind in KINDS.items()}
STATUSES = {"filled": "closed"}
ASSETS = {"BTC": "XXBT", "ETH": "XETH", "USD": "ZUSD"}
ALLOWED = {
    "nonce",
    "pair",
    "type",
    "ordertype",
    "volume",
    "price",
    "price2",
    "oflags",
    "deadline",
    "cl_ord_id",
    "timeinforce",
}


def refuse(error: str) -> Refused:
    """Return an error as Kraken words it."""
    return Refused(200, {"error": [error]})


def verified(exchange: LoopbackExchange, request: web.Request, body: str) -> Mapping[str, str]:
    """Return what was asked, once key, signature and nonce are right."""
    params = dict(parse_qsl(body, keep_blank_values=True))
    digest = hashlib.sha256((params["nonce"] + body).encode()).digest()
    right = hmac.new(base64.b64decode(exchange.secret), request.path.encode() + digest, hashlib.sha512)
    if request.headers.get("API-Key") != exchange.key:
        raise refuse("EAPI:Invalid key")
    signature = request.headers.get("API-Sign", "")
    if not hmac.compare_digest(base64.b64encode(right.digest()).decode(), signature):
        raise refuse("EAPI:Invalid signature")
    if int(params["nonce"]) <= exchange.nonce:
        raise refuse("EAPI:Invalid nonce")
    exchange.nonce = int(params["nonce"])
    return params


def _add(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    tape = exchange.tape(params["pair"])
    if tape is None or not tape.pair.kraken:
        raise refuse("EQuery:Unknown asset pair")
    if set(params) - ALLOWED or params.get("oflags") != "fciq":
        raise refuse("EGeneral:Invalid arguments")
    if exchange.clock.now() > datetime.fromisoformat(params["deadline"]):
        raise refuse("EService:Deadline elapsed")
    kind = KINDS[params["ordertype"]]
    prices = [Decimal(params[name]) if name in params else None for name in ("price", "price2")]
    stop, price = prices if kind in ("stop", "stop-limit") else (None, prices[0])
    order = Placed(
        id=exchange.account.next(),
        client=params.get("cl_ord_id", ""),
        tape=tape,
        side=params["type"],
        kind=kind,
        amount=Decimal(params["volume"]),
        price=price,
        stop=stop,
        at=exchange.now_ms,
    )
    _check(exchange, order)
    try:
        exchange.account.place(order)
    except Short:
        raise refuse("EOrder:Insufficient funds") from None
    return _result({"descr": {"order": _described(order)}, "txid": [_txid(order.id)]})


def _check(exchange: LoopbackExchange, order: Placed) -> None:
    pair = order.tape.pair
    if order.amount < pair.step * 10:
        raise refuse("EGeneral:Invalid arguments:volume minimum not met")
    if any(figure is not None and figure % pair.tick for figure in (order.price, order.stop)):
        raise refuse("EOrder:Tick size check failed")
    same = [each for each in exchange.account.orders.values() if each.client == order.client]
    if any(each.status == "open" for each in same):
        raise refuse("EGeneral:Invalid arguments:cl_ord_id")


def _cancel(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    if "cl_ord_id" in params:
        order = exchange.account.named(client=params["cl_ord_id"])
    else:
        order = exchange.account.named(number=_number(params["txid"]))
    if order is None or order.status != "open":
        raise refuse("EOrder:Unknown order")
    exchange.account.cancel(order)
    return _result({"count": 1})


def _query(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    orders = [exchange.account.named(number=_number(each)) for each in params["txid"].split(",")]
    if not all(orders):
        raise refuse("EOrder:Unknown order")
    return _result({_txid(each.id): _row(exchange, each) for each in orders if each is not None})


def _open(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    return _result({"open": _rows(exchange, params, working=True)})


def _closed(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    found = _rows(exchange, params, working=False)
    return _result({"closed": found, "count": len(found)})


def _rows(exchange: LoopbackExchange, params: Mapping[str, str], working: bool) -> dict[str, Any]:
    return {
        _txid(each.id): _row(exchange, each)
        for each in exchange.account.seen()
        if (each.status == "open") is working
        and each.tape.pair.kraken
        and params.get("cl_ord_id") in (None, each.client)
        and each.at >= float(params.get("start", 0)) * 1000
    }


def _query_trades(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    wanted = params["txid"].split(",")
    found = {name: row for name, row in _told(exchange).items() if name in wanted}
    if len(found) != len(wanted):
        raise refuse("EQuery:Unknown trade")
    return _result(found)


def _history(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    found = _told(exchange)
    return _result({"trades": found, "count": len(found)})


def _told(exchange: LoopbackExchange) -> dict[str, Any]:
    return {
        _trade_id(each): {
            "ordertxid": _txid(order.id),
            "postxid": "TKH2SE-M7IF5-CFI7LT",
            "pair": order.tape.pair.kraken,
            "time": each.at / 1000,
            "type": order.side,
            "ordertype": TYPES[order.kind],
            "price": f"{each.price:.5f}",
            "cost": f"{each.price * each.amount:.5f}",
            "fee": f"{each.fee:.5f}",
            "vol": f"{each.amount:.8f}",
            "margin": "0.00000",
            "misc": "",
            "trade_id": each.id,
            "maker": each.maker,
        }
        for order in exchange.account.orders.values()
        if order.tape.pair.kraken
        for each in exchange.account.told(order)
    }


def _balance(exchange: LoopbackExchange, params: Mapping[str, str]) -> Any:
    return _result(
        {
            ASSETS.get(asset, asset): {
                "balance": f"{total:.10f}",
                "hold_trade": f"{exchange.account.locked(asset):.10f}",
            }
            for asset, total in exchange.account.balances.items()
        }
    )


def _row(exchange: LoopbackExchange, order: Placed) -> dict[str, Any]:
    first, second = (order.price, None) if order.stop is None else (order.stop, order.price)
    fees = sum((each.fee for each in order.trades), Decimal(0))
    return {
        "refid": None,
        "userref": None,
        "cl_ord_id": order.client,
        "status": STATUSES.get(order.status, order.status),
        "reason": None,
        "opentm": order.at / 1000,
        "starttm": 0,
        "expiretm": 0,
        "descr": {
            "pair": _altname(order),
            "type": order.side,
            "ordertype": TYPES[order.kind],
            "price": str(first or 0),
            "price2": str(second or 0),
            "leverage": "none",
            "order": _described(order),
            "close": "",
        },
        "vol": f"{order.amount:.8f}",
        "vol_exec": f"{order.filled:.8f}",
        "cost": f"{order.cost:.5f}",
        "fee": f"{fees:.5f}",
        "price": f"{order.cost / order.filled if order.filled else 0:.5f}",
        "stopprice": "0.00000",
        "limitprice": "0.00000",
        "misc": "",
        "oflags": "fciq",
        "trades": [_trade_id(each) for each in exchange.account.told(order)],
    }


def _described(order: Placed) -> str:
    """Return an order in Kraken's words: `buy 0.1 XBTUSD @ stop loss 70000.0 -> limit 69900.0`."""
    kind = order.kind
    if kind == "market":
        how = "market"
    elif kind == "limit":
        how = f"limit {order.price}"
    else:
        how = f"stop loss {order.stop}" + (f" -> limit {order.price}" if order.price is not None else "")
    return f"{order.side} {order.amount:.8f} {_altname(order)} @ {how}"


def _altname(order: Placed) -> str:
    return order.tape.pair.kraken.replace("XX", "X").replace("XE", "E").replace("ZUSD", "USD")


def _txid(number: int) -> str:
    return f"OTLAS3-RRHUF-{number:06d}"


def _trade_id(trade: Traded) -> str:
    return f"TT5UC3-GOIRW-{trade.id:06d}"


def _number(txid: str) -> int:
    tail = txid.rsplit("-", 1)[-1]
    if not tail.isdigit():
        raise refuse("EOrder:Invalid order")
    return int(tail)


def _result(result: Any) -> Any:
    return {"error": [], "result": result}


KRAKEN_ACCOUNT: dict[str, Handler] = {
    "/0/private/AddOrder": _add,
    "/0/private/CancelOrder": _cancel,
    "/0/private/QueryOrders": _query,
    "/0/private/OpenOrders": _open,
    "/0/private/ClosedOrders": _closed,
    "/0/private/QueryTrades": _query_trades,
    "/0/private/TradesHistory": _history,
    "/0/private/BalanceEx": _balance,
}
