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


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path, and the capability behind it.

    What the path names is a parameter of that name, and so are the fields of the query or the body. `names`
    says under which other name the capability knows a field, `fixed` what it is always asked. `asks` makes
    the capability's parameters of those fields where that is not enough; `tells` makes the answer of its
    result and the moment, and `answer` is then the type of that, for the description. `public` lets pages of
    any origin read. One that `streams` can tell its events while it runs, to who accepts that.
    """

    method: str
    path: str
    capability: str
    status: int = 200
    names: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    asks: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    tells: Callable[[Any, datetime], Any] | None = None
    answer: Any = None
    public: bool = False
    streams: bool = False

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
