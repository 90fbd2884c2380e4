"""Chats on disk: what people did, each thing once; cards with buttons; which conversation goes on where."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, func, or_, select, update

from memory.chat_records import Arrival, Card, Chat
from memory.link import Link
from memory.rows import Shape
from memory.schema_chats import arrivals, cards, chats
from memory.sql import inserting, upsert

ARRIVAL = Shape(arrivals, Arrival)
CARD = Shape(cards, Card)
CHAT = Shape(chats, Chat)

_A, _C, _T = arrivals.c, cards.c, chats.c
_NEXT, _EARLIER = arrivals.alias("next"), arrivals.alias("earlier")
ADD_ARRIVAL = inserting(
    arrivals, lambda insert: insert.on_conflict_do_nothing(index_elements=["id"]).returning(_A.id)
)
# What somebody else works on holds up what was done after it at the same place.
FREE = (
    select(_NEXT.c.seq)
    .where(_NEXT.c.due_at <= bindparam("now"))
    .where(
        ~exists().where(
            _EARLIER.c.place == _NEXT.c.place,
            _EARLIER.c.seq < _NEXT.c.seq,
            _EARLIER.c.due_at > bindparam("now"),
            _EARLIER.c.owner != bindparam("me"),
        )
    )
    .order_by(_NEXT.c.seq)
    .limit(bindparam("most"))
    .with_for_update(of=_NEXT, skip_locked=True)
)
CLAIM = (
    update(arrivals)
    .where(_A.seq.in_(FREE))
    .values(owner=bindparam("me"), due_at=bindparam("until"), attempts=_A.attempts + 1)
    .returning(_A.seq, *ARRIVAL.columns)
)
DUE = select(_A.seq).where(_A.due_at <= bindparam("now")).limit(1)
MINE = and_(_A.id == bindparam("this"), _A.owner == bindparam("me"), _A.due_at.is_not(None))
RENEW = update(arrivals).where(MINE).values(due_at=bindparam("until", type_=_A.due_at.type))
RELEASE = update(arrivals).where(_A.due_at.is_not(None))
LATEST = ARRIVAL.query.where(
    _A.seq.in_(
        select(func.max(_A.seq))
        .join(chats, _T.place == _A.place)
        .where(_T.place.startswith(bindparam("beginning"), autoescape=False))
        .group_by(_A.place)
    )
)
BY_ID = ARRIVAL.query.where(_A.id == bindparam("this"))

ADD_CARD = cards.insert()
CARD_BY_ID = CARD.query.where(_C.id == bindparam("this"))
OPEN_ABOUT = CARD.query.where(_C.subject == bindparam("about"), _C.closed_at.is_(None))
OVER = CARD.query.where(_C.closed_at.is_(None), _C.expires_at <= bindparam("now")).order_by(_C.expires_at)
SHOWN = update(cards).where(_C.id == bindparam("this"))
CLOSE = update(cards).where(_C.id == bindparam("this"), _C.closed_at.is_(None))

PUT_CHAT = upsert(chats, "place", "person")
CHAT_OF = CHAT.query.where(_T.place == bindparam("where"), _T.person == bindparam("who"))


class Arrivals:
    """Everything that came from chats, in its order."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, *new: Arrival) -> Sequence[str]:
        """Store what is new, due at once, and return the ids of that; what is known already is left."""
        statement = ADD_ARRIVAL[self._connection.dialect.name]
        stored = []
        for each in new:
            row = {**ARRIVAL.values(each), "due_at": each.received_at}
            if await self._connection.scalar(statement, row) is not None:
                stored.append(each.id)
        return stored

    async def get(self, arrival_id: str) -> Arrival | None:
        """Return one, settled or not."""
        return ARRIVAL.read((await self._connection.execute(BY_ID, {"this": arrival_id})).one_or_none())

    async def latest(self, beginning: str) -> Sequence[Arrival]:
        """Return the last one of each place whose name begins so, where somebody let in has been."""
        return ARRIVAL.read_all(await self._connection.execute(LATEST, {"beginning": beginning}))

    async def is_due(self, now: datetime) -> bool:
        """Tell whether something may be free to be taken, in a look that keeps nobody from writing."""
        return await self._connection.scalar(DUE, {"now": now}) is not None

    async def claim(self, owner: str, now: datetime, until: datetime, limit: int) -> Sequence[Arrival]:
        """Take what is free, in its order; nobody else is given it before `until`."""
        values = {"me": owner, "now": now, "until": until, "most": limit}
        rows = sorted((await self._connection.execute(CLAIM, values)).all(), key=lambda row: row[0])
        return ARRIVAL.read_all(row[1:] for row in rows)

    async def renew(self, owner: str, arrival_ids: Collection[str], until: datetime) -> None:
        """Keep what one works on for longer."""
        if arrival_ids:
            rows = [{"this": each, "me": owner, "until": until} for each in arrival_ids]
            await self._connection.execute(RENEW, rows)

    async def release(self, now: datetime) -> None:
        """Give back what anybody worked on, where it is known that nobody does any more."""
        await self._connection.execute(RELEASE.values(due_at=now, owner=None))

    async def progress(self, owner: str, arrival_id: str, progress: Mapping[str, Any]) -> bool:
        """Store what has been done about one; False when it is not this owner's any more."""
        return await self._change(owner, arrival_id, {"progress": progress})

    async def settle(self, owner: str, arrival_id: str, outcome: str, *, forget: bool = False) -> bool:
        """Store that nothing more is to be done about one; False when it is not this owner's any more.

        With `forget` nothing is kept of what it was.
        """
        gone: Mapping[str, Any] = {"payload": {}} if forget else {}
        return await self._change(owner, arrival_id, {"due_at": None, "settled_as": outcome, **gone})

    async def prune(self, before: datetime) -> int:
        """Forget what was settled and came before a moment, and return how much that was."""
        old = delete(arrivals).where(_A.due_at.is_(None), _A.received_at < before)
        return (await self._connection.execute(old)).rowcount

    async def _change(self, owner: str, arrival_id: str, values: Mapping[str, Any]) -> bool:
        which = {"this": arrival_id, "me": owner}
        statement = update(arrivals).where(MINE).values(dict(values))
        return (await self._connection.execute(statement, which)).rowcount == 1


