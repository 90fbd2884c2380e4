"""Statements made ready once, which SQLite's own cursor runs from then on.

SQLAlchemy builds and compiles a statement and knows how values are converted. What it does around each single
execution takes several times as long as SQLite does, and that is what these go without.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Executable, SelectBase, UpdateBase
from sqlalchemy.exc import MultipleResultsFound
from sqlalchemy.sql.compiler import SQLCompiler

from memory.link import Parameters, Row

Convert = Callable[[Any], Any]
Names = Sequence[tuple[str, Convert | None]]
"""Names in their order, each with what converts its values."""


class Rows:
    """What a statement returned: all of it, so that no cursor stays open behind it."""

    def __init__(self, rows: Sequence[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        """Go through the rows."""
        return iter(self._rows)

    def all(self) -> Sequence[Any]:
        """Return every row."""
        return self._rows

    def first(self) -> Any:
        """Return the first row, None where there is none."""
        return self._rows[0] if self._rows else None

    def one_or_none(self) -> Any:
        """Return the only row, None where there is none; raise MultipleResultsFound for several."""
        if len(self._rows) > 1:
            raise MultipleResultsFound("several rows were found where at most one was expected")
        return self.first()

    def scalar(self) -> Any:
        """Return the first value of the first row, None where there is none."""
        return self._rows[0][0] if self._rows else None


class Prepared:
    """One statement as SQLite takes it, and how values go in and come out."""

    def __init__(self, sql: str, values: Names, constants: Row, columns: Names) -> None:
        self._sql = sql
        self._values = values
        self._constants = constants
        self._returned = [convert for _, convert in columns]
        self._row = _row_class([name for name, _ in columns])

    @property
    def returns_rows(self) -> bool:
        """Whether rows come back."""
        return bool(self._returned)

    def run(self, connection: sqlite3.Connection, given: Sequence[Row]) -> Rows:
        """Run it once for each row of parameters."""
        cursor = sqlite3.Cursor(connection)
        if len(given) == 1:
            found = cursor.execute(self._sql, self._bound(given[0])).fetchall()
            return Rows([self._read(values) for values in found], cursor.rowcount)
        cursor.executemany(self._sql, [self._bound(each) for each in given])
        return Rows((), cursor.rowcount)

    def _bound(self, given: Row) -> Sequence[Any]:
        known = {**self._constants, **given} if self._constants else given
        # Whatever the type, None goes in as NULL.
        return [
            value if (value := known[name]) is None or convert is None else convert(value)
            for name, convert in self._values
        ]

    def _read(self, values: Sequence[Any]) -> Any:
        pairs = zip(self._returned, values, strict=True)
        return self._row(
            [value if convert is None or value is None else convert(value) for convert, value in pairs]
        )


class Statements:
    """What is prepared for one dialect, each statement for as long as somebody keeps it."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._known: WeakKeyDictionary[Executable, dict[tuple[str, ...], Prepared | None]] = (
            WeakKeyDictionary()
        )

    def find(self, statement: Executable, given: Sequence[Row]) -> Prepared | None:
        """Return a statement prepared for such rows of parameters, None where SQLAlchemy has to run it."""
        forms = self._known.get(statement)
        if forms is None:
            # One that was built for this occasion will not come again, and preparing costs more than running.
            self._known[statement] = {}
            return None
        names = tuple(given[0])
        if names not in forms:
            forms[names] = _prepare(statement, names, self._dialect)
        prepared = forms[names]
        return None if prepared is None or (prepared.returns_rows and len(given) > 1) else prepared


def rows_of(parameters: Parameters) -> Sequence[Row]:
    """Return each row that a statement is to be run for; without parameters that is an empty one."""
    if not parameters:
        return ({},)
    return (parameters,) if isinstance(parameters, Mapping) else parameters


class _Given:
    """Stands in a statement where a value of the caller will."""

    def __init__(self, name: str) -> None:
        self.name = name


def _prepare(statement: Executable, names: Sequence[str], dialect: Dialect) -> Prepared | None:
    if not isinstance(statement, SelectBase | UpdateBase):
        return None
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    if not isinstance(compiled, SQLCompiler) or _varies(compiled, names):
        return None
    state = compiled.construct_expanded_state({name: _Given(name) for name in names}, escape_names=False)
    values: list[tuple[str, Convert | None]] = []
    constants: dict[str, Any] = {}
    for name in state.positiontup or ():
        value, convert = state.parameters[name], state.processors.get(name)
        if name in compiled.binds:
            convert = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
        if isinstance(value, _Given):
            values.append((value.name, convert))
        else:
            values.append((name, None))
            constants[name] = convert(value) if convert else value
    columns = [
        # SQLite's driver tells no types of columns.
        (name or "", column.type.dialect_impl(dialect).result_processor(dialect, None))
        for name, column in statement.exported_columns.items()
    ]
    return Prepared(state.statement, values, constants, columns)


def _varies(compiled: SQLCompiler, names: Sequence[str]) -> bool:
    """Return whether anything but the given values is new each time: the text, a default, a callable."""
    late = compiled.post_compile_params | compiled.literal_execute_params
    return (
        bool(compiled.insert_prefetch or compiled.update_prefetch)
        or any(bind.callable for bind in compiled.binds.values())
        or any(bind.key in names for bind in late)
    )


def _row_class(names: Sequence[str]) -> type[tuple[Any, ...]]:
    """Return a tuple whose places have names; a named one would not take names such as `from`."""
    places = {name: property(itemgetter(place)) for place, name in enumerate(names)}
    return type("Row", (tuple,), {"__slots__": (), **places})
