"""Addresses that people have messages posted to, and the secrets that sign what is posted.

No secret is stored: each is derived from the service's own key and the address's id.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable

from memory.database import Database, UnitOfWork
from memory.records import Webhook
from tools.apikeys import principal_of
from tools.policy import Principal
from trading.clock import Clock
from trading.ports import NewId

PREFIX = "webhook:"
SHOWN_AS = "whsec_"


def recipient_of(webhook_id: str) -> str:
    """Return to whom a message for an address goes in the outbox."""
    return f"{PREFIX}{webhook_id}"


def is_webhook(recipient: str) -> bool:
    """Tell whether a message goes to an address."""
    return recipient.startswith(PREFIX)


class Webhooks:
    """Everybody's addresses; `listed` are the hosts with ports that may also be of this network."""

    def __init__(
        self,
        database: Database,
        key: Callable[[], bytes],
        new_id: NewId,
        clock: Clock,
        listed: frozenset[str] = frozenset(),
    ) -> None:
        self._database = database
        self._key = key
        self._new_id = new_id
        self._clock = clock
        self.listed = listed

    async def add(self, uow: UnitOfWork, principal: Principal, url: str) -> tuple[str, str]:
        """Store an address unless its principal has it; return its id and its secret, to be shown."""
        new = Webhook(self._new_id("whk"), principal.id, url, self._clock.now())
        known = new if await uow.webhooks.add(new) else await uow.webhooks.find(principal.id, url)
        assert known is not None
        return known.id, f"{SHOWN_AS}{base64.b64encode(self._secret(known.id)).decode()}"

    async def find(self, recipient: str) -> Webhook | None:
        """Return the address that a message goes to, None also when its principal was shut out."""
        async with self._database.read() as uow:
            webhook = await uow.webhooks.get(recipient.removeprefix(PREFIX))
            shut_out = webhook is not None and await self._is_shut_out(uow, webhook.principal)
        return None if shut_out else webhook

    def sign(self, webhook: Webhook, signed: bytes) -> str:
        """Return the signature of what is posted to an address."""
        made = hmac.digest(self._secret(webhook.id), signed, hashlib.sha256)
        return f"v1,{base64.b64encode(made).decode()}"

    async def _is_shut_out(self, uow: UnitOfWork, principal: str) -> bool:
        person = await uow.people.get(principal)
        if person is not None:
            return person.revoked_at is not None
        key = next((each for each in await uow.keys.all() if principal_of(each).id == principal), None)
        now = self._clock.now()
        ends = () if key is None else (key.revoked_at, key.expires_at)
        return any(each is not None and each <= now for each in ends)

    def _secret(self, webhook_id: str) -> bytes:
        return hmac.digest(self._key(), webhook_id.encode(), hashlib.sha256)