class Cards:
    """Messages with buttons, and who may press them."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, card: Card) -> None:
        """Store a new card."""
        await self._connection.execute(ADD_CARD, CARD.values(card))

    async def get(self, card_id: str) -> Card | None:
        """Return one card, open or closed."""
        return CARD.read((await self._connection.execute(CARD_BY_ID, {"this": card_id})).one_or_none())

    async def about(self, subject: str) -> Sequence[Card]:
        """Return the open cards about something."""
        return CARD.read_all(await self._connection.execute(OPEN_ABOUT, {"about": subject}))

    async def over(self, now: datetime) -> Sequence[Card]:
        """Return the open cards whose time is over."""
        return CARD.read_all(await self._connection.execute(OVER, {"now": now}))

    async def shown(self, card_id: str, message: str) -> None:
        """Store as which message a card can be seen."""
        await self._connection.execute(SHOWN.values(message=message), {"this": card_id})

    async def close(self, card_id: str, at: datetime, outcome: str) -> bool:
        """Close a card; False, and nothing changes, when it was closed before."""
        statement = CLOSE.values(closed_at=at, closed_as=outcome)
        return (await self._connection.execute(statement, {"this": card_id})).rowcount == 1

    async def prune(self, before: datetime) -> int:
        """Forget the cards that were made before a moment, and return how many that were."""
        old = delete(cards).where(
            _C.created_at < before, or_(_C.closed_at.is_not(None), _C.expires_at.is_(None))
        )
        return (await self._connection.execute(old)).rowcount


class Chats:
    """Which conversation each person has at each place."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def get(self, place: str, person: str) -> Chat | None:
        """Return how somebody's talk at a place stands."""
        found = await self._connection.execute(CHAT_OF, {"where": place, "who": person})
        return CHAT.read(found.one_or_none())

    async def last_of(self, people: Collection[str]) -> Chat | None:
        """Return the chat in which one of some people was seen last."""
        newest = CHAT.query.where(_T.person.in_(people)).order_by(_T.seen_at.desc(), _T.person).limit(1)
        return CHAT.read((await self._connection.execute(newest)).one_or_none()) if people else None

    async def put(self, chat: Chat) -> None:
        """Store how it stands now."""
        await self._connection.execute(PUT_CHAT[self._connection.dialect.name], CHAT.values(chat))
