"""The client against the whole service, over a line that is cut again and again."""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from kit import KitClient, KitError
from kit.answers import Answer
from kit.client import Dialect
from kit.namespaces import Namespace
from tests.kit.conftest import AT_ONCE
from tests.service import running
from tests.wire import HELLO, wire

PASSED = (0.9, 1.1)
"""How many greetings long a line holds: some are cut in the middle, the others allow a few orders."""


class BadLine:
    """Passes bytes on to a service and cuts each connection once it has passed some."""

    def __init__(self, port: int, greeting: int, seed: int) -> None:
        self._port = port
        self._most = [int(part * greeting) for part in PASSED]
        self._chance = random.Random(seed)
        self._serving: set[asyncio.Task[None] | None] = set()
        self.cuts = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Nothing else holds a handler once its connection is gone.
        self._serving.add(asyncio.current_task())
        onward, outward = await asyncio.open_connection("127.0.0.1", self._port)
        asking = asyncio.create_task(_pass_on(reader, outward, None))
        self.cuts += await _pass_on(onward, writer, self._chance.randint(*self._most))
        for each in (writer, outward):
            each.transport.abort()
        asking.cancel()
        await asyncio.wait([asking])

    async def quiet(self) -> None:
        """Return once no connection is left."""
        await asyncio.gather(*(task for task in self._serving if task is not None))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int | None) -> bool:
    """Pass bytes on until the end or until there were enough; tell whether there were."""
    passed = 0
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536 if most is None else most - passed):
            writer.write(data)
            passed += len(data)
    return passed == most


@asynccontextmanager
async def bad_line(url: str, seed: int) -> AsyncIterator[tuple[str, BadLine]]:
    port = urlsplit(url).port
    assert port is not None
    line = BadLine(port, await _greeting(url), seed)
    async with await asyncio.start_server(line.serve, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", line
        await line.quiet()


async def _greeting(url: str) -> int:
    """Return how many bytes a service says before anything else can be asked of it."""
    async with wire(url, None) as connection:
        return len(json.dumps(await connection.request("connect", HELLO["000"])))


async def _try_to_connect(client: KitClient) -> None:
    with contextlib.suppress(KitError):
        await client.connect()


@pytest.mark.parametrize("seed", range(3))
async def test_over_a_bad_line_every_order_is_placed_and_told_once(tmp_path: Path, seed: int) -> None:
    told: list[str] = []
    async with running(tmp_path) as service, bad_line(service.url, seed) as (url, line):
        client = KitClient(url, token="", backoff=AT_ONCE)
        client.on("trade:executed", lambda trade: told.append(trade.orderId))
        while not client.connected:
            await _try_to_connect(client)
        orders: list[Answer] = []
        # How often a line is cut depends on how what is sent is cut into packets.
        while len(orders) < 20 or line.cuts <= 5:
            if len(orders) % 20 == 19:
                await service.advance(61)
            amount = 100 + len(orders)
            orders.append(await client.trade(action="buy", pair="BTC/USDT", amount=amount, type="market"))
        text = "".join([piece async for piece in client.chat.stream("price BTC")])
        history = await client.chat.history()
        await client.disconnect()
        fills = await service.app.services.portfolio.trades("main")
    assert told == [order.orderId for order in orders]
    assert sorted(fill.order_id for fill in fills) == sorted(told)
    assert [message.role for message in history.messages] == ["user", "assistant"]
    assert history.messages[1].content == text


def _typo(group: Namespace, name: str) -> Any:
    """Return a method that no type checker lets pass."""
    return getattr(group, name)


MISNAMED: list[tuple[Callable[[KitClient], Awaitable[Any]], list[str]]] = [
    (lambda c: _typo(c.market, "nope")("x"), ["market.price"]),
    (lambda c: c.call("xyzzy"), []),
    (lambda c: _typo(c.market, "prise")("BTC/USDT"), ["market.price"]),
    (lambda c: _typo(c.market, "prise")(pair="BTC/USDT"), ["market.price"]),
    (lambda c: _typo(c.trade, "excute")("buy", "BTC/USDT"), ["trade.execute"]),
    (lambda c: c.call("portfolio.gte"), ["portfolio.get"]),
]


@pytest.mark.parametrize(("dialect", "code"), [("000", "UNKNOWN_METHOD"), ("001", "INVALID_REQUEST")])
async def test_a_misnamed_method_is_told_with_the_ones_that_may_be_meant(
    tmp_path: Path, dialect: Dialect, code: str
) -> None:
    async with running(tmp_path) as service, KitClient(service.url, token="", dialect=dialect) as client:
        for ask, expected in MISNAMED:
            with pytest.raises(KitError) as caught:
                await ask(client)
            assert caught.value.code in ("UNKNOWN_METHOD", code)
            assert caught.value.details["near"][:1] == expected


@pytest.mark.parametrize("params", ["BTC/USDT", 5, [1]])
async def test_params_that_name_no_fields_are_refused(tmp_path: Path, params: Any) -> None:
    async with running(tmp_path) as service, KitClient(service.url, token="") as client:
        with pytest.raises(KitError) as caught:
            await client.call("market.price", params)
    assert caught.value.code == "INVALID_PARAMS"
