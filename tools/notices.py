"""What people were told, and how far it got."""

from typing import Annotated, Any

from pydantic import Field

from memory.records import Delivery
from tools.context import Context
from tools.registry import capability
from tools.wire import Millis, Params, Result, unless_none


class NoticeView(Result):
    """A message; `status` is `waiting`, `delivered` or `undeliverable`, `reason` why it is not delivered."""

    id: str
    kind: str
    text: str
    data: dict[str, Any]
    created_at: Millis
    status: str
    attempts: int
    delivered_at: Millis | None
    reason: str | None = unless_none()


class NoticeList(Result):
    """Messages, newest first."""

    notices: list[NoticeView]


class ListNotices(Params):
    """How many, and before which message (its id)."""

    limit: Annotated[int, Field(ge=1, le=200, strict=True)] = 20
    before: Annotated[str, Field(min_length=1, max_length=128)] | None = None


def view(notice: Delivery) -> NoticeView:
    """Return a stored message in the words of the wire."""
    waiting = "waiting" if notice.due_at is not None else "undeliverable"
    return NoticeView(
        id=notice.id,
        kind=notice.kind,
        text=notice.text,
        data=dict(notice.data),
        created_at=notice.created_at,
        status=waiting if notice.delivered_at is None else "delivered",
        attempts=notice.attempts,
        delivered_at=notice.delivered_at,
        reason=notice.reason,
    )


@capability("notices.list", personal=True)
async def list_notices(ctx: Context, params: ListNotices) -> NoticeList:
    """List what you were told of your account and this service, newest first."""
    async with ctx.services.database.read() as uow:
        found = await uow.notices.of(ctx.principal.id, params.limit, params.before)
    return NoticeList(notices=[view(each) for each in found])
