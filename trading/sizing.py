"""From a wish to the terms of an order: checked against itself, the venue and the market, and rounded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from trading.errors import InvalidOrder
from trading.matching import floor_to, walk
from trading.model import Instrument, Level, OrderRequest, OrderType, Side

LARGEST = Decimal(10) ** 12
"""No order needs a number as large as this one; beyond it Decimal arithmetic would start to round."""

CUSHION: Mapping[OrderType, Decimal] = {OrderType.MARKET: Decimal("1.01"), OrderType.STOP: Decimal("1.05")}
"""How far an order without a limit may run away from its estimate, as a factor on its notional."""

_PRICES: Mapping[OrderType, tuple[bool, bool]] = {
    OrderType.MARKET: (False, False),
    OrderType.LIMIT: (True, False),
    OrderType.STOP: (False, True),
    OrderType.STOP_LIMIT: (True, True),
}
"""Whether an order of a type has a limit price, and whether it has a trigger."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The market that an order is measured against; `levels` is what a market order would take."""

    bid: Decimal
    ask: Decimal
    last: Decimal
    levels: Sequence[Level] = ()

    def best(self, side: Side) -> Decimal:
        """Return what an order of `side` would trade at right now."""
        return self.ask if side is Side.BUY else self.bid


@dataclass(frozen=True, slots=True)
class Terms:
    """An order's figures on the venue's grid. `estimate` is the quote that it should trade."""

    amount: Decimal
    estimate: Decimal
    price: Decimal | None
    stop_price: Decimal | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    budget: Decimal | None
    quoted: bool


def terms(request: OrderRequest, instrument: Instrument, market: Reference) -> Terms:
    """Return the terms of a request: amount down to the step, no price past the limit asked for.

    Raises InvalidOrder, saying what to change.
    """
    _check_numbers(request)
    _check_prices(request)
    price = _limit_on_tick(request.side, request.price, instrument.tick)
    stop = _trigger_on_tick(request.side, request.stop_price, instrument.tick)
    stop_loss = _trigger_on_tick(Side.SELL, request.stop_loss, instrument.tick)
    take_profit = _limit_on_tick(Side.SELL, request.take_profit, instrument.tick)
    _check_trigger(request, stop, market)
    entry = price or stop or market.best(request.side)
    _check_protection(request, entry, stop_loss, take_profit)
    amount, estimate = _amount(request, price or stop, instrument, market)
    _check_size(request, amount, estimate, instrument)
    return Terms(
        amount=amount,
        estimate=estimate,
        price=price,
        stop_price=stop,
        stop_loss=stop_loss,
        take_profit=take_profit,
        budget=_budget(request, estimate),
        quoted=request.cost is not None and price is None,
    )


def _check_numbers(request: OrderRequest) -> None:
    if (request.amount is None) == (request.cost is None):
        raise InvalidOrder("give exactly one of an amount in base and an amount in quote")
    for name in ("amount", "cost", "price", "stop_price", "stop_loss", "take_profit"):
        value = getattr(request, name)
        if value is not None and not (value.is_finite() and 0 < value < LARGEST):
            raise InvalidOrder(f"{_spoken(name)} must be a number above 0, not {value:.6g}")


def _check_prices(request: OrderRequest) -> None:
    wants_price, wants_stop = _PRICES[request.type]
    for name, wanted, value in (
        ("a limit price", wants_price, request.price),
        ("a trigger price", wants_stop, request.stop_price),
    ):
        if wanted and value is None:
            raise InvalidOrder(f"a {request.type} order needs {name}")
        if not wanted and value is not None:
            raise InvalidOrder(f"a {request.type} order takes no {name[2:]}")


def _check_trigger(request: OrderRequest, stop: Decimal | None, market: Reference) -> None:
    if stop is None:
        return
    if request.side is Side.BUY and stop <= market.last:
        raise InvalidOrder(f"a buy stop must be above the market, which is at {market.last}; {stop} is not")
    if request.side is Side.SELL and stop >= market.last:
        raise InvalidOrder(f"a sell stop must be below the market, which is at {market.last}; {stop} is not")


def _check_protection(
    request: OrderRequest, entry: Decimal, stop_loss: Decimal | None, take_profit: Decimal | None
) -> None:
    if stop_loss is None and take_profit is None:
        return
    if request.side is Side.SELL or request.reduce_only:
        raise InvalidOrder("stop-loss and take-profit protect what is bought; selling a holding takes none")
    if stop_loss is not None and stop_loss >= entry:
        raise InvalidOrder(f"the stop-loss of a buy must be below its entry {entry}; {stop_loss} is not")
    if take_profit is not None and take_profit <= entry:
        raise InvalidOrder(f"the take-profit of a buy must be above its entry {entry}; {take_profit} is not")


def _check_size(request: OrderRequest, amount: Decimal, estimate: Decimal, instrument: Instrument) -> None:
    symbol = instrument.symbol
    if amount <= 0 or (amount < instrument.min_amount and not request.reduce_only):
        least = max(instrument.min_amount, instrument.step)
        raise InvalidOrder(f"too small: {symbol} trades from {least} {symbol.base} on")
    # What is left of a holding may always be sold, however little it is worth.
    if estimate < instrument.min_notional and not request.reduce_only:
        raise InvalidOrder(f"too small: an order of {symbol} is worth at least {instrument.min_notional}")


def _limit_on_tick(side: Side, price: Decimal | None, tick: Decimal) -> Decimal | None:
    return _on_tick(price, tick, ROUND_FLOOR if side is Side.BUY else ROUND_CEILING)


def _trigger_on_tick(side: Side, price: Decimal | None, tick: Decimal) -> Decimal | None:
    # A trigger never starts later than it was asked to.
    return _on_tick(price, tick, ROUND_FLOOR if side is Side.BUY else ROUND_CEILING)


def _on_tick(price: Decimal | None, tick: Decimal, rounding: str) -> Decimal | None:
    if price is None:
        return None
    rounded = (price / tick).to_integral_value(rounding) * tick
    if rounded <= 0:
        raise InvalidOrder(f"a price of {price} is below the smallest this pair knows, {tick}")
    return rounded


def _amount(
    request: OrderRequest, price: Decimal | None, instrument: Instrument, market: Reference
) -> tuple[Decimal, Decimal]:
    """Return the base to trade and the quote this should take."""
    step = instrument.step
    if price is not None:
        amount = request.amount if request.amount is not None else (request.cost or Decimal(0)) / price
        amount = floor_to(amount, step)
        return amount, amount * price
    wanted = LARGEST if request.amount is None else floor_to(request.amount, step)
    takes = walk(market.levels, request.side, wanted, step, budget=request.cost)
    amount = sum((take.amount for take in takes), Decimal(0))
    estimate = sum((take.amount * take.price for take in takes), Decimal(0))
    # What the book does not show is expected at its last price.
    beyond = takes[-1].price if takes else market.best(request.side)
    rest = wanted - amount if request.cost is None else floor_to((request.cost - estimate) / beyond, step)
    return amount + rest, estimate + rest * beyond


def _budget(request: OrderRequest, estimate: Decimal) -> Decimal | None:
    cushion = CUSHION.get(request.type)
    if cushion is None:
        return None
    if request.cost is not None:
        return request.cost
    return estimate * cushion if request.side is Side.BUY else None


def _spoken(name: str) -> str:
    return f"the {name.replace('_', '-')}"
