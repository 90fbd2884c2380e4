"""What an order still lacks before it can be sent."""

from decimal import Decimal
from enum import StrEnum

from tools.words.wishes import Amount, Form, Level, Order, Unit
from trading.model import Side

HUNDRED = Decimal(100)
_DOLLARS = frozenset({"usdt", "usdc", "usd", "busd", "tusd", "fdusd", "dai"})


class Gap(StrEnum):
    """What must be asked, or cannot be."""

    PAIR = "pair"
    AMOUNT = "amount"
    UNIT = "unit"
    CURRENCY = "currency"
    LEVEL_CURRENCY = "level_currency"
    SHARE = "share"
    POSITIVE = "positive"
    BASE = "base"
    """Two orders of which one cancels the other are for one amount of the coin."""
    SALE_STOP = "sale_stop"
    """A sale of what is held opens nothing that a stop could protect; it may be meant to wait for one."""
    TRIGGER = "trigger"
    STOP_LIMIT = "stop_limit"
    TRIGGER_PERCENT = "trigger_percent"
    OCO = "oco"
    OCO_ORDER = "oco_order"
    TRAIL_UNIT = "trail_unit"
    TRAIL_RANGE = "trail_range"
    TRAIL_OPENS = "trail_opens"
    """It could be meant to open something, or to protect what is opened."""


def find_gap(order: Order) -> Gap | None:
    """Return the first thing that keeps an order from being sent."""
    if order.pair is None:
        return Gap.PAIR
    quote = order.pair.symbol.quote
    levels = [level for level in _levels(order) if level]
    if any(not _pays(level.currency, quote) for level in levels):
        return Gap.LEVEL_CURRENCY
    if any(level.value <= 0 for level in levels) or (order.leverage is not None and order.leverage <= 0):
        return Gap.POSITIVE
    return _trail_gap(order) or _price_gap(order) or _amount_gap(order, order.amount, quote)


def trail_gap(trail: Level) -> Gap | None:
    """Return what is wrong with the distance of a trailing stop."""
    if not trail.percent and trail.currency is None:
        return Gap.TRAIL_UNIT
    return Gap.TRAIL_RANGE if trail.percent and trail.value >= HUNDRED else None


def foreign_currency(order: Order) -> str:
    """Return the named currency that does not pay for the order's pair, empty when there is none."""
    quote = order.pair.symbol.quote if order.pair else ""
    named: list[Amount | Level | None] = [order.amount, *_levels(order)]
    for item in named:
        money = item is not None and getattr(item, "unit", Unit.QUOTE) is Unit.QUOTE
        if item is not None and money and not _pays(item.currency, quote):
            return (item.currency or "").upper()
    return ""


def _levels(order: Order) -> list[Level | None]:
    return [order.price, order.trigger, order.stop, order.target, order.trail]


def _trail_gap(order: Order) -> Gap | None:
    if order.trail is None:
        return None
    opens_unasked = order.opens and order.form is not Form.TRAILING
    return trail_gap(order.trail) or (Gap.TRAIL_OPENS if opens_unasked else None)


def _price_gap(order: Order) -> Gap | None:
    """Return what keeps the prices of an order from being those of its form."""
    limit, trigger = order.price, order.trigger
    if trigger is not None and trigger.percent:
        return Gap.TRIGGER_PERCENT
    if order.form is Form.STOP and trigger is None:
        return Gap.TRIGGER
    if order.form is Form.STOP_LIMIT and (limit is None or trigger is None):
        return Gap.STOP_LIMIT
    if order.form is Form.OCO:
        return _oco_gap(order, limit, trigger)
    waits = order.form is None and order.stop is not None and not order.stop.percent
    return Gap.SALE_STOP if waits and order.side is Side.SELL and not order.margin else None


def _oco_gap(order: Order, limit: Level | None, trigger: Level | None) -> Gap | None:
    if limit is None or trigger is None:
        return Gap.OCO
    if limit.percent:
        return Gap.TRIGGER_PERCENT
    sign = Side.SELL.sign if order.side is Side.SELL else Side.BUY.sign
    return Gap.OCO_ORDER if (trigger.value - limit.value) * sign <= 0 else None


def _amount_gap(order: Order, amount: Amount | None, quote: str) -> Gap | None:
    if order.form is Form.OCO and (amount is None or amount.unit is Unit.QUOTE):
        return Gap.BASE
    if amount is None:
        return Gap.AMOUNT
    if amount.value <= 0 or (amount.unit is Unit.SHARE and amount.value > 1):
        return Gap.POSITIVE
    if amount.unit is Unit.BARE:
        return Gap.UNIT
    if amount.unit is Unit.SHARE and (order.side is Side.BUY or order.margin):
        return Gap.SHARE
    return Gap.CURRENCY if amount.unit is Unit.QUOTE and not _pays(amount.currency, quote) else None


def _pays(currency: str | None, quote: str) -> bool:
    """Tell whether money of `currency` is money of the pair; "$" stands for every dollar coin."""
    if currency is None or currency == quote.lower():
        return True
    return currency == "usd" and quote.lower() in _DOLLARS
