"""The people of chat platforms who were let in."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, update

from memory import schema_people
from memory.link import Link
from memory.records import Person
from memory.rows import Shape
from memory.sql import upsert
from memory.types import Moment

PERSON = Shape(schema_people.people, Person)

_P = schema_people.people.c
UPSERT = upsert(schema_people.people, "id")
BY_ID = PERSON.query.where(_P.id == bindparam("this"))
ALL = PERSON.query.order_by(_P.created_at, _P.id)
REVOKE = (
    update(schema_people.people)
    .where(_P.id == bindparam("this"))
    .values(revoked_at=func.coalesce(_P.revoked_at, bindparam("at", type_=Moment())))
    .returning(*PERSON.columns)
)


class People:
    """Everybody who was ever let in."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def put(self, person: Person) -> None:
        """Store a person as they stand now."""
        await self._connection.execute(UPSERT[self._connection.dialect.name], PERSON.values(person))

    async def get(self, person_id: str) -> Person | None:
        """Return one person, also one who was shut out."""
        return PERSON.read((await self._connection.execute(BY_ID, {"this": person_id})).one_or_none())

    async def all(self) -> Sequence[Person]:
        """Return everybody, in the order they came."""
        return PERSON.read_all(await self._connection.execute(ALL))

    async def revoke(self, person_id: str, at: datetime) -> Person | None:
        """Shut somebody out, once, and return them; None when nobody has this id."""
        return PERSON.read(
            (await self._connection.execute(REVOKE, {"this": person_id, "at": at})).one_or_none()
        )
