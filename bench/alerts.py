"""A hundred thousand alerts beside looking at every one of them for every price."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from bench.bare.alerts import Scan
from bench.figures import Figure, Promise
from trading.alerts.board import Board
from trading.alerts.conditions import Condition, Test, Way
from trading.alerts.figures import Figure as Watched
from trading.alerts.figures import Price
from trading.alerts.rules import Frequency, Rule, floods, fresh, look
from trading.symbols import Symbol

QUIET = Promise(target=5, floor=8, at_most=True)
FASTER = Promise(target=0.01, floor=0.05, ratio=True, at_most=True)

ALERTS = 100_000
PAIRS = 10
TICKS = 10_000
"""Prices of each pair."""
TRAILS = 100
"""One in how many trails the price, where some do: each new extreme is news to all of them."""
SAMPLE = 30
"""How many prices, of all pairs, every alert is looked at for."""

START = datetime(2026, 1, 1, tzinfo=UTC)
CENT = Decimal("0.01")
PRICE = 60_000.0
STEP = 2e-5
"""How far a price goes from one trade to the next, as a share."""

Tick = tuple[Price, Decimal, datetime]
Fired = list[tuple[str, datetime]]


def measure() -> list[Figure]:
    """Return what a price costs where it fires nothing, and over all, firings included."""
    return [*_measured(0), *_measured(TRAILS)]


def _measured(trails: int) -> list[Figure]:
    figures = [Price(Symbol(f"C{number}", "USDT")) for number in range(PAIRS)]
    rules = list(drawn(figures, trails))
    walk = list(ticks(figures))
    board = Board()
    for name, rule in rules:
        board.add(name, rule)
    times, fired = played(board, walk)
    spent, expected = scanned(rules, walk[:SAMPLE])
    until = walk[SAMPLE - 1][2]
    if sorted(expected) != sorted(each for each in fired if each[1] <= until) or not expected:
        raise RuntimeError("both have to fire the same")
    if not trails and sorted(swept(rules, walk)) != sorted(fired):
        raise RuntimeError("all prices through, both have to fire the same")
    moments = {at for _, at in fired}
    # With the first price of a pair each of its alerts finds its place.
    placed = list(zip(times[PAIRS:], walk[PAIRS:], strict=True))
    quiet = [taken for taken, (_, _, at) in placed if at not in moments]
    name = f"{ALERTS:,} alerts on {PAIRS} pairs" + (f", 1 in {trails} trailing" if trails else "")
    mean = sum(taken for taken, _ in placed) / len(placed) / 1e3
    promises = (None, None) if trails else (QUIET, FASTER)
    return [
        Figure(
            f"{name}: a price that fires nothing",
            "µs of processor",
            sum(quiet) / len(quiet) / 1e3,
            None,
            promises[0],
        ),
        Figure(
            f"{name}: any price, {len(fired):,} firings in {len(walk):,}; a scan, {SAMPLE}",
            "µs of processor",
            mean,
            spent / SAMPLE / 1e3,
            promises[1],
        ),
    ]


def drawn(figures: Sequence[Price], trails: int) -> Iterator[tuple[str, Rule]]:
    """Return alerts of all kinds, most of them as far from the price as people put them."""
    chance = np.random.default_rng(7)
    tests = (Test.ABOVE, Test.BELOW, Test.CROSS)
    often = (Frequency.ONCE, Frequency.ONCE_PER_BAR, Frequency.EVERY)
    for number in range(ALERTS):
        figure, kind = figures[number % len(figures)], number // len(figures)
        test, frequency = tests[kind % 3], often[kind // 3 % 3]
        away = abs(float(chance.normal(0, 0.2)))
        up = test is Test.ABOVE or (test is Test.CROSS and kind % 2 == 0)
        level = Decimal(PRICE * max(1 + (away if up else -away), 0.01)).quantize(CENT)
        way = Way.EITHER
        if trails and kind % trails == 0:
            test, way = Test.TRAILING, Way.UP if up else Way.DOWN
            level = Decimal(1 + 100 * away).quantize(CENT)
        yield f"{number:06}", Rule((Condition(figure, test, level, way),), frequency, START)


def ticks(figures: Sequence[Price]) -> Iterator[Tick]:
    """Return prices that wander, one pair after the other, ten a second in all."""
    chance = np.random.default_rng(8)
    paths = PRICE * np.exp(np.cumsum(chance.normal(0, STEP, (TICKS, len(figures))), axis=0))
    at = START
    for row in paths:
        for figure, price in zip(figures, row, strict=True):
            at += timedelta(milliseconds=100)
            yield figure, Decimal(float(price)).quantize(CENT), at


def played(board: Board, walk: Sequence[Tick]) -> tuple[list[int], Fired]:
    """Return how many nanoseconds of the processor each price took, and who fired."""
    times: list[int] = []
    fired: Fired = []
    for figure, price, at in walk:
        started = time.thread_time_ns()
        found = board.tick(figure, price, at)
        times.append(time.thread_time_ns() - started)
        fired += [(each.alert, each.at) for each in found]
    return times, fired


def scanned(rules: Sequence[tuple[str, Rule]], walk: Sequence[Tick]) -> tuple[int, Fired]:
    """Look at every alert of a pair for every price; return its processor time in ns, and who fired."""
    watched = {name: (rule, fresh(rule)) for name, rule in rules}
    by_figure: dict[Price, list[str]] = {each: [] for each, _, _ in walk}
    for name, rule in rules:
        figure = rule.conditions[0].figure
        if isinstance(figure, Price):
            by_figure[figure].append(name)
    fired: Fired = []
    started = time.thread_time_ns()
    for figure, price, at in walk:
        values: dict[Watched, Decimal] = {figure: price}
        for name in by_figure[figure]:
            if name not in watched:
                continue
            rule, standing = watched[name]
            step = look(rule, standing, values, at)
            watched[name] = rule, step.standing
            if step.fires:
                fired.append((name, at))
                if rule.frequency is Frequency.ONCE or floods(step.standing):
                    del watched[name]
    return time.thread_time_ns() - started, fired


def swept(rules: Sequence[tuple[str, Rule]], walk: Sequence[Tick]) -> Fired:
    """Return who fires where every alert of a pair is looked at for every price, in columns."""
    by_figure: dict[Watched, list[tuple[str, Rule]]] = {}
    for name, rule in rules:
        by_figure.setdefault(rule.conditions[0].figure, []).append((name, rule))
    scans = {figure: Scan(each) for figure, each in by_figure.items()}
    return [fired for figure, price, at in walk for fired in scans[figure].see(price, at)]
