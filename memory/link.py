"""What the stores need of an open transaction, whatever database it is in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, CursorResult, Dialect, Executable

T = TypeVar("T")

Row = Mapping[str, Any]
Parameters = Row | Sequence[Row] | None


class Link(Protocol):
    """An open transaction; SQLAlchemy's AsyncConnection is one."""

    @property
    def dialect(self) -> Dialect:
        """How this database spells SQL."""
        ...

    async def execute(self, statement: Executable, parameters: Parameters = None, /) -> CursorResult[Any]:
        """Run a statement, or one for each row of parameters."""
        ...

    async def scalar(self, statement: Executable, parameters: Row | None = None, /) -> Any:
        """Run a statement and return the first value of its first row, None where there is none."""
        ...

    async def run_sync(self, work: Callable[[Connection], T], /) -> T:
        """Do work that wants SQLAlchemy's plain connection."""
        ...
