"""Ways to people, as the outbox takes them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from memory.database import UnitOfWork
from memory.records import Delivery
from trading.notices import Notice

TURNED_OFF = "turned off"
"""The name of a delivery that its recipient does not want: nothing was sent."""


class NotDelivered(Exception):
    """Try again later, not before `wait` seconds where that is known; `final` says that it is no use."""

    def __init__(self, reason: str, *, wait: float = 0.0, final: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.final = final


Progress = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Puts on disk what a channel has done about a message, for the next attempt to go on with."""


class Channel(Protocol):
    """One way to people."""

    def reaches(self, recipient: str) -> bool:
        """Tell whether a principal is to be reached this way."""
        ...

    async def send(self, notice: Delivery, progress: Progress) -> str:
        """Hand a message over and return the name it has there; raise NotDelivered within a minute."""
        ...

    async def note(self, uow: UnitOfWork, notice: Notice) -> None:
        """Write down what becomes true with the delivery, in the transaction that stores it."""
        ...
