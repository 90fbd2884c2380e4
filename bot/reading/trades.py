"""Buying, selling and closing: every word must have a meaning, or nothing is traded."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise
from typing import cast

from bot.asking import Call, Misread, Plan
from bot.reading.words import Reader, Words, is_coin, misread, shown
from bot.voice import Voice
from tools.market import PriceReport
from tools.positions import PositionList, PositionView
from tools.wire import HUNDRED, Result
from tools.words.gaps import find_gap, foreign_currency
from tools.words.order_forms import levels_of
from tools.words.order_params import beside, json_number, level_price, order_params
from tools.words.order_words import PARTS, Part
from tools.words.orders import read_close, read_order
from tools.words.pairs import MARK, Pair
from tools.words.wishes import Amount, Close, Form, Order, Unit

MOST = Decimal("1e15")
STEP = Decimal("1e-8")

POSITIONS = Call("trade.positions", {})


def trading(side: str) -> Reader:
    """Return the reader of an order: `side` is buy or sell."""

    def read(words: Words) -> Plan | Misread:
        if words.bare:
            return misread(words.voice, f"missing.{side}")
        tokens = with_coin(words.tokens)
        limited = tokens[:1] == ["limit"]
        tokens = tokens[limited:]
        reading = read_order((side, *tokens), words.voice.language)
        odd = reading.unread or _led_nowhere(tokens)
        if odd:
            return misread(words.voice, "misread.words", words=shown(odd))
        if limited and reading.order.price is None:
            return misread(words.voice, "gap.limit")
        return _ordered(_counted(reading.order), words.voice)

    return read


def closing(words: Words) -> Plan | Misread:
    """Read which positions to close, and how much of each."""
    close, unread = read_close(with_coin(words.tokens), words.voice.language)
    if unread:
        return misread(words.voice, "misread.words", words=shown(unread))
    if words.ids:
        return _close_by_id(words.ids[0], close, words.voice)
    if close.pair is None and not close.everything:
        return misread(words.voice, "missing.close")
    return _closing(close, words.voice)


def with_coin(tokens: Sequence[str]) -> list[str]:
    """Return tokens with the first word that could be a coin taken for one, unless a coin is named."""
    found = list(tokens)
    if any(token.startswith(MARK) for token in found):
        return found
    place = next((place for place, token in enumerate(found) if is_coin(token)), None)
    if place is not None:
        found[place] = MARK + found[place]
    return found


def _led_nowhere(tokens: Sequence[str]) -> list[str]:
    """Return a word for a price with the coin behind it: which of the numbers it means, nobody knows."""
    for word, behind in pairwise(tokens):
        if PARTS.get(word) is Part.PRICE and behind.startswith(MARK):
            return [word, behind]
    return []


def _counted(order: Order) -> Order:
    """Return an order whose bare amount counts coins, and which is on margin when it has a leverage."""
    amount = order.amount
    if amount is not None and amount.unit is Unit.BARE:
        amount = replace(amount, unit=Unit.BASE)
    return replace(order, amount=amount, margin=order.margin or order.leverage is not None)


def _ordered(order: Order, voice: Voice) -> Plan | Misread:
    gap = find_gap(order)
    pair, amount = order.pair, order.amount
    if gap is not None or pair is None or amount is None:
        return _gap(gap or "amount", order, voice)
    figures = [amount.value, *(level.value for level in levels_of(order)), order.leverage or Decimal(1)]
    if any(figure > MOST for figure in figures):
        return misread(voice, "misread.absurd")
    if amount.unit is Unit.SHARE:
        return _share_of_held(order, amount, voice)
    if order.reduce and not order.margin:
        return _reducing(order, amount, voice)
    return _sent(order, pair, amount, voice)


def _gap(gap: str, order: Order, voice: Voice) -> Misread:
    pair = order.pair.symbol if order.pair else None
    return misread(
        voice,
        f"gap.{gap}",
        base=pair.base if pair else "BTC",
        quote=pair.quote if pair else "USDT",
        currency=foreign_currency(order),
    )


def _sent(order: Order, pair: Pair, amount: Amount, voice: Voice) -> Plan | Misread:
    """Send the order, after looking up the price that its stop or target is counted from."""
    if order.form is Form.OCO:
        return _both(order, pair, amount, voice)
    named = order.price or order.trigger
    if named is not None or not any(level and level.percent for level in (order.stop, order.target)):
        return _at(order, pair, amount, named.value if named else None, voice)

    def then(answers: Sequence[Result]) -> Plan | Misread:
        return _at(order, pair, amount, cast(PriceReport, answers[0]).last, voice)

    return Plan((Call("market.price", {"pair": str(pair.symbol)}),), then)


def _at(order: Order, pair: Pair, amount: Amount, entry: Decimal | None, voice: Voice) -> Plan | Misread:
    sign = order.side.sign if order.side else 1
    stop, target = level_price(order.stop, entry, -sign), level_price(order.target, entry, sign)
    if any(level is not None and level <= 0 for level in (stop, target)):
        return misread(voice, "misread.level")
    params = order_params(order, pair, amount, stop, target)
    return Plan((Call("trade.execute", params),), sure=_sure_order(order, pair, amount, voice))


def _both(order: Order, pair: Pair, amount: Amount, voice: Voice) -> Plan | Misread:
    if order.price is None or order.trigger is None:
        return misread(voice, "gap.oco", base=pair.symbol.base, quote=pair.symbol.quote, currency="")
    params = {
        "action": str(order.side),
        "pair": str(pair.symbol),
        "amount": json_number(amount.value),
        "price": json_number(order.price.value),
        "stopPrice": json_number(order.trigger.value),
        **beside(order),
    }
    return Plan((Call("trade.oco", params),), sure=_sure_order(order, pair, amount, voice))


def _share_of_held(order: Order, share: Amount, voice: Voice) -> Plan | Misread:
    if order.stop or order.target:
        return misread(voice, "misread.share_with_stop")
    if order.at_once and not order.reduce:
        return _closing(Close(order.pair, share=share.value, direction="long"), voice)

    def then(answers: Sequence[Result]) -> Plan | Misread:
        held = _one_held(order, cast(PositionList, answers[0]), voice)
        if isinstance(held, Misread):
            return held
        size = (held.size * share.value).quantize(STEP, ROUND_DOWN)
        if size <= 0:
            return misread(voice, "misread.nothing_held", pair=str(held.pair))
        return _sent(_as_held(order, held), _pair(held), Amount(size, Unit.BASE), voice)

    return Plan((POSITIONS,), then)


def _reducing(order: Order, amount: Amount, voice: Voice) -> Plan:
    """Send an order that only reduces, with the leverage of the position that it reduces."""

    def then(answers: Sequence[Result]) -> Plan | Misread:
        held = _one_held(order, cast(PositionList, answers[0]), voice)
        return held if isinstance(held, Misread) else _sent(_as_held(order, held), _pair(held), amount, voice)

    return Plan((POSITIONS,), then)


def _one_held(order: Order, listed: PositionList, voice: Voice) -> PositionView | Misread:
    """Return the one position that an order takes from."""
    direction = "long" if order.side is None or order.side.sign < 0 else "short"
    held = _meant(Close(order.pair, direction=direction), listed)
    if len(held) > 1:
        return misread(voice, "misread.several", pair=str(held[0].pair))
    return held[0] if held else _nothing(order.pair, voice)


def _as_held(order: Order, held: PositionView) -> Order:
    return (
        order if held.leverage is None else replace(order, leverage=held.leverage, margin=True, reduce=True)
    )


def _pair(held: PositionView) -> Pair:
    return Pair(held.pair, explicit=True)


def _closing(close: Close, voice: Voice) -> Plan:
    """Look the positions up, then close each that is meant."""

    def then(answers: Sequence[Result]) -> Plan | Misread:
        meant = _meant(close, cast(PositionList, answers[0]))
        if not meant:
            return _nothing(close.pair, voice)
        sure = "\n".join(_sure_close(each, close.share, voice) for each in meant)
        if close == Close(everything=True):
            return Plan((Call("trade.closeAll", {}),), sure=sure)
        percentage = json_number(close.share * HUNDRED)
        calls = tuple(
            Call("trade.close", {"positionId": each.id, "percentage": percentage}) for each in meant
        )
        return Plan(calls, sure=sure)

    return Plan((POSITIONS,), then)


def _close_by_id(position: str, close: Close, voice: Voice) -> Plan:
    def then(answers: Sequence[Result]) -> Plan | Misread:
        held = [each for each in cast(PositionList, answers[0]).positions if each.id == position]
        if not held:
            return misread(voice, "misread.gone")
        params = {"positionId": position, "percentage": json_number(close.share * HUNDRED)}
        return Plan((Call("trade.close", params),), sure=_sure_close(held[0], close.share, voice))

    return Plan((POSITIONS,), then)


def _meant(close: Close, listed: PositionList) -> list[PositionView]:
    return [
        each
        for each in listed.positions
        if (close.direction in (None, each.side)) and (close.pair is None or close.pair.covers(each.pair))
    ]


def _nothing(pair: Pair | None, voice: Voice) -> Misread:
    if pair is None:
        return misread(voice, "misread.nothing_open")
    return misread(voice, "misread.nothing_held", pair=pair.symbol if pair.explicit else pair.symbol.base)


def _sure_close(held: PositionView, share: Decimal, voice: Voice) -> str:
    return voice.say(
        "sure.close",
        share=voice.percent(share * HUNDRED, signed=False),
        side=voice.name("side", held.side),
        amount=voice.amount(held.size),
        pair=held.pair,
        mode=voice.name("mode", held.mode),
    )


def _sure_order(order: Order, pair: Pair, amount: Amount, voice: Voice) -> str:
    unit = pair.symbol.base if amount.unit is Unit.BASE else pair.symbol.quote
    lines = [
        voice.say(
            "sure.order",
            side=voice.name("side", str(order.side)),
            amount=voice.amount(amount.value),
            unit=unit,
            pair=pair.symbol,
        )
    ]
    named = {"limit": order.price, "trigger": order.trigger, "stop": order.stop, "target": order.target}
    for name, level in named.items():
        if level is not None:
            figure = voice.percent(level.value, signed=False) if level.percent else voice.price(level.value)
            lines.append(voice.say(f"line.{name}", value=figure))
    return "\n".join(lines)
