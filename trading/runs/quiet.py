"""News of accounts whose orders nobody waits for: what contests do is told cycle by cycle."""

from collections.abc import Sequence

from trading.approvals import Approval
from trading.mandates import Standing
from trading.model import Fill, Order
from trading.ports import UnitOfWork
from trading.switch import Switch


class Quiet:
    """Tells nobody."""

    async def order(self, uow: UnitOfWork, order: Order, fills: Sequence[Fill]) -> None:
        """Hear of an order."""

    async def approval(self, uow: UnitOfWork, approval: Approval, order: Order) -> None:
        """Hear of a request for approval."""

    async def mandate(self, uow: UnitOfWork, standing: Standing) -> None:
        """Hear of a mandate."""

    async def switch(self, uow: UnitOfWork, switch: Switch) -> None:
        """Hear of the kill switch."""
