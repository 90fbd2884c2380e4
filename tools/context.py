"""Who calls, from where and with what: handed to every capability."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from tools.policy import UNLIMITED, Budget, Principal
from tools.services import Services
from tools.wire import Result
from trading.model import Origin


class Door(Protocol):
    """The one way to a capability."""

    async def call(self, name: str, raw: Mapping[str, Any] | None, ctx: "Context") -> Result:
        """Run a capability; raise CallError with its code when it fails."""
        ...

    def tools(self) -> Mapping[str, str]:
        """Return the tools that `tool.invoke` knows, each with its capability."""
        ...


@dataclass(frozen=True, slots=True)
class Repeat:
    """What makes two calls the same wish: the caller's key, good for `window`."""

    key: str
    window: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Context:
    """One call. `repeat` is set when its caller may send it again and must not have it done twice.

    `frame_id` is the caller's own name for the call, `session_id` the conversation it is part of. `wish` is
    the door's name for a call with effects: a repeated one keeps it. `shared` says that others read the
    answer, who are not to see this principal's money; `late` that it was asked so long ago that no model
    may act on it. `request_id` is the name that a turn shall have, None for a new one.
    """

    principal: Principal
    services: Services
    door: Door
    origin: Origin = Origin.PERSON
    budget: Budget = UNLIMITED
    repeat: Repeat | None = None
    frame_id: str | None = None
    session_id: str | None = None
    wish: str | None = None
    shared: bool = False
    late: bool = False
    request_id: str | None = None

    def inner(self) -> "Context":
        """Return the context for a call on behalf of this one: same wish, already paid for."""
        return replace(self, budget=UNLIMITED)
