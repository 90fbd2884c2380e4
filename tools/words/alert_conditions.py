"""One condition of an alert, from its words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tools.words import alert_words as words
from tools.words.alert_gaps import AlertGap
from tools.words.alert_indicators import AVERAGES, Mention, Mentions, take_mentions
from tools.words.language import Language
from tools.words.moments import SPAN, any_of, span_seconds
from tools.words.numbers import MULTIPLIERS, parse_number
from tools.words.order_params import json_number
from tools.words.pairs import MARK, Pair, read_pair
from tools.words.periods import LENGTH_UNITS, TIMEFRAMES, read_timeframe
from tools.words.taking import Text
from tools.words.tokens import CURRENCIES

_END = r"(?= |$)"
_DOLLARS = ("USDT", "USDC", "USD", "FDUSD", "TUSD", "BUSD")
LONGEST_WINDOW = 30 * 86_400
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400

_COIN = re.compile(rf" ({MARK}\S+){_END}")
_NUMBER = re.compile(
    rf" (?P<number>-?\d[\d.,]*(?:k|tsd|mio|m)?){_END}"
    rf"(?: (?P<times>{any_of(tuple(each for each in MULTIPLIERS if len(each) > 1 or each == 'k'))}){_END})?"
    rf"(?: (?P<unit>%|{any_of(tuple(CURRENCIES))}){_END})?"
)
_PLACES: dict[str, re.Pattern[str]] = {
    name: re.compile(rf" {any_of(listed)}{_END}")
    for name, listed in {
        "above": words.ABOVE,
        "below": words.BELOW,
        "falls": words.FALLS,
        "rises": words.RISES,
        "moves": words.MOVES,
        "crosses": words.CROSSES,
        "upwards": words.UPWARDS,
        "downwards": words.DOWNWARDS,
        "closes": words.CLOSES,
    }.items()
}
_TRAILS = {
    "down": re.compile(rf" (?:{any_of(words.FROM)})(?: {any_of(words.OWN)})* {any_of(words.HIGH)}{_END}"),
    "up": re.compile(rf" (?:{any_of(words.FROM)})(?: {any_of(words.OWN)})* {any_of(words.LOW)}{_END}"),
}
_WINDOW = re.compile(
    r" (?:in|within|over|during|inside|innerhalb|binnen|im lauf|waehrend|im|per|pro|a|am)"
    r"(?: (?:the|of|der|von|den|des))*(?: (?:last|past|next|letzten|naechsten|letzte))? ?" + SPAN
)
_TODAY = re.compile(r" (?:today|heute|intraday)" + _END)
_TIMEFRAME = re.compile(
    r" (?:on|in|at|auf|im|bei|using)(?: (?:the|a|an|dem|der|den|einem))* "
    rf"(?P<tf>\d{{1,3}} ?{any_of(tuple(LENGTH_UNITS))}|{any_of(tuple(TIMEFRAMES))})"
    rf"(?: (?:chart|charts|candle|candles|timeframe|basis|kerzen|bars?))*{_END}"
    rf"|(?: (?P<bare>\d{{1,3}}{any_of(tuple(LENGTH_UNITS))}|{any_of(tuple(TIMEFRAMES))}))"
    rf"(?: (?:chart|candles?|timeframe|basis|kerzen|bars?))?{_END}"
)
_BY = re.compile(rf" {any_of(words.BY)} (?=\d)")
_LANDS = re.compile(rf" {any_of(words.LANDS)} (?=-?\d)")
_MINE = r"(?:my |the |mein |meine |meinen |meiner |meines |meinem |das |der |die |whole |total |gesamtes )*"
_POSITION = re.compile(rf" {_MINE}(?:{MARK}\S+ )?(?:{any_of(words.POSITION)}){_END}")
_HELD = re.compile(rf" (?:my|mein|meine|meinen|meiner|meinem) (?P<coin>{MARK}\S+){_END}")
_PORTFOLIO = re.compile(rf" {any_of(words.PORTFOLIO)}{_END}")
_DRAWDOWN = re.compile(rf" {any_of(words.DRAWDOWN)}{_END}")
_PROFIT = re.compile(rf" {any_of(words.PROFIT)}{_END}")
_LOSS = re.compile(rf" {any_of(words.LOSS)}{_END}")
_MARKS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it was said, with "%", its currency or nothing behind it."""

    value: Decimal
    unit: str


