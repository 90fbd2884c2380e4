"""Dataclasses as rows: each field lies in the column of its name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import Column, Select, Table, select

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


class Shape(Generic[T]):
    """How one dataclass lies in one table; columns that are no field are the store's own."""

    def __init__(self, table: Table, kind: type[T]) -> None:
        self._make: Callable[..., T] = kind
        self._names = tuple(field.name for field in fields(kind))
        self._get = attrgetter(*self._names)
        self.columns: tuple[Column[Any], ...] = tuple(table.c[name] for name in self._names)
        self.query: Select[Any] = select(*self.columns)

    def values(self, value: T) -> dict[str, Any]:
        """Return the row of a value."""
        return dict(zip(self._names, self._get(value), strict=True))

    def read(self, row: Sequence[Any] | None) -> T | None:
        """Return the value of a row, None for none."""
        return None if row is None else self._make(*row)

    def read_all(self, rows: Iterable[Sequence[Any]]) -> list[T]:
        """Return the value of each row."""
        return [self._make(*row) for row in rows]


def changing(values: Mapping[str, Any], *fixed: str) -> dict[str, Any]:
    """Return `values` without the columns that an update leaves alone."""
    return {name: value for name, value in values.items() if name not in fixed}
