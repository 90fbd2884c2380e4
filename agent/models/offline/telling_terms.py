"""Words for the terms of an order: at which price, from which stop on, how far behind the best price."""

from agent.models.offline.facts import Facts
from agent.models.offline.telling_market import quote_of
from agent.models.offline.voice import Voice
from trading.model import OrderType


def terms(row: Facts, voice: Voice) -> str:
    """Tell an order's terms, empty for one at the market."""
    kind, quote = row.text("type"), quote_of(row)
    price, stop = row.number("price"), row.number("stopPrice")
    if row.data.get("liquidation") is True:
        return voice.say("at_liquidation", price=voice.price(stop), quote=quote)
    if kind == OrderType.TRAILING_STOP:
        return voice.say("at_trail", distance=_distance(row, voice), price=voice.price(stop), quote=quote)
    if kind == OrderType.STOP_LIMIT:
        # The price of one that has traded is its mean, and no longer its limit.
        limit = price if not row.number("executedQty") else None
        key = "at_stop" if limit is None else "at_stop_limit"
        return voice.say(key, stop=voice.price(stop), price=voice.price(limit), quote=quote)
    if kind == OrderType.STOP:
        return voice.say("at_stop", stop=voice.price(stop if stop is not None else price), quote=quote)
    if kind == OrderType.MARKET or price is None:
        return ""
    return voice.say("at", price=voice.price(price), quote=quote)


def _distance(row: Facts, voice: Voice) -> str:
    percent = row.number("trailPercent")
    if percent is not None:
        return voice.share(percent)
    return f"{voice.price(row.number('trailAmount'))} {quote_of(row)}"
