"""From a sentence to a backtest, an optimisation or a comparison of strategies."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import get_close_matches

from tools.words import backtest_words as words
from tools.words.language import Language
from tools.words.numbers import parse_number
from tools.words.pairs import MARK, read_pair
from tools.words.periods import LENGTH_UNITS, TIMEFRAMES
from tools.words.spans import MONTHS, UNITS, read_span
from tools.words.trials import Trial
from trading.backtest.catalog import BUILT_IN
from trading.timeframes import Timeframe

_NEAR = 0.8

_NUMBER = r"(-?\d[\d.,]*(?:k|tsd|m|mio)?)"
_OF = r"(?:of |at |von |bei |auf |= |is )?"
_END = r"(?= |$)"


@dataclass(slots=True)
class Reading:
    """What was read of a sentence: the trial so far, what kind of it was asked for, and what is left over."""

    language: Language
    trial: Trial = field(default_factory=Trial)
    verbs: set[str] = field(default_factory=set)
    begins: bool = False
    strong: bool = False
    named: bool = False
    bad_timeframe: bool = False
    unread: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing was said that a trial is made of."""
        return self.trial == Trial()


def read_trial(tokens: Sequence[str], language: Language) -> Reading:
    """Read every word of a sentence that a backtest can be made of."""
    reading = Reading(language)
    place = 0
    while place < len(tokens):
        text = " ".join(tokens[place:])
        used = next(
            (count for rule in _RULES if (count := rule(reading, text, place == 0 or reading.begins))), 0
        )
        if not used:
            reading.unread.append(tokens[place])
        place += used or 1
    return reading


def nearest_strategy(name: str) -> str | None:
    """Return the strategy of the house whose name comes nearest to one nobody knows."""
    near = get_close_matches(name, words.STRATEGIES, n=1, cutoff=0.7)
    return words.STRATEGIES[near[0]] if near else None


Rule = Callable[[Reading, str, bool], int]


def _count(match: re.Match[str]) -> int:
    return match[0].count(" ") + 1


def _verb(reading: Reading, text: str, first: bool) -> int:
    head, _, rest = text.partition(" ")
    used = 1
    if head == "back" and rest.partition(" ")[0] in words.RUN:
        head, used = "backtest", 2
    if first and not reading.verbs and head not in words.WORDS and not head.startswith(MARK):
        head = next(iter(get_close_matches(head, words.STRONG, n=1, cutoff=_NEAR)), head)
    kinds = {"run": words.RUN, "optimize": words.OPTIMIZE, "compare": words.COMPARE, "judge": words.JUDGE}
    found = {kind for kind, known in kinds.items() if head in known}
    if head in words.HOW and first:
        found.add("how")
    if not found:
        return 0
    reading.verbs |= found
    reading.strong |= head in words.STRONG
    # What stands before a verb says nothing: a sentence whose first word has a meaning begins with it.
    reading.begins |= not reading.unread and reading.empty
    return used


def _strategy(reading: Reading, text: str, first: bool) -> int:
    match = _STRATEGY.match(text)
    if match is None:
        return 0
    known = reading.trial.strategies
    reading.trial = replace(
        reading.trial, strategies=tuple(dict.fromkeys((*known, words.STRATEGIES[match[1]])))
    )
    rest, used = text[match.end() :], _count(match)
    numbers = _POSITIONAL.match(rest)
    if numbers is None:
        return used
    values = [value for each in _DIGITS.findall(numbers[1]) if (value := Decimal(each)) > 0]
    own = next(each.parameters for each in BUILT_IN if each.name == words.STRATEGIES[match[1]])
    if len(values) > len(own) or reading.trial.params:
        return used
    given = tuple((parameter.name, value) for parameter, value in zip(own, values, strict=False))
    reading.trial = replace(reading.trial, params=given)
    return used + numbers[0].count(" ")


def _span(reading: Reading, text: str, first: bool) -> int:
    found = read_span(text) if reading.trial.span is None else None
    if found is None:
        return 0
    reading.trial = replace(reading.trial, span=found[0])
    return found[1]


