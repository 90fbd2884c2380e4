"""Talking to the agent."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from memory.records import MessageRole, TranscriptMessage, TurnStatus
from tools.context import Context
from tools.errors import InvalidParams
from tools.policy import Surface
from tools.registry import capability
from tools.services import Asked
from tools.sessions import SessionId
from tools.wire import Flag, Millis, Num, Params, Result

MAIN = "main"
LONGEST_MESSAGE = 32_000
"""Characters."""


def _some_words(message: str) -> str:
    if not message.strip():
        raise PydanticCustomError("blank", "say something: this message is empty")
    return message


ModelName = Annotated[str, Field(min_length=1, max_length=128)]


class Send(Params):
    """A message to the agent. `stream` tells of it by events; `queue` waits for a busy session.

    `model` is one of those that answer here; left out, they are asked in their order.
    """

    message: Annotated[str, Field(max_length=LONGEST_MESSAGE), AfterValidator(_some_words)]
    session_id: SessionId = MAIN
    stream: Flag = False
    queue: Flag = False
    model: ModelName | None = None


class MessageView(Result):
    """One message of a conversation."""

    id: str
    role: Literal["user", "assistant"]
    content: str
    timestamp: Millis


def view(message: TranscriptMessage) -> MessageView:
    """Return a stored message in the words of the wire."""
    return MessageView(
        id=message.id,
        role="user" if message.role is MessageRole.USER else "assistant",
        content=message.content,
        timestamp=message.created_at,
    )


class TurnUsage(Result):
    """What a turn took; `cost` is US dollars, null when the model's price is not known."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost: Num | None


class Sent(Result):
    """The agent's answer, also told by the event chat.complete."""

    session_id: str
    request_id: str
    message_id: str
    message: MessageView
    model: str
    aborted: bool
    usage: TurnUsage


class HistoryOf(Params):
    """Which page of a conversation: the newest, or the one before a message."""

    session_id: SessionId = MAIN
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    before: Annotated[str | None, Field(max_length=128)] = None


class History(Result):
    """Messages, oldest first; `hasMore` tells of older ones."""

    messages: list[MessageView]
    has_more: bool


class Abort(Params):
    """Which turn to stop: the one of a session, or of a request."""

    session_id: SessionId | None = None
    request_id: Annotated[str | None, Field(max_length=128)] = None

    @model_validator(mode="after")
    def _names_one(self) -> "Abort":
        if self.session_id is None and self.request_id is None:
            raise PydanticCustomError("missing", "name a sessionId or a requestId")
        return self


class Aborted(Result):
    """Whether there was anything to stop."""

    aborted: bool


def check_model(ctx: Context, name: str | None) -> None:
    """Raise InvalidParams for a model that does not answer here."""
    models = ctx.services.models
    if name is not None and name not in models:
        raise InvalidParams(f"model: {name[:64]!r} does not answer here; there is {', '.join(models)}")


@capability("chat.send", surfaces=Surface.WIRE, effects=True)
async def send(ctx: Context, params: Send) -> Sent:
    """Send a message to the agent and return its answer."""
    check_model(ctx, params.model)
    asked = Asked(
        session_id=params.session_id,
        message=params.message,
        request_id=ctx.request_id or ctx.services.new_id("req"),
        frame_id=ctx.frame_id,
        stream=params.stream,
        queue=params.queue,
        model=params.model,
        origin=ctx.origin,
        shared=ctx.shared,
    )
    answered = await ctx.services.chat.send(ctx, asked)
    message, turn = answered.message, answered.turn
    return Sent(
        session_id=turn.session_id,
        request_id=turn.id,
        message_id=message.id,
        message=view(message),
        model=turn.model,
        aborted=turn.status is TurnStatus.ABORTED,
        usage=TurnUsage(
            input_tokens=turn.input_tokens,
            output_tokens=turn.output_tokens,
            cached_tokens=turn.cached_tokens,
            cost=turn.cost,
        ),
    )


@capability("chat.history")
async def history(ctx: Context, params: HistoryOf) -> History:
    """Return a page of a conversation."""
    async with ctx.services.database.read() as uow:
        found, has_more = await uow.messages.page(
            ctx.principal.id, params.session_id, limit=params.limit, before=params.before
        )
    return History(
        messages=[view(message) for message in found],
        has_more=has_more,
    )


@capability("chat.abort")
async def abort(ctx: Context, params: Abort) -> Aborted:
    """Stop the agent's running turn; the session goes on."""
    stopped = await ctx.services.chat.abort(ctx.principal, params.session_id, params.request_id)
    return Aborted(aborted=stopped)
