"""The one door: find, authorise, budget, validate, do once, run, translate errors, keep a record."""

import hashlib
import inspect
import typing
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar

import orjson
import structlog
from pydantic import ValidationError

from memory.errors import StoreError
from tools.context import Context
from tools.errors import (
    CallError,
    Code,
    Forbidden,
    InternalError,
    InvalidParams,
    UnknownMethod,
    from_trading,
    from_validation,
)
from tools.once import Once, Wish
from tools.policy import Budget, Principal, Scope, Surface
from tools.wire import Params, Result
from trading.errors import TradingError

log = structlog.get_logger(__name__)

P = TypeVar("P", bound=Params)
R = TypeVar("R", bound=Result)
Run = Callable[[Context, P], Awaitable[R]]


@dataclass(frozen=True, slots=True)
class Capability(Generic[P, R]):
    """One thing K.I.T. can do, described once for every surface.

    `result` is a Result class or a union of them. `effects` marks what must not be done twice for one wish
    and is kept on record. `errors` refines, for this capability, the code of a domain error. With `good_for`
    an answer depends on nothing but the parameters and may be given again, to anybody, for so long. A
    `personal` one shows what somebody has, and is refused where others read along. One that `resumes` does
    nothing twice under one wish, so that a repeated wish finishes what a crash has cut off.
    """

    name: str
    run: Run[P, R]
    params: type[P]
    result: Any
    scope: Scope
    surfaces: Surface
    effects: bool
    summary: str
    description: str
    errors: Mapping[type[Exception], Code] = field(default_factory=dict)
    good_for: timedelta = timedelta(0)
    personal: bool = False
    resumes: bool = False

    @property
    def group(self) -> str:
        """The part of the name before the dot, which limits count by."""
        return self.name.partition(".")[0]

    @property
    def tool_name(self) -> str:
        """The name as a model's tool, where dots are not allowed."""
        return self.name.replace(".", "_")


AnyCapability = Capability[Any, Any]


def capability(
    name: str,
    *,
    scope: Scope = Scope.READ,
    surfaces: Surface = Surface.WIRE,
    effects: bool = False,
    errors: Mapping[type[Exception], Code] | None = None,
    good_for: timedelta = timedelta(0),
    personal: bool = False,
    resumes: bool = False,
) -> Callable[[Run[P, R]], Capability[P, R]]:
    """Describe an async function `(ctx, params) -> result` as a capability; its docstring is the help."""

    def describe(run: Run[P, R]) -> Capability[P, R]:
        hints = typing.get_type_hints(run)
        text = inspect.getdoc(run) or ""
        return Capability(
            name=name,
            run=run,
            params=hints["params"],
            result=hints["return"],
            scope=scope,
            surfaces=surfaces,
            effects=effects,
            summary=text.partition("\n")[0],
            description=" ".join(text.split()),
            errors=errors or {},
            good_for=good_for,
            personal=personal,
            resumes=resumes,
        )

    return describe


class Registry:
    """Every capability that is served, behind one door."""

    def __init__(
        self, capabilities: Iterable[AnyCapability], families: Mapping[str, str] | None = None
    ) -> None:
        self._capabilities = {each.name: each for each in capabilities}
        self._tools = {
            **{tool: name for tool, name in (families or {}).items() if name in self._capabilities},
            **{each.tool_name: each.name for each in self.served(Surface.MODEL)},
        }
        self._once = Once()

    def served(self, surface: Surface) -> Sequence[AnyCapability]:
        """Return what one surface offers."""
        return [each for each in self._capabilities.values() if surface in each.surfaces]

    def all(self) -> Sequence[AnyCapability]:
        """Return everything that is served anywhere."""
        return list(self._capabilities.values())

    def tools(self) -> Mapping[str, str]:
        """Return the tools that `tool.invoke` knows, each with its capability."""
        return self._tools

    def find(self, name: str) -> AnyCapability:
        """Return one capability; raise UnknownMethod when it is not served."""
        found = self._capabilities.get(name)
        if found is None:
            raise UnknownMethod(f"there is no method {name[:64]!r}")
        return found

    def admit(self, name: str, principal: Principal, budget: Budget) -> AnyCapability:
        """Return a capability that a caller may use now, and count that; the first half of `call`.

        Raises UnknownMethod, Forbidden or RateLimited.
        """
        found = self.find(name)
        if not principal.may(found.scope):
            raise Forbidden(f"{name} needs the right to {found.scope}; you are a {principal.role}")
        budget.spend(name)
        return found

    async def call(self, name: str, raw: Mapping[str, Any] | None, ctx: Context) -> Result:
        """Run a capability with unchecked parameters; whatever fails leaves as a CallError."""
        found = self.admit(name, ctx.principal, ctx.budget)
        if found.personal and ctx.shared:
            raise Forbidden("this shows what somebody has, and others read along here: ask in private")
        params = validate(found, raw)
        try:
            if not found.effects:
                return await self._run(found, params, ctx)
            wish = Wish(found.name, digest(params), found.result, found.resumes)
            return await self._once(wish, ctx, lambda inner: self._run(found, params, inner))
        except StoreError as error:
            raise self._fault(found, ctx, error) from error

    async def drain(self) -> None:
        """Return once every call with effects that was begun has ended."""
        await self._once.drain()

    async def _run(self, found: AnyCapability, params: Params, ctx: Context) -> Result:
        try:
            return typing.cast(Result, await found.run(ctx, params))
        except CallError:
            raise
        except TradingError as error:
            raise from_trading(error, found.errors) or self._fault(found, ctx, error) from error
        except Exception as error:
            raise self._fault(found, ctx, error) from error

    def _fault(self, found: AnyCapability, ctx: Context, error: Exception) -> InternalError:
        fault = ctx.services.new_id("fault")
        log.error("capability failed", capability=found.name, fault=fault, exc_info=error)
        return InternalError(f"something went wrong on our side; it is in the log as {fault}")


def validate(found: AnyCapability, raw: Mapping[str, Any] | None) -> Params:
    """Return the typed params of a call; raise MissingParams or InvalidParams."""
    if raw is not None and not isinstance(raw, Mapping):
        raise InvalidParams("params is an object")
    return typing.cast(Params, validate_as(found.params, raw or {}))


def validate_as(kind: type[P], raw: Mapping[str, Any]) -> P:
    """Return params of one type; raise MissingParams or InvalidParams."""
    try:
        return kind.model_validate(dict(raw))
    except ValidationError as error:
        raise from_validation(error) from None
    except RecursionError:
        raise InvalidParams("params are nested too deeply") from None


def digest(params: Params) -> str:
    """Return what tells one set of parameters from another; raise InvalidParams for endless nesting."""
    try:
        body = orjson.dumps(params.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
    except (ValueError, TypeError):
        # Both serialisers stop at a depth that validation still passes.
        raise InvalidParams("params are nested too deeply") from None
    return hashlib.sha256(body).hexdigest()
