"""Work is given so much time on a clock, and does not outlive who waits for it."""

import asyncio

import pytest

from tests.trading.series import START
from trading.clock import ManualClock, within


async def test_work_that_ends_in_time_returns_or_raises() -> None:
    clock = ManualClock(START)

    async def well() -> int:
        return 5

    async def badly() -> int:
        raise LookupError

    assert await within(clock, 10, well()) == 5
    with pytest.raises(LookupError):
        await within(clock, 10, badly())


@pytest.mark.parametrize("cancelled", [False, True])
async def test_work_that_takes_too_long_or_is_given_up_is_ended(cancelled: bool) -> None:
    clock, begun, ended = ManualClock(START), asyncio.Event(), asyncio.Event()

    async def forever() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    waiting = asyncio.create_task(within(clock, 10, forever()))
    await begun.wait()
    if cancelled:
        waiting.cancel()
    else:
        await clock.advance(10)
    with pytest.raises(asyncio.CancelledError if cancelled else TimeoutError):
        await waiting
    assert ended.is_set()
