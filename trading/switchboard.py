"""Putting the kill switch: what it stops is stopped at once, what it leaves goes on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from trading.approvals import Approval
from trading.clock import Clock
from trading.errors import TradingError
from trading.granting import Granting
from trading.held import Answer, HeldOrders
from trading.mandates import Mandate
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
    be canceled yet and why; they are tried again. `staying` protects what is held. `mandates` are those
    that waited, and are denied, and those in force, which are revoked: after re-arming, runs ask again.
    """

    switch: Switch
    canceled: tuple[Order, ...] = ()
    denied: tuple[Approval, ...] = ()
    open: tuple[tuple[Order, str], ...] = ()
    staying: tuple[Order, ...] = ()
    mandates: tuple[Mandate, ...] = ()


class Switchboard:
    """The one switch of a service; it takes back what is `mine`."""

    def __init__(
        self,
        transact: Transact,
        read: Transact,
        clock: Clock,
        new_id: NewId,
        news: News,
        held: HeldOrders,
        mandates: Granting,
        cancel: Cancel,
        mine: Callable[[Order], bool],
    ) -> None:
        self._transact = transact
        self._read = read
        self._clock = clock
        self._new_id = new_id
        self._news = news
        self._held = held
        self._mandates = mandates
        self._cancel = cancel
        self._mine = mine

    async def state(self) -> Switch:
        """Return where the switch stands."""
        async with self._read() as uow:
            return await uow.risk.switch()

    async def put(self, state: SwitchState, by: str, reason: str | None = None) -> Stopped:
        """Put the switch; unless to active, mandates of runs end and every open entry is canceled."""
        now = self._clock.now()
        switch = Switch(EVERYTHING, state, by, now, reason)
        words = f"trading is {state} now, by {by}" + (f": {reason}" if reason else "")
        async with self._transact() as uow:
            # An order that was judged by the switch of before is on disk before this is, or never.
            for account in sorted(each.id for each in await uow.accounts.all()):
                await uow.accounts.lock(account)
            await uow.risk.set_switch(switch)
            await self._news.switch(uow, switch)
            ended: list[Mandate] = []
            if state is not SwitchState.ACTIVE:
                ended = await self._mandates.stop(uow, Answer(by, _stopped(switch)))
            await uow.notices.add(
                Notice(self._new_id("ntc"), OWNER, "trading.switch", words, now, {"state": state.value})
            )
        return replace(await self.sweep(), mandates=tuple(ended))

    async def sweep(self) -> Stopped:
        """Cancel what the switch does not allow to be open; nothing while it is active."""
        switch = await self.state()
        if switch.state is SwitchState.ACTIVE:
            return Stopped(switch)
        denied = await self._held.deny_all(lambda _: True, Answer(switch.by or OWNER, _stopped(switch)))
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
                if order.status in RESTING and self._mine(order):
                    account = accounts[order.account]
                    positions = await uow.positions.open(account.id)
                    enters = not order.reduce_only and opens(order, account, positions, before)
                    (entries if enters else staying).append(order)
                before.append(order)
        return entries, staying


def _stopped(switch: Switch) -> str:
    return f"trading is {switch.state}"
