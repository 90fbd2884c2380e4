"""Who may do what, from where."""

from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from typing import Protocol


class Scope(StrEnum):
    """What a capability needs its caller to be allowed."""

    READ = "read"
    TRADE = "trade"
    ADMIN = "admin"


class Role(StrEnum):
    """What a person or key was let in as."""

    VIEWER = "viewer"
    TRADER = "trader"
    OWNER = "owner"


GRANTS: dict[Role, frozenset[Scope]] = {
    Role.VIEWER: frozenset({Scope.READ}),
    Role.TRADER: frozenset({Scope.READ, Scope.TRADE}),
    Role.OWNER: frozenset(Scope),
}


class Surface(Flag):
    """Where a capability is offered."""

    WIRE = auto()
    """WebSocket, KitClient and the command line."""
    CHAT = auto()
    """A command in Telegram and Discord."""
    MODEL = auto()
    """A tool of the language model."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who was let in: `account` is the one they trade when they name none."""

    id: str
    role: Role
    account: str = "main"

    @property
    def person(self) -> str:
        """Whose memories are theirs: the owner is one person, at this machine, by token and in every chat."""
        return LOCAL_OWNER.id if self.role is Role.OWNER else self.id

    def may(self, scope: Scope) -> bool:
        """Tell whether this principal's role grants `scope`."""
        return scope in GRANTS[self.role]


LOCAL_OWNER = Principal("owner", Role.OWNER)
"""Who sits at this machine while no token is configured, and who holds the gateway token."""


class Budget(Protocol):
    """How often its holder may call."""

    def spend(self, capability: str) -> None:
        """Count one call; raise RateLimited when it is one too many."""
        ...


class Unlimited:
    """The budget of inner calls: what started them has paid."""

    def spend(self, capability: str) -> None:
        """Allow the call."""


UNLIMITED = Unlimited()
