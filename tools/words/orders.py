"""Reading orders and closes: every word must have a meaning, or nothing is traded."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tools.words import order_words as words
from tools.words.language import Language
from tools.words.numbers import MULTIPLIERS, parse_number
from tools.words.order_forms import formed, levels_of
from tools.words.order_words import Part
from tools.words.pairs import MARK, Pair, read_pair
from tools.words.tokens import CURRENCIES
from tools.words.wishes import Amount, Close, Form, Level, Order, Unit

HUNDRED = Decimal(100)
FIGURES = frozenset({"amount", "price", "trigger", "stop", "target", "trail", "leverage"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and what stands behind it: a currency, "%", "x", a coin's token or nothing."""

    value: Decimal
    unit: str
    length: int


@dataclass(slots=True)
class Reading:
    """An order as far as it was read; `unread` holds the words without a place in it."""

    order: Order = field(default_factory=Order)
    part: Part | None = None
    unread: list[str] = field(default_factory=list)
    beside: bool = False
    """Only words that may lead to its distance have come since a trailing stop was named."""
    limited: bool = False
    """A price was called a limit."""
    either: tuple[str, int] | None = None
    """An "or" as it was said, and how many prices stood before it."""

    def put(self, token: str, **known: object) -> None:
        """Take what a word says, unless the order says something else already, or any figure twice."""
        clash = any(
            getattr(self.order, name) not in ((None, False) if name in FIGURES else (None, False, value))
            for name, value in known.items()
        )
        if clash:
            self.unread.append(token)
        else:
            self.order = replace(self.order, **known)  # type: ignore[arg-type]


def read_order(tokens: Sequence[str], language: Language) -> Reading:
    """Read buy, sell, long and short with their amounts, prices, stops and targets, in any sequence."""
    reading = Reading()
    index = 0
    while index < len(tokens):
        quantity = read_quantity(tokens, index, language)
        phrase = words.phrase_at(tokens, index)
        if quantity:
            following = index + quantity.length
            index = following + _place(reading, quantity, tokens[following:])
        elif phrase:
            _read_phrase(reading, phrase[0], tokens[index])
            index += phrase[1]
        else:
            index += _read_word(reading, tokens, index)
    if reading.part not in (None, Part.AMOUNT):
        reading.unread.append(str(reading.part))
    reading.part = None
    _read_or(reading)
    if reading.limited and reading.order.form is Form.STOP:
        reading.order = replace(reading.order, form=Form.STOP_LIMIT)
    reading.order, odd = formed(reading.order)
    reading.unread += odd
    return reading


def read_quantity(tokens: Sequence[str], index: int, language: Language) -> Quantity | None:
    """Read a number with its multiplier and unit from `index` on."""
    token = tokens[index]
    factor = token[:-1] if token[-1:] == "x" else token
    value = parse_number(factor, language)
    if value is None:
        return None
    if factor != token:
        return Quantity(value, "x", 1)
    length = 1
    behind = tokens[index + 1] if index + 1 < len(tokens) else ""
    if behind in MULTIPLIERS:
        value, length = value * MULTIPLIERS[behind], 2
        behind = tokens[index + 2] if index + 2 < len(tokens) else ""
    if behind in CURRENCIES or behind == "%" or behind.startswith(MARK):
        return Quantity(value, behind, length + 1)
    if behind in ("x", "fach", "facher", "fachem"):
        return Quantity(value, "x", length + 1)
    return Quantity(value, "", length)


def read_close(tokens: Sequence[str], language: Language) -> tuple[Close, list[str]]:
    """Read what to close; also return the words without a place in it."""
    close, unread, shares, whole = Close(), list[str](), list[Decimal](), False
    index = 0
    while index < len(tokens):
        token = tokens[index]
        quantity = read_quantity(tokens, index, language)
        index += quantity.length if quantity else 1
        if quantity and quantity.unit == "%" and 0 < quantity.value <= HUNDRED:
            shares.append(quantity.value / HUNDRED)
        elif quantity:
            unread.append(token)
        elif token.startswith(MARK) and close.pair is None:
            close = replace(close, pair=read_pair(token))
        elif token in words.DIRECTIONS and close.direction is None:
            close = replace(close, direction="long" if words.DIRECTIONS[token].sign > 0 else "short")
        elif words.SHARES.get(token) == 1:
            whole = True
        elif token in words.SHARES:
            shares.append(words.SHARES[token])
        elif token not in words.FILLERS | words.CLOSE_NOUNS | words.CLOSERS:
            unread.append(token)
    everything = whole and close.pair is None
    if len(shares) > 1:
        unread.append("%")
    return replace(close, everything=everything, share=shares[0] if shares else Decimal(1)), unread


