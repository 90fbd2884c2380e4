"""Words for candle lengths, for stretches of the past and for how orders stand, folded."""

import re

from trading.timeframes import Timeframe

TIMEFRAMES = {
    **dict.fromkeys(("hourly", "stuendlich", "stundenchart"), "1h"),
    **dict.fromkeys(("daily", "taeglich", "tageschart", "tagesbasis"), "1d"),
    **dict.fromkeys(("weekly", "woechentlich", "wochenchart"), "1w"),
    **dict.fromkeys(("monthly", "monatlich"), "1mo"),
}
_LENGTHS = {
    "m": "m min mins minute minutes minuten",
    "h": "h hr hrs hour hours stunde stunden",
    "d": "d day days tag tage",
    "w": "w week weeks woche wochen",
    "mo": "month months monat monate",
}
LENGTH_UNITS = {word: unit for unit, words in _LENGTHS.items() for word in words.split()}

PERIODS = {
    "24h": "today|daily|24h|24 h|24 hours|last 24 hours|last 24h|this day|1d|heute|24 stunden|"
    "letzten 24 stunden|letzte 24 stunden|letzte 24h|tages|last day",
    "7d": "week|this week|weekly|last week|7d|7 days|last 7 days|past week|woche|diese woche|dieser woche|"
    "letzte woche|7 tage|letzten 7 tage|letzte 7 tage|1w|wochenbericht|"
    "woechentlichen bericht|woechentlicher bericht",
    "30d": "month|this month|monthly|last month|30d|30 days|last 30 days|past month|monat|diesen monat|"
    "dieser monat|letzten monat|30 tage|letzten 30 tage|letzte 30 tage|1m",
    "ytd": "ytd|this year|year|year to date|jahr|dieses jahr|seit jahresbeginn|diesem jahr",
    "all": "all time|alltime|overall|total|in total|all|ever|since start|insgesamt|gesamt|seit beginn|"
    "seit anfang|aller zeiten|bisher|so far",
}
PERIOD_OF = {words: period for period, choices in PERIODS.items() for words in choices.split("|")}

STATES = {
    "open": "open|pending|resting|active|waiting|offen|offene|offenen|wartende|wartenden|aktive|aktiven",
    "filled": "filled|executed|completed|done|ausgefuehrt|ausgefuehrte|ausgefuehrten|gefuellt|gefuellte|"
    "gefuellten",
    "canceled": "cancelled|canceled|storniert|stornierte|stornierten|geloeschte|geloeschten|abgebrochene|"
    "abgebrochenen",
    "expired": "expired|abgelaufen|abgelaufene|abgelaufenen|verfallen|verfallene|verfallenen",
    "rejected": "rejected|denied|refused|failed|abgelehnt|abgelehnte|abgelehnten|gescheiterte|gescheiterten",
    "closed": "closed|finished|geschlossen|geschlossene|geschlossenen|erledigt|erledigte|erledigten|"
    "abgeschlossene|abgeschlossenen",
    "all": "past|old|previous|last|latest|recent|history|frueheren|fruehere|vergangene|vergangenen|letzte|"
    "letzten|alten|historie|verlauf|orderhistorie|orderverlauf|auftragshistorie|auftragsverlauf",
}
"""How orders are to stand, by the words that say so."""
STATE_OF = {words: state for state, choices in STATES.items() for words in choices.split("|")}


def read_period(words: str) -> str:
    """Return the period that a `{period}` slot names."""
    return PERIOD_OF[words.strip()]


def read_state(words: str) -> str:
    """Return how orders are to stand that a `{state}` slot names."""
    return STATE_OF[words.strip()]


def read_timeframe(text: str) -> Timeframe | None:
    """Return the candle length of a `{tf}` slot, None for one that no market here serves."""
    words = text.strip()
    digits = re.match(r"\d+", words)
    if digits:
        words = f"{int(digits[0])}{LENGTH_UNITS[words[digits.end() :].strip()]}"
    named = TIMEFRAMES.get(words, words)
    aliases = {"60m": "1h", "24h": "1d"}
    try:
        return Timeframe(aliases.get(named, named))
    except ValueError:
        return None
