"""Stretches of the past, as people name them in both languages: read from words, and laid on a calendar."""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from tools.words.lists import split_words
from tools.words.trials import Day, Span

_MONTHS = (
    "january januar jan",
    "february februar feb",
    "march maerz mar mrz",
    "april apr",
    "may mai",
    "june juni jun",
    "july juli jul",
    "august aug",
    "september sep sept",
    "october oktober oct okt",
    "november nov",
    "december dezember dec dez",
)
MONTHS: Mapping[str, int] = {
    word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()
}
_UNITS = {
    "hour": "hour hours stunde stunden h",
    "day": "day days tag tage tagen d",
    "week": "week weeks woche wochen w",
    "month": "month months monat monate monaten monats mo",
    "quarter": "quarter quarters quartal quartale quartalen quartals",
    "year": "year years jahr jahre jahren jahres y",
}
UNITS: Mapping[str, str] = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_COUNTS = (
    ("a", "an", "one", "ein", "eine", "einen", "einem"),
    ("two", "zwei"),
    ("three", "drei"),
    ("four", "vier"),
    ("five", "fuenf"),
    ("six", "sechs"),
    ("seven", "sieben"),
    ("eight", "acht"),
    ("nine", "neun"),
    ("ten", "zehn"),
    ("eleven", "elf"),
    ("twelve", "zwoelf"),
)
COUNTS: Mapping[str, int] = {word: number for number, words in enumerate(_COUNTS, 1) for word in words}

_LED = "last past previous recent letzten letzte letzter letztem vergangenen vergangene"
_BEFORE = (
    "last previous prior letztes letzten letzter letzte letztem vergangenes vergangenen vergangene "
    "voriges vorigen vorige"
)
_NOW = "this current dieses diesen dieser diese diesem laufendes laufenden"
_LEAD_IN = "the in for over during of within on im in der den des die das fuer ueber waehrend"


def _any(words: Sequence[str] | Mapping[str, int] | Mapping[str, str] | str) -> str:
    listed = words.split() if isinstance(words, str) else words
    return "(?:" + "|".join(sorted(set(listed), key=lambda word: (-len(word), word))) + ")"


_MONTH, _UNIT, _YEAR, _NUMBER = _any(MONTHS), _any(UNITS), r"(?:20\d\d)", r"\d{1,4}"
_SHORT = r"(?:h|d|w|mo|m|y)"
_POINT = (
    r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{4}-\d{1,2}|\d{1,2}\.\d{1,2}\.(?:\d{4})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}(?: {_YEAR})?|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)? {_YEAR}"
    rf"|{_MONTH} {_YEAR}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?|{_MONTH}|{_YEAR})"
)
_ARTICLES = r"(?:(?:the|dem|den|zum|der|year|jahr) )*"
_LEADING = rf"(?:{_any(_LEAD_IN)} )*"
_FROM = r"(?:starting from|starting|beginning|since|from|between|seit|ab|von|vom|zwischen)"
_TO = r"(?:up to|to|till|until|through|and|bis|und)"
_END = r"(?= |$)"
_NO_CANDLES = r"(?! (?:candles?|bars?|chart|timeframe|kerzen?|basis))"

_SCHEMES: Sequence[tuple[str, ...]] = (
    (r"(?P<y>\d{4})[-./](?P<m>\d{1,2})(?:[-./](?P<d>\d{1,2}))?",),
    (r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})?",),
    (rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<name>{_MONTH})(?: (?P<y>{_YEAR}))?",),
    (rf"(?P<name>{_MONTH}) (?P<y>{_YEAR})",),
    (rf"(?P<name>{_MONTH})(?: (?P<d>\d{{1,2}})(?:st|nd|rd|th)?)?(?: (?P<y>{_YEAR}))?",),
    (rf"(?P<y>{_YEAR})",),
)
_POINTS = tuple(re.compile(scheme) for (scheme,) in _SCHEMES)