def _place(reading: Reading, quantity: Quantity, following: Sequence[str]) -> int:
    """Put a quantity where it belongs; return how many of the following words said so."""
    if quantity.unit == "x":
        reading.part = None if reading.part in (Part.AMOUNT, Part.LEVERAGE) else reading.part
        reading.put("x", leverage=quantity.value)
        return _skip_word(following, Part.LEVERAGE)
    part, skipped = reading.part, 0
    behind = following[0] if following else ""
    if part is Part.TRAIL and quantity.unit.startswith(MARK):
        # "trailing stop sell 0.1 BTC 2%": the distance is still to come.
        _place_coins(reading, quantity, None)
        reading.beside = False
        return 0
    if part in (None, Part.AMOUNT) and (length := _trails_behind(reading, quantity, following)):
        reading.part = None
        reading.put("%", trail=Level(quantity.value, percent=True))
        return length
    if (
        part in (None, Part.AMOUNT)
        and behind in words.BEHIND
        and (quantity.unit == "%") == words.BEHIND[behind]
    ):
        part, skipped = words.PARTS[behind], 1
    reading.part = None
    if part is Part.TRAIL:
        _place_trail(reading, quantity)
    elif part in (Part.PRICE, Part.STOP, Part.TARGET, Part.TRIGGER):
        _place_level(reading, part, quantity)
    elif part is Part.LEVERAGE and quantity.unit == "":
        reading.put("x", leverage=quantity.value)
    else:
        _place_amount(reading, quantity, part)
    return skipped


def _trails_behind(reading: Reading, quantity: Quantity, following: Sequence[str]) -> int:
    """Return how many words make a percentage the distance of a trailing stop: a 2% trailing stop."""
    # Without an amount before it, it may be one itself: sell 50% trailing stop of 2%.
    if quantity.unit != "%" or reading.order.amount is None or not following:
        return 0
    found = words.phrase_at(following, 0)
    return found[1] if found and found[0] == words.Phrase(trails=True) else 0


def _place_trail(reading: Reading, quantity: Quantity) -> None:
    # "trailing stop sell BTC 50% 2%": which of both is the distance, nobody knows.
    if not reading.beside and reading.order.amount is None:
        reading.unread.append("trailing stop")
    percent = quantity.unit == "%"
    currency = None if percent else quantity.unit or None
    reading.put("trailing stop", trail=Level(quantity.value, percent, currency))


def _skip_word(following: Sequence[str], part: Part) -> int:
    return 1 if following and words.PARTS.get(following[0]) is part else 0


def _place_level(reading: Reading, part: Part, quantity: Quantity) -> None:
    percent = quantity.unit == "%"
    if percent and part is Part.PRICE:
        reading.unread.append("%")
    elif quantity.unit.startswith(MARK):
        # "at 2500 BTC": the coin is the pair, not the unit of the price.
        reading.put(quantity.unit, pair=read_pair(quantity.unit))
        reading.put(str(part), **{part.value: Level(quantity.value)})
    else:
        currency = None if percent else quantity.unit or None
        reading.put(str(part), **{part.value: Level(quantity.value, percent, currency)})


def _place_amount(reading: Reading, quantity: Quantity, part: Part | None) -> None:
    if quantity.unit == "%":
        reading.put("%", amount=Amount(quantity.value / HUNDRED, Unit.SHARE))
    elif quantity.unit.startswith(MARK):
        _place_coins(reading, quantity, part)
    elif quantity.unit:
        reading.put(quantity.unit, amount=Amount(quantity.value, Unit.QUOTE, quantity.unit))
    else:
        unit = Unit.QUOTE if part is Part.AMOUNT else Unit.BARE
        reading.put(str(quantity.value), amount=Amount(quantity.value, unit))


