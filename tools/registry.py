"""The one door: find, authorise, budget, validate, do once, run, translate errors, keep a record."""

import asyncio
import hashlib
import inspect
import typing
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import orjson
import structlog
from pydantic import TypeAdapter, ValidationError

from memory.records import Call
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
from tools.policy import Scope, Surface
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
    and is kept on record. `errors` refines, for this capability, the code of a domain error.
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
        self._under_way: dict[str, asyncio.Task[Result]] = {}

    def served(self, surface: Surface) -> Sequence[AnyCapability]:
        """Return what one surface offers."""
        return [each for each in self._capabilities.values() if surface in each.surfaces]

    def tools(self) -> Mapping[str, str]:
        """Return the tools that `tool.invoke` knows, each with its capability."""
        return self._tools

    def find(self, name: str) -> AnyCapability:
        """Return one capability; raise UnknownMethod when it is not served."""
        found = self._capabilities.get(name)
        if found is None:
            raise UnknownMethod(f"there is no method {name[:64]!r}")
        return found

    async def call(self, name: str, raw: Mapping[str, Any] | None, ctx: Context) -> Result:
        """Run a capability with unchecked parameters; whatever fails leaves as a CallError."""
        found = self.find(name)
        if not ctx.principal.may(found.scope):
            raise Forbidden(f"{name} needs the right to {found.scope}; you are a {ctx.principal.role}")
        ctx.budget.spend(name)
        params = validate(found, raw)
        if found.effects:
            return await self._once(found, params, ctx)
        return await self._run(found, params, ctx)

    async def _once(self, found: AnyCapability, params: Params, ctx: Context) -> Result:
        """Run with a record on disk, and give the stored answer to a repeated wish."""
        services = ctx.services
        now = services.clock.now()
        attempt = Call(
            id=services.new_id("call"),
            key=ctx.repeat.key if ctx.repeat else None,
            principal=ctx.principal.id,
            capability=found.name,
            origin=ctx.origin.value,
            body_hash=_digest(params),
            started_at=now,
        )
        async with services.database.transact() as uow:
            earlier = await uow.calls.claim(
                attempt, not_before=now - ctx.repeat.window if ctx.repeat else now
            )
        if earlier is not None:
            return await self._again(found, attempt, earlier)
        work = asyncio.create_task(self._recorded(found, params, replace(ctx, wish=attempt.id), attempt))
        self._under_way[attempt.id] = work
        work.add_done_callback(lambda done: self._forget(attempt.id, done))
        # Whoever stops waiting, a client that hangs up or an aborted turn, does not stop what was begun.
        return await asyncio.shield(work)

    async def _recorded(self, found: AnyCapability, params: Params, ctx: Context, attempt: Call) -> Result:
        try:
            result = await self._run(found, params, ctx)
        except CallError as error:
            await self._record(ctx, attempt, False, error.reason, _stored_error(error))
            raise
        await self._record(ctx, attempt, True, None, result.model_dump(mode="json"))
        return result

    def _forget(self, call_id: str, done: asyncio.Task[Result]) -> None:
        self._under_way.pop(call_id, None)
        if not done.cancelled():
            # Fetched so that a failure nobody waited for is not reported as forgotten: it is on record.
            done.exception()

    async def drain(self) -> None:
        """Return once every call with effects that was begun has ended."""
        while self._under_way:
            await asyncio.wait(self._under_way.values())

    async def _again(self, found: AnyCapability, attempt: Call, earlier: Call) -> Result:
        if earlier.body_hash != attempt.body_hash:
            raise InvalidParams("this id was used for another request a moment ago; use a new id")
        if earlier.id in self._under_way:
            return await asyncio.shield(self._under_way[earlier.id])
        if earlier.finished_at is None:
            raise InternalError(
                "this request was cut off before; look whether it took effect, then use a new id"
            )
        answer = earlier.answer or {}
        if earlier.ok:
            return typing.cast(Result, TypeAdapter(found.result).validate_python(answer))
        raise CallError(
            answer["message"],
            code=Code(earlier.code or Code.INTERNAL_ERROR),
            retry_after_ms=answer.get("retryAfterMs"),
            details=answer.get("details"),
        )

    async def _record(
        self, ctx: Context, attempt: Call, ok: bool, code: Code | None, answer: Mapping[str, Any]
    ) -> None:
        async with ctx.services.database.transact() as uow:
            await uow.calls.finish(attempt.id, ctx.services.clock.now(), ok, code, dict(answer))

    async def _run(self, found: AnyCapability, params: Params, ctx: Context) -> Result:
        try:
            return typing.cast(Result, await found.run(ctx, params))
        except CallError:
            raise
        except TradingError as error:
            translated = from_trading(error, found.errors)
            if translated is None:
                raise self._fault(found, ctx, error) from error
            raise translated from error
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
    try:
        return typing.cast(Params, found.params.model_validate(dict(raw or {})))
    except ValidationError as error:
        raise from_validation(error) from None


def _digest(params: Params) -> str:
    body = orjson.dumps(params.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()


def _stored_error(error: CallError) -> dict[str, Any]:
    return {"message": error.message, "retryAfterMs": error.retry_after_ms, "details": error.details}
