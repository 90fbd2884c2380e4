"""What waits to be sent to one client: a bounded queue and the task that writes it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from tools.services import Traffic

WRITE_BYTES = 64 * 1024
"""How much is handed to the socket at once."""


class Outbox:
    """Keeps the order of messages, joins small ones into few writes, and never waits for its client.

    `overflowed` is called when more waits than the bounds allow, or when nothing was read for `stall` seconds
    while somebody waited for room; what waits is dropped then. With `patience` that is also so when what was
    written is not taken for so many seconds. What is written counts as sent in `traffic`.
    """

    def __init__(
        self,
        transport: asyncio.WriteTransport,
        drain: Callable[[], Awaitable[None]],
        max_frames: int,
        max_bytes: int,
        stall: float,
        overflowed: Callable[[], None],
        traffic: Traffic,
        patience: float | None = None,
    ) -> None:
        self._transport = transport
        self._drain = drain
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self._stall = stall
        self._overflowed = overflowed
        self._traffic = traffic
        self._patience = patience
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._held: list[tuple[int, bytes]] | None = None
        self._held_bytes = 0
        self._asleep: asyncio.Future[None] | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._shut = False

    @property
    def pressed(self) -> bool:
        """Tell whether half of the queue is full, so that its client should ask for no more."""
        return len(self._waiting) * 2 > self._max_frames or self._bytes * 2 > self._max_bytes

    @property
    def holding(self) -> bool:
        """Tell whether messages are kept back."""
        return self._held is not None

    def push(self, message: bytes, seq: int = 0) -> None:
        """Queue a message, that of an event with its number; after `shut` it is dropped."""
        if self._shut:
            return
        frames = len(self._waiting)
        if self._held is None:
            self._waiting.append(message)
            self._bytes += len(message)
            self._wake()
        else:
            self._held.append((seq, message))
            self._held_bytes += len(message)
            frames += len(self._held)
        if frames >= self._max_frames or self._bytes + self._held_bytes > self._max_bytes:
            self._give_up()

    def hold(self) -> None:
        """Keep back what is pushed from now on, until `release`."""
        if self._held is None:
            self._held = []

    def forget(self, seq: int) -> int | None:
        """Drop the held events up to a number; return the first one that is left, None for none."""
        known = [(number, message) for number, message in self._held or () if 0 < number <= seq]
        if known and self._held is not None:
            self._held = [each for each in self._held if each not in known]
            self._held_bytes -= sum(len(message) for _, message in known)
        return min((number for number, _ in self._held or () if number), default=None)

    async def feed(self, message: bytes) -> None:
        """Queue a message before what is held, once there is room; after `shut` it is dropped."""
        if self.pressed:
            await self.room()
        if not self._shut:
            self._waiting.append(message)
            self._bytes += len(message)
            self._wake()

    def release(self) -> None:
        """Queue what was held."""
        held, self._held = self._held, None
        self._waiting.extend(message for _, message in held or ())
        self._bytes += self._held_bytes
        self._held_bytes = 0
        if self._waiting:
            self._wake()

    async def room(self) -> None:
        """Return once the queue is half empty, or shut."""
        try:
            async with asyncio.timeout(self._stall):
                while self.pressed and not self._shut:
                    self._room.clear()
                    await self._room.wait()
        except TimeoutError:
            self._give_up()

    def shut(self, drop: bool = False) -> None:
        """Take no more messages; `run` ends once it has written, or dropped, what is waiting."""
        self.release()
        self._shut = True
        if drop:
            self._waiting.clear()
            self._bytes = 0
        self._wake()
        self._room.set()

    async def run(self) -> None:
        """Write until shut; a client that has gone ends it as well."""
        try:
            while self._waiting or not self._shut:
                if not self._waiting:
                    self._asleep = asyncio.get_running_loop().create_future()
                    await self._asleep
                while self._waiting and not self._transport.is_closing():
                    self._transport.write(self._take())
                    if not self.pressed:
                        self._room.set()
                    if self._patience is None:
                        await self._drain()
                    elif not await self._drained(self._patience):
                        return
                if self._transport.is_closing():
                    return
        except ConnectionError:
            return
        finally:
            self.shut(drop=True)

    async def _drained(self, patience: float) -> bool:
        """Tell whether the client took what was written in time; give it up where it did not."""
        try:
            async with asyncio.timeout(patience):
                await self._drain()
        except TimeoutError:
            self._give_up()
            return False
        return True

    def _give_up(self) -> None:
        self.shut(drop=True)
        self._overflowed()

    def _wake(self) -> None:
        asleep, self._asleep = self._asleep, None
        if asleep is not None and not asleep.done():
            asleep.set_result(None)

    def _take(self) -> bytes:
        waiting = self._waiting
        batch = [waiting.popleft()]
        size = len(batch[0])
        while waiting and size < WRITE_BYTES:
            message = waiting.popleft()
            size += len(message)
            batch.append(message)
        self._bytes -= size
        self._traffic.sent += len(batch)
        return b"".join(batch) if len(batch) > 1 else batch[0]
