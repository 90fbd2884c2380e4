"""Who is let in: tokens, and the brake on guessing them."""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from gateway.limits import SECOND, Nanoseconds
from tools.apikeys import ApiKeys, is_key
from tools.errors import AuthInvalid, AuthRequired, CallError, RateLimited
from tools.policy import LOCAL_OWNER, Principal

MAX_TOKEN = 4_096
FREE_FAILURES = 5
FAILURE_WINDOW = 60 * SECOND
LONGEST_LOCK = 900
REMEMBERED_ADDRESSES = 10_000

log = structlog.get_logger(__name__)


class Keyring(Protocol):
    """Knows whose token is whose."""

    async def find(self, token: str) -> Principal | None:
        """Return who holds a token, None when nobody does; raise CallError AUTH_EXPIRED for an old one."""
        ...


class OwnerKey:
    """The one token of the owner."""

    def __init__(self, token: str) -> None:
        self._digest = _digest(token)

    async def find(self, token: str) -> Principal | None:
        """Return the owner for the right token, compared in constant time."""
        return LOCAL_OWNER if hmac.compare_digest(self._digest, _digest(token)) else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


@dataclass(slots=True)
class _Failures:
    """The recent wrong tokens of an address."""

    count: int
    last: int
    until: int


class LockOut:
    """Slows down an address that keeps giving wrong tokens: 1 s after the sixth, twice as long each time."""

    def __init__(self, clock: Nanoseconds) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def fail(self, address: str) -> int:
        """Count a wrong token; return the milliseconds its address has to wait, 0 while it need not."""
        now = self._clock()
        known = self._failures.pop(address, None)
        if known is None or now - max(known.last, known.until) > FAILURE_WINDOW:
            known = _Failures(0, now, now)
        known.count += 1
        known.last = now
        excess = known.count - FREE_FAILURES
        seconds = 0 if excess <= 0 else min(LONGEST_LOCK, 2 ** min(excess - 1, 20))
        known.until = now + seconds * SECOND
        self._failures[address] = known
        if len(self._failures) > REMEMBERED_ADDRESSES:
            self._failures.popitem(last=False)
        return seconds * 1_000


class Doorman:
    """Lets callers in: who holds a token of the keyring, and who holds an API key.

    Without a keyring everybody is the owner of this machine, except who shows an API key: that one is
    somebody else, who may do what the key says.
    """

    def __init__(
        self, keyring: Keyring | None, keys: ApiKeys, lockout: LockOut, account: str = LOCAL_OWNER.account
    ) -> None:
        self._keyring = keyring
        self._keys = keys
        self._lockout = lockout
        self._account = account

    @property
    def open(self) -> bool:
        """Tell whether no token is asked for."""
        return self._keyring is None

    async def admit(self, token: str | None, address: str) -> Principal:
        """Return who a token belongs to, with the account that is traded when none is named.

        Raises AuthRequired, AuthInvalid, AuthExpired, or RateLimited when locked out. A right token passes
        whatever its address has tried before.
        """
        return replace(await self._who(token, address), account=self._account)

    async def _who(self, token: str | None, address: str) -> Principal:
        if self._keyring is None and (token is None or not is_key(token)):
            return LOCAL_OWNER
        if token is None:
            raise AuthRequired(
                "connect with a token first (params.auth.token or an Authorization header): "
                "the one that the service was given as KIT_GATEWAY_TOKEN, or a key of `kit keys create`"
            )
        found = await self._find(token) if len(token) <= MAX_TOKEN else None
        if found is not None:
            return found
        wait = self._lockout.fail(address)
        if wait:
            log.warning("locked out", address=address, wait_ms=wait)
            raise RateLimited("too many wrong tokens; wait before the next one", retry_after_ms=wait)
        raise AuthInvalid("this token is neither the service's KIT_GATEWAY_TOKEN nor a key that is good")

    def lapse(self, principal: Principal) -> CallError | None:
        """Return why somebody who was let in may not stay; None while they may."""
        return self._keys.lapse(principal)

    async def _find(self, token: str) -> Principal | None:
        found = None if self._keyring is None else await self._keyring.find(token)
        return found or await self._keys.find(token)


def bearer(headers: Mapping[str, str]) -> str | None:
    """Return the token of an Authorization header; None when there is none of the Bearer kind."""
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
