"""A board fires what a plain loop over all alerts fires, through restarts and while alerts come and go."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.alerts.naive import Alert
from tests.trading.alerts.played import SYMBOL
from tests.trading.series import START
from tools.alert_rules import standing_in, standing_out
from trading.alerts.board import Board, Firing
from trading.alerts.conditions import Condition, Test, Way
from trading.alerts.figures import Change, Figure, Line, Price, Reading
from trading.alerts.rules import Frequency, Rule
from trading.timeframes import Timeframe

MINUTE = Timeframe.M1
PRICE = Price(SYMBOL)
MOVE = Change(SYMBOL, timedelta(minutes=1))
CLOSE = Reading(SYMBOL, MINUTE, Line("close"))
RISE = Reading(SYMBOL, MINUTE, Line("close"), Line("open"))
"""The close less the one before it, which the first candle does not have."""

Values = Mapping[Figure, Decimal]
Event = tuple[datetime, Values, bool]
FIRST = 100

_LEVELS: Mapping[Figure, st.SearchStrategy[int]] = {
    PRICE: st.integers(97, 103),
    CLOSE: st.integers(97, 103),
    MOVE: st.integers(1, 3),
    RISE: st.integers(-2, 2),
}
_PLAIN = st.sampled_from((Test.ABOVE, Test.BELOW, Test.CROSS))


@st.composite
def conditions(draw: st.DrawFn, gated: bool) -> Condition:
    """Draw a condition whose level prices touch often."""
    choices: tuple[Figure, ...] = (CLOSE, RISE) if gated else (PRICE, PRICE, CLOSE, RISE)
    figure: Figure = draw(st.sampled_from(choices))
    if figure in (CLOSE, RISE) or draw(st.integers(0, 3)):
        way = draw(st.sampled_from(Way))
        return Condition(figure, draw(_PLAIN), Decimal(draw(_LEVELS[figure])), way)
    if draw(st.booleans()):
        return Condition(MOVE, Test.MOVED, Decimal(draw(_LEVELS[MOVE])), draw(st.sampled_from(Way)))
    return Condition(
        PRICE, Test.TRAILING, Decimal(draw(st.integers(1, 4))), draw(st.sampled_from((Way.UP, Way.DOWN)))
    )


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Draw an alert of one to three conditions."""
    frequency = draw(st.sampled_from(Frequency))
    gated = frequency is Frequency.ONCE_PER_BAR_CLOSE
    cooldown = draw(st.sampled_from((0, 0, 60, 150))) if frequency is Frequency.EVERY else 0
    ends = draw(st.one_of(st.none(), st.none(), st.integers(0, 900)))
    return Rule(
        tuple(draw(st.lists(conditions(gated), min_size=1, max_size=3))),
        frequency,
        START,
        draw(st.booleans()),
        MINUTE,
        timedelta(seconds=cooldown),
        None if ends is None else START + timedelta(seconds=ends),
    )


def events(steps: Sequence[tuple[int, int]]) -> list[Event]:
    """Return what a walk says: seconds since the last price, and how far it went."""
    told: list[Event] = []
    at, price = START, Decimal(FIRST)
    closes: list[Decimal] = []
    for seconds, move in steps:
        bar, at = MINUTE.floor(at), at + timedelta(seconds=seconds)
        if MINUTE.floor(at) > bar:
            rise: Values = {RISE: price - closes[-1]} if closes else {}
            told.append((bar + MINUTE.span, {CLOSE: price, **rise}, True))
            closes.append(price)
            at += timedelta(seconds=MINUTE.floor(at) == at)
        price += move
        moved: Values = {MOVE: price - closes[-1]} if closes else {}
        told.append((at, {PRICE: price, **moved}, False))
    return told


class Service:
    """A board whose state is written down after every moment, so that it can begin again."""

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self._stored: dict[str, Mapping[str, Any] | None] = {}
        self._board = Board()

    def add(self, name: str, rule: Rule) -> None:
        """Watch an alert."""
        self.rules[name], self._stored[name] = rule, None
        self._board.add(name, rule)

    def remove(self, name: str) -> None:
        """Watch it no longer."""
        self._board.remove(name)
        self.rules.pop(name, None)

    def restart(self) -> None:
        """Begin again from what is written down."""
        self.rules = {name: rule for name, rule in self.rules.items() if name in self._board}
        self._board = Board()
        for name, rule in self.rules.items():
            self._board.add(name, rule, standing_in(self._stored[name], rule))

    def see(self, event: Event) -> Sequence[Firing]:
        """Take a moment and return who fires."""
        at, values, closing = event
        fired = list(self._board.beat(tuple(values.items()), at))
        if closing:
            fired += self._board.close((SYMBOL, MINUTE), at)
        self._stored |= {name: standing_out(each) for name, each in self._board.changed().items()}
        return fired


WALK = st.lists(st.tuples(st.integers(1, 45), st.integers(-2, 2)), min_size=10, max_size=80)
ALERTS = st.lists(rules(), min_size=1, max_size=12)
TURNS = st.lists(st.sampled_from(("", "", "restart", "add", "remove")), min_size=1, max_size=15)


def agree(steps: Sequence[tuple[int, int]], alerts: Sequence[Rule], turns: Sequence[str]) -> None:
    """Play one walk to both; half of the alerts are there at the beginning."""
    service, plain = Service(), dict[str, Alert]()
    waiting = {f"{place:02}": rule for place, rule in enumerate(alerts)}

    def add(since: datetime) -> None:
        if waiting:
            name, rule = waiting.popitem()
            began = replace(rule, since=since)
            service.add(name, began)
            plain[name] = Alert(name, began)

    for _ in range((len(alerts) + 1) // 2):
        add(START)
    for place, event in enumerate(events(steps)):
        at, values, closing = event
        bar = int((at - START) / MINUTE.span) - closing
        ours = sorted(each.alert for each in service.see(event))
        assert ours == sorted(n for n, each in plain.items() if each.see(values, at, bar, closing)), event
        match turns[place % len(turns)]:
            case "restart":
                service.restart()
            case "add":
                add(at)
            case "remove" if len(plain) > 1 and place % 3 == 0:
                name = min(plain)
                service.remove(name)
                del plain[name]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WALK, ALERTS, TURNS)
def test_the_board_fires_what_a_plain_loop_fires(
    steps: list[tuple[int, int]], alerts: list[Rule], turns: list[str]
) -> None:
    agree(steps, alerts, turns)


@pytest.mark.long
@settings(max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WALK, ALERTS, TURNS)
def test_it_does_so_however_alerts_and_prices_come(
    steps: list[tuple[int, int]], alerts: list[Rule], turns: list[str]
) -> None:
    agree(steps, alerts, turns)
