"""The little SQL that the two databases spell differently, and statements that are built once."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from memory.types import Money

Insert = sqlite.Insert | postgresql.Insert
ByDialect = Mapping[str, Executable]
"""One statement, per name of SQLAlchemy's dialect."""


def inserting(table: Table, build: Callable[[Insert], Executable]) -> ByDialect:
    """Return what `build` makes of an INSERT that knows ON CONFLICT, for both databases."""
    return {"sqlite": build(sqlite.insert(table)), "postgresql": build(postgresql.insert(table))}


def upsert(table: Table, *key: str) -> ByDialect:
    """Return an INSERT that replaces every other column of the row that has this key."""

    def build(insert: Insert) -> Executable:
        others = {column.name: insert.excluded[column.name] for column in table.c if column.name not in key}
        return insert.on_conflict_do_update(index_elements=key, set_=others)

    return inserting(table, build)


def insert_unless_there(table: Table) -> ByDialect:
    """Return an INSERT that does nothing when its key is taken, and returns the key when it is not."""
    return inserting(table, lambda insert: insert.on_conflict_do_nothing().returning(*table.primary_key))


class ExactSum(GenericFunction[Decimal]):
    """The sum of two columns of money, every digit of it."""

    name = "exact_sum"
    type = Money()
    inherit_cache = True


class ExactMax(GenericFunction[Decimal]):
    """The larger of two columns of money; where one is empty, the other."""

    name = "exact_max"
    type = Money()
    inherit_cache = True


class ExactTotal(GenericFunction[Decimal]):
    """The sum of a column of money over all rows, every digit of it; empty where no row has any."""

    name = "exact_total"
    type = Money()
    inherit_cache = True


@compiles(ExactMax, "postgresql")
def _as_greatest(element: ExactMax, compiler: SQLCompiler, **options: Any) -> str:
    return f"greatest({', '.join(compiler.process(each, **options) for each in element.clauses)})"


@compiles(ExactSum, "postgresql")
def _as_sum(element: ExactSum, compiler: SQLCompiler, **options: Any) -> str:
    return " + ".join(compiler.process(each, **options) for each in element.clauses)


@compiles(ExactTotal, "postgresql")
def _as_total(element: ExactTotal, compiler: SQLCompiler, **options: Any) -> str:
    return f"sum({', '.join(compiler.process(each, **options) for each in element.clauses)})"
