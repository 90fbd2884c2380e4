"""The exchange on loopback as a process of its own, steered by JSON posted to `/__control`.

Every command has an `op`; the answer is JSON. Times are the machine's.

    {"op": "fail", "path": "POST order", "fault": "cut", "times": 1}     fails after it was done
    {"op": "fail", "path": "POST order", "fault": "cut", "after": 1}     lets one through before that
    {"op": "bar", "path": "POST order", "fault": "503", "times": 1}      fails before anything is done
    {"op": "hold", "path": "POST order", "seconds": 4}                   arrives late
    {"op": "mend"}                                                       everything works again
    {"op": "balance", "asset": "USDT", "amount": "1000"}                 adds to a balance
    {"op": "fees", "asset": "BNB"}                                       takes fees in this (null: as usual)
    {"op": "price", "pair": "BTCUSDT", "price": "90000"}                 moves the market to a price
    {"op": "fill", "order": 1001, "amount": "0.1", "price": "3000"}      trades part of a resting order
    {"op": "cancel", "order": 1001}                                      takes an order off its books
    {"op": "lag", "of": ["orders", "trades"]}                            readers see nothing newer from now on
    {"op": "catch up"}                                                   readers see everything again
    {"op": "state"}                                                      tells balances, orders and counts

`state` holds every order with its trades, how often each path was asked (`counts`), and how many requests
of the account are still without an answer (`underway`).

Faults: cut, gone, hangs, stalls, half, doubled, slow (with `seconds`), a status (429, 418, 500, 503), or
`says` with `status` and `body`.
"""

import argparse
import asyncio
import json
import signal
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.peers.exchange import serving
from tests.peers.exchange_faults import (
    cut,
    doubled,
    gone,
    half,
    hangs,
    held,
    once,
    says,
    slow,
    stalls,
    unheard,
)
from tests.peers.exchange_state import Fault, LoopbackExchange
from tests.peers.exchange_tape import Pair, Tape
from trading.clock import SystemClock

Command = Mapping[str, Any]

STATUSES: dict[str, str] = {
    "418": '{"code": -1003, "msg": "Way too many requests."}',
    "429": '{"code": -1003, "msg": "Too many requests."}',
    "500": "",
    "503": "<html><body>503 Service Temporarily Unavailable</body></html>",
}
FAULTS: dict[str, Callable[[Command], Fault]] = {
    "cut": lambda _: cut(),
    "gone": lambda _: gone(),
    "hangs": lambda _: hangs(),
    "stalls": lambda _: stalls(),
    "half": lambda _: half(),
    "doubled": lambda _: doubled(),
    "slow": lambda command: slow(float(command["seconds"])),
    "says": lambda command: says(command["body"], int(command.get("status", 200))),
    **{name: lambda _, name=name: says(STATUSES[name], int(name)) for name in STATUSES},  # type: ignore[misc]
}
FOREVER = 10**9


def _fail(exchange: LoopbackExchange, command: Command) -> None:
    times, after = command.get("times", FOREVER), command.get("after", 0)
    exchange.fail(command["path"], once(FAULTS[command["fault"]](command), times, after))


def _bar(exchange: LoopbackExchange, command: Command) -> None:
    exchange.bar(command["path"], unheard(FAULTS[command["fault"]](command), command.get("times")))


def _hold(exchange: LoopbackExchange, command: Command) -> None:
    exchange.bar(command["path"], held(lambda: asyncio.sleep(float(command["seconds"]))))


def _mend(exchange: LoopbackExchange, command: Command) -> None:
    exchange.mend()


def _balance(exchange: LoopbackExchange, command: Command) -> None:
    exchange.account.add(command["asset"], Decimal(command["amount"]))


def _fees(exchange: LoopbackExchange, command: Command) -> None:
    exchange.account.fee_asset = command["asset"]


def _price(exchange: LoopbackExchange, command: Command) -> None:
    exchange.account.move(exchange.tapes[command["pair"]], Decimal(command["price"]), exchange.now_ms)


