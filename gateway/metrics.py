"""What the gateway counts."""

from bisect import bisect_left
from collections.abc import Iterable

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

OK = "OK"
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
"""Upper bounds of the times that are told apart, in seconds."""

BOUNDS_NS = tuple(round(bound * 1e9) for bound in BOUNDS)
PREFIX = "kit_gateway_"


class _Answers:
    """The answers to the requests of one method: how many of each code, and how long they took."""

    __slots__ = ("codes", "counts", "total_ns")

    def __init__(self) -> None:
        self.codes: dict[str, int] = {}
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total_ns = 0

    def cumulative(self) -> list[tuple[str, float]]:
        """Return how many took at most each bound."""
        seen = 0
        found: list[tuple[str, float]] = []
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self.counts, strict=True):
            seen += count
            found.append((bound, seen))
        return found


class Metrics(Collector):
    """Plain figures of one gateway, made into metrics when they are asked for.

    They are changed by the event loop only, so they need no locks. Method names come from a bounded set.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.connections = 0
        self.events = 0
        self.cut = 0
        self._answers: dict[str, _Answers] = {}
        registry.register(self)

    def answered(self, method: str, code: str, nanoseconds: int) -> None:
        """Count an answered request."""
        answers = self._answers.get(method)
        if answers is None:
            answers = self._answers[method] = _Answers()
        answers.codes[code] = answers.codes.get(code, 0) + 1
        answers.counts[bisect_left(BOUNDS_NS, nanoseconds)] += 1
        answers.total_ns += nanoseconds

    def collect(self) -> Iterable[Metric]:
        """Return the figures of this moment."""
        yield GaugeMetricFamily(f"{PREFIX}connections", "Open WebSocket connections", self.connections)
        yield CounterMetricFamily(f"{PREFIX}events_sent", "Event frames queued for clients", self.events)
        yield CounterMetricFamily(f"{PREFIX}slow_readers_cut", "Clients cut for not reading", self.cut)
        requests = CounterMetricFamily(f"{PREFIX}requests", "Requests by outcome", labels=("method", "code"))
        seconds = HistogramMetricFamily(f"{PREFIX}request_seconds", "Time to answer", labels=("method",))
        for method, answers in self._answers.items():
            for code, count in answers.codes.items():
                requests.add_metric((method, code), count)
            seconds.add_metric((method,), answers.cumulative(), answers.total_ns / 1e9)
        yield requests
        yield seconds
