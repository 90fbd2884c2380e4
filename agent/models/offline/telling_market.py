"""Words for what the market tools answer."""

from collections.abc import Sequence
from decimal import Decimal

from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent
from agent.models.offline.voice import Voice

HUNDRED = Decimal(100)


def quote_of(facts: Facts) -> str:
    """Return the money that the answer's pair is priced in."""
    return facts.text("pair").partition("/")[2]


def base_of(facts: Facts) -> str:
    """Return the coin of the answer's pair."""
    return facts.text("pair").partition("/")[0]


def price_line(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell a price with its source and its last day."""
    return voice.say(
        "price",
        pair=facts.text("pair"),
        last=voice.price(facts.number("last")),
        quote=quote_of(facts),
        source=voice.source(facts),
        change=voice.percent(facts.number("change24h")),
        low=voice.price(facts.number("low24h")),
        high=voice.price(facts.number("high24h")),
    )


def advice(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell that we give no advice, and what the indicators say."""
    return f"{voice.say('no_advice')} {_said(facts, _worded_signal('signal_short', facts, voice), voice)}"


def analysis(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell an analysis in three sentences, with its figures and that it is no advice."""
    return _said(facts, _signal(facts, voice), voice)


def _said(facts: Facts, signal: str, voice: Voice) -> str:
    quote = quote_of(facts)
    first = voice.say(
        "analysis",
        pair=facts.text("pair"),
        trend=voice.name("trend", facts.text("trend")),
        timeframe=facts.text("timeframe"),
        price=voice.price(facts.number("price")),
        quote=quote,
        source=voice.source(facts),
        change=voice.percent(facts.number("change24h")),
    )
    figures = [*_indicators(facts, voice), *_levels(facts, voice)]
    middle = "; ".join(figures)
    sentences = [first, f"{middle[:1].upper()}{middle[1:]}." if middle else "", signal]
    return " ".join(sentence for sentence in sentences if sentence)


def chart(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell candles as a line of bars and their range."""
    rows = facts.rows("candles")
    closes = _column(rows, "close")
    if not closes:
        return voice.say("chart_empty", pair=facts.text("pair"))
    opens, lows, highs = (_column(rows, name) for name in ("open", "low", "high"))
    first, last = (opens or closes)[0], closes[-1]
    return voice.say(
        "chart",
        pair=facts.text("pair"),
        timeframe=facts.text("timeframe"),
        candles=voice.count("candles", Decimal(len(rows))),
        source=voice.source(facts),
        line=_sparkline(closes),
        first=voice.price(first),
        last=voice.price(last),
        quote=quote_of(facts),
        change=voice.percent((last / first - 1) * HUNDRED if first else None),
        low=voice.price(min(lows or closes)),
        high=voice.price(max(highs or closes)),
    )


def _column(rows: Sequence[Facts], name: str) -> list[Decimal]:
    return [value for row in rows if (value := row.number(name)) is not None]


_SPARKS = "▁▂▃▄▅▆▇█"


def _sparkline(values: Sequence[Decimal]) -> str:
    low, high = min(values), max(values)
    if low == high:
        return _SPARKS[3] * len(values)
    return "".join(_SPARKS[int((value - low) * 7 / (high - low))] for value in values)


def _indicators(facts: Facts, voice: Voice) -> list[str]:
    indicators = facts.inner("indicators")
    rsi, macd, averages = (indicators.inner(name) for name in ("rsi", "macd", "ma"))
    parts: list[str] = []
    if (value := rsi.number("value")) is not None:
        signal = voice.name("word", rsi.text("signal"))
        shown = voice.amount(round(value, 1))
        parts.append(
            voice.say("rsi", value=shown, signal=signal) if signal else voice.say("rsi_bare", value=shown)
        )
    if (value := macd.number("histogram")) is not None:
        parts.append(voice.say("macd", value=voice.result(value)))
    average, price = averages.number("ma50"), facts.number("price")
    if average is not None and price is not None:
        parts.append(voice.say("ma_above" if price >= average else "ma_below", value=voice.price(average)))
    return parts


def _levels(facts: Facts, voice: Voice) -> list[str]:
    return [
        voice.say(name, value=voice.price(levels[0]))
        for name in ("support", "resistance")
        if (levels := facts.numbers(name))
    ]


def _signal(facts: Facts, voice: Voice) -> str:
    return _worded_signal("signal", facts, voice) or voice.say("signal_bare")


def _worded_signal(key: str, facts: Facts, voice: Voice) -> str:
    signal, confidence = facts.text("signal"), facts.number("confidence")
    if not signal or confidence is None:
        return ""
    shown = voice.share(round(confidence, 0))
    return voice.say(key, signal=voice.name("word", signal), confidence=shown)
