"""Everybody at the WebSocket of a foreign API, and what they are told."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from gateway import protocol
from gateway.hub import Told
from gateway.metrics import Metrics
from gateway.plain import json_of
from gateway.sockets import Message, SocketDialect
from tools.events import EventBus

log = structlog.get_logger(__name__)


class Event(Told, Protocol):
    """An event as it is stored, and when it happened."""

    @property
    def at(self) -> datetime:
        """When it happened."""
        ...


class Guest(Protocol):
    """Somebody who listens."""

    def wants(self, event: Told) -> bool:
        """Tell whether an event is to be told here."""
        ...

    def hear(self, message: bytes) -> None:
        """Take a message without waiting."""
        ...


class Room:
    """Words each event once and hands it to every guest that wants it."""

    def __init__(self, dialect: SocketDialect, events: EventBus, metrics: Metrics) -> None:
        self.dialect = dialect
        self._events = events
        self._metrics = metrics
        self._guests: set[Guest] = set()
        self._stop: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._stop = self._events.listen(self.deliver)

    def stop(self) -> None:
        """Listen no more."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    def join(self, guest: Guest) -> None:
        """Tell a guest what happens from now on."""
        self._guests.add(guest)

    def leave(self, guest: Guest) -> None:
        """Tell a guest no more."""
        self._guests.discard(guest)

    def deliver(self, events: Sequence[Event]) -> None:
        """Hand stored events on, in order; waits for nobody."""
        for event in events if self._guests else ():
            for told in self._worded(event):
                message = text(told)
                wanting = [guest for guest in self._guests if guest.wants(event)]
                for guest in wanting:
                    guest.hear(message)
                self._metrics.events += len(wanting)

    def _worded(self, event: Event) -> Sequence[Message]:
        tells = self.dialect.tells.get(event.name)
        if tells is None:
            return ()
        try:
            told = tells(event.payload, event.at)
        except (KeyError, TypeError, ValueError) as error:
            # What one API cannot say must not keep the event from all who can.
            log.error("an event has no words", path=self.dialect.path, name=event.name, exc_info=error)
            return ()
        if told is None:
            return ()
        return told if isinstance(told, list | tuple) else (told,)


def text(told: Message) -> bytes:
    """Return the WebSocket message of what is told."""
    return protocol.text_message(json_of(told))
