"""Every statement that a store keeps, and values of every kind of column to run it with."""

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Float,
    Integer,
    LargeBinary,
    Select,
    Table,
    Text,
    UpdateBase,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import NullType, TypeEngine

import memory
from memory import schema
from memory.run_types import Bounds, Deciding, Planned, Span
from memory.types import Choice, Json, Listed, Moment, Money, Pair, Pairs, Words
from tests.memory.samples import later
from trading.runs.record import DeciderKind, DeciderSpec, Schedule
from trading.runs.rules import RunRules
from trading.symbols import Symbol

Statement = Select[Any] | UpdateBase

SAMPLES: Mapping[type[TypeEngine[Any]], Callable[[int], Any]] = {
    Words: "word {}".format,
    Text: "text {}".format,
    Money: lambda number: Decimal(number).scaleb(-2),
    Moment: later,
    Json: lambda number: {"number": number},
    Pair: lambda number: Symbol(f"C{number}", "USDT"),
    Listed: lambda number: (f"word {number}",),
    Pairs: lambda number: (Symbol(f"C{number}", "USDT"),),
    Span: lambda number: timedelta(minutes=number),
    Deciding: lambda number: DeciderSpec(DeciderKind.BASELINE, f"word {number}"),
    Planned: lambda number: Schedule(timedelta(minutes=number)),
    Bounds: lambda number: RunRules(failures=number),
    Boolean: bool,
    Integer: int,
    BigInteger: int,
    Float: float,
    LargeBinary: lambda number: bytes([number]),
    # How many rows are wanted: a LIMIT has no column to take its type from.
    NullType: int,
}


def kept() -> Iterator[tuple[str, Statement]]:
    """Find the statements that live as long as their modules."""
    seen: set[int] = set()
    for module in pkgutil.iter_modules(memory.__path__, "memory."):
        for name, value in vars(import_module(module.name)).items():
            statement = value.get("sqlite") if isinstance(value, dict) else value
            if isinstance(statement, Select | UpdateBase) and id(statement) not in seen:
                seen.add(id(statement))
                yield f"{module.name.removeprefix('memory.')}.{name}", statement


def row(table: Table, number: int, full: bool = True) -> dict[str, Any]:
    """Return a row, the same for the same number, and empty wherever it may be unless it is to be `full`."""
    return {
        column.name: None if column.nullable and not full else _sample(column.type, number)
        for column in table.c
        if column is not table.autoincrement_column
    }


def asked(statement: Statement, number: int, full: bool = True) -> dict[str, Any]:
    """Return what a statement asks its caller for, which may be a row to store."""
    binds = statement.compile(dialect=sqlite.dialect()).binds.values()
    values = {bind.key: _sample(bind.type, number) for bind in binds if bind.required}
    if isinstance(statement, Select):
        return values
    assert isinstance(statement.table, Table)
    own = row(statement.table, number, full)
    grown = {column.name for column in statement.table.c} - set(own)
    return {name: own.get(name, value) for name, value in values.items() if name not in grown}


def populate(connection: Connection) -> None:
    """Store two rows in each table, in a transaction that is never committed: they refer to nothing."""
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for table in schema.metadata.sorted_tables:
        for number in (1, 2):
            connection.execute(table.insert(), row(table, number, full=number == 1))


def contents(connection: Connection) -> Mapping[str, Any]:
    """Return everything that is in the database."""
    names = [table.name for table in schema.metadata.sorted_tables]
    return {name: connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in names}


def _sample(kind: TypeEngine[Any], number: int) -> Any:
    if isinstance(kind, Choice):
        return next(each for each in kind.kind)
    return next(SAMPLES[each] for each in type(kind).__mro__ if each in SAMPLES)(number)
