"""One condition of an alert, from its words."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tools.words import alert_words as words
from tools.words.alert_clauses import COIN, TAKES, Clause, Figure
from tools.words.alert_gaps import AlertGap
from tools.words.alert_indicators import AVERAGES, Mention
from tools.words.language import Language
from tools.words.order_params import json_number
from tools.words.pairs import Pair
from tools.words.periods import LENGTH_UNITS, read_timeframe
from tools.words.taking import Text

_DOLLARS = ("USDT", "USDC", "USD", "FDUSD", "TUSD", "BUSD")
_HOUR, _DAY = 3_600, 86_400


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
    for take in TAKES:
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
    unit, length = next((each for each in (("d", _DAY), ("h", _HOUR)) if seconds % each[1] == 0), ("m", 60))
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
    if clause.pair is not None and COIN.search(str(clause.text)):
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
