"""Putting the kill switch: what it stops is stopped at once, what it leaves goes on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from trading.approvals import Approval
from trading.clock import Clock
from trading.errors import TradingError
from trading.held import Answer, HeldOrders
from trading.model import Order
from trading.notices import OWNER, Notice
from trading.orders import RESTING
from trading.ports import NewId, News, Transact
from trading.risk.proposal import opens
from trading.switch import EVERYTHING, Switch, SwitchState

Cancel = Callable[[Order], Awaitable[Order]]
"""Takes back what is unfilled of an order."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """What came of putting the switch.

    `canceled` are entries that rested, `denied` those that waited for a person, `open` entries that could not
    be canceled yet and why; they are tried again. `staying` protects what is held.
    """

    switch: Switch
    canceled: tuple[Order, ...] = ()
    denied: tuple[Approval, ...] = ()
    open: tuple[tuple[Order, str], ...] = ()
    staying: tuple[Order, ...] = ()


class Switchboard:
    """The one switch of a service."""

    def __init__(
        self,
        transact: Transact,
        read: Transact,
        clock: Clock,
        new_id: NewId,
        news: News,
        held: HeldOrders,
        cancel: Cancel,
    ) -> None:
        self._transact = transact
        self._read = read
        self._clock = clock
        self._new_id = new_id
        self._news = news
        self._held = held
        self._cancel = cancel

    async def state(self) -> Switch:
        """Return where the switch stands."""
        async with self._read() as uow:
            return await uow.risk.switch()

    async def put(self, state: SwitchState, by: str, reason: str | None = None) -> Stopped:
        """Put the switch, and cancel every entry that is still open unless it is put to active."""
        now = self._clock.now()
        switch = Switch(EVERYTHING, state, by, now, reason)
        words = f"trading is {state} now, by {by}" + (f": {reason}" if reason else "")
        async with self._transact() as uow:
            # An order that was judged by the switch of before is on disk before this is, or never.
            for account in sorted(each.id for each in await uow.accounts.all()):
                await uow.accounts.lock(account)
            await uow.risk.set_switch(switch)
            await self._news.switch(uow, switch)
            await uow.notices.add(
                Notice(self._new_id("ntc"), OWNER, "trading.switch", words, now, {"state": state.value})
            )
        return await self.sweep()

    async def sweep(self) -> Stopped:
        """Cancel what the switch does not allow to be open; nothing while it is active."""
        switch = await self.state()
        if switch.state is SwitchState.ACTIVE:
            return Stopped(switch)
        denied = await self._held.deny_all(
            lambda _: True, Answer(switch.by or OWNER, f"trading is {switch.state}")
        )
        entries, staying = await self._open_orders()
        canceled: list[Order] = []
        left: list[tuple[Order, str]] = []
        for order in entries:
            try:
                canceled.append(await self._cancel(order))
            except TradingError as error:
                # Whatever keeps one open keeps no other.
                left.append((order, str(error)))
        return Stopped(
            switch,
            tuple(canceled),
            tuple(each.approval for each in denied),
            tuple(left),
            tuple(staying),
        )

    async def _open_orders(self) -> tuple[list[Order], list[Order]]:
        """Return resting entries, and the resting orders that protect or close something."""
        entries: list[Order] = []
        staying: list[Order] = []
        async with self._read() as uow:
            accounts = {each.id: each for each in await uow.accounts.all()}
            older: dict[str, list[Order]] = {}
            for order in await uow.orders.open():
                before = older.setdefault(order.account, [])
                if order.status in RESTING:
                    account = accounts[order.account]
                    positions = await uow.positions.open(account.id)
                    enters = not order.reduce_only and opens(order, account, positions, before)
                    (entries if enters else staying).append(order)
                before.append(order)
        return entries, staying
