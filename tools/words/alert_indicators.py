"""Indicators as they are named in an alert."""

import re
from dataclasses import dataclass, field
from typing import Any

from tools.words.alert_gaps import AlertGap
from tools.words.moments import any_of
from tools.words.periods import LENGTH_UNITS
from tools.words.taking import Text

_N = r"\d{1,5}"
_AVERAGE = (
    "moving average|simple moving average|exponential moving average|average|mean|durchschnitt|schnitt|"
    "gleitenden durchschnitt|gleitender durchschnitt|gleitendem durchschnitt|durchschnittslinie|linie|"
    "durchschnitts|mittelwert|mittel|sma|ma|ema"
)
_UNIT = any_of(tuple(LENGTH_UNITS))
_NAMED = re.compile(
    rf" (?P<name>rsi|ema|sma|ma|atr|macd|volume|volumen|handelsvolumen|vol)(?= |$)"
    rf"(?: (?:period |periode )?(?P<period>{_N})(?= |$)(?! ?(?:%|k|usd|usdt|eur)(?= |$)))?"
)
_BEFORE = re.compile(
    rf" (?P<period>{_N})(?:er)?[ -]?(?:(?P<unit>{_UNIT}|bar|candle|kerzen|period|perioden) )?"
    rf"(?P<average>{any_of(_AVERAGE)})(?= |$)"
)
_GLUED = re.compile(rf" (?P<average>ema|sma|ma|rsi|atr)(?P<period>{_N})(?= |$)")
_SECOND = re.compile(
    r"(?<! on)(?<! auf)"
    rf" (?:the|its|der|die|den|dem|ihre?n?|seine?n?) (?P<period>{_N}) ?(?P<unit>{_UNIT})(?= |$)"
)
_PLAIN = "moving average|average|mean|durchschnitt|schnitt|mittel|mittelwert|gleitenden durchschnitt"
_PLAIN_AVERAGE = re.compile(
    rf" (?:its|the|their|ihrem|seinem|ihren|seinen|dem|den|der) (?:own )?"
    rf"(?P<average>{any_of(_PLAIN)})"
    r"(?= |$)"
)
_LOWER, _UPPER, _MIDDLE = (
    "lower|bottom|unteres|unterem|unteren|untere",
    "upper|top|oberes|oberem|oberen|obere",
    "middle|mid|mittleres|mittlerem|mittleren|mittlere",
)
_LINES = f"{_LOWER}|{_UPPER}|{_MIDDLE}"
_BAND = r"(?: ?(?:bands?|band|baender|baendern))"
_BOLLINGER = re.compile(
    rf" (?:(?P<line>{any_of(_LINES)}) )?(?:bollinger{_BAND}?|bollingerband|bbands?|bb)(?= |$)"
    rf"|(?: (?P<behind>{any_of(_LINES)}))(?: bollinger)?{_BAND}(?= |$)"
)
_BEHIND = re.compile(rf" (?P<line>{any_of(_LINES)})(?= |$)")
_SIGNAL = re.compile(
    r"(?: (?:its|the|their|sein|seine|seinen|ihre|das|die|dem|den))? "
    r"(?:signal|signallinie|signals)(?: line| linie)?(?= |$)"
)
_NAMES = {
    "ma": "sma",
    "vol": "volume",
    "volumen": "volume",
    "handelsvolumen": "volume",
}
AVERAGES = ("sma", "ema")


@dataclass(slots=True)
class Mention:
    """An indicator with its place in the text; `days` when its period counts candles of a day or hour."""

    name: str
    place: int
    period: int | None = None
    unit: str = ""
    line: str = ""
    own: bool = False
    """Named without a period that it needs."""

    def view(self) -> dict[str, Any]:
        """Return the indicator as alerts take it."""
        params = {"period": self.period} if self.period is not None else {}
        return {
            "name": self.name,
            **({"params": params} if params else {}),
            **({"line": self.line} if self.line else {}),
        }


@dataclass(slots=True)
class Mentions:
    """The indicators of a condition in the order they were named."""

    found: list[Mention] = field(default_factory=list)
    gap: AlertGap | None = None


def take_mentions(text: Text) -> Mentions:
    """Take the indicators out of a condition."""
    mentions = Mentions()
    _averages(text, mentions)
    _bands(text, mentions)
    _named(text, mentions)
    _relative(text, mentions)
    mentions.found.sort(key=lambda each: each.place)
    return mentions


def _averages(text: Text, mentions: Mentions) -> None:
    whole = str(text)
    for match in (*text.take_all(_BEFORE), *text.take_all(_GLUED)):
        average = match["average"]
        exponential = "exponential" in average or average == "ema"
        name = average if average in ("rsi", "atr") else "ema" if exponential else "sma"
        mentions.found.append(
            Mention(name, whole.find(match[0]), int(match["period"]), match.groupdict().get("unit") or "")
        )


def _bands(text: Text, mentions: Mentions) -> None:
    whole = str(text)
    for match in text.take_all(_BOLLINGER):
        said = match["line"] or match["behind"] or ""
        if not said and (behind := text.take(_BEHIND)):
            said = behind["line"]
        lines = {"lower": _LOWER, "upper": _UPPER, "middle": _MIDDLE}
        line = next((name for name, words in lines.items() if said in words.split("|")), "")
        mentions.found.append(Mention("bollinger", whole.find(match[0]), line=line))
        mentions.gap = mentions.gap or (None if line else AlertGap.LINE)


def _named(text: Text, mentions: Mentions) -> None:
    whole = str(text)
    for match in text.take_all(_NAMED):
        name = _NAMES.get(match["name"], match["name"])
        period = int(match["period"]) if match["period"] else None
        mentions.found.append(Mention(name, whole.find(match[0]), period))


def _relative(text: Text, mentions: Mentions) -> None:
    """Take what an indicator named before is held against: its signal, its average, "the 200 day"."""
    names = {each.name for each in mentions.found}
    whole = str(text)
    if "macd" in names and (match := text.take(_SIGNAL)):
        mentions.found.append(Mention("macd", len(whole), line="signal"))
    if names & set(AVERAGES) and (match := text.take(_SECOND)):
        name = next(each.name for each in mentions.found if each.name in AVERAGES)
        mentions.found.append(Mention(name, whole.find(match[0]), int(match["period"]), match["unit"]))
    if match := text.take(_PLAIN_AVERAGE):
        volume = "volume" in names
        mentions.found.append(Mention("volume" if volume else "sma", len(whole), own=not volume))
