"""Requests for approval on disk."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, update

from memory import schema
from memory.link import Link
from memory.rows import Shape
from trading.approvals import Approval, ApprovalStatus

APPROVAL = Shape(schema.approvals, Approval)

_A = schema.approvals.c
INSERT = schema.approvals.insert()
BY_ID = APPROVAL.query.where(_A.id == bindparam("this"))
OF_ORDER = APPROVAL.query.where(_A.order_id == bindparam("order"))
RESOLVE = update(schema.approvals).where(
    _A.id == bindparam("this"), _A.status == bindparam("open", type_=_A.status.type)
)
PENDING = APPROVAL.query.where(_A.status == ApprovalStatus.PENDING).order_by(_A.created_at, _A.id)
PENDING_UNTIL = PENDING.where(_A.expires_at <= bindparam("before"))
NEWEST = APPROVAL.query.order_by(_A.created_at.desc(), _A.id.desc())


class Approvals:
    """Requests for approval, each answered once."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, approval: Approval) -> None:
        """Store a new request."""
        await self._connection.execute(INSERT, APPROVAL.values(approval))

    async def get(self, approval_id: str) -> Approval | None:
        """Return one request."""
        return APPROVAL.read((await self._connection.execute(BY_ID, {"this": approval_id})).one_or_none())

    async def of_order(self, order_id: str) -> Approval | None:
        """Return the request that holds an order."""
        return APPROVAL.read((await self._connection.execute(OF_ORDER, {"order": order_id})).one_or_none())

    async def resolve(self, approval: Approval) -> bool:
        """Store how a request ended; return False, and change nothing, when it is not pending any more."""
        values = {
            "status": approval.status,
            "resolved_at": approval.resolved_at,
            "resolved_by": approval.resolved_by,
            "reason": approval.reason,
            "this": approval.id,
            "open": ApprovalStatus.PENDING,
        }
        return (await self._connection.execute(RESOLVE, values)).rowcount == 1

    async def pending(self, before: datetime | None = None) -> Sequence[Approval]:
        """Return requests that nobody has answered, oldest first; with `before` those that expire by then."""
        if before is None:
            return APPROVAL.read_all(await self._connection.execute(PENDING))
        return APPROVAL.read_all(await self._connection.execute(PENDING_UNTIL, {"before": before}))

    async def recent(self, limit: int) -> Sequence[Approval]:
        """Return the newest requests, answered or not."""
        return APPROVAL.read_all(await self._connection.execute(NEWEST.limit(limit)))
