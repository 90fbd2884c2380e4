"""Calls at the door for people in chats."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.budget import Budgets
from bot.guests import Guest
from tools.context import Context, Repeat
from tools.registry import Registry
from tools.services import Services
from tools.wire import Result

REMEMBERED = timedelta(days=7)
"""How long what was done for one message or button is not done again."""


class Door:
    """Calls capabilities as the people who asked for them."""

    def __init__(self, registry: Registry, services: Services, budgets: Budgets) -> None:
        self.registry = registry
        self._services = services
        self._budgets = budgets

    async def call(
        self,
        guest: Guest,
        name: str,
        params: Mapping[str, Any] | None,
        wish: str | None = None,
        *,
        late: bool = False,
    ) -> Result:
        """Call a capability; what has effects is done once per `wish`. Raises CallError."""
        ctx = Context(
            principal=guest.principal,
            services=self._services,
            door=self.registry,
            budget=self._budgets.of(guest.principal.id),
            repeat=None if wish is None else Repeat(wish, REMEMBERED),
            frame_id=wish,
            session_id=guest.session,
            shared=guest.shared,
            late=late,
        )
        return await self.registry.call(name, params, ctx)
