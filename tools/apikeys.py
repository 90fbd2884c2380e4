"""API keys: made, shown once, known again by their digests, and good until they expire or are revoked."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from datetime import datetime

from memory.database import Database
from memory.errors import DatabaseUnavailable
from memory.records import ApiKey
from tools.errors import AuthExpired, AuthInvalid, CallError, InternalError
from tools.policy import Principal, Role
from trading.clock import Clock
from trading.ports import NewId

SECRET_BYTES = 32
FORM = re.compile(r"kit_[A-Za-z0-9_-]{43}")


def is_key(token: str) -> bool:
    """Tell whether a token has the form of our keys."""
    return FORM.fullmatch(token) is not None


def digest_of(token: str) -> str:
    """Return all that is ever stored of a key."""
    return hashlib.sha256(token.encode()).hexdigest()


def principal_of(key: ApiKey) -> Principal:
    """Return whom a key lets in: every key is somebody of its own."""
    return Principal(f"key:{key.id}", Role(key.role))


class ApiKeys:
    """The keys that were handed out.

    Those in use are remembered, so that each request of their holders can be checked without looking them up.
    What is revoked here counts at once; what another process revokes counts from the next `refresh`.
    """

    def __init__(
        self, database: Database, clock: Clock, new_id: NewId, entropy: Callable[[int], bytes]
    ) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._entropy = entropy
        self._used: dict[str, ApiKey] = {}

    async def make(
        self, name: str, role: Role, at: datetime, expires_at: datetime | None, by: Principal
    ) -> tuple[ApiKey, str]:
        """Make a key at moment `at`; return what is stored of it, and the key itself, to be shown once."""
        secret = f"kit_{base64.urlsafe_b64encode(self._entropy(SECRET_BYTES)).decode().rstrip('=')}"
        key = ApiKey(
            id=self._new_id("key"),
            name=name,
            role=role.value,
            digest=digest_of(secret),
            created_at=at,
            created_by=by.id,
            expires_at=expires_at,
        )
        async with self._database.transact() as uow:
            await uow.keys.add(key)
        return key, secret

    async def all(self) -> Sequence[ApiKey]:
        """Return every key, in the order they were made."""
        async with self._database.read() as uow:
            return await uow.keys.all()

    async def revoke(self, key_id: str) -> ApiKey | None:
        """Make a key good for nothing from its holder's next request on; None when there is no such key."""
        async with self._database.transact() as uow:
            key = await uow.keys.revoke(key_id, self._clock.now())
        return None if key is None else self._learn(key)

    async def find(self, token: str) -> Principal | None:
        """Return whom a key lets in, None when it is none or was revoked.

        Raises AuthExpired for an old one, InternalError while the database is away.
        """
        if not is_key(token):
            return None
        digest = digest_of(token)
        try:
            async with self._database.read() as uow:
                found = await uow.keys.by_digest(digest)
        except DatabaseUnavailable as error:
            raise InternalError("keys cannot be looked up at this moment; try again") from error
        if found is None or not hmac.compare_digest(found.digest, digest):
            return None
        key = self._learn(found)
        lapse = self._lapse(key)
        if isinstance(lapse, AuthExpired):
            raise lapse
        return principal_of(key) if lapse is None else None

    def lapse(self, principal: Principal) -> CallError | None:
        """Return why the key that let somebody in is good no more; None while it is, and for who has none."""
        key = self._used.get(principal.id)
        return None if key is None else self._lapse(key)

    async def refresh(self) -> None:
        """Learn which keys in use were revoked by other processes."""
        if self._used:
            for key in await self.all():
                if principal_of(key).id in self._used:
                    self._learn(key)

    def _learn(self, key: ApiKey) -> ApiKey:
        # Who looked before a key was revoked may come after who revoked it.
        known = self._used.get(principal_of(key).id)
        if known is None or known.revoked_at is None:
            self._used[principal_of(key).id] = key
            return key
        return known

    def _lapse(self, key: ApiKey) -> CallError | None:
        if key.revoked_at is not None:
            return AuthInvalid("this key was revoked; ask the owner for another")
        if key.expires_at is not None and self._clock.now() >= key.expires_at:
            return AuthExpired("this key has expired; ask the owner for another")
        return None