def _day(text: str) -> Day | None:
    for scheme in _POINTS:
        if match := scheme.fullmatch(text):
            found = match.groupdict()
            year, day = found.get("y"), found.get("d")
            name, month = found.get("name"), found.get("m")
            number = MONTHS[name] if name else int(month) if month else None
            return _sound(Day(int(year) if year else None, number, int(day) if day else None))
    return None


def _sound(day: Day) -> Day | None:
    if day.month is not None and not 1 <= day.month <= 12:
        return None
    if day.day is not None and not 1 <= day.day <= monthrange(day.year or 2024, day.month or 1)[1]:
        return None
    return day


def _range(match: re.Match[str]) -> Span | None:
    begin, end = _day(match["begin"]), _day(match["end"])
    return Span(begin=begin, end=end) if begin and end else None


def _since(match: re.Match[str]) -> Span | None:
    begin = _day(match["begin"])
    return Span(begin=begin) if begin else None


def _until(match: re.Match[str]) -> Span | None:
    end = _day(match["end"])
    return Span(end=end) if end else None


def _within(match: re.Match[str]) -> Span | None:
    day = _day(match["point"])
    return Span(begin=day, end=day) if day else None


def _quarter(match: re.Match[str]) -> Span:
    year, first = int(match["y"]), 3 * int(match["q"]) - 2
    return Span(begin=Day(year, first), end=Day(year, first + 2))


def _calendar(ago: int) -> Callable[[re.Match[str]], Span | None]:
    def span(match: re.Match[str]) -> Span | None:
        unit = UNITS[match["unit"]]
        return None if unit == "hour" else Span(unit, ago=ago)

    return span


def _rolling(match: re.Match[str]) -> Span:
    found = match.groupdict()
    written = found.get("n") or "1"
    count = int(written) if written.isdigit() else COUNTS[written]
    unit = found["unit"]
    return Span("month" if unit == "m" else UNITS[unit], back=count)


def _fixed(span: Span) -> Callable[[re.Match[str]], Span]:
    return lambda match: span


Builder = Callable[[re.Match[str]], Span | None]
_THIS_YEAR, _LAST_YEAR, _YESTERDAY = Span("year", ago=0), Span("year", ago=1), Span("day", ago=1)
_RULES: Sequence[tuple[re.Pattern[str], Builder]] = tuple(
    (re.compile(pattern + _END), builder)
    for pattern, builder in (
        (rf"(?:{_FROM} )?{_ARTICLES}(?P<begin>{_POINT}) (?:{_TO} )?{_ARTICLES}(?P<end>{_POINT})", _range),
        (
            r"(?:(?:since|from|seit) (?:the )?(?:beginning|start|beginn|anfang) (?:of )?(?:the |this |des |"
            r"dieses )?"
            r"(?:year|jahres)|seit (?:jahresbeginn|jahresanfang)|ytd|year to date)",
            _fixed(_THIS_YEAR),
        ),
        (r"(?:(?:im|in|des|das) )?(?:vorjahr|vorjahres)", _fixed(_LAST_YEAR)),
        (r"(?:yesterday|gestern)", _fixed(_YESTERDAY)),
        (rf"{_FROM} {_ARTICLES}(?P<begin>{_POINT})(?: on| an)?", _since),
        (rf"(?:until|till|up to|bis(?: zum)?) {_ARTICLES}(?P<end>{_POINT})", _until),
        (rf"{_LEADING}q(?P<q>[1-4]) (?P<y>{_YEAR})", _quarter),
        (rf"{_LEADING}{_ARTICLES}(?P<point>{_MONTH} {_YEAR}|\d{{4}}-\d{{2}}|{_YEAR})", _within),
        (rf"(?:in|im|during|of|for) (?P<point>{_MONTH})", _within),
        (
            rf"{_LEADING}(?:half a year|(?:a |ein |einem )?(?:half|halbes|halben|halbe) (?:year|jahr))",
            _fixed(Span("month", back=6)),
        ),
        (rf"{_LEADING}{_any(_LED)} (?P<n>{_NUMBER}|{_any(COUNTS)}) ?(?P<unit>{_UNIT}|m)", _rolling),
        (rf"{_LEADING}past (?P<unit>{_UNIT})", _rolling),
        (rf"{_LEADING}{_any(_BEFORE)} (?P<unit>{_UNIT})", _calendar(1)),
        (rf"{_LEADING}{_any(_NOW)} (?P<unit>{_UNIT})", _calendar(0)),
        (
            rf"{_LEADING}(?P<n>{_NUMBER}|{_any(COUNTS)}) (?P<unit>days|tage|tagen|weeks|wochen|months?|"
            rf"monate?n?"
            rf"|quarters?|quartale?n?|years?|jahre?n?|week|woche){_NO_CANDLES}",
            _rolling,
        ),
        (
            rf"{_LEADING}(?!(?:1d|3d|1w|1mo){_END})(?P<n>\d{{1,4}})(?P<unit>d|w|mo|y){_END}{_NO_CANDLES}",
            _rolling,
        ),
    )
)
_PLAIN = split_words("""
    starting beginning since from between seit ab von vom zwischen up to till until through bis und start
    beginn anfang jahresbeginn jahresanfang ytd vorjahr vorjahres yesterday gestern half halbes halben halbe
    q1 q2 q3 q4 past date zum dem
""")
WORDS = frozenset([*MONTHS, *UNITS, *COUNTS, *split_words(f"{_LED} {_BEFORE} {_NOW} {_LEAD_IN}"), *_PLAIN])
"""Every word a stretch of the past is named with, folded."""


