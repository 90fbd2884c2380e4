"""The words of one condition of an alert, taken apart: its coin, figures, indicators and what they do."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from tools.words import alert_words as words
from tools.words.alert_gaps import AlertGap
from tools.words.alert_indicators import Mentions, take_mentions
from tools.words.language import Language
from tools.words.moments import SPAN, any_of, span_seconds
from tools.words.numbers import MULTIPLIERS, parse_number
from tools.words.pairs import MARK, Pair, read_pair
from tools.words.periods import LENGTH_UNITS, TIMEFRAMES, read_timeframe
from tools.words.taking import Text
from tools.words.tokens import CURRENCIES

_END = r"(?= |$)"
LONGEST_WINDOW = 30 * 86_400
_MINUTE = 60

COIN = re.compile(rf" ({MARK}\S+){_END}")
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
    coin = COIN.search(position[0])
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
    pairs = {read_pair(match[1]) for match in clause.text.take_all(COIN)} | (
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


TAKES = (_take_about, _take_trail, _take_spans, _take_mentions, _take_pair, _take_words, _take_figures)
"""What is taken from the words, in this order."""