def _place_coins(reading: Reading, quantity: Quantity, part: Part | None) -> None:
    pair = read_pair(quantity.unit)
    known = reading.order.pair
    if part is Part.AMOUNT and known is None:
        # "buy for 500 BTC": with "for" the number is money, and the coin is what it buys.
        amount = Amount(quantity.value, Unit.QUOTE)
    elif part is Part.AMOUNT and known is not None and known.symbol.base != pair.symbol.base:
        reading.put(quantity.unit, amount=Amount(quantity.value, Unit.QUOTE, pair.symbol.base.lower()))
        return
    else:
        amount = Amount(quantity.value, Unit.BASE, pair.symbol.base)
    _put_pair(reading, quantity.unit, pair)
    reading.put(quantity.unit, amount=amount)


def _put_pair(reading: Reading, token: str, pair: Pair) -> None:
    known = reading.order.pair
    if known is not None and known.covers(pair.symbol) and not pair.explicit:
        return
    reading.put(token, pair=pair)


def _read_word(reading: Reading, tokens: Sequence[str], index: int) -> int:
    token = tokens[index]
    behind = tokens[index + 1] if index + 1 < len(tokens) else ""
    if token in words.EXCHANGE_PREPOSITIONS and behind in words.EXCHANGES:
        reading.put(behind, exchange=behind)
        return 2
    if reading.part is Part.TRAIL and reading.beside and token in words.TRAIL_WORDS:
        return 1
    reading.beside = False
    if token in words.OR:
        _hear_or(reading, token)
        return 1
    if token.startswith(MARK):
        _put_pair(reading, token, read_pair(token))
    elif token in words.SIDES or token in words.DIRECTIONS:
        _read_side(reading, token)
    elif token in words.SHARES:
        reading.put(token, amount=Amount(words.SHARES[token], Unit.SHARE))
    elif token in words.MARKET:
        reading.part = None if reading.part is Part.PRICE else reading.part
    elif token in words.PARTS:
        _read_part(reading, token, behind)
    elif token not in words.FILLERS and not (token in words.OPENERS and index == 0):
        reading.unread.append(token)
    return 1


def _read_phrase(reading: Reading, phrase: words.Phrase, token: str) -> None:
    if phrase.form is not None:
        reading.put(token, form=phrase.form)
    if phrase.reduces:
        reading.put(token, reduce=True)
    if phrase.trails and reading.order.trail is None and reading.part in (None, Part.AMOUNT):
        reading.part, reading.beside = Part.TRAIL, True
    elif phrase.trails:
        reading.unread.append(token)


def _hear_or(reading: Reading, token: str) -> None:
    if reading.either is not None or reading.part is not None:
        reading.unread.append(token)
    reading.either = token, len(levels_of(reading.order))


def _read_or(reading: Reading) -> None:
    """Take an "or" between two prices as what makes them an order of which one cancels the other."""
    if reading.either is None:
        return
    token, before = reading.either
    if 0 < before < len(levels_of(reading.order)):
        reading.put(token, form=Form.OCO)
    else:
        reading.unread.append(token)


def _read_side(reading: Reading, token: str) -> None:
    direction = words.DIRECTIONS.get(token)
    reading.put(token, side=direction or words.SIDES[token])
    if direction:
        reading.put(token, margin=True)
    if token.startswith("invest"):
        reading.part = Part.AMOUNT


def _read_part(reading: Reading, token: str, behind: str) -> None:
    part, order = words.PARTS[token], reading.order
    if part is Part.PRICE and reading.part in (None, Part.AMOUNT):
        reading.limited = reading.limited or token in words.LIMIT_WORDS
        if order.form is Form.STOP and token not in words.LIMIT_WORDS:
            part = Part.TRIGGER
    started = order.pair is not None or order.amount is not None or order.side is None
    if part is Part.STOP and (not started or behind in words.BREAKS_STOP):
        reading.unread.append(token)
    elif reading.part in (None, Part.AMOUNT):
        reading.part = part
    elif part is not reading.part and (reading.part, part) not in words.PREPOSITIONS:
        reading.unread.append(token)
