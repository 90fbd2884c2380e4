"""The `connect` method: who is there, in which dialect, and what did they miss."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.protocol import MAX_ID
from gateway.shared import Shared
from gateway.vocabulary import Dialect
from tools.errors import InvalidParams, from_validation

LARGEST_SEQ = 2**53
PROTOCOL_VERSION = 1

Name = Annotated[str, Field(min_length=1, max_length=MAX_ID)]
Label = Annotated[str, Field(max_length=256)]


class Lenient(BaseModel):
    """Part of a greeting: whatever else a client tells about itself is fine."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Auth(Lenient):
    """How a client proves who it is."""

    token: str | None = None


class Peer(Lenient):
    """The device or client program that calls; its id stays the same over its connections."""

    id: Name
    version: Label | None = None


class Resume(Lenient):
    """The last event that a client has seen."""

    last_seq: int = Field(alias="lastSeq", ge=0, le=LARGEST_SEQ)


class Greeting(Lenient):
    """What a client says when it connects."""

    auth: Auth | None = None
    device: Peer | None = None
    client: Peer | None = None
    resume: Resume | None = None

    @property
    def token(self) -> str | None:
        """The token that was given, if any."""
        return self.auth.token if self.auth else None

    @property
    def peer(self) -> str | None:
        """The id of the client or device, if one was given."""
        peer = self.client or self.device
        return peer.id if peer else None


def dialect_of(params: Mapping[str, Any] | None) -> Dialect:
    """Return the dialect that a greeting asks for: whoever names a `client` speaks the client's."""
    return Dialect.CLIENT if (params or {}).get("client") is not None else Dialect.DEVICE


def read_greeting(params: Mapping[str, Any] | None) -> Greeting:
    """Return a checked greeting; raise MissingParams or InvalidParams."""
    try:
        return Greeting.model_validate(dict(params or {}))
    except ValidationError as error:
        raise from_validation(error) from None


def read_nothing(params: Mapping[str, Any] | None) -> None:
    """Check that a method which asks for nothing was given nothing; raise InvalidParams."""
    if params:
        raise InvalidParams(f"there is no parameter {min(params)[:64]!r}")


def hello(
    shared: Shared, connection: str, peer: str | None, dialect: Dialect, last_seq: int
) -> dict[str, Any]:
    """Return the answer to a greeting; events with a number above `lastSeq` follow on this connection."""
    system = shared.services.system
    settings = shared.settings
    return {
        "type": "hello-ok",
        "clientId": peer or connection,
        "connectionId": connection,
        "sessionId": connection,
        "gatewayId": system.gateway_id,
        "version": system.version,
        "build": system.build,
        "dialect": dialect.value,
        "skills": shared.catalog.skills(),
        "tools": shared.catalog.tools,
        "methods": sorted(shared.catalog.methods),
        "protocol": {
            "version": PROTOCOL_VERSION,
            "maxFrameBytes": settings.max_frame_bytes,
            "maxDepth": settings.max_depth,
            "maxInFlight": settings.max_in_flight,
        },
        "limits": {**shared.budgets.describe(dialect), "connections": settings.max_connections},
        "lastSeq": last_seq,
    }
