"""From a wish to the terms of an order: checked against itself, the venue and the market, and rounded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from trading.errors import InvalidOrder
from trading.fees import FEE_UNIT
from trading.margin import MOST_LEVERAGE
from trading.matching import behind, floor_to, walk
from trading.model import Instrument, Level, OrderRequest, OrderType, Side
from trading.orders import LIQUIDATION

LARGEST = Decimal(10) ** 12
"""No order needs a number as large as this one; beyond it Decimal arithmetic would start to round."""

CUSHION: Mapping[OrderType, Decimal] = {
    OrderType.MARKET: Decimal("1.01"),
    OrderType.STOP: Decimal("1.05"),
    OrderType.TRAILING_STOP: Decimal("1.05"),
}
"""How far an order without a limit may run away from its estimate, as a factor on its notional."""

_ANY = Decimal("0.000000000001")
"""A step below that of any venue."""

_PRICES: Mapping[OrderType, tuple[bool, bool]] = {
    OrderType.MARKET: (False, False),
    OrderType.LIMIT: (True, False),
    OrderType.STOP: (False, True),
    OrderType.STOP_LIMIT: (True, True),
    OrderType.TRAILING_STOP: (False, False),
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
    _check_kind(request)
    price = _limit_on_tick(request.side, request.price, instrument.tick)
    stop = _trigger(request, instrument.tick, market)
    guard = request.side.opposite
    stop_loss = _trigger_on_tick(guard, request.stop_loss, instrument.tick)
    take_profit = _limit_on_tick(guard, request.take_profit, instrument.tick)
    _check_trigger(request, stop, market)
    entry = price or stop or market.best(request.side)
    _check_protection(request, entry, stop_loss, take_profit)
    amount, estimate = _amount(request, price or stop, instrument, market)
    _check_size(request, amount, estimate, instrument)
    worst = max(price or Decimal(0), stop or Decimal(0)) or market.best(request.side)
    return Terms(
        amount=amount,
        estimate=estimate,
        price=price,
        stop_price=stop,
        stop_loss=stop_loss,
        take_profit=take_profit,
        budget=_budget(request, amount, estimate, worst, market),
        quoted=request.cost is not None and price is None,
    )


def _check_numbers(request: OrderRequest) -> None:
    if (request.amount is None) == (request.cost is None):
        raise InvalidOrder("give exactly one of an amount in base and an amount in quote")
    for name in ("amount", "cost", "price", "stop_price", "stop_loss", "take_profit", "trail", "leverage"):
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


def _check_kind(request: OrderRequest) -> None:
    if (request.type is OrderType.TRAILING_STOP) != (request.trail is not None):
        raise InvalidOrder(
            "a trailing stop needs the distance at which it follows, and nothing else takes one"
        )
    if request.trail is not None and request.trail_relative and request.trail >= 1:
        raise InvalidOrder(f"a stop follows at less than the whole price, not at {request.trail} of it")
    if request.leverage is not None and not 1 <= request.leverage <= MOST_LEVERAGE:
        raise InvalidOrder(f"leverage goes from 1 to {MOST_LEVERAGE}, not to {request.leverage}")
    if request.group is not None and request.group.startswith(LIQUIDATION):
        raise InvalidOrder(f"a group that begins with {LIQUIDATION} is the venue's own")


def _trigger(request: OrderRequest, tick: Decimal, market: Reference) -> Decimal | None:
    if request.trail is not None:
        stop = behind(request.side, market.last, request.trail, request.trail_relative, tick)
        if stop <= 0:
            raise InvalidOrder(f"a stop that follows at {request.trail} would start below any price")
        return stop
    return _trigger_on_tick(request.side, request.stop_price, tick)


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
    if request.reduce_only or (request.side is Side.SELL and request.leverage is None):
        raise InvalidOrder("stop-loss and take-profit protect what is opened; what only reduces takes none")
    sign = request.side.sign
    worse, better = ("below", "above") if sign > 0 else ("above", "below")
    if stop_loss is not None and (stop_loss - entry) * sign >= 0:
        raise InvalidOrder(f"the stop-loss of a {request.side} must be {worse} its entry {entry}")
    if take_profit is not None and (take_profit - entry) * sign <= 0:
        raise InvalidOrder(f"the take-profit of a {request.side} must be {better} its entry {entry}")


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


def _budget(
    request: OrderRequest, amount: Decimal, estimate: Decimal, worst: Decimal, market: Reference
) -> Decimal | None:
    if request.leverage is not None and not request.reduce_only:
        return _margin_budget(request, amount, worst, market)
    cushion = CUSHION.get(request.type)
    if cushion is None:
        return None
    if request.cost is not None:
        return request.cost
    return estimate * cushion if request.side is Side.BUY and request.leverage is None else None


def _margin_budget(
    request: OrderRequest, amount: Decimal, price: Decimal, market: Reference
) -> Decimal | None:
    """Return the bound of a margin order that may open a position: a price per base that holds for any part.

    A purchase with a limit needs none. A sale with one may trade above it, and then opens a larger short.
    """
    if request.price is not None and request.side is Side.BUY:
        return None
    if request.cost is not None and request.price is None:
        return request.cost
    cushion = CUSHION.get(request.type, Decimal(1))
    if request.type is OrderType.LIMIT and market.best(request.side) > price:
        price, cushion = market.best(request.side), CUSHION[OrderType.MARKET]
    if request.type is OrderType.STOP_LIMIT:
        cushion = CUSHION[OrderType.STOP]
    if request.type is OrderType.MARKET and request.side is Side.BUY:
        price = max([price, *(take.price for take in walk(market.levels, request.side, amount, _ANY))])
    return amount * (price * cushion).quantize(FEE_UNIT, rounding=ROUND_CEILING)


def _spoken(name: str) -> str:
    return f"the {name.replace('_', '-')}"
