"""What the stores need of an open transaction, whatever database it is in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Dialect, Executable

T = TypeVar("T")

Row = Mapping[str, Any]
Parameters = Row | Sequence[Row] | None


class Result(Protocol):
    """What a statement did and returned; SQLAlchemy's CursorResult is one. A row is a tuple with names."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """Go through the rows."""
        ...

    def all(self) -> Sequence[Any]:
        """Return every row."""
        ...

    def first(self) -> Any:
        """Return the first row, None where there is none."""
        ...

    def one_or_none(self) -> Any:
        """Return the only row, None where there is none; raise MultipleResultsFound for several."""
        ...

    def scalar(self) -> Any:
        """Return the first value of the first row, None where there is none."""
        ...


class Link(Protocol):
    """An open transaction; SQLAlchemy's AsyncConnection is one."""

    @property
    def dialect(self) -> Dialect:
        """How this database spells SQL."""
        ...

    async def execute(self, statement: Executable, parameters: Parameters = None, /) -> Result:
        """Run a statement, or one for each row of parameters."""
        ...

    async def scalar(self, statement: Executable, parameters: Row | None = None, /) -> Any:
        """Run a statement and return the first value of its first row, None where there is none."""
        ...

    async def run_sync(self, work: Callable[[Connection], T], /) -> T:
        """Do work that wants SQLAlchemy's plain connection."""
        ...

    def begin_nested(self) -> AbstractAsyncContextManager[Any]:
        """Hold a part of the transaction that is undone alone when the block raises."""
        ...
