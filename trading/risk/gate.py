"""The risk gate: no order passes that would break a limit, and none whose risk cannot be measured."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from trading.clock import midnight
from trading.errors import AccountLocked, NotArmed, RiskLimitExceeded, TradingHalted
from trading.funds import spends
from trading.locks import Locks
from trading.model import ZERO, Mode, Order, OrderStatus, Origin
from trading.ports import UnitOfWork
from trading.risk.figures import Exposure, exposure, oldest, unpriced
from trading.risk.limits import Limits, limits_of
from trading.risk.mandated import allowance, carried
from trading.risk.proposal import OLDEST_PRICE, Proposal, Verdict
from trading.stores import RiskState
from trading.switch import SwitchState

MINUTE = timedelta(minutes=1)


class RiskGate:
    """Judges orders by the limits, the switch and the arming that are on disk when they are committed.

    `tripped` says whether the switch was thrown outside of the database; `locks` which accounts may not trade
    for now.
    """

    def __init__(self, tripped: Callable[[], bool], locks: Locks) -> None:
        self._tripped = tripped
        self._locks = locks

    async def __call__(self, uow: UnitOfWork, proposal: Proposal) -> Verdict:
        """Return the figures of an order that passes.

        Raises TradingHalted, NotArmed, AccountLocked or RiskLimitExceeded.
        """
        account, now = proposal.account, proposal.now
        state = await uow.risk.state(account.id, midnight(now), now - MINUTE)
        entry = proposal.enters
        switch = SwitchState.HALTED if self._tripped() else state.switch
        _check_switch(switch, entry, proposal.order)
        if account.mode is Mode.LIVE and not state.armed:
            # Exits too, and a person's: disarmed says that nothing leaves from here. What rests at the
            # exchange stays there, and arming again is one step.
            raise NotArmed(f"account {account.id} trades real money and its owner has not armed it")
        reason = self._locks.why(account.id)
        if reason is not None and (entry or not self._may_leave(proposal.order)):
            raise AccountLocked(f"account {account.id} is locked: {reason}")
        if not entry:
            return Verdict(hold=proposal.order.origin is Origin.ALERT)
        limits = limits_of(state.limits)
        figures = judge(proposal, limits, state)
        if not _asks(proposal, limits):
            return Verdict(figures, use=await carried(uow, proposal))
        allowed = await allowance(uow, proposal)
        return Verdict({**figures, **allowed.figures}, hold=allowed.use is None, use=allowed.use)

    def _may_leave(self, order: Order) -> bool:
        """Return whether an order that opens nothing may go on a locked account."""
        if order.origin is Origin.GUARD:
            return True
        # Where the books are wrong about what would be sold, or were not compared, an exit by their figures
        # could sell what is not there or what a stop at the exchange still covers. Of margin positions the
        # exchange's statement says nothing.
        sure = order.leverage is None and self._locks.sure(order.account, spends(order))
        return sure and order.origin is Origin.PERSON


def _asks(proposal: Proposal, limits: Limits) -> bool:
    """Return whether a person has to allow an entry, or to have allowed the run that wants it."""
    if proposal.order.origin is Origin.ALERT:
        return True
    by_itself = proposal.order.origin not in (Origin.PERSON, Origin.GUARD)
    return by_itself and (proposal.account.mode is Mode.LIVE or limits.ask_on_paper)


def judge(proposal: Proposal, limits: Limits, state: RiskState) -> Mapping[str, str]:
    """Return what an entry measures against each limit; raise RiskLimitExceeded for the first it breaks."""
    _check_data(proposal, limits)
    taken = exposure(proposal)
    if taken.equity <= 0:
        raise RiskLimitExceeded(
            f"account {proposal.account.id} is worth nothing, so nothing may be risked", limit="equity"
        )
    figures = [
        ("leverage", proposal.order.leverage or Decimal(1), limits.leverage),
        ("orders_per_minute", Decimal(_rate(proposal, state)), Decimal(limits.orders_per_minute)),
        ("open_positions", Decimal(taken.count), Decimal(limits.open_positions)),
        ("daily_loss", _lost(state.day_start, taken), limits.daily_loss),
        ("drawdown", _lost(state.peak, taken), limits.drawdown),
        ("order", taken.order / taken.equity, limits.order),
        ("position", taken.position / taken.equity, limits.position),
        ("exposure", taken.total / taken.equity, limits.exposure),
    ]
    for name, actual, allowed in figures:
        # A loss that has reached its limit stops entries; all other figures may be as large as their limit.
        if actual > allowed or (name in _LOSSES and actual >= allowed):
            raise _broken(name, actual, allowed, proposal, taken)
    return {name: f"{actual:.6f} of {allowed}" for name, actual, allowed in figures}


_LOSSES = frozenset({"daily_loss", "drawdown"})

_WORDS = {
    "leverage": "it has a leverage of {actual:f}; {allowed:f} is the most",
    "orders_per_minute": "it would be order {actual:f} within a minute; {allowed:f} are the most",
    "open_positions": "it would be position {actual:f}; {allowed:f} at a time are the most",
    "daily_loss": "the account has lost {actual:.2%} today and opens nothing from {allowed:.2%} on",
    "drawdown": "the account is {actual:.2%} below its highest and opens nothing from {allowed:.2%} on",
    "order": "it is {actual:.2%} of the account; {allowed:.2%} is the most, {room} {currency}",
    "position": "the position would be {actual:.2%} of the account; {allowed:.2%} is the most, {room} "
    "{currency} are left",
    "exposure": "{actual:.2%} of the account would be in the market; {allowed:.2%} is the most, {room} "
    "{currency} are left",
}


def _broken(
    name: str, actual: Decimal, allowed: Decimal, proposal: Proposal, taken: Exposure
) -> RiskLimitExceeded:
    others = {"order": ZERO, "position": taken.position - taken.order, "exposure": taken.total - taken.added}
    room = max(allowed * taken.equity - others.get(name, ZERO), ZERO)
    words = _WORDS[name].format(
        actual=actual, allowed=allowed, room=f"{room:.2f}", currency=proposal.account.currency
    )
    return RiskLimitExceeded(
        f"this order breaks the limit on {name.replace('_', ' ')}: {words}",
        limit=name,
        actual=float(actual),
        allowed=float(allowed),
    )


def _rate(proposal: Proposal, state: RiskState) -> int:
    """Return how many orders there are within a minute, with the proposed one."""
    order = proposal.order
    counted = order.status is OrderStatus.HELD and order.created_at > proposal.now - MINUTE
    return state.recent_orders if counted else state.recent_orders + 1


def _lost(before: Decimal | None, taken: Exposure) -> Decimal:
    return max(1 - taken.equity / before, ZERO) if before else ZERO


def _check_switch(switch: SwitchState, entry: bool, order: Order) -> None:
    if switch is SwitchState.ACTIVE:
        return
    origin = order.origin
    # A person may leave a position also for an asset that is not the account's currency.
    leaves = order.reduce_only and origin is Origin.PERSON
    if entry and not leaves:
        raise TradingHalted(f"trading is {switch}: nothing new is opened until the owner re-arms it")
    if switch is SwitchState.HALTED and origin not in (Origin.PERSON, Origin.GUARD):
        raise TradingHalted("trading is halted: only a person may close what is open")


def _check_data(proposal: Proposal, limits: Limits) -> None:
    symbol, quote = proposal.order.symbol, proposal.quote
    if limits.symbols and str(symbol) not in limits.symbols:
        raise RiskLimitExceeded(
            f"{symbol} is not among the pairs allowed here: {', '.join(limits.symbols)}", limit="symbols"
        )
    if missing := unpriced(proposal):
        raise RiskLimitExceeded(
            f"the account cannot be valued: nobody prices {', '.join(missing)}", limit="prices"
        )
    _check_age(proposal, f"the price of {symbol}", quote.at)
    if (held := oldest(proposal)) is not None:
        _check_age(proposal, f"the price of {held[0]}, by which the account is valued,", held[1])
    if quote.silent:
        raise RiskLimitExceeded(
            f"the price of {symbol} cannot be compared: its second reference does not tell one",
            limit="reference_distance",
        )
    if quote.second is not None:
        if quote.second_at is not None:
            _check_age(proposal, f"the price of {symbol} at its second reference", quote.second_at)
        distance = abs(quote.price / quote.second - 1)
        if distance > limits.reference_distance:
            raise RiskLimitExceeded(
                f"the price of {symbol} is {distance:.2%} away from its second reference, and may be "
                f"{limits.reference_distance:.2%}",
                limit="reference_distance",
                actual=float(distance),
                allowed=float(limits.reference_distance),
            )


def _check_age(proposal: Proposal, what: str, at: datetime) -> None:
    age, most = proposal.now - at, OLDEST_PRICE[proposal.account.mode]
    if age > most:
        raise RiskLimitExceeded(
            f"{what} is {age.total_seconds():.0f} s old, and may be {most.total_seconds():.0f} s",
            limit="price_age",
            actual=age.total_seconds(),
            allowed=most.total_seconds(),
        )
