"""A resting order of which an exchange says what cannot be: its account is locked, and no other waits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from tests.trading.guarded import LiveVenue, guarded, told
from tests.trading.house import BTC, ETH
from trading.errors import AccountLocked, ExchangeUnavailable
from trading.locks import Locks
from trading.model import Mode, Order, OrderStatus
from trading.ports import Report
from trading.risk.gate import RiskGate

D = Decimal


class Exaggerating(LiveVenue):
    """An exchange that tells too much of what some orders have traded, while `exaggerates`.

    While `closed`, it tells nothing.
    """

    exaggerates: frozenset[str] = frozenset()
    closed = False

    async def watch(self, orders: Sequence[Order], until: datetime) -> Sequence[Report]:
        if self.closed:
            raise ExchangeUnavailable("closed")
        return [self._told(each) for each in await super().watch(orders, until)]

    def _told(self, report: Report) -> Report:
        if report.order_id not in self.exaggerates:
            return report
        # More than the account could ever have paid for.
        return replace(
            report, executions=tuple(replace(e, amount=e.amount * 10_000) for e in report.executions)
        )


async def test_an_order_that_cannot_be_booked_locks_its_account_and_no_other_waits(sqlite_url: str) -> None:
    async with guarded(sqlite_url) as opened:
        locks = Locks()
        venue = Exaggerating(opened.markets, opened.clock, Mode.PAPER)
        opened.venue = venue
        house = opened.another(checks=[RiskGate(lambda: False, locks)], locks=locks, exchange=venue)
        bad = (await house.buy("0.01", type="limit", price=66_000)).order
        beside = (await house.buy("0.01", type="limit", price=66_000)).order
        elsewhere = (await house.buy("0.1", ETH, type="limit", price=3_500)).order
        venue.exaggerates = frozenset({bad.id})
        await house.clock.advance(1)
        house.market.trade(BTC, 65_900, 1)
        house.market.trade(ETH, 3_490, 1)
        settled = await house.desk.settle()
        assert {each.id for each in settled.orders} == {beside.id, elsewhere.id}
        assert {(await house.stored(each)).status for each in (beside, elsewhere)} == {OrderStatus.FILLED}
        with pytest.raises(AccountLocked):
            await house.buy("0.01")
        venue.closed = True
        await house.desk.settle()
        with pytest.raises(AccountLocked):
            await house.buy("0.01")
        venue.closed, venue.exaggerates = False, frozenset()
        await house.desk.settle()
        assert (await house.stored(bad)).status is OrderStatus.FILLED
        assert (await house.buy("0.01")).order.status is OrderStatus.FILLED
        locked = [kind for _, kind in told(sqlite_url) if kind.startswith("account")]
        assert locked == ["account.locked", "account.unlocked"]
        await house.audit()
