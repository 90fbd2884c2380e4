"""Every alert that waits, by the figures it waits for: a value that changes nothing costs two comparisons."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from heapq import heapify, heappop, heappush

from trading.alerts.conditions import ALWAYS, Band, band
from trading.alerts.figures import Change, Figure, Holding, Price, Reading
from trading.alerts.rules import Frequency, Rule, Standing, Step, closed, floods, fresh, look
from trading.symbols import Symbol
from trading.timeframes import Timeframe

NEVER_LOW = Decimal("-Infinity")
NEVER_HIGH = Decimal("Infinity")

Gate = tuple[Symbol | None, Timeframe]
"""Whose candles close; those of no pair are the clock's."""


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that fired: the moment, and the value of each of its conditions' figures.

    After a `flood` of them it is off the board.
    """

    alert: str
    at: datetime
    values: tuple[Decimal | None, ...]
    flood: bool = False


@dataclass(slots=True, eq=False)
class Watch:
    """An alert on the board. `ticket` tells its present places from those it has left."""

    id: str
    rule: Rule
    standing: Standing
    ticket: int = 0
    done: bool = False


_Place = tuple[Decimal, int, Watch]
_Later = tuple[datetime, int, Watch]
"""When an alert is woken, and the ticket it had then: plain tuples, as heaps compare them all the time."""

ROOM = 64
"""How many places that were left may lie about before they are swept up."""


class Series:
    """One figure and who waits for it. Between `low` and `high`, exclusive, nobody does."""

    __slots__ = ("at", "high", "highs", "holders", "later", "low", "lows", "restless", "value")

    def __init__(self) -> None:
        self.low = NEVER_LOW
        self.high = NEVER_HIGH
        self.lows: list[_Place] = []
        self.highs: list[_Place] = []
        self.later: list[_Later] = []
        self.restless: dict[str, Watch] = {}
        self.holders = 0
        self.value: Decimal | None = None
        self.at: datetime | None = None

    def due(self, at: datetime) -> bool:
        """Tell whether somebody waits for no more than this moment."""
        return bool(self.later) and self.later[0][0] <= at

    def woken(self, value: Decimal, at: datetime) -> list[Watch]:
        """Return, oldest id first, whom a value may concern; they have no place until they are put back."""
        found = {watch.id: watch for watch in self.restless.values()}
        highs, lows, later = self.highs, self.lows, self.later
        while highs and (highs[0][0] <= value or _is_left(highs[0])):
            _take(heappop(highs), found)
        while lows and (-lows[0][0] >= value or _is_left(lows[0])):
            _take(heappop(lows), found)
        while later and later[0][0] <= at:
            _take(heappop(later), found)
        return [found[name] for name in sorted(found)]

    def place(self, watch: Watch, where: Band) -> None:
        """Wake an alert once the figure leaves a band."""
        if where.high is not None:
            heappush(self.highs, (where.high, watch.ticket, watch))
        if where.low is not None:
            heappush(self.lows, (-where.low, watch.ticket, watch))

    def settle(self) -> None:
        """Reckon the bounds anew, once everybody has been put back."""
        self.highs = _top(self.highs, self.holders)
        self.lows = _top(self.lows, self.holders)
        self.high = self.highs[0][0] if self.highs else NEVER_HIGH
        self.low = -self.lows[0][0] if self.lows else NEVER_LOW


def _is_left(place: _Place | _Later) -> bool:
    _, ticket, watch = place
    return watch.ticket != ticket or watch.done


def _take(place: _Place | _Later, found: dict[str, Watch]) -> None:
    if not _is_left(place):
        found[place[2].id] = place[2]


def _top(places: list[_Place], holders: int) -> list[_Place]:
    """Drop places that were left, from the top, and all of them where they are most."""
    while places and _is_left(places[0]):
        heappop(places)
    if len(places) > 2 * holders + ROOM:
        places = [each for each in places if not _is_left(each)]
        heapify(places)
    return places


class Board:
    """The alerts of a service. Values come in the order of time, for each figure."""

    def __init__(self) -> None:
        self._series: dict[Figure, Series] = {}
        self._watches: dict[str, Watch] = {}
        self._gates: dict[Gate, dict[str, Watch]] = {}
        self._changed: dict[str, Watch] = {}
        self._tickets = 0

    def __len__(self) -> int:
        return len(self._watches)

    def __contains__(self, name: object) -> bool:
        return name in self._watches

    @property
    def figures(self) -> Iterable[Figure]:
        """What has to be looked at."""
        return self._series.keys()

    @property
    def gates(self) -> Iterable[Gate]:
        """Whose closes have to be told."""
        return self._gates.keys()

    def add(self, name: str, rule: Rule, standing: Standing | None = None) -> None:
        """Put an alert on the board; one of the same name is replaced."""
        self.remove(name)
        watch = Watch(name, rule, standing or fresh(rule))
        self._watches[name] = watch
        if rule.gated:
            self._gates.setdefault(gate_of(rule), {})[name] = watch
        for figure in {each.figure for each in rule.conditions}:
            series = self._series.setdefault(figure, Series())
            series.holders += 1
            if not _calm(rule):
                series.restless[name] = watch
        self._put(watch)
        self._settle(watch)

    def remove(self, name: str) -> None:
        """Take an alert off the board, where it is on it."""
        watch = self._watches.pop(name, None)
        self._changed.pop(name, None)
        if watch is None:
            return
        watch.done = True
        if watch.rule.gated:
            gate = self._gates[gate_of(watch.rule)]
            del gate[name]
            if not gate:
                del self._gates[gate_of(watch.rule)]
        for figure in {each.figure for each in watch.rule.conditions}:
            series = self._series[figure]
            series.restless.pop(name, None)
            series.settle()
            series.holders -= 1
            if not series.holders:
                del self._series[figure]

    def value(self, figure: Figure) -> tuple[Decimal, datetime] | None:
        """Return the newest value of a figure that somebody waits for, and its moment."""
        series = self._series.get(figure)
        if series is None or series.value is None or series.at is None:
            return None
        return series.value, series.at

    def standing(self, name: str) -> Standing:
        """Return how an alert stands."""
        return self._watches[name].standing

    def changed(self) -> Mapping[str, Standing]:
        """Return how those alerts stand that have changed since this was last asked."""
        changed, self._changed = self._changed, {}
        return {name: watch.standing for name, watch in changed.items()}

    def tick(self, figure: Figure, value: Decimal, at: datetime) -> Sequence[Firing]:
        """Give a figure a new value and return who fires."""
        series = self._series.get(figure)
        if series is None:
            return ()
        series.value, series.at = value, at
        if series.low < value < series.high and not series.restless and not series.due(at):
            return ()
        return self._wake(series, figure, value, at)

    def beat(self, values: Sequence[tuple[Figure, Decimal]], at: datetime) -> Sequence[Firing]:
        """Give several figures their values of one moment, before anybody is judged; return who fires."""
        if len(values) == 1:
            return self.tick(*values[0], at)
        told = [(self._series[figure], figure, value) for figure, value in values if figure in self._series]
        woken: dict[str, Watch] = {}
        for series, _, value in told:
            series.value, series.at = value, at
            woken |= {each.id: each for each in series.woken(value, at)}
        known = {figure: value for _, figure, value in told}
        fired = [firing for name in sorted(woken) for firing in self._look(woken[name], known, at)]
        for series, _, _ in told:
            series.settle()
        return fired

    def close(self, gate: Gate, at: datetime) -> Sequence[Firing]:
        """Tell that a candle has closed, after the values it brought; return who fires."""
        fired: list[Firing] = []
        for watch in list(self._gates.get(gate, {}).values()):
            if at > watch.rule.since:
                fired += self._after(watch, closed(watch.rule, watch.standing, at), at)
                self._settle(watch)
        return fired

    def _wake(self, series: Series, figure: Figure, value: Decimal, at: datetime) -> Sequence[Firing]:
        values = {figure: value}
        fired = [firing for watch in series.woken(value, at) for firing in self._look(watch, values, at)]
        series.settle()
        return fired

    def _look(self, watch: Watch, values: Mapping[Figure, Decimal], at: datetime) -> Iterable[Firing]:
        if at > watch.rule.since:
            return list(self._after(watch, look(watch.rule, watch.standing, values, at), at))
        self._put(watch)
        return ()

    def _after(self, watch: Watch, step: Step, at: datetime) -> Iterator[Firing]:
        expires = watch.rule.expires_at
        if expires is not None and at >= expires:
            self.remove(watch.id)
            return
        if step.standing != watch.standing:
            watch.standing = step.standing
            self._changed[watch.id] = watch
        if step.fires:
            flood = floods(step.standing)
            values = tuple(self._last(each.figure) for each in watch.rule.conditions)
            if flood or watch.rule.frequency is Frequency.ONCE:
                self._finish(watch)
            yield Firing(watch.id, at, values, flood)
        if watch.done:
            return
        self._put(watch)

    def _finish(self, watch: Watch) -> None:
        self.remove(watch.id)
        self._changed[watch.id] = watch

    def _last(self, figure: Figure) -> Decimal | None:
        series = self._series.get(figure)
        return None if series is None else series.value

    def _put(self, watch: Watch) -> None:
        """Have an alert woken when its figure may next concern it."""
        self._tickets += 1
        watch.ticket = self._tickets
        rule = watch.rule
        if not _calm(rule):
            return
        condition, seen = rule.conditions[0], watch.standing.seen[0]
        series = self._series[condition.figure]
        where = ALWAYS if seen.holds is None else band(condition, seen)
        series.place(watch, where)
        if rule.frequency is Frequency.ONCE_PER_BAR and seen.holds and watch.standing.bar is not None:
            heappush(series.later, (watch.standing.bar + rule.bar.span, watch.ticket, watch))

    def _settle(self, watch: Watch) -> None:
        for each in watch.rule.conditions:
            series = self._series.get(each.figure)
            if series is not None:
                series.settle()


def gate_of(rule: Rule) -> Gate:
    """Return whose candles an alert goes by: those of the first pair it names, else the clock's."""
    pairs = (symbol_of(each.figure) for each in rule.conditions)
    return next((each for each in pairs if each is not None), None), rule.bar


def symbol_of(figure: Figure) -> Symbol | None:
    """Return the pair whose trades or candles a figure is reckoned from."""
    match figure:
        case Price(symbol) | Change(symbol) | Reading(symbol):
            return symbol
        case Holding():
            return None


def _calm(rule: Rule) -> bool:
    """Tell whether a band says all about when an alert has to be looked at."""
    return len(rule.conditions) == 1
