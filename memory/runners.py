"""Runners on disk, each change made once."""

from sqlalchemy import bindparam, update

from memory.link import Link
from memory.rows import Shape, changing
from memory.runner_records import Runner
from memory.schema_runners import runners
from memory.sql import insert_unless_there

RUNNER = Shape(runners, Runner)

_R = runners.c
INSERT = insert_unless_there(runners)
ONE = RUNNER.query.where(_R.principal == bindparam("who"))
CHANGE = update(runners).where(_R.principal == bindparam("who"), _R.version == bindparam("was"))


class Runners:
    """The runner of each principal."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def get(self, principal: str) -> Runner | None:
        """Return somebody's runner, None before it was first used."""
        found = await self._connection.execute(ONE, {"who": principal})
        return RUNNER.read(found.one_or_none())

    async def put(self, runner: Runner) -> bool:
        """Store a runner in place of the version before; 1 is the first.

        Returns False, and changes nothing, unless that one is what is stored.
        """
        values = RUNNER.values(runner)
        if runner.version == 1:
            statement = INSERT[self._connection.dialect.name]
            return (await self._connection.execute(statement, values)).first() is not None
        changed = changing(values, "principal") | {"who": runner.principal, "was": runner.version - 1}
        return (await self._connection.execute(CHANGE, changed)).rowcount == 1
