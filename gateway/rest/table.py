"""What an HTTP API is: the paths it owns, its routes as data, and how it words a failure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel

from gateway.limits import Rule
from gateway.rest.failure import Failure
from gateway.sockets import SocketDialect

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
"""Methods whose parameters are a JSON body; all others have them in the query."""

UNWELL = 503
"""The status of what answers and is not well."""

Bodies = Mapping[str, Mapping[str, Any]]
"""What APIs answer to one request, by their names."""


@dataclass(frozen=True, slots=True)
class Joint:
    """One path that several APIs answer: `joins` makes one body of theirs, of GET requests only.

    `owner` is the API in whose words it is refused, and whose limits count. `parts` are their routes by the
    names of the APIs, `headers` what goes with the answers of all of them. `views` has what a request may
    name as its `view`, and the API whose answer alone that is.
    """

    owner: str
    joins: Callable[[Bodies], Mapping[str, Any]]
    views: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, "Route"] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path, and the capability behind it.

    What the path names is a parameter of that name, and so are the fields of the query or the body. `names`
    says under which other name the capability knows a field, `fixed` what it is always asked. `asks` makes
    the capability's parameters of those fields where that is not enough, and `takes` is then the type of
    them, by their names in the request; `tells` makes the answer of its
    result and the moment, and `answer` is then the type of that, for the description. `public` lets pages of
    any origin read. One that `streams` can tell its events while it runs, to who accepts that. `rules` are
    limits of each key on the capability of this route, besides those of the whole API. `unwell` tells of a
    result whether it is answered with 503, as a probe understands it. One that `echoes` repeats what was
    asked: `tells` is given the fields of the request as well. With a `joint` it is answered by the routes of
    that. `older` tells of a page what the next one is `before`, None for the last one.
    """

    method: str
    path: str
    capability: str
    status: int = 200
    names: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    asks: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    takes: type[BaseModel] | None = None
    tells: Callable[..., Any] | None = None
    answer: Any = None
    public: bool = False
    streams: bool = False
    rules: Sequence[Rule] = ()
    unwell: Callable[[Any], bool] | None = None
    echoes: bool = False
    joint: Joint | None = None
    older: Callable[[Any], str | int | None] | None = None

    @property
    def label(self) -> str:
        """The route as it is counted."""
        return f"{self.method} {self.path}"

    @property
    def in_path(self) -> tuple[str, ...]:
        """What the path names."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @property
    def has_body(self) -> bool:
        """Whether the parameters beside the path's are a JSON body."""
        return self.method in WITH_BODY

    @property
    def parts(self) -> Sequence["Route"]:
        """The routes that answer it: those of its joint, else itself."""
        return (self,) if self.joint is None else tuple(self.joint.parts.values())

    @property
    def can_be_unwell(self) -> bool:
        """Whether an answer of it may come with 503."""
        return any(part.unwell is not None for part in self.parts)

    def status_for(self, result: Any) -> int:
        """Return the HTTP status of a result."""
        return UNWELL if self.unwell is not None and self.unwell(result) else self.status

    def told(self, result: Any, at: datetime, fields: Mapping[str, Any]) -> Any:
        """Return the answer that a result is here; raise CallError where it is a failure here."""
        assert self.tells is not None
        return self.tells(result, at, fields) if self.echoes else self.tells(result, at)

    def name_of(self, given: str) -> str:
        """Return the capability's name of a field."""
        return self.names.get(given, given)


@dataclass(frozen=True, slots=True)
class RestDialect:
    """One API: what it owns, what it serves and in which words it refuses.

    It owns every path at or under one of `prefixes` for which no other dialect has a longer one. `wording`
    makes the body of a failure, an `error`, which is sent as `error_type`; `statuses` has the HTTP statuses
    that are other ones here, by capability (None for all others) and code. `rules` are the limits of each
    key over all routes, None for those of the capabilities' groups, empty for none. `key_headers` are where
    a key is looked for, in this order. `sockets` are its WebSockets, `headers` go with each of its answers.
    """

    name: str
    prefixes: tuple[str, ...]
    routes: Sequence[Route]
    error: type[BaseModel]
    wording: Callable[[Failure], BaseModel]
    error_type: str = "application/json"
    key_headers: tuple[str, ...] = ("Authorization", "X-API-Key")
    rules: Sequence[Rule] | None = None
    statuses: Mapping[tuple[str | None, str], int] = field(default_factory=dict)
    sockets: Sequence[SocketDialect] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def status_of(self, status: int, capability: str | None, code: str) -> int:
        """Return what a failure's status is here."""
        return self.statuses.get((capability, code), self.statuses.get((None, code), status))

    def meant(self, failure: Failure) -> Failure:
        """Return a failure with the status that it has here."""
        return replace(failure, status=self.status_of(failure.status, failure.capability, failure.code))

    def words(self, failure: Failure) -> bytes:
        """Return the body of a failure."""
        return orjson.dumps(self.wording(failure).model_dump(mode="json", by_alias=True))


def owner_of(path: str, dialects: Sequence[RestDialect]) -> RestDialect | None:
    """Return the dialect that owns a path; None when nobody does."""
    owned = [
        (len(prefix), dialect)
        for dialect in dialects
        for prefix in dialect.prefixes
        if path == prefix or path.startswith(f"{prefix.rstrip('/')}/")
    ]
    return max(owned, key=lambda each: each[0])[1] if owned else None
