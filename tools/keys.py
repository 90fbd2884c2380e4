"""API keys: made, listed, revoked."""

from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from memory.records import ApiKey
from tools.apikeys import principal_of
from tools.context import Context
from tools.errors import InvalidParams, NotFound
from tools.policy import Role, Scope
from tools.registry import capability
from tools.wire import Millis, NoParams, Params, Result, unless_none

Name = Annotated[str, Field(min_length=1, max_length=100)]
KeyId = Annotated[str, Field(min_length=1, max_length=128)]


class KeyView(Result):
    """A key without the key itself; `status` is `active`, `expired` or `revoked`."""

    id: str
    name: str
    role: str
    principal: str
    status: str
    created_at: Millis
    created_by: str
    expires_at: Millis | None
    revoked_at: Millis | None


class NewKey(KeyView):
    """A key that was just made. `key` is the key itself: it is shown this once, and stored nowhere."""

    unrecorded: ClassVar[frozenset[str]] = frozenset({"key"})

    key: str | None = unless_none()


class KeyList(Result):
    """Every key, in the order they were made."""

    keys: list[KeyView]


class CreateKey(Params):
    """What a key is for, what it may do, and how long; without `days` and `expiresAt` until it is revoked."""

    name: Name
    role: Role = Role.VIEWER
    days: Annotated[int, Field(ge=1, le=3650, strict=True)] | None = None
    expires_at: Millis | None = None

    @model_validator(mode="after")
    def _one_end(self) -> "CreateKey":
        if self.days is not None and self.expires_at is not None:
            raise ValueError("give days or expiresAt, not both")
        return self


class OfKey(Params):
    """Which key, by its id."""

    id: KeyId


def view(key: ApiKey, now: datetime) -> KeyView:
    """Return a stored key in the words of the wire."""
    return KeyView(**_facts(key, now))


def _facts(key: ApiKey, now: datetime) -> dict[str, Any]:
    if key.revoked_at is not None:
        status = "revoked"
    else:
        status = "active" if key.expires_at is None or now < key.expires_at else "expired"
    return dict(
        id=key.id,
        name=key.name,
        role=key.role,
        principal=principal_of(key).id,
        status=status,
        created_at=key.created_at,
        created_by=key.created_by,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
    )


@capability("keys.create", scope=Scope.ADMIN, effects=True)
async def create_key(ctx: Context, params: CreateKey) -> NewKey:
    """Make an API key for a program or a person, and show it once."""
    now = ctx.services.clock.now()
    end = params.expires_at if params.days is None else now + timedelta(days=params.days)
    if end is not None and end <= now:
        raise InvalidParams("expiresAt has passed")
    key, secret = await ctx.services.keys.make(params.name, params.role, now, end, ctx.principal)
    return NewKey(**_facts(key, now), key=secret)


@capability("keys.list", scope=Scope.ADMIN)
async def list_keys(ctx: Context, params: NoParams) -> KeyList:
    """List API keys and whether they are good, without the keys themselves."""
    now = ctx.services.clock.now()
    return KeyList(keys=[view(key, now) for key in await ctx.services.keys.all()])


@capability("keys.revoke", scope=Scope.ADMIN, effects=True)
async def revoke_key(ctx: Context, params: OfKey) -> KeyView:
    """Revoke an API key: whoever holds it is refused from the next request on."""
    key = await ctx.services.keys.revoke(params.id)
    if key is None:
        raise NotFound(f"there is no key {params.id!r}; keys.list shows them")
    return view(key, ctx.services.clock.now())
