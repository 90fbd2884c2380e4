"""What the WebSocket of a foreign API is: its path, its words, and what it tells of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Frame = Mapping[str, Any]
Message = Any
"""What is sent: anything that is printed as one JSON text."""

Tells = Callable[[Mapping[str, Any], datetime], Message | Sequence[Message] | None]


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """What the clients of a WebSocket are held to; None leaves it to the settings of the gateway.

    A client's message has at most `max_bytes`, and `queue` messages may wait for it. One that takes nothing
    for `write_seconds` is cut. Every `ping_seconds` it is pinged, and closed when `pong_seconds` have gone by
    without a pong.
    """

    max_bytes: int | None = None
    queue: int | None = None
    write_seconds: float | None = None
    ping_seconds: float | None = None
    pong_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """Something that a client may ask for: what is asked of a capability, and the message of its result."""

    capability: str
    tells: Callable[[Any, datetime], Message]
    params: Mapping[str, Any] = field(default_factory=dict)


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

    `greets` makes the first message of a connection, of its id, where there is one. `answers` makes that to
    what a client says, None for nothing; `refuses` the one to what cannot be read, of what is wrong with it.
    `tells` has, by the names of events, what makes messages of their payload, none for one that the API does
    not tell. At a `private` one what concerns somebody is told to nobody else. With `listens` each connection
    has one of those, which answers instead, and says what is told there; that is private, too. `queries` has,
    by the `type` of what a client says, what is then asked and told in turn. A request frame of our own
    protocol is answered in that protocol. `under` is the prefix that its API is mounted at.
    """

    path: str
    greets: Callable[[str, datetime], Message] | None
    answers: Callable[[Frame, datetime], Message | None]
    refuses: Callable[[str, datetime], Message]
    tells: Mapping[str, Tells] = field(default_factory=dict)
    queries: Mapping[str, Sequence[Query]] = field(default_factory=dict)
    private: bool = False
    listens: Callable[[], Listens] | None = None
    limits: SocketLimits = SocketLimits()
    under: str = ""

    @property
    def address(self) -> str:
        """The path at which it is opened."""
        return f"{self.under}{self.path}"
