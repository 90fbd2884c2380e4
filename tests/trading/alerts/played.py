"""Alerts as people ask for them, played on a market that does what a few candles say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.trading.series import START
from tools.alert_params import CreateAlert
from tools.alert_rules import rule_of, standing_in, standing_out
from trading.alerts.board import Board, Firing
from trading.alerts.feed import Beat, Wanted, hear
from trading.alerts.history import Histories
from trading.alerts.rules import Rule
from trading.clock import ManualClock
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.matching import INSTANT
from trading.model import Candle
from trading.symbols import parse_symbol
from trading.timeframes import Timeframe

PAIR = "BTC/USDT"
SYMBOL = parse_symbol(PAIR)
SINCE = START - INSTANT
NOTHING = timedelta(0)
LATER = timedelta(seconds=50)
"""How long after the last candle all has long been said."""

Bars = Mapping[str, Sequence[int]]
"""In which candles each alert fired, one for each time."""


@dataclass(frozen=True)
class Drawn:
    """Candles by their place in a series, some missing."""

    length: Timeframe
    candles: tuple[Candle, ...]
    count: int

    def opening(self, bar: int) -> datetime:
        """Return when a candle begins."""
        return START + bar * self.length.span

    def market(self, clock: ManualClock) -> ScriptedMarket:
        """Return a market on which they came to be, as trades and as candles."""
        market = ScriptedMarket(clock, {instrument(PAIR): self.candles[0].open})
        third = self.length.span / 3
        for candle in self.candles:
            for share, price in enumerate(walk(candle)):
                at = candle.opened_at + share * third - (INSTANT if share == 3 else NOTHING)
                # The market itself opened with the first.
                if at > START:
                    market.trade(SYMBOL, price, at=at)
        if self.length is Timeframe.M1:
            market.set_candles(SYMBOL, self.length, self.candles)
        return market


def drawn(text: str, length: Timeframe) -> Drawn:
    """Read candles as the golden file writes them."""
    words = text.split()
    candles = []
    for place, word in enumerate(words):
        if word == "-":
            continue
        prices, _, volume = word.partition("*")
        figures = [Decimal(each) for each in prices.split("/")]
        opened, high, low, close = figures if len(figures) == 4 else figures * 4
        at = START + place * length.span
        candles.append(Candle(at, opened, high, low, close, Decimal(volume or 1)))
    return Drawn(length, tuple(candles), len(words))


def walk(candle: Candle) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Return the prices of a candle in the order in which they are taken to have come."""
    if candle.close >= candle.open:
        return candle.open, candle.low, candle.high, candle.close
    return candle.open, candle.high, candle.low, candle.close


def ruled(series: Drawn, asked: Mapping[str, Any]) -> Rule:
    """Return the rule of an alert as the golden file asks for it."""
    terms = {key: value for key, value in asked.items() if key not in ("fires", "expires")}
    terms |= _ends(series, asked)
    several = asked.keys() & {"all", "any"}
    for name in several:
        terms[name] = [_part(series, each) for each in asked[name]]
    whole = {"timeframe": series.length.value, **terms} if several else _part(series, terms)
    return rule_of(CreateAlert.model_validate(whole), "main", SINCE)


async def played(series: Drawn, rules: Mapping[str, Rule], looks: Sequence[datetime]) -> Bars:
    """Return who fires where the market is looked at at these moments, by a new service every time."""
    clock = ManualClock(START)
    market = series.market(clock)
    stored: dict[str, Mapping[str, Any] | None] = dict.fromkeys(rules)
    bars: dict[str, list[int]] = {name: [] for name in rules}
    since = SINCE
    for until in looks:
        await clock.advance((until - clock.now()).total_seconds())
        board = Board()
        for name, state in stored.items():
            board.add(name, rules[name], standing_in(state, rules[name]))
        heard = await hear(market, SYMBOL, _wanted(rules[name] for name in stored), Histories(), since, until)
        since = heard.until
        for beat in heard.beats:
            for firing in _told(board, beat):
                bars[firing.alert].append(_bar(series, beat))
        # As the service does: what changed is written down, what has fired for good is not watched again.
        changed = board.changed()
        stored = {
            name: standing_out(changed[name]) if name in changed else state
            for name, state in stored.items()
            if name in board
        }
    return bars


def _told(board: Board, beat: Beat) -> Iterable[Firing]:
    yield from board.beat(beat.values, beat.at)
    if beat.closes is not None:
        yield from board.close((SYMBOL, beat.closes), beat.at)


def _bar(series: Drawn, beat: Beat) -> int:
    inside = beat.at if beat.closes is None else beat.at - INSTANT
    return (inside - START) // series.length.span


def _wanted(rules: Iterable[Rule]) -> Wanted:
    rules = list(rules)
    return Wanted(
        frozenset(each.figure for rule in rules for each in rule.conditions),
        frozenset(rule.bar for rule in rules if rule.gated),
    )


def _ends(series: Drawn, asked: Mapping[str, Any]) -> dict[str, Any]:
    return {"expires_at": series.opening(asked["expires"]).isoformat()} if "expires" in asked else {}


def _part(series: Drawn, asked: Mapping[str, Any]) -> dict[str, Any]:
    kind = "indicator" if "indicator" in asked else "price"
    return {"type": kind, "pair": PAIR, "timeframe": series.length.value, **asked}
