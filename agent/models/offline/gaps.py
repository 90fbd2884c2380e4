"""What an order still lacks before it can be sent."""

from enum import StrEnum

from agent.models.offline.intents import Amount, Level, Order, Unit
from trading.model import Side

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


def find_gap(order: Order) -> Gap | None:
    """Return the first thing that keeps an order from being sent."""
    if order.pair is None:
        return Gap.PAIR
    quote = order.pair.symbol.quote
    levels = [level for level in (order.price, order.stop, order.target) if level]
    if any(not _pays(level.currency, quote) for level in levels):
        return Gap.LEVEL_CURRENCY
    if any(level.value <= 0 for level in levels) or (order.leverage is not None and order.leverage <= 0):
        return Gap.POSITIVE
    return _amount_gap(order, order.amount, quote)


def foreign_currency(order: Order) -> str:
    """Return the named currency that does not pay for the order's pair, empty when there is none."""
    quote = order.pair.symbol.quote if order.pair else ""
    named: list[Amount | Level | None] = [order.amount, order.price, order.stop, order.target]
    for item in named:
        money = item is not None and getattr(item, "unit", Unit.QUOTE) is Unit.QUOTE
        if item is not None and money and not _pays(item.currency, quote):
            return (item.currency or "").upper()
    return ""


def _amount_gap(order: Order, amount: Amount | None, quote: str) -> Gap | None:
    if amount is None:
        return Gap.AMOUNT
    if amount.value <= 0 or (amount.unit is Unit.SHARE and amount.value > 1):
        return Gap.POSITIVE
    if amount.unit is Unit.BARE:
        return Gap.UNIT
    if amount.unit is Unit.SHARE and (order.side is Side.BUY or order.margin):
        return Gap.SHARE
    if amount.unit is Unit.QUOTE and not _pays(amount.currency, quote):
        return Gap.CURRENCY
    return None


def _pays(currency: str | None, quote: str) -> bool:
    """Tell whether money of `currency` is money of the pair; "$" stands for every dollar coin."""
    if currency is None or currency == quote.lower():
        return True
    return currency == "usd" and quote.lower() in _DOLLARS