def _fill(exchange: LoopbackExchange, command: Command) -> None:
    order = exchange.account.orders[command["order"]]
    amount, price = Decimal(command["amount"]), Decimal(command["price"])
    exchange.account.fill(order, amount, price, exchange.now_ms, maker=True)


def _cancel(exchange: LoopbackExchange, command: Command) -> None:
    exchange.account.cancel(exchange.account.orders[command["order"]])


def _lag(exchange: LoopbackExchange, command: Command) -> None:
    exchange.account.lag = exchange.account.counter
    exchange.account.lag_of = frozenset(command.get("of", ("orders", "trades")))


def _catch_up(exchange: LoopbackExchange, command: Command) -> None:
    exchange.account.lag = None


def _state(exchange: LoopbackExchange, command: Command) -> Any:
    account = exchange.account
    return {
        "balances": {asset: str(amount) for asset, amount in account.balances.items()},
        "orders": [
            {
                "id": each.id,
                "client": each.client,
                "pair": each.tape.pair.name,
                "side": each.side,
                "kind": each.kind,
                "amount": str(each.amount),
                "filled": str(each.filled),
                "status": each.status,
                "at": each.at,
                "trades": [
                    {"id": str(trade.id), "amount": str(trade.amount), "price": str(trade.price)}
                    for trade in each.trades
                ],
            }
            for each in account.orders.values()
        ],
        "asked": len(exchange.asked),
        "counts": Counter(f"{each.method} {each.path.rsplit('/', 1)[-1]}" for each in exchange.asked),
        "underway": len(exchange.underway),
    }


COMMANDS: dict[str, Callable[[LoopbackExchange, Command], Any]] = {
    "fail": _fail,
    "bar": _bar,
    "hold": _hold,
    "mend": _mend,
    "balance": _balance,
    "fees": _fees,
    "price": _price,
    "fill": _fill,
    "cancel": _cancel,
    "lag": _lag,
    "catch up": _catch_up,
    "state": _state,
}


def pairs(now: SystemClock) -> list[Tape]:
    """Return what this exchange trades."""
    listed = now.now() - timedelta(days=40)
    return [
        Tape(Pair("ETH", "USDT", Decimal(3000)), listed),
        Tape(Pair("BTC", "USDT", Decimal(90_000), step=Decimal("0.00001")), listed),
        Tape(Pair("BNB", "USDT", Decimal(600), step=Decimal("0.001")), listed),
        Tape(Pair("BTC", "USD", Decimal(90_000), tick=Decimal("0.1"), kraken="XXBTZUSD"), listed),
        Tape(Pair("ETH", "USD", Decimal(3000), kraken="XETHZUSD"), listed),
    ]


async def run(port: int, log: Path, key: str, secret: str, balances: Mapping[str, Decimal]) -> None:
    """Serve until the process is told to end."""
    clock = SystemClock()
    exchange = LoopbackExchange(
        clock, {tape.pair.name: tape for tape in pairs(clock)}, key=key, secret=secret
    )
    exchange.account.log = log
    exchange.account.balances.update(balances)

    async def control(request: web.Request) -> web.StreamResponse:
        command = await request.json()
        return web.json_response(COMMANDS[command["op"]](exchange, command))

    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with serving(exchange, port, {"/__control": control}):
        print(json.dumps({"url": exchange.url}), flush=True)
        await ended.wait()


def _asset(text: str) -> tuple[str, Decimal]:
    asset, amount = text.split("=")
    return asset, Decimal(amount)


def main() -> None:
    """Run the exchange; its first line on standard output tells its address."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--log", type=Path, required=True, help="every order taken is appended here as JSON")
    parser.add_argument("--key", default="a-key")
    parser.add_argument("--secret", default="YS1zZWNyZXQ=", help="base64, as Kraken's are")
    parser.add_argument(
        "--balance", type=_asset, action="append", default=[], help="USDT=10000, may be repeated"
    )
    given = parser.parse_args()
    asyncio.run(run(given.port, given.log, given.key, given.secret, dict(given.balance)))
