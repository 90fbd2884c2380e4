"""What a person has to allow before it trades: one order, exactly as it would be sent, once.

A run that trades by itself may be allowed once instead, within bounds: `trading.mandates`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from trading.model import Origin


class ApprovalStatus(StrEnum):
    """What became of a request for approval; everything but `pending` is final.

    Only what is approved for a while, as a run is, can be revoked afterwards.
    """

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    VOID = "void"
    REVOKED = "revoked"


LATE = "nobody answered in time"

ENDED: Mapping[ApprovalStatus, str] = {
    ApprovalStatus.APPROVED: "it was approved already",
    ApprovalStatus.DENIED: "it was denied",
    ApprovalStatus.EXPIRED: "it has expired",
    ApprovalStatus.VOID: "it is void",
    ApprovalStatus.REVOKED: "it was revoked",
}
"""Why a request that has ended takes no answer any more."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A request to let one held order go.

    The order itself is on disk already and cannot change while it is held. `principal` is who it was asked
    for, `session_id` the conversation it came from. `reference` is the price of the moment in which it was
    asked, `cost` the quote that the order should trade and `fee` what that would cost.
    """

    id: str
    order_id: str
    account: str
    principal: str
    origin: Origin
    status: ApprovalStatus
    reference: Decimal
    cost: Decimal
    fee: Decimal
    created_at: datetime
    expires_at: datetime
    session_id: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    reason: str | None = None
