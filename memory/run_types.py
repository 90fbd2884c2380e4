"""How the parts of runs lie in columns, the same on SQLite and Postgres."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, Dialect, Text, TypeDecorator

from memory.types import Json, Moment
from trading.clock import MICROSECOND
from trading.runs.record import DeciderKind, DeciderSpec, Schedule
from trading.runs.rules import RunRules

T = TypeVar("T")


class Span(TypeDecorator[timedelta]):
    """How long something takes, as microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        """Return what goes into the column."""
        return None if value is None else value // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        """Return what came out of the column."""
        return None if value is None else value * MICROSECOND


class Part(TypeDecorator[T], Generic[T]):
    """A value of several fields, as an object of JSON."""

    impl = Text
    cache_ok = True
    _json = Json()
    _span = Span()
    _moment = Moment()

    @abstractmethod
    def plain(self, value: T, dialect: Dialect) -> Mapping[str, Any]:
        """Return the object of a value."""

    @abstractmethod
    def read(self, stored: Mapping[str, Any], dialect: Dialect) -> T:
        """Return the value of an object."""

    def process_bind_param(self, value: T | None, dialect: Dialect) -> str | None:
        """Return what goes into the column; raise NotStorable for what JSON does not know."""
        plain = None if value is None else self.plain(value, dialect)
        return self._json.process_bind_param(plain, dialect)

    def process_result_value(self, value: str | None, dialect: Dialect) -> T | None:
        """Return what came out of the column."""
        stored = self._json.process_result_value(value, dialect)
        return None if stored is None else self.read(stored, dialect)


class Deciding(Part[DeciderSpec]):
    """What decides for a run."""

    cache_ok = True

    def plain(self, value: DeciderSpec, dialect: Dialect) -> Mapping[str, Any]:
        """Return its kind, name and settings."""
        return {"kind": value.kind.value, "name": value.name, "settings": dict(value.settings)}

    def read(self, stored: Mapping[str, Any], dialect: Dialect) -> DeciderSpec:
        """Return the decider of an object."""
        return DeciderSpec(DeciderKind(stored["kind"]), stored["name"], stored["settings"])


class Planned(Part[Schedule]):
    """When a run has its cycles."""

    cache_ok = True

    def plain(self, value: Schedule, dialect: Dialect) -> Mapping[str, Any]:
        """Return what it says, times and spans in microseconds."""
        return {
            "every": self._span.process_bind_param(value.every, dialect),
            "cycles": value.cycles,
            "until": self._moment.process_bind_param(value.until, dialect),
        }

    def read(self, stored: Mapping[str, Any], dialect: Dialect) -> Schedule:
        """Return the schedule of an object."""
        until = self._moment.process_result_value(stored["until"], dialect)
        return Schedule(stored["every"] * MICROSECOND, stored["cycles"], until)


class Bounds(Part[RunRules]):
    """The rules of a run."""

    cache_ok = True

    def plain(self, value: RunRules, dialect: Dialect) -> Mapping[str, Any]:
        """Return each rule by its name, money as text."""
        rules = {each.name: getattr(value, each.name) for each in fields(RunRules)}
        return {name: str(rule) if isinstance(rule, Decimal) else rule for name, rule in rules.items()}

    def read(self, stored: Mapping[str, Any], dialect: Dialect) -> RunRules:
        """Return the rules of an object; one that was not known when it was stored is at its default."""
        rules: dict[str, Any] = {
            name: Decimal(rule) if isinstance(rule, str) else rule for name, rule in stored.items()
        }
        return RunRules(**rules)
