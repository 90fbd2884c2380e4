"""Plans that place orders and close positions: figures first, then one order or one close each."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent
from agent.models.offline.questions import question, refusal
from agent.models.offline.steps import Ask, Call, Say, Step, problem
from agent.models.offline.telling_trades import close_told, oco_told, order_told
from agent.models.offline.turn import Turn
from agent.models.offline.voice import Voice
from tools.words.order_params import beside, json_number, level_price, order_params
from tools.words.pairs import Pair
from tools.words.wishes import Amount, Close, Form, Order, Unit
from trading.errors import UnknownSymbol
from trading.model import Side
from trading.symbols import parse_symbol

HUNDRED = Decimal(100)
_STEP = Decimal("1e-8")

_POSITIONS = Call("trade_positions", {})


def plan_order(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Ask for what is missing, look up what the figures need, send the order, tell what became of it."""
    order = intent.order
    if executed := turn.of("trade_execute"):
        return Say(order_told(executed[-1], voice))
    if paired := turn.of("trade_oco"):
        return Say(oco_told(paired[-1], voice))
    words = question(intent, voice) or refusal(order, voice)
    if words or order.pair is None or order.amount is None:
        return Say(words)
    if order.amount.unit is Unit.SHARE:
        return _sell_share(order, order.amount, turn, voice)
    if order.reduce and not order.margin:
        return _reduce(order, order.amount, turn, voice)
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
    if order.at_once:
        return _close(Close(order.pair, share=share.value, direction="long"), turn, voice)
    row = _held(order, turn, voice)
    pair = pair_of(row) if isinstance(row, Facts) else None
    if not isinstance(row, Facts) or pair is None:
        return row if isinstance(row, Ask | Say) else Say(_nothing(order.pair, voice))
    size = row.number("size") or Decimal(0)
    amount = Amount((size * share.value).quantize(_STEP, ROUND_DOWN), Unit.BASE)
    return _send(_as_held(order, row), pair, amount, turn, voice)


def _reduce(order: Order, amount: Amount, turn: Turn, voice: Voice) -> Step:
    """Send an order that only reduces, with the leverage of the position that it reduces."""
    row = _held(order, turn, voice)
    pair = pair_of(row) if isinstance(row, Facts) else None
    if not isinstance(row, Facts) or pair is None:
        return row if isinstance(row, Ask | Say) else Say(_nothing(order.pair, voice))
    return _send(_as_held(order, row), pair, amount, turn, voice)


def _held(order: Order, turn: Turn, voice: Voice) -> Facts | Step:
    """Return the one position that an order takes from, or the step that comes before knowing it."""
    looked = open_positions(turn, voice)
    if not isinstance(looked, Facts):
        return looked
    direction = "long" if order.side is Side.SELL else "short"
    held = meant_positions(Close(order.pair, direction=direction), looked)
    if not held:
        return Say(_nothing(order.pair, voice))
    return held[0] if len(held) == 1 else Say(voice.say("several_positions", pair=held[0].text("pair")))


def _as_held(order: Order, row: Facts) -> Order:
    leverage = row.number("leverage")
    return order if leverage is None else replace(order, leverage=leverage, margin=True, reduce=True)


def _send(order: Order, pair: Pair, amount: Amount, turn: Turn, voice: Voice) -> Step:
    """Send the order, after looking up the price that its stop or target is counted from."""
    if order.form is Form.OCO:
        return _send_both(order, pair, amount, turn, voice)
    named = order.price or order.trigger
    entry = named.value if named else None
    if entry is None and any(level and level.percent for level in (order.stop, order.target)):
        last = _last(pair, turn, voice)
        if not isinstance(last, Decimal):
            return last
        entry = last
    side = order.side or Side.BUY
    stop, target = level_price(order.stop, entry, -side.sign), level_price(order.target, entry, side.sign)
    if any(level is not None and level <= 0 for level in (stop, target)):
        return Say(voice.say("bad_level"))
    return Ask((Call("trade_execute", order_params(order, pair, amount, stop, target)),))


def _send_both(order: Order, pair: Pair, amount: Amount, turn: Turn, voice: Voice) -> Step:
    """Send a limit and a stop, once the market is seen to lie between them."""
    if order.price is None or order.trigger is None:
        return Say(refusal(order, voice))
    last = _last(pair, turn, voice)
    if not isinstance(last, Decimal):
        return last
    low, high = sorted((order.price.value, order.trigger.value))
    if not low < last < high:
        figures = {"low": voice.price(low), "high": voice.price(high), "last": voice.price(last)}
        return Say(voice.say("oco_market", quote=pair.symbol.quote, **figures))
    both = {"price": json_number(order.price.value), "stopPrice": json_number(order.trigger.value)}
    shape = {"action": str(order.side), "pair": str(pair.symbol), "amount": json_number(amount.value)}
    return Ask((Call("trade_oco", {**shape, **both, **beside(order)}),))


def _last(pair: Pair, turn: Turn, voice: Voice) -> Decimal | Step:
    """Return the last price of a pair, or the step that comes before knowing it."""
    looked = turn.of("market_price")
    if not looked:
        return Ask((Call("market_price", {"pair": str(pair.symbol)}),))
    last = looked[0].facts.number("last") if looked[0].facts and not looked[0].failed else None
    if last is None or last <= 0:
        return Say(f"{voice.say('no_price')} {problem(looked[0], voice)}".strip())
    return last


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
    pair = pair_of(row)
    if close.direction and row.text("side").lower() not in (close.direction, ""):
        return False
    return close.pair is None or (pair is not None and close.pair.covers(pair.symbol))


def pair_of(row: Facts) -> Pair | None:
    """Return the pair of a position, None when it is none."""
    try:
        return Pair(parse_symbol(row.text("pair")), explicit=True)
    except UnknownSymbol:
        return None


def _nothing(pair: Pair | None, voice: Voice) -> str:
    if pair is None:
        return voice.say("nothing_open")
    return voice.say("nothing_to_close", pair=pair.symbol if pair.explicit else pair.symbol.base)
