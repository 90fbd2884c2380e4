"""Interactions that may still be answered, and what was sent under them."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from discord.utils import snowflake_time

LIFETIME = timedelta(minutes=15) - timedelta(seconds=10)
"""Discord gives an interaction fifteen minutes; the rest is left to the way there."""

REMEMBERED = 1_000

Kind = Literal["slash", "press"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """What an interaction is answered with; `token` is good for fifteen minutes, for anybody who has it."""

    kind: Kind
    interaction: int
    application: int
    token: str = field(repr=False)

    @classmethod
    def parsed(cls, text: str) -> "Ticket | None":
        """Return the ticket that `text` is, None when it is none of ours."""
        kind, _, rest = text.partition(":")
        interaction, _, rest = rest.partition(":")
        application, _, token = rest.partition(":")
        if kind not in {"slash", "press"} or not (interaction.isdigit() and application.isdigit() and token):
            return None
        return cls("slash" if kind == "slash" else "press", int(interaction), int(application), token)

    @property
    def text(self) -> str:
        """Itself as the ticket of an Incoming."""
        return f"{self.kind}:{self.interaction}:{self.application}:{self.token}"

    def alive(self, now: datetime) -> bool:
        """Tell whether Discord still takes an answer to it."""
        return now < snowflake_time(self.interaction) + LIFETIME


class Tickets:
    """Remembers which sending answered an interaction first, and which messages came by one."""

    def __init__(self) -> None:
        self._first: OrderedDict[str, str | None] = OrderedDict()
        self._sent: OrderedDict[str, Ticket] = OrderedDict()

    def begin(self, ticket: Ticket) -> None:
        """Take note of an interaction, which may come twice; its deferral keeps a place free."""
        if ticket.kind == "slash":
            self._first.setdefault(ticket.token, None)
            _bound(self._first)

    def opens(self, ticket: Ticket, nonce: str) -> bool:
        """Tell whether this sending takes the place that is kept free.

        Of an interaction from before a restart nobody knows what stands there: that is left alone, and
        Discord itself shows a follow-up there when the place is still free.
        """
        if ticket.token not in self._first:
            return False
        if self._first[ticket.token] is None:
            self._first[ticket.token] = nonce
        return self._first[ticket.token] == nonce

    def reopen(self, ticket: Ticket) -> None:
        """Take back `opens`, as nothing was shown there."""
        self._first[ticket.token] = None

    def keep(self, message: str, ticket: Ticket) -> None:
        """Remember that a message came by a ticket."""
        self._sent[message] = ticket
        _bound(self._sent)

    def of(self, message: str, now: datetime) -> Ticket | None:
        """Return the ticket by which a message can still be changed."""
        ticket = self._sent.get(message)
        return ticket if ticket is not None and ticket.alive(now) else None

    def forget(self, message: str) -> None:
        """Change this message through its channel from now on."""
        self._sent.pop(message, None)


def _bound(kept: OrderedDict[str, str | None] | OrderedDict[str, Ticket]) -> None:
    while len(kept) > REMEMBERED:
        kept.popitem(last=False)
