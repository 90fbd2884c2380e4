"""Who is at the other end of a connection, and what they are told."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway import protocol
from gateway.outbox import Outbox
from gateway.shared import Shared
from gateway.vocabulary import Dialect
from tools.errors import AuthRequired, CallError
from tools.policy import Budget, Principal


@dataclass(frozen=True, slots=True)
class Missed:
    """The messages of the events that a peer missed; `complete` is False when older ones are gone."""

    messages: Sequence[bytes]
    complete: bool
    after: int


class Peer:
    """One connection's client: unknown until let in, then told what concerns its principal."""

    def __init__(
        self, shared: Shared, outbox: Outbox, address: str, vocabulary: Dialect | None = None
    ) -> None:
        self._shared = shared
        self.outbox = outbox
        self.address = address
        self.vocabulary = vocabulary
        """The dialect that is spoken whatever the client says; None for the one it asks for."""
        self.id = shared.services.new_id("conn")
        self.dialect = vocabulary or Dialect.DEVICE
        self.principal: Principal | None = None
        self.refusal: CallError = AuthRequired("connect with a token first")
        """What a request is told while nobody is let in."""
        self.name: str | None = None
        self.budget: Budget = shared.budgets.of(self.dialect, self._holder)
        self.baseline = 0
        """Events with a greater number are told on this connection."""
        self._first: int | None = None
        self._replayed = 0

    @property
    def caller(self) -> str:
        """The id under which the same client comes back, else the connection's."""
        return self.name or self.id

    @property
    def _holder(self) -> str:
        return f"{self.principal.id if self.principal else ''}:{self.caller}"

    def let_in(self, principal: Principal, dialect: Dialect, name: str | None) -> None:
        """Become a principal's client and hear of its events from now on."""
        hub = self._shared.hub
        if self.principal is None or self.principal.id != principal.id:
            self.leave()
            hub.join(self, principal.id)
            self.baseline = hub.last_seq
            self._first = None
            self._replayed = 0
        self.principal = principal
        self.dialect = dialect
        self.name = name
        self.budget = self._shared.budgets.of(dialect, self._holder)

    def leave(self) -> None:
        """Hear of no more events."""
        if self.principal is not None:
            self._shared.hub.leave(self, self.principal.id)
            self.principal = None

    def who(self) -> Principal:
        """Return the principal; raise why there is none, or why they may not stay."""
        if self.principal is None:
            raise self.refusal.with_traceback(None)
        lapse = self._shared.doorman.lapse(self.principal)
        if lapse is not None:
            raise lapse
        return self.principal

    def tell(self, message: bytes, seq: int) -> None:
        """Take an event's message, unless a replay has told it already or the principal may hear no more."""
        if seq <= self._replayed or self.principal is None:
            return
        if self._shared.doorman.lapse(self.principal) is not None:
            return
        if self._first is None:
            self._first = seq
        self.outbox.push(message, seq)

    async def missed(self, principal: Principal, after: int) -> Missed:
        """Return what `principal` was told after number `after` and before this connection told its first.

        Whatever happens meanwhile is told live, once.
        """
        hub = self._shared.hub
        reached, last = hub.reached(after), hub.last_seq
        found = await self._shared.services.events.replay(principal.id, after)
        if reached:
            # A replay may have told what is only now delivered; whoever has it must not hear it again.
            self._replayed = max(self._replayed, after)
            left = self.outbox.forget(after)
            if self._first is not None and self._first <= after:
                self._first = left
        first = self._first
        events = [event for event in found.events if first is None or event.seq < first]
        if events:
            hub.note(events[-1].seq)
            self._first = events[0].seq
            self._replayed = events[-1].seq
        messages = [protocol.event(event.name, event.payload, event.seq) for event in events]
        return Missed(messages, complete=found.complete and reached, after=after if reached else last)
