"""Where time comes from. Everything that needs it is handed a `Clock`."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """Tells the time and waits for it."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` have passed on this clock."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` of real time have passed."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until somebody advances it."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Return the moment this clock was last set to."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Return once `advance` has moved the clock by `seconds`."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + timedelta(seconds=seconds), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Move the clock forward, waking each sleeper at its own moment, in order."""
        end = self._now + timedelta(seconds=seconds)
        while due := [sleeper for sleeper in self._sleepers if sleeper[0] <= end]:
            sleeper = min(due, key=lambda each: each[0])
            self._sleepers.remove(sleeper)
            moment, woken = sleeper
            self._now = max(self._now, moment)
            if not woken.done():
                woken.set_result(None)
            # Let what was woken run, and fall asleep again, before time goes on.
            for _ in range(10):
                await asyncio.sleep(0)
        self._now = end


async def within(clock: Clock, seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` returns, or raise TimeoutError once so many seconds have passed on a clock.

    In either case, and when its caller is cancelled, no work goes on afterwards.
    """
    working, waiting = asyncio.ensure_future(work), asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise TimeoutError(f"it took more than {seconds:g} s")
    finally:
        working.cancel()
        waiting.cancel()
        await asyncio.gather(working, waiting, return_exceptions=True)


def midnight(moment: datetime) -> datetime:
    """Return the start of a day, in UTC."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def epoch_ms(moment: datetime) -> int:
    """Return Unix milliseconds, rounded down."""
    return int(moment.timestamp() * 1000 + 1e-4)


def from_epoch_ms(milliseconds: float) -> datetime:
    """Return the aware UTC moment of Unix milliseconds."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def iso(moment: datetime) -> str:
    """Return ISO 8601 with `Z`, to the millisecond when there are any."""
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
