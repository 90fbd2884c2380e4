"""How values of the domain lie in columns, the same on SQLite and Postgres."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from enum import StrEnum
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import BigInteger, Dialect, Integer, Numeric, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

from memory.errors import NotStorable
from trading.clock import EPOCH, MICROSECOND
from trading.symbols import Symbol

WIDEST = 1_000
EXACT = Context(prec=4 * WIDEST, traps=[InvalidOperation, Overflow, Inexact])
"""Adds storable decimals without rounding; it raises rather than round."""

E = TypeVar("E", bound=StrEnum)

Seq = BigInteger().with_variant(Integer(), "sqlite")
"""A number that grows by itself; SQLite does that for INTEGER only."""


def plain_decimal(value: object) -> str:
    """Return every digit of a decimal, without exponent; raise NotStorable for what is not exact."""
    if not isinstance(value, Decimal) or not value.is_finite():
        raise NotStorable(f"money is a finite Decimal, not {value!r}")
    # The first place is looked at before anything is written out: it alone could fill the memory.
    near = abs(value.adjusted()) <= WIDEST
    digits = format(value if value else abs(value), "f") if near else ""
    if not near or len(digits.partition(".")[2]) > WIDEST:
        raise NotStorable(f"{value!r} has more than {WIDEST} places")
    return digits


def whole_text(text: str) -> str:
    """Return text with U+FFFD for each half of a surrogate pair, which UTF-8 cannot write."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Money(TypeDecorator[Decimal]):
    """An exact decimal: NUMERIC on Postgres, text on SQLite, whose own numbers are floats.

    Never compare or order by such a column in SQL.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type of one database."""
        return dialect.type_descriptor(Numeric() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Return what goes into the column."""
        if value is None:
            return None
        digits = plain_decimal(value)
        return Decimal(digits) if dialect.name == "postgresql" else digits

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Return what came out of the column."""
        return value if value is None or isinstance(value, Decimal) else Decimal(value)


class Moment(TypeDecorator[datetime]):
    """An aware moment, as microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Return what goes into the column; raise NotStorable for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise NotStorable(f"{value!r} has no time zone")
        return (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return what came out of the column."""
        return None if value is None else EPOCH + value * MICROSECOND


class Words(TypeDecorator[str]):
    """Text from anywhere. What Postgres or UTF-8 cannot hold (NUL, half a pair) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what goes into the column."""
        return None if value is None else whole_text(value.replace("\0", "\ufffd"))


class Json(TypeDecorator[Mapping[str, Any]]):
    """An object as JSON text, which keeps the order of keys, and NUL, on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Any] | None, dialect: Dialect) -> str | None:
        """Return what goes into the column; raise NotStorable for what JSON does not know."""
        if value is None:
            return None
        try:
            return orjson.dumps(dict(value)).decode()
        except TypeError:
            return _mended(dict(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        """Return what came out of the column."""
        return None if value is None else orjson.loads(value)


class Choice(TypeDecorator[E], Generic[E]):
    """One word of an enumeration."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind
        self._known: Mapping[str, E] = {each.value: each for each in kind}

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """Return what goes into the column; raise NotStorable for a word outside the enumeration."""
        if value is None:
            return None
        # A member is found by its word, as it is one.
        member = self._known.get(value)
        if member is None:
            raise NotStorable(f"{value!r} is no {self.kind.__name__}")
        return member.value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """Return what came out of the column; raise ValueError for a word outside the enumeration."""
        return None if value is None else self._known.get(value) or self.kind(value)


class Pair(TypeDecorator[Symbol]):
    """A trading pair, written BASE/QUOTE."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Symbol | None, dialect: Dialect) -> str | None:
        """Return what goes into the column."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Symbol | None:
        """Return what came out of the column."""
        return None if value is None else Symbol(*value.split("/"))


class Listed(TypeDecorator[tuple[str, ...]]):
    """Short texts in their order, as an array of JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        """Return what goes into the column."""
        if value is None:
            return None
        return orjson.dumps([whole_text(each.replace("\0", "\ufffd")) for each in value]).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        """Return what came out of the column."""
        return None if value is None else tuple(orjson.loads(value))


class Pairs(TypeDecorator[tuple[Symbol, ...]]):
    """Trading pairs in their order, as an array of JSON: each stands in quotes in the text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Symbol, ...] | None, dialect: Dialect) -> str | None:
        """Return what goes into the column."""
        return None if value is None else orjson.dumps([str(each) for each in value]).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Symbol, ...] | None:
        """Return what came out of the column."""
        return None if value is None else tuple(Symbol(*each.split("/")) for each in orjson.loads(value))


def _mended(value: dict[str, Any]) -> str:
    try:
        return orjson.dumps(_whole(value)).decode()
    except TypeError as error:
        raise NotStorable(f"not JSON: {error}") from None


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list | tuple) else value
