"""Runs on disk, each change made once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update

from memory.link import Link
from memory.rows import Shape, changing
from memory.schema_contests import runs
from memory.sql import insert_unless_there
from trading.runs.record import Run

RUN = Shape(runs, Run)

_R, _MARK = runs.c, runs.alias("mark")
INSERT = insert_unless_there(runs)
CHANGE = update(runs).where(_R.id == bindparam("this"), _R.version == bindparam("was"))
BY_ID = RUN.query.where(_R.id == bindparam("this"))
OF_CONTEST = RUN.query.where(_R.contest == bindparam("which"))
_NEWEST = RUN.query.order_by(_R.created_at.desc(), _R.id.desc())
OF = _NEWEST.where(_R.owner == bindparam("who")).limit(bindparam("most"))
# A page after one that is not theirs is empty.
OLDER = OF.where(
    select(_MARK.c.id)
    .where(
        _MARK.c.id == bindparam("mark"),
        _MARK.c.owner == _R.owner,
        or_(
            _R.created_at < _MARK.c.created_at,
            and_(_R.created_at == _MARK.c.created_at, _R.id < _MARK.c.id),
        ),
    )
    .exists()
)
OF_ACCOUNT = _NEWEST.where(_R.account == bindparam("which")).limit(1)
NAMED = _NEWEST.where(_R.owner == bindparam("who"), _R.name == bindparam("called")).limit(1)


class Runs:
    """Everybody's runs, single ones and those of arenas."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, run: Run) -> bool:
        """Store a new run of a stored contest and account; False, and nothing changes, if its id is taken."""
        insert = INSERT[self._connection.dialect.name]
        return await self._connection.scalar(insert, RUN.values(run)) is not None

    async def get(self, run_id: str) -> Run | None:
        """Return one run."""
        return RUN.read((await self._connection.execute(BY_ID, {"this": run_id})).one_or_none())

    async def change(self, run: Run) -> bool:
        """Store a changed run.

        Returns False, and changes nothing, unless what is stored is the version before this one.
        """
        values = changing(RUN.values(run), "id") | {"this": run.id, "was": run.version - 1}
        return (await self._connection.execute(CHANGE, values)).rowcount == 1

    async def of_contest(self, contest_id: str) -> Sequence[Run]:
        """Return the runs of a contest in the order of their names."""
        found = RUN.read_all(await self._connection.execute(OF_CONTEST, {"which": contest_id}))
        # Each database has an order of its own for text.
        return sorted(found, key=lambda each: (each.name, each.id))

    async def of(self, owner: str, limit: int, before: str | None = None) -> Sequence[Run]:
        """Return somebody's runs, newest first; `before` is the id of one, after which the page goes on."""
        values: dict[str, Any] = {"who": owner, "most": limit}
        query = OF
        if before is not None:
            query, values = OLDER, {**values, "mark": before}
        return RUN.read_all(await self._connection.execute(query, values))

    async def of_account(self, account: str) -> Run | None:
        """Return the latest run of an account."""
        return RUN.read((await self._connection.execute(OF_ACCOUNT, {"which": account})).one_or_none())

    async def named(self, owner: str, name: str) -> Run | None:
        """Return the latest of somebody's runs of this name."""
        found = await self._connection.execute(NAMED, {"who": owner, "called": name})
        return RUN.read(found.one_or_none())
