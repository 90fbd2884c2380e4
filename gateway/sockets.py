"""What the WebSocket of a foreign API is: its path, its words, and what it tells of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Frame = Mapping[str, Any]
Message = Any
"""What is sent: anything that is printed as one JSON text."""


class Listens(Protocol):
    """What one connection remembers, where what it hears depends on what it has said."""

    def answer(self, frame: Frame, at: datetime) -> Message | None:
        """Return the answer to what its client says, None for nothing."""
        ...

    def hears(self, event: str) -> bool:
        """Tell whether an event of this name is told here."""
        ...


@dataclass(frozen=True, slots=True)
class SocketDialect:
    """A WebSocket in the words of a foreign API. All moments are those of what is told.

    `greets` makes the first message of a connection, of its id. `answers` makes that to what a client says,
    None for nothing; `refuses` the one to what cannot be read, of what is wrong with it. `tells` has, by the
    names of events, what makes a message of their payload, None for one that the API does not tell.
    With `listens` each connection has one of those, which answers instead, and says what is told there; what
    concerns somebody is then told to nobody else. A request frame of our own protocol is answered in that
    protocol.
    """

    path: str
    greets: Callable[[str, datetime], Message]
    answers: Callable[[Frame, datetime], Message | None]
    refuses: Callable[[str, datetime], Message]
    tells: Mapping[str, Callable[[Mapping[str, Any], datetime], Message | None]] = field(default_factory=dict)
    listens: Callable[[], Listens] | None = None
