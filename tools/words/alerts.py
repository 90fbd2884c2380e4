"""Reading alerts: what is missing is asked for, and no figure is made up."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tools.words import alert_words as words
from tools.words import backtest_words, order_words, spans
from tools.words.alert_conditions import Condition, read_condition
from tools.words.alert_extras import proposed, take_message, take_order, take_question
from tools.words.alert_gaps import AlertGap
from tools.words.language import Language, fold
from tools.words.lists import split_words
from tools.words.moments import SPAN as _SPAN
from tools.words.moments import WEEKDAYS, any_of, span_seconds, take_until
from tools.words.pairs import Pair
from tools.words.periods import LENGTH_UNITS, TIMEFRAMES
from tools.words.taking import Text
from tools.words.tokens import read_tokens

MOST_CONDITIONS = 8
UTC_ZONE = ZoneInfo("UTC")

_END = r"(?= |$)"
_CHANNEL = re.compile(
    r" (?:(?:and |und )?(?:tell me |sag mir |sag es mir |send it |schick es )?"
    rf"{any_of(words.CHANNEL_LEADS)} )(?P<first>{any_of(words.CHANNELS)})"
    rf"(?: (?:and|und|or|oder) (?P<second>{any_of(words.CHANNELS)}))?{_END}"
)
_PER_BAR = re.compile(
    r" (?:(?:only |nur )?(?:once|einmal|one time) )?(?:per|pro|a|every|each|je|jede) (?:bar|candle|kerze)"
    + _END
)
_AT_CLOSE = re.compile(
    r" (?:(?:on|at|bei|zu|once|einmal) )*(?:each|every|the|per|jedem|jeden|jeder|pro|je|beim) "
    r"(?:\S+ )?(?:bar close|candle close|close of the candle|close|"
    r"kerzenschluss|schlusskurs|schluss)" + _END
)
_AT_MOST = re.compile(
    r" (?:(?:at most|no more than|not more than|hoechstens|maximal|nicht oefter als|only|nur) )?"
    r"(?:(?:once|einmal|one time|1 x|1x) )?(?:(?:every|per|a|an|each|alle|pro|in der|in|jede|jeden) )" + _SPAN
)
_LIMITING = frozenset(
    split_words("most more once einmal hoechstens maximal oefter only nur every alle jede jeden")
)
_OFTEN = re.compile(
    r" (?:every time|each time|everytime|always|whenever|repeatedly|jedesmal|jedes|immer wieder|immer)" + _END
)
_ONCE = re.compile(r" (?:only once|just once|once|one time|nur einmal|einmalig|einmal)" + _END)
_JOINTS = re.compile(rf" (?:(?P<and>and|und)|(?P<or>or|oder)){_END}")
_SIGNS = (
    (re.compile(r">=?|≥"), " above "),
    (re.compile(r"<=?|≤"), " below "),
    (re.compile(r"(?<=\d)-(?=[A-Za-z])|(?<=[a-zäöüß])-(?=[A-Za-zÄÖÜ])"), " "),
)


def _words_of(*tables: str) -> frozenset[str]:
    return frozenset(fold(" ".join(tables).replace("|", " ")).split())


WORDS = frozenset(
    {
        *_words_of(
            *(
                value
                for name, value in vars(words).items()
                if isinstance(value, str) and not name.startswith("_")
            )
        ),
        *words.FILLERS,
        *words.COUNTS,
        *words.SPANS,
        *WEEKDAYS,
        *TIMEFRAMES,
        *LENGTH_UNITS,
        *spans.WORDS,
        *backtest_words.WORDS,
        *order_words.VOCABULARY,
        *_words_of(
            "rsi ema sma ma atr macd volume volumen vol bollinger bb bband signal signallinie every each "
            "time whenever until till bis tonight tomorrow today heute morgen abend einmal jedes immer once "
            "always candle kerze close uhr am pm"
        ),
    }
)
"""Every word that an alert may be made of, folded."""


@dataclass(frozen=True, slots=True)
class AlertRead:
    """An alert as far as it was read: `params` of alert.create, what they lack, and the words left over.

    `notes` say what was assumed: `day` where a change had no window, `zone` where a time of day was read by
    the clocks of `zone`. Only without a gap is it an alert.
    """

    params: Mapping[str, Any]
    gap: AlertGap | None = None
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    zone: str = "UTC"


@dataclass(slots=True)
class _Reading:
    text: Text
    terms: dict[str, Any] = field(default_factory=dict)
    gap: AlertGap | None = None
    unread: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)

    def lacks(self, gap: AlertGap) -> None:
        self.gap = self.gap or gap


def read_alert(
    said: str, language: Language, now: datetime | None = None, zone: ZoneInfo = UTC_ZONE
) -> AlertRead:
    """Read an alert from a sentence; times of day are by the clocks of `zone`."""
    said, message = take_message(said)
    said, order = take_order(said)
    said, question = take_question(said)
    for sign, word in _SIGNS:
        said = sign.sub(word, said)
    tokens = read_tokens(said, WORDS)
    if language is Language.DE:
        # What falls in English is an "if" in German.
        tokens = tuple(token for token in tokens if token != "falls")
    reading = _Reading(Text(" ".join(tokens)))
    _take_channels(reading)
    _take_expiry(reading, now, zone)
    _take_frequency(reading)
    conditions, either = _conditions(reading, language)
    params: dict[str, Any] = _joined(conditions, either, reading)
    if message:
        reading.terms["message"] = message
    if question:
        reading.terms["prompt"] = question
    if order:
        _put_order(reading, order, language, conditions)
    return AlertRead(
        {**params, **reading.terms},
        reading.gap,
        reading.unread,
        tuple(dict.fromkeys(reading.notes)),
        zone.key,
    )


def _take_channels(reading: _Reading) -> None:
    if found := reading.text.take(_CHANNEL):
        reading.terms["channels"] = [each for each in (found["first"], found["second"]) if each]


def _take_expiry(reading: _Reading, now: datetime | None, zone: ZoneInfo) -> None:
    known = now or datetime(2000, 1, 1, tzinfo=UTC)
    rest, moment, sound = take_until(str(reading.text), known, zone)
    if rest == str(reading.text):
        return
    reading.text = Text(rest)
    if now is None:
        reading.lacks(AlertGap.NOW)
    elif not sound or moment is None:
        reading.lacks(AlertGap.EXPIRY)
    else:
        reading.terms["expiresAt"] = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        reading.notes.append("zone")


def _take_frequency(reading: _Reading) -> None:
    text, terms = reading.text, reading.terms
    if text.take(_AT_CLOSE):
        terms["frequency"] = "once_per_bar_close"
    elif text.take(_PER_BAR):
        terms["frequency"] = "once_per_bar"
    elif found := _at_most(text):
        terms |= {"frequency": "every", "cooldownSeconds": found}
        text.take(_OFTEN)
    elif text.take(_OFTEN):
        terms["frequency"] = "every"
    else:
        text.take(_ONCE)


def _at_most(text: Text) -> int:
    """Take "once per hour" or "at most every 30 minutes", but no "5% a day", which is a window."""
    for found in _AT_MOST.finditer(str(text)):
        if not _LIMITING.isdisjoint(found[0].split()):
            text.take(re.compile(re.escape(found[0]) + _END))
            return span_seconds(found["count"], found["unit"])
    return 0


def _conditions(reading: _Reading, language: Language) -> tuple[list[Condition], bool]:
    whole = str(reading.text)
    joints = list(_JOINTS.finditer(whole))
    starts, ends = [0, *(each.end() for each in joints)], [*(each.start() for each in joints), len(whole)]
    found: list[Condition] = []
    joined: set[str] = set()
    pair: Pair | None = None
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
        part = whole[start:end].replace("|", " ")
        condition = read_condition(part, language, pair)
        if condition.empty and not condition.unread:
            continue
        if found and place:
            joined.add("and" if joints[place - 1]["and"] else "or")
        pair = condition.pair or pair
        found.append(condition)
    if len(joined) > 1:
        reading.lacks(AlertGap.MIXED)
    return found, joined == {"or"}


def _joined(conditions: Sequence[Condition], either: bool, reading: _Reading) -> dict[str, Any]:
    for each in conditions:
        reading.unread += each.unread
        reading.notes += each.notes
        if each.gap:
            reading.lacks(each.gap)
    if not conditions:
        reading.lacks(AlertGap.CONDITION)
        return {}
    if len(conditions) > MOST_CONDITIONS:
        reading.lacks(AlertGap.MANY)
    if len(conditions) == 1:
        return dict(conditions[0].params)
    return {"any" if either else "all": [dict(each.params) for each in conditions]}


def _put_order(reading: _Reading, order: str, language: Language, conditions: Sequence[Condition]) -> None:
    pairs = {each.pair for each in conditions if each.pair}
    trade = proposed(read_tokens(order, WORDS), language, next(iter(pairs)) if len(pairs) == 1 else None)
    if trade is None:
        reading.lacks(AlertGap.TRADE)
        reading.unread += (order,)
    else:
        reading.terms["trade"] = trade