def _timeframe(reading: Reading, text: str, first: bool) -> int:
    match = _LENGTH.match(text)
    if match is None or reading.trial.timeframe is not None:
        return 0
    named = words.CANDLES.get(match[0]) or TIMEFRAMES.get(match[0])
    if named is None:
        named = f"{int(match['n'])}{LENGTH_UNITS[match['unit']]}"
    try:
        reading.trial = replace(
            reading.trial, timeframe=Timeframe({"60m": "1h", "24h": "1d"}.get(named, named))
        )
    except ValueError:
        reading.bad_timeframe = True
    return _count(match)


def _parameter(reading: Reading, text: str, first: bool) -> int:
    match = _PARAMETER.match(text)
    value = parse_number(match[2], reading.language) if match else None
    if match is None or value is None:
        return 0
    name = words.PARAMETERS[match[1]]
    if name in dict(reading.trial.params):
        return 0
    reading.trial = replace(reading.trial, params=(*reading.trial.params, (name, value)))
    return _count(match)


def _figure(pattern: str, *names: str, value: Decimal | None = None, sizing: str = "") -> Rule:
    compiled = re.compile(pattern + _END)

    def rule(reading: Reading, text: str, first: bool) -> int:
        match = compiled.match(text)
        found = value
        if match and value is None:
            written = next(group for group in match.groups() if group)
            found = parse_number(written, reading.language)
        known = dict(reading.trial.figures)
        if match is None or found is None or any(name in known for name in names):
            return 0
        given = tuple((name, found) for name in names)
        reading.trial = replace(
            reading.trial, figures=(*reading.trial.figures, *given), sizing=sizing or reading.trial.sizing
        )
        return _count(match)

    return rule


def _balance(reading: Reading, text: str, first: bool) -> int:
    match = next((found for pattern in _BALANCES if (found := pattern.match(text))), None)
    value = parse_number(match["n"], reading.language) if match else None
    if match is None or value is None or "initialBalance" in dict(reading.trial.figures):
        return 0
    reading.trial = replace(
        reading.trial,
        figures=(*reading.trial.figures, ("initialBalance", value)),
        currency=match["c"] or "",
    )
    return _count(match)


def _metric(reading: Reading, text: str, first: bool) -> int:
    match = _METRIC.match(text)
    if match is None or reading.trial.metric:
        return 0
    reading.trial = replace(reading.trial, metric=words.METRICS[match[1]])
    return _count(match)


def _direction(reading: Reading, text: str, first: bool) -> int:
    match = next((name for name, pattern in _DIRECTIONS.items() if pattern.match(text)), None)
    if match is None or reading.trial.direction:
        return 0
    found = _DIRECTIONS[match].match(text)
    reading.trial = replace(reading.trial, direction=match)
    return _count(found) if found else 0


def _pair(reading: Reading, text: str, first: bool) -> int:
    token = text.partition(" ")[0]
    if not token.startswith(MARK):
        return 0
    pairs = (*reading.trial.pairs, read_pair(token))
    reading.trial = replace(reading.trial, pairs=tuple(dict.fromkeys(pairs)))
    return 1


def _every(reading: Reading, text: str, first: bool) -> int:
    head = text.partition(" ")[0]
    if head in words.ALL:
        reading.trial = replace(reading.trial, every=True)
        return 1
    if head in words.STRATEGY:
        reading.named = True
        return 1
    return 0


def _filler(reading: Reading, text: str, first: bool) -> int:
    return int(text.partition(" ")[0] in words.FILLERS)


def _longest(listed: Mapping[str, object]) -> str:
    return "|".join(sorted(map(re.escape, listed), key=lambda word: (-len(word), word)))


