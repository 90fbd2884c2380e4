"""Plans that place orders and close positions: figures first, then one order or one close each."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

from agent.models.offline.facts import Facts
from agent.models.offline.intents import Amount, Close, Intent, Level, Order, Unit
from agent.models.offline.pairs import Pair
from agent.models.offline.questions import question, refusal
from agent.models.offline.steps import Ask, Call, Say, Step, problem
from agent.models.offline.telling_trades import close_told, order_told
from agent.models.offline.turn import Turn
from agent.models.offline.voice import Voice
from trading.errors import UnknownSymbol
from trading.model import Side
from trading.symbols import parse_symbol

HUNDRED = Decimal(100)
_STEP = Decimal("1e-8")
_SIGNIFICANT = 6

_POSITIONS = Call("trade_positions", {})


def plan_order(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Ask for what is missing, look up what the figures need, send the order, tell what became of it."""
    order = intent.order
    if executed := turn.of("trade_execute"):
        return Say(order_told(executed[-1], voice))
    words = question(intent, voice) or refusal(order, voice)
    if words or order.pair is None or order.amount is None:
        return Say(words)
    if order.amount.unit is Unit.SHARE:
        return _sell_share(order, order.amount, turn, voice)
    return _send(order, order.pair, order.amount, turn, voice)


def plan_margin(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Trade with leverage where the order tool takes it, else say plainly that it does not."""
    order = intent.order
    if order.pair is not None and not turn.offers("trade_execute", "leverage"):
        key = "no_leverage" if order.side is Side.BUY else "no_short"
        return Say(voice.say(key, base=order.pair.symbol.base))
    return plan_order(intent, turn, voice)


def plan_close(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Look up the positions, close the meant ones, tell what became of each."""
    words = question(intent, voice)
    return Say(words) if words else _close(intent.close, turn, voice)


def _sell_share(order: Order, share: Amount, turn: Turn, voice: Voice) -> Step:
    if order.stop or order.target:
        return Say(voice.say("share_with_stop"))
    if order.price is None:
        return _close(Close(order.pair, share=share.value, direction="long"), turn, voice)
    looked = open_positions(turn, voice)
    if not isinstance(looked, Facts):
        return looked
    held = meant_positions(Close(order.pair, direction="long"), looked)
    pair = _pair(held[0]) if held else None
    if pair is None:
        return Say(_nothing(order.pair, voice))
    size = held[0].number("size") or Decimal(0)
    amount = Amount((size * share.value).quantize(_STEP, ROUND_DOWN), Unit.BASE)
    return _send(order, pair, amount, turn, voice)


def _send(order: Order, pair: Pair, amount: Amount, turn: Turn, voice: Voice) -> Step:
    """Send the order, after looking up the price that its stop or target is counted from."""
    entry = order.price.value if order.price else None
    if entry is None and any(level and level.percent for level in (order.stop, order.target)):
        looked = turn.of("market_price")
        if not looked:
            return Ask((Call("market_price", {"pair": str(pair.symbol)}),))
        entry = looked[0].facts.number("last") if looked[0].facts and not looked[0].failed else None
        if entry is None or entry <= 0:
            return Say(f"{voice.say('no_price')} {problem(looked[0], voice)}".strip())
    side = order.side or Side.BUY
    stop, target = level_price(order.stop, entry, -side.sign), level_price(order.target, entry, side.sign)
    if any(level is not None and level <= 0 for level in (stop, target)):
        return Say(voice.say("bad_level"))
    return Ask((Call("trade_execute", _arguments(order, pair, amount, stop, target)),))


def _arguments(
    order: Order, pair: Pair, amount: Amount, stop: Decimal | None, target: Decimal | None
) -> dict[str, Any]:
    leverage = (order.leverage or Decimal(1)) if order.margin else None
    optional = {
        "price": order.price.value if order.price else None,
        "stopLoss": stop,
        "takeProfit": target,
        "leverage": leverage,
    }
    return {
        "action": str(order.side),
        "pair": str(pair.symbol),
        "type": "limit" if order.price else "market",
        "amount": json_number(amount.value),
        "amountType": "base" if amount.unit is Unit.BASE else "quote",
        **{name: json_number(value) for name, value in optional.items() if value is not None},
        **({"exchange": order.exchange} if order.exchange else {}),
    }


def level_price(level: Level | None, entry: Decimal | None, sign: int) -> Decimal | None:
    """Return the price of a level; percent count from the entry, down or up by `sign`."""
    if level is None or not level.percent:
        return level.value if level else None
    if entry is None:
        return None
    price = entry * (1 + sign * level.value / HUNDRED)
    places = max(_places(entry), _SIGNIFICANT - entry.adjusted() - 1)
    return price.quantize(Decimal(1).scaleb(-places)).normalize()


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def json_number(value: Decimal) -> int | float:
    """Return a number as JSON has it."""
    return int(value) if value == value.to_integral_value() else float(value)


def _close(close: Close, turn: Turn, voice: Voice) -> Step:
    looked = open_positions(turn, voice)
    if not isinstance(looked, Facts):
        return looked
    meant = meant_positions(close, looked)
    if not meant:
        return Say(_nothing(close.pair, voice))
    closed = turn.of("trade_close")
    if closed:
        by_id = {position.id("id"): position for position in meant}
        return Say(
            "\n".join(
                close_told(done, by_id.get(str(done.arguments.get("positionId")), Facts()), voice)
                for done in closed
            )
        )
    percentage = json_number(close.share * HUNDRED)
    return Ask(
        tuple(
            Call("trade_close", {"positionId": position.id("id"), "percentage": percentage})
            for position in meant
        )
    )


def open_positions(turn: Turn, voice: Voice) -> Facts | Step:
    """Return what is open, or the step that comes before knowing it."""
    looked = turn.of("trade_positions")
    if not looked:
        return Ask((_POSITIONS,))
    wrong = problem(looked[0], voice)
    return Say(wrong) if wrong else looked[0].facts or Facts()


def meant_positions(close: Close, facts: Facts) -> Sequence[Facts]:
    """Return the open positions that are meant."""
    return [row for row in facts.rows("positions") if row.id("id") and _is_meant(close, row)]


def _is_meant(close: Close, row: Facts) -> bool:
    pair = _pair(row)
    if close.direction and row.text("side").lower() not in (close.direction, ""):
        return False
    return close.pair is None or (pair is not None and close.pair.covers(pair.symbol))


def _pair(row: Facts) -> Pair | None:
    try:
        return Pair(parse_symbol(row.text("pair")), explicit=True)
    except UnknownSymbol:
        return None


def _nothing(pair: Pair | None, voice: Voice) -> str:
    if pair is None:
        return voice.say("nothing_open")
    return voice.say("nothing_to_close", pair=pair.symbol if pair.explicit else pair.symbol.base)