def read_span(text: str) -> tuple[Span, int] | None:
    """Return the stretch of the past that a text begins with, and how many words name it."""
    for pattern, builder in _RULES:
        match = pattern.match(text)
        span = builder(match) if match else None
        if match and span:
            return span, match[0].count(" ") + 1
    return None


def lay_out(span: Span, now: datetime) -> tuple[str, str | None]:
    """Return the first moment of a span and its last day, None for up to now, in ISO 8601, UTC.

    The beginning is empty where nothing says it.
    """
    today = now.date()
    if span.back is not None and span.unit == "hour":
        begin = (now - timedelta(hours=span.back)).replace(minute=0, second=0, microsecond=0)
        return begin.strftime("%Y-%m-%dT%H:%M:%SZ"), None
    if span.back is not None:
        return _back(today, span.unit, span.back).isoformat(), None
    if span.ago is not None:
        begin_day = _first(_back(today, span.unit, span.ago), span.unit)
        end_day = _first(_back(today, span.unit, span.ago - 1), span.unit) - timedelta(days=1)
        return begin_day.isoformat(), end_day.isoformat() if span.ago else None
    end = None if span.end is None else _closes(span.end, today)
    if span.begin is None:
        return "", None if end is None else end.isoformat()
    return _opens(span.begin, end or today).isoformat(), None if end is None else end.isoformat()


def _back(day: date, unit: str, count: int) -> date:
    if unit in ("day", "week"):
        return day - timedelta(days=min(count * (7 if unit == "week" else 1), 20_000))
    months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
    place = max(day.year * 12 + day.month - 1 - months, 12)
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _first(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day if unit == "day" else day.replace(day=1, month=1 if unit == "year" else day.month)


def _opens(day: Day, latest: date) -> date:
    """Return the first day of what is meant, the latest one that is not after `latest`."""
    year = day.year if day.year is not None else latest.year
    found = _made(year, day.month or 1, day.day or 1)
    return found if day.year is not None or found <= latest else _made(year - 1, day.month or 1, day.day or 1)


def _closes(day: Day, today: date) -> date:
    year = _opens(day, today).year
    month = day.month or 12
    return _made(year, month, day.day or 31)


def _made(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))