_STRATEGY = re.compile(rf"({_longest(words.STRATEGIES)}){_END}")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_UNITS = "|".join(
    (
        "%",
        words.CURRENCIES,
        _longest(UNITS),
        _longest(LENGTH_UNITS),
        _longest(MONTHS),
        "candles?|kerzen|trades",
    )
)
_POSITIONAL = re.compile(
    rf" ((?:with |mit )?\d{{1,4}}(?:/| and | und )\d{{1,4}}|\d{{1,4}}(?:[/ ]\d{{1,4}}){{0,2}}){_END}(?! "
    rf"(?:{_UNITS}){_END})"
)
_LENGTH = re.compile(
    rf"(?:(?P<n>\d{{1,3}}) ?(?P<unit>{_longest(LENGTH_UNITS)})|{_longest(TIMEFRAMES)}|"
    rf"{_longest(words.CANDLES)}){_END}"
)
_PARAMETER = re.compile(
    rf"({_longest(words.PARAMETERS)})(?: (?:period|periode|length))? {_OF}{_NUMBER}(?: %)?{_END}"
)
_METRIC = re.compile(
    r"(?:(?:by|for|nach|auf|fuer|on|to|maximi[sz]e|maximiere|highest|hoechste[rn]?|best|beste[rnm]?|the|"
    r"den|die|"
    rf"das|der) ){{0,3}}({_longest(words.METRICS)}){_END}"
)
_DIRECTIONS = {
    "both": re.compile(
        rf"(?:long (?:and |und )?short|short (?:and|und) long|both (?:directions|sides)|(?:in )?beide "
        rf"richtungen){_END}"
    ),
    "long": re.compile(rf"(?:long only|only long|nur long){_END}"),
    "short": re.compile(rf"(?:short only|only short|nur short){_END}"),
}
_BALANCES = [
    re.compile(pattern + _END)
    for pattern in (
        rf"(?:(?:with|mit|starting|start|von) )*(?:{words.BALANCE}) {_OF}(?P<n>{_NUMBER})(?: "
        rf"(?P<c>{words.CURRENCIES}))?",
        rf"(?:(?:starting|startend|start|beginning) )?(?:with|mit) (?:an? |the |einem )?(?P<n>{_NUMBER})"
        rf"(?: (?P<c>{words.CURRENCIES}))?(?! %)(?: (?:{words.BALANCE}))?",
        rf"(?P<n>{_NUMBER}) (?P<c>{words.CURRENCIES})(?: (?:{words.BALANCE}))?",
        rf"(?P<n>{_NUMBER})(?P<c>) (?:{words.BALANCE})",
    )
]
_NO = "(?:no|without|without any|zero|0|ohne|keine|with no)"
_AND = r"(?:(?:with|mit|and|und|a|an|the|einem|einer) )*"

_RULES: Sequence[Rule] = (
    _verb,
    _strategy,
    _figure(
        rf"{_NO} (?:{words.FEE}) (?:and|or|und|oder) (?:{words.SLIPPAGE})",
        "feePercent",
        "slippagePercent",
        value=Decimal(0),
    ),
    _figure(rf"{_NO} (?:{words.COSTS})", "feePercent", "slippagePercent", value=Decimal(0)),
    _figure(rf"{_NO} (?:{words.FEE})", "feePercent", value=Decimal(0)),
    _figure(rf"{_NO} (?:{words.SLIPPAGE})", "slippagePercent", value=Decimal(0)),
    _figure(rf"{_AND}(?:{words.FEE}) {_OF}{_NUMBER} %|{_AND}{_NUMBER} % (?:{words.FEE})", "feePercent"),
    _figure(
        rf"{_AND}{words.SLIPPAGE} {_OF}{_NUMBER} %|{_AND}{_NUMBER} % {words.SLIPPAGE}", "slippagePercent"
    ),
    _figure(
        rf"{_AND}(?:trailing stop|nachgezogener stop) {_OF}{_NUMBER} %|{_AND}{_NUMBER} % trailing stop",
        "trailingStopPercent",
    ),
    _figure(rf"{_AND}stop {_OF}{_NUMBER} %|{_AND}{_NUMBER} % stop", "stopLossPercent"),
    _figure(
        rf"{_AND}(?:target|gewinnziel|ziel) {_OF}{_NUMBER} %|{_AND}{_NUMBER} % (?:target|gewinnziel|ziel)",
        "takeProfitPercent",
    ),
    _figure(
        rf"{_AND}(?:risk|risking|risiko) {_OF}{_NUMBER} %(?: (?:per|pro) trade)?"
        rf"|{_AND}{_NUMBER} % (?:risk|risiko)(?: (?:per|pro) trade)?",
        "size",
        sizing="risk",
    ),
    _span,
    _timeframe,
    _parameter,
    _balance,
    _metric,
    _direction,
    _pair,
    _every,
    _filler,
)
"""Tried in this order wherever something begins; each returns how many words it took."""
