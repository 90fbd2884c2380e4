"""What is told of runs that trade by themselves: what each may do, and what it has used of that."""

from tools.wire import Millis, Num, Result
from trading.mandates import Standing
from trading.model import Origin


class RunAsked(Result):
    """A run that waits for a person, or that one has allowed: it trades without asking for each order.

    At most `perOrder` with one order and `perDay` with all of a day (UTC), until it has lost `loss`; each is
    in the `currency` of the account. `usedToday` is what its orders use of the day, and `lost` what it has
    lost since it was approved (a gain is below zero), null where that is not known. It has to be answered
    before `expiresAt`; once approved it is in force until it is revoked. `approvalId` is what approve, deny
    and revoke take.
    """

    kind: str
    approval_id: str
    status: str
    run: str
    account: str
    mode: str
    currency: str
    per_order: Num
    per_day: Num
    loss: Num
    used_today: Num
    lost: Num | None
    origin: str
    asked_for: str
    session_id: str | None
    created_at: Millis
    expires_at: Millis
    resolved_at: Millis | None
    resolved_by: str | None
    revoked_at: Millis | None
    revoked_by: str | None
    reason: str | None


def run_view(standing: Standing) -> RunAsked:
    """Return how a mandate stands in the words of the wire."""
    mandate, account = standing.mandate, standing.account
    return RunAsked(
        kind="run",
        approval_id=mandate.id,
        status=mandate.status.value,
        run=mandate.run,
        account=account.id,
        mode=account.mode.value,
        currency=account.currency,
        per_order=mandate.per_order,
        per_day=mandate.per_day,
        loss=mandate.loss,
        used_today=standing.used,
        lost=standing.lost,
        origin=Origin.RUN.value,
        asked_for=mandate.principal,
        session_id=mandate.session_id,
        created_at=mandate.created_at,
        expires_at=mandate.expires_at,
        resolved_at=mandate.resolved_at,
        resolved_by=mandate.resolved_by,
        revoked_at=mandate.revoked_at,
        revoked_by=mandate.revoked_by,
        reason=mandate.reason,
    )
