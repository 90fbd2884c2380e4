"""The exchange on loopback as a process of its own, as fault tests run it."""

import asyncio
import json
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.nursery import born
from trading.clock import SystemClock
from trading.errors import ExchangeUnavailable, OutcomeUnknown
from trading.exchanges.ccxt_live import CcxtExchange
from trading.exchanges.ccxt_live_client import Keys
from trading.exchanges.ccxt_live_venues import client_order_id
from trading.exchanges.ccxt_market import CcxtMarket
from trading.model import Mode, Order, OrderStatus, OrderType, Side
from trading.symbols import Symbol

SECRET = "YS1zZWNyZXQ="


def order_of(number: int, kind: OrderType = OrderType.MARKET, price: str | None = None) -> Order:
    now = SystemClock().now()
    return Order(
        id=f"ord-{number}",
        account="acc",
        symbol=Symbol("ETH", "USDT"),
        side=Side.BUY,
        type=kind,
        status=OrderStatus.SENT,
        amount=Decimal("0.1"),
        price=None if price is None else Decimal(price),
        created_at=now,
        updated_at=now,
        mode=Mode.LIVE,
        exchange="binance",
    )


async def control(url: str, **command: Any) -> Any:
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = json.dumps(command)
    head = f"POST /__control HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
    answer = (await reader.read()).decode()
    writer.close()
    return json.loads(answer.split("\r\n\r\n", 1)[1])


@asynccontextmanager
async def exchange_process(log: Path) -> AsyncIterator[str]:
    process = await born(
        *("tests.peers.exchange", "--port", "0", "--log", str(log), "--balance", "USDT=10000"),
        stdout=PIPE,
    )
    assert process.stdout is not None
    try:
        yield json.loads(await process.stdout.readline())["url"]
    finally:
        process.terminate()
        assert await process.wait() == 0


async def test_it_logs_every_order_that_it_takes_and_fails_as_it_is_told_to(tmp_path: Path) -> None:
    log, clock = tmp_path / "orders.jsonl", SystemClock()
    async with exchange_process(log) as url:
        urls = {"public": f"{url}/api/v3", "private": f"{url}/api/v3"}
        async with (
            CcxtMarket("binance", clock, urls, pause=0.01) as market,
            CcxtExchange("binance", Keys("a-key", SECRET), market, clock, urls, pause=0.01) as live,
        ):
            await control(url, op="fail", path="POST order", fault="cut", times=1)
            with pytest.raises(OutcomeUnknown):
                await live.place(order_of(1))
            await control(url, op="bar", path="POST order", fault="429", times=1)
            with pytest.raises(ExchangeUnavailable):
                await live.place(order_of(2))
            resting = await live.place(order_of(3, OrderType.LIMIT, "100"))
            assert resting.status is OrderStatus.ACCEPTED
            found = await live.find(order_of(1))
            assert found is not None
            assert found.status is OrderStatus.FILLED
            assert await live.find(order_of(2)) is None
            state = await control(url, op="state")
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [(line["client"], line["side"], line["amount"]) for line in lines] == [
        (client_order_id("ord-1"), "buy", "0.1"),
        (client_order_id("ord-3"), "buy", "0.1"),
    ]
    assert [each["status"] for each in state["orders"]] == ["filled", "open"]