@dataclass(slots=True)
class Clause:
    """A condition as far as it was read: the words that were heard and the figures they hold."""

    text: Text
    language: Language
    pair: Pair | None = None
    heard: set[str] = field(default_factory=set)
    figures: list[Figure] = field(default_factory=list)
    mentions: Mentions = field(default_factory=Mentions)
    window: int | None = None
    today: bool = False
    timeframe: str = ""
    own_timeframe: bool = True
    about: str = "price"
    by: bool = False
    lands: bool = False
    gap: AlertGap | None = None
    unread: tuple[str, ...] = ()

    def lacks(self, gap: AlertGap) -> None:
        """Note what is missing, unless something else was missing before."""
        self.gap = self.gap or gap

    @property
    def way(self) -> str:
        """Which way the words say it goes, empty where they do not."""
        down = self.heard & {"falls", "downwards"}
        up = self.heard & {"rises", "upwards"}
        return "down" if down and not up else "up" if up and not down else ""

    @property
    def side(self) -> str:
        """Above or below, empty where neither or both were said."""
        said = self.heard & {"above", "below"}
        return said.pop() if len(said) == 1 else ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as alerts take it, what it lacks, and what was assumed and has to be said."""

    params: dict[str, Any]
    gap: AlertGap | None = None
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    pair: Pair | None = None
    empty: bool = False
    """Nothing in it has a meaning."""


def read_condition(said: str, language: Language, known: Pair | None) -> Condition:
    """Read a condition; its coin is `known` where it names none."""
    clause = Clause(Text(said), language)
    for take in (
        _take_about,
        _take_trail,
        _take_spans,
        _take_mentions,
        _take_pair,
        _take_words,
        _take_figures,
    ):
        take(clause)
    clause.unread = clause.text.left(words.FILLERS)
    if not (
        clause.heard or clause.figures or clause.mentions.found or clause.pair or clause.about != "price"
    ):
        return Condition({}, AlertGap.UNREAD if clause.unread else None, clause.unread, empty=True)
    clause.pair = clause.pair or known
    params = {name: value for name, value in _BUILDERS[_builder(clause)](clause).items() if value is not None}
    if clause.unread:
        clause.lacks(AlertGap.UNREAD)
    assumed = ("day",) if params.get("condition") == "change" and clause.window is None else ()
    return Condition(params, clause.gap, clause.unread, assumed, clause.pair)


def _take_about(clause: Clause) -> None:
    text = clause.text
    position = _POSITION.search(str(text))
    held = _HELD.search(str(text))
    if text.take(_DRAWDOWN):
        clause.about = "drawdown"
        text.take(_PORTFOLIO)
    elif position or (held and (_PROFIT.search(str(text)) or _LOSS.search(str(text)))):
        clause.about = "pnl"
        _take_coin_of_position(clause, position)
    elif text.take(_PORTFOLIO):
        clause.about = "portfolio"
    for name, pattern in (("profit", _PROFIT), ("loss", _LOSS)):
        if clause.about in ("pnl", "portfolio") and text.take(pattern):
            clause.heard.add(name)


def _take_coin_of_position(clause: Clause, position: re.Match[str] | None) -> None:
    if position is None:
        return
    coin = _COIN.search(position[0])
    clause.text.take(_POSITION)
    if coin:
        clause.pair = read_pair(coin[1])


def _take_trail(clause: Clause) -> None:
    for way, pattern in _TRAILS.items():
        if clause.text.take(pattern):
            clause.heard.add(f"trail_{way}")


def _take_spans(clause: Clause) -> None:
    moves = "%" in str(clause.text)
    if moves and (found := clause.text.take(_WINDOW)):
        seconds = span_seconds(found["count"], found["unit"])
        clause.window = seconds
        if not _MINUTE <= seconds <= LONGEST_WINDOW or seconds % _MINUTE:
            clause.lacks(AlertGap.WINDOW)
    if moves and clause.text.take(_TODAY):
        clause.today = True


def _take_mentions(clause: Clause) -> None:
    clause.mentions = take_mentions(clause.text)
    if found := clause.text.take(_TIMEFRAME):
        length = read_timeframe(found["tf"] or found["bare"])
        clause.timeframe = str(length or "")
        if length is None:
            clause.lacks(AlertGap.TIMEFRAME)


def _take_pair(clause: Clause) -> None:
    pairs = {read_pair(match[1]) for match in clause.text.take_all(_COIN)} | (
        {clause.pair} if clause.pair else set()
    )
    if len(pairs) > 1:
        clause.lacks(AlertGap.PAIRS)
    clause.pair = min(pairs, key=str, default=None)


def _take_words(clause: Clause) -> None:
    clause.by = clause.text.has(_BY)
    clause.lands = clause.text.has(_LANDS)
    for name, pattern in _PLACES.items():
        if clause.text.take_all(pattern):
            clause.heard.add(name)


def _take_figures(clause: Clause) -> None:
    for match in clause.text.take_all(_NUMBER):
        value = parse_number(match["number"], clause.language)
        if value is None:
            clause.unread += (match["number"],)
            clause.lacks(AlertGap.UNREAD)
        else:
            factor = MULTIPLIERS.get(match["times"] or "", Decimal(1))
            clause.figures.append(Figure(value * factor, match["unit"] or ""))


def _builder(clause: Clause) -> str:
    if clause.about != "price":
        return clause.about
    found = clause.mentions.found
    if not found:
        return "trailing" if clause.heard & {"trail_down", "trail_up"} else "price"
    lines = all(each.name in (*AVERAGES, "bollinger") for each in found)
    return "against" if lines and len(found) == 1 and not clause.figures else "indicator"


def _figure(clause: Clause) -> Figure | None:
    if len(clause.figures) > 1:
        clause.lacks(AlertGap.VALUES)
    if not clause.figures:
        clause.lacks(AlertGap.VALUE)
    return clause.figures[0] if clause.figures else None


def _percent(clause: Clause) -> tuple[int | float | None, str]:
    """Return by how much and which way, taken from the sign where no word says it."""
    figure = _figure(clause)
    if figure is None:
        return None, clause.way
    if figure.unit != "%":
        clause.lacks(AlertGap.PERCENT)
    return json_number(abs(figure.value)), clause.way or ("down" if figure.value < 0 else "")


def _named_pair(clause: Clause) -> str | None:
    if clause.pair is None:
        clause.lacks(AlertGap.PAIR)
    return str(clause.pair.symbol) if clause.pair else None


def _price(clause: Clause) -> dict[str, Any]:
    percent = any(each.unit == "%" for each in clause.figures)
    start: dict[str, Any] = {"type": "price", "pair": _named_pair(clause)}
    if percent or clause.by:
        return start | _change(clause)
    start |= {"timeframe": clause.timeframe or None}
    if "closes" in clause.heard:
        start |= {"type": "indicator", "indicator": {"name": "close"}}
    return start | _level(clause)


def _change(clause: Clause) -> dict[str, Any]:
    value, way = _percent(clause)
    if not way and "moves" in clause.heard:
        way = "either"
    if not way:
        clause.lacks(AlertGap.DIRECTION)
    window = _window_text(clause.window)
    # "RSI 5% on 4h" has no meaning, but a length of candles may be how far back is looked.
    if clause.timeframe and window is None:
        window, clause.window = clause.timeframe, 1
    return {"condition": "change", "value": value, "direction": way or None, "window": window}


def _window_text(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    unit, length = next(
        (each for each in (("d", _DAY), ("h", _HOUR)) if seconds % each[1] == 0), ("m", _MINUTE)
    )
    return f"{seconds // length}{unit}"


def _level(clause: Clause) -> dict[str, Any]:
    figure = _figure(clause)
    if figure is not None:
        _check_currency(clause, figure)
    return {"value": json_number(figure.value) if figure else None, **_relation(clause)}


def _check_currency(clause: Clause, figure: Figure) -> None:
    quote = clause.pair.symbol.quote if clause.pair else ""
    if figure.unit == "%":
        clause.lacks(AlertGap.MONEY)
    elif figure.unit and quote and not _pays(figure.unit, quote):
        clause.lacks(AlertGap.CURRENCY)


def _pays(currency: str, quote: str) -> bool:
    """Tell whether money of a currency is money of a pair; "$" stands for every dollar coin."""
    return currency.upper() == quote or (currency == "usd" and quote in _DOLLARS)


def _relation(clause: Clause) -> dict[str, Any]:
    side, way = clause.side, clause.way
    crosses = bool(clause.heard & {"crosses", "upwards", "downwards"})
    if len(clause.heard & {"above", "below"}) > 1 or len(clause.heard & {"falls", "rises"}) > 1:
        clause.lacks(AlertGap.RELATION)
    if crosses:
        way = way or {"above": "up", "below": "down"}.get(side, "")
        return {"condition": "cross", "direction": way or None}
    if side:
        return {"condition": side}
    if way and (clause.lands or clause.mentions.found):
        return {"condition": "below" if way == "down" else "above"}
    if clause.lands and not way:
        return {"condition": "cross"}
    clause.lacks(AlertGap.RELATION)
    return {}


def _trailing(clause: Clause) -> dict[str, Any]:
    start = {"type": "price", "pair": _named_pair(clause)}
    value, _ = _percent(clause)
    way = "down" if "trail_down" in clause.heard else "up"
    return {**start, "condition": "trailing", "value": value, "direction": way}


def _against(clause: Clause) -> dict[str, Any]:
    mention = clause.mentions.found[0]
    _check_mentions(clause)
    touches = "crosses" in clause.heard and mention.line in ("lower", "upper")
    if touches and not clause.heard & {"above", "below", "falls", "rises", "upwards", "downwards"}:
        relation: dict[str, Any] = {"condition": "below" if mention.line == "lower" else "above"}
    else:
        relation = _relation(clause)
    return {
        "type": "price",
        "pair": _named_pair(clause),
        **relation,
        "against": {"indicator": mention.view()},
        "timeframe": clause.timeframe or None,
    }


def _indicator(clause: Clause) -> dict[str, Any]:
    subject, *others = clause.mentions.found
    if not others and not clause.figures and subject.period is not None and subject.name not in AVERAGES:
        # "RSI 30": the only figure is what it is held against.
        clause.figures.append(Figure(Decimal(subject.period), ""))
        subject.period = None
    _check_mentions(clause)
    start: dict[str, Any] = {"type": "indicator", "pair": _named_pair(clause)}
    if others:
        if len(others) > 1 or clause.figures:
            clause.lacks(AlertGap.VALUES)
        against = {"against": {"indicator": others[0].view()}}
    else:
        figure = _figure(clause)
        if figure and figure.unit == "%":
            clause.lacks(AlertGap.MONEY)
        against = {"value": json_number(figure.value)} if figure else {}  # type: ignore[dict-item]
    relation = _relation(clause)
    view = subject.view()
    if subject.name == "volume" and "params" not in view:
        # What was traded in one candle, not its mean.
        view["params"] = {"period": 1}
    return {**start, "indicator": view, **relation, **against, "timeframe": clause.timeframe or None}


def _check_mentions(clause: Clause) -> None:
    if clause.mentions.gap:
        clause.lacks(clause.mentions.gap)
    for mention in clause.mentions.found:
        if mention.name in AVERAGES and mention.period is None:
            clause.lacks(AlertGap.PERIOD)
        if mention.unit:
            _candles_of(clause, mention)


def _candles_of(clause: Clause, mention: Mention) -> None:
    """Take "50 day" as fifty candles of a day."""
    if mention.unit not in LENGTH_UNITS:
        return
    length = read_timeframe(f"1 {mention.unit}")
    if length is None or (clause.timeframe and clause.timeframe != length):
        clause.lacks(AlertGap.TIMEFRAME)
    clause.timeframe = str(length or "")


def _portfolio(clause: Clause) -> dict[str, Any]:
    _alone(clause)
    if clause.heard & {"profit", "loss"}:
        clause.lacks(AlertGap.CONDITION)
    percent = any(each.unit == "%" for each in clause.figures)
    if percent or clause.by:
        return {"type": "portfolio", **_change(clause)}
    return {"type": "portfolio", "figure": "value", **_held_level(clause)}


def _drawdown(clause: Clause) -> dict[str, Any]:
    _alone(clause)
    figure = _figure(clause)
    if figure and figure.unit not in ("%", ""):
        clause.lacks(AlertGap.PERCENT)
    value = json_number(abs(figure.value)) if figure else None
    side = clause.side or ("above" if clause.heard & {"crosses", "rises"} or clause.lands else "")
    if not side:
        clause.lacks(AlertGap.RELATION)
    return {"type": "portfolio", "figure": "drawdown", "condition": side or None, "value": value}


def _held_level(clause: Clause) -> dict[str, Any]:
    found = _level(clause)
    if found.get("condition") != "cross":
        return found
    # Of an account there are only above and below.
    side = {"up": "above", "down": "below"}.get(str(found.pop("direction", "")))
    if side is None:
        clause.lacks(AlertGap.RELATION)
    return {"value": found["value"], "condition": side}


def _pnl(clause: Clause) -> dict[str, Any]:
    figure = _figure(clause)
    if figure and figure.unit == "%":
        clause.lacks(AlertGap.MONEY)
    elif figure:
        _check_currency(clause, figure)
    start = {"type": "portfolio", "pair": _named_pair(clause), "figure": "pnl"}
    value = figure.value if figure else None
    loses = "falls" in clause.heard or "loss" in clause.heard
    makes = "rises" in clause.heard
    if loses and clause.side != "below" and value is not None:
        return {**start, "condition": "below", "value": json_number(-abs(value))}
    side = clause.side or ("above" if makes else "")
    if not side:
        clause.lacks(AlertGap.RELATION)
    return {**start, "condition": side or None, "value": None if value is None else json_number(value)}


def _alone(clause: Clause) -> None:
    if clause.pair is not None and _COIN.search(str(clause.text)):
        clause.lacks(AlertGap.PAIRS)
    if clause.mentions.found:
        clause.lacks(AlertGap.VALUES)


Builder = Callable[[Clause], dict[str, Any]]
_BUILDERS: dict[str, Builder] = {
    "price": _price,
    "trailing": _trailing,
    "against": _against,
    "indicator": _indicator,
    "portfolio": _portfolio,
    "drawdown": _drawdown,
    "pnl": _pnl,
}


def names_something(said: Sequence[str]) -> bool:
    """Tell whether words hold a figure or a coin."""
    return any(word.startswith(MARK) or _MARKS.match(word) for word in said)
