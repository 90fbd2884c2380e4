import logging
import traceback
from collections.abc import Awaitable, Iterator
from dataclasses import replace

import pytest

from tests.peers.exchange_faults import says
from tests.trading.ccxt_live.test_live_faults import LOST
from tests.trading.ccxt_live.world import KEY, NOW, SECRET, World
from trading.errors import TradingError
from trading.exchanges.ccxt_live_client import Keys
from trading.model import Order


@pytest.fixture
def everything_said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def told(error: BaseException) -> str:
    """Return all that whoever prints an error would see, and all that hangs on it."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None:
        chain.append(current)
        current = current.__cause__ or current.__context__
    return "".join("".join(traceback.format_exception(each)) + repr(each) for each in chain)


async def test_no_key_gets_into_logs_errors_or_what_is_shown(
    world: World, everything_said: pytest.LogCaptureFixture
) -> None:
    quoting = f'"{KEY} {SECRET}"'
    faults = {
        **LOST,
        "a quote": says(f'{{"code": -2010, "msg": {quoting}, "error": [{quoting}]}}', 400),
        "a name": says(f'{{"orderId": {quoting}, "clientOrderId": {quoting}, "symbol": {quoting}}}'),
        "a word of theirs": says(quoting, 500),
    }
    errors: list[BaseException] = []

    async def hear(ask: Awaitable[object]) -> None:
        try:
            await ask
        except TradingError as error:
            errors.append(error)

    for fault in faults.values():
        order: Order = world.order()
        for path in world.paths.values():
            world.peer.fail(path, fault)
        await hear(world.live.place(order))
        await hear(world.live.find(order))
        await hear(world.live.cancel(replace(order, venue_id="1")))
        await hear(world.live.watch([order], NOW))
        await hear(world.live.statement())
    assert len(errors) > 4 * len(LOST)
    shown = [told(error) for error in errors] + [everything_said.text]
    shown += [repr(world.live), repr(vars(world.live)), repr(Keys(KEY, SECRET, "word-canary", "uid-canary"))]
    assert [text for text in shown if KEY in text or SECRET in text or "canary" in text] == []
