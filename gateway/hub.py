"""Tells each connection what happened to its principal."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from gateway import protocol
from gateway.metrics import Metrics
from tools.services import Services


class Told(Protocol):
    """An event as it is stored."""

    @property
    def seq(self) -> int:
        """Its place in the order of events."""
        ...

    @property
    def name(self) -> str:
        """What happened."""
        ...

    @property
    def principal(self) -> str | None:
        """Whom it concerns; None for everybody."""
        ...

    @property
    def payload(self) -> Mapping[str, Any]:
        """What there is to know."""
        ...


class Member(Protocol):
    """Somebody who listens."""

    def tell(self, message: bytes, seq: int) -> None:
        """Take an event's message without waiting."""
        ...


class Hub:
    """Encodes each event once and hands it to everybody whom it concerns."""

    def __init__(self, services: Services, metrics: Metrics) -> None:
        self._services = services
        self._metrics = metrics
        self._members: defaultdict[str, set[Member]] = defaultdict(set)
        self._stop: Callable[[], None] | None = None
        self.last_seq = 0
        """The number of the last event that was told."""
        self._known = 0

    async def start(self) -> None:
        """Begin to listen, before the first connection."""
        self._stop = self._services.events.listen(self.deliver)
        async with self._services.database.read() as uow:
            self.last_seq = max(self.last_seq, await uow.events.last_seq())

    def stop(self) -> None:
        """Listen no more."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    def note(self, seq: int) -> None:
        """Take note of a number that was read from the record, perhaps before it is told."""
        self._known = max(self._known, seq)

    def reached(self, seq: int) -> bool:
        """Tell whether events have come up to a number; if not, it is one of another database."""
        return seq <= max(self._known, self.last_seq)

    def join(self, member: Member, principal: str) -> None:
        """Tell `member` what concerns a principal from now on."""
        self._members[principal].add(member)

    def leave(self, member: Member, principal: str) -> None:
        """Tell `member` no more of a principal."""
        members = self._members[principal]
        members.discard(member)
        if not members:
            del self._members[principal]

    def deliver(self, events: Sequence[Told]) -> None:
        """Hand stored events on, in order; waits for nobody."""
        for event in events:
            self.last_seq = max(self.last_seq, event.seq)
            members = tuple(self._concerned(event.principal))
            if not members:
                continue
            message = protocol.event(event.name, event.payload, event.seq)
            for member in members:
                member.tell(message, event.seq)
            self._metrics.events += len(members)

    def _concerned(self, principal: str | None) -> Iterable[Member]:
        if principal is not None:
            return self._members.get(principal, ())
        return (member for members in self._members.values() for member in members)
