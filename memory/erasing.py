"""Erasing what is to be forgotten from all that was written down in passing: transcripts, events, answers."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Column, ColumnElement, Table, Text, and_, delete, or_, select, type_coerce, update

from memory import (
    schema,
    schema_alerts,
    schema_chats,
    schema_contests,
    schema_cron,
    schema_decisions,
    schema_summaries,
)
from memory.link import Link
from memory.types import Json

FORGOTTEN = "(forgotten on request)"

LEAST = 12
"""Characters of a text that is looked for by itself: a shorter one may mean something else elsewhere."""

NAMES = frozenset({"id", "role", "name", "status", "model", "kind", "code", "reason"})
"""What an event or an answer is called by: not a word of what somebody said."""

Whose = Callable[[Table, Sequence[str]], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Place:
    """Columns of a table in which what people say may lie, the key of its rows, and whose they are."""

    table: Table
    columns: tuple[str, ...]
    whose: Whose
    key: str = "id"


@dataclass(frozen=True, slots=True)
class Change:
    """What one row is to hold instead."""

    table: Table
    key: str
    row: Any
    values: Mapping[str, Any]


def _of(name: str) -> Whose:
    return lambda table, people: table.c[name].in_(people)


def _said_by(table: Table, people: Sequence[str]) -> ColumnElement[bool]:
    return or_(
        *(type_coerce(table.c.payload, Text).contains(f'"{each}"', autoescape=True) for each in people)
    )


def _decided_by(table: Table, people: Sequence[str]) -> ColumnElement[bool]:
    own = select(schema_decisions.decisions.c.id).where(schema_decisions.decisions.c.principal.in_(people))
    return table.c.id.in_(own)


def _competed_for(table: Table, people: Sequence[str]) -> ColumnElement[bool]:
    own = select(schema_contests.contests.c.id).where(schema_contests.contests.c.owner.in_(people))
    return table.c.contest.in_(own)


MESSAGES = Place(schema.messages, ("content", "data"), _of("principal"))
EVENTS = Place(schema.events, ("payload",), _of("principal"), "seq")
SUMMARIES = Place(schema_summaries.session_summaries, ("text", "open"), _of("principal"), "session_id")
PLACES = (
    MESSAGES,
    EVENTS,
    Place(schema.calls, ("answer",), _of("principal")),
    Place(schema.outbox, ("text", "data", "progress"), _of("recipient")),
    Place(schema_chats.arrivals, ("payload", "progress"), _said_by),
    Place(schema_chats.cards, ("text", "actions"), _of("person")),
    Place(schema.approvals, ("reason",), _of("principal")),
    Place(schema_cron.prompt_runs, ("prompt", "response"), _of("principal")),
    Place(schema_alerts.alert_firings, ("told",), _of("principal")),
    Place(schema_decisions.decisions, ("reasoning", "reason"), _of("principal")),
    Place(schema_decisions.decision_bases, ("prompt", "response", "context"), _decided_by),
    Place(schema_contests.entries, ("reason", "decision", "answer"), _competed_for, "seq"),
)
"""Everywhere that words of a conversation go, but for what somebody has ordered, which stays until they take
it back; summaries of conversations are dropped whole, and made anew."""


class Erasing:
    """Finds and erases what was written down in passing."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def turns(self, people: Sequence[str], texts: Sequence[str]) -> frozenset[str]:
        """Return the turns in whose messages any of these texts stands."""
        wanted = _holding(MESSAGES, texts)
        if wanted is None:
            return frozenset()
        table = schema.messages
        query = select(table.c.turn_id).where(MESSAGES.whose(table, people), wanted)
        return frozenset(row[0] for row in await self._connection.execute(query) if row[0] is not None)

    async def found(self, people: Sequence[str], texts: Sequence[str], turns: Sequence[str]) -> list[Change]:
        """Return what has to change: what was said in these turns, and these texts wherever they stand."""
        changes = [each async for each in self._said_in(people, turns)]
        done = {(each.table.name, each.row) for each in changes}
        for place in PLACES:
            wanted = _holding(place, texts)
            if wanted is None:
                continue
            rows = await self._rows(place, and_(place.whose(place.table, people), wanted))
            changes += [
                Change(place.table, place.key, row, _struck(values, texts))
                for row, values in rows
                if (place.table.name, row) not in done
            ]
        return changes

    async def apply(self, changes: Sequence[Change], people: Sequence[str], sessions: Sequence[str]) -> None:
        """Make these changes, and drop the summaries of conversations they are of."""
        for each in changes:
            await self._connection.execute(
                update(each.table).where(each.table.c[each.key] == each.row).values(each.values)
            )
        summaries = schema_summaries.session_summaries
        await self._connection.execute(
            delete(summaries).where(summaries.c.principal.in_(people), summaries.c.session_id.in_(sessions))
        )

    async def sessions(
        self, people: Sequence[str], turns: Sequence[str], texts: Sequence[str]
    ) -> Sequence[str]:
        """Return the conversations that turns were part of, or in whose summary any of these texts stands."""
        table = schema.turns
        query = select(table.c.session_id).where(table.c.principal.in_(people), table.c.id.in_(turns))
        found = {row[0] for row in await self._connection.execute(query.distinct())}
        wanted = _holding(SUMMARIES, texts)
        if wanted is not None:
            rows = await self._rows(SUMMARIES, and_(SUMMARIES.whose(SUMMARIES.table, people), wanted))
            found |= {row for row, _ in rows}
        return sorted(found)

    async def _said_in(self, people: Sequence[str], turns: Sequence[str]) -> AsyncIterator[Change]:
        if not turns:
            return
        said = and_(MESSAGES.whose(schema.messages, people), schema.messages.c.turn_id.in_(turns))
        for row, values in await self._rows(MESSAGES, said):
            yield Change(schema.messages, "id", row, {"content": FORGOTTEN, "data": _blank(values["data"])})
        told = or_(*(type_coerce(schema.events.c.payload, Text).contains(f'"{each}"') for each in turns))
        for row, values in await self._rows(EVENTS, and_(EVENTS.whose(schema.events, people), told)):
            yield Change(schema.events, "seq", row, {"payload": _blank(values["payload"])})

    async def _rows(self, place: Place, wanted: ColumnElement[bool]) -> list[tuple[Any, dict[str, Any]]]:
        columns = [place.table.c[name] for name in place.columns]
        query = select(place.table.c[place.key], *columns).where(wanted)
        return [
            (row[0], dict(zip(place.columns, row[1:], strict=True)))
            for row in await self._connection.execute(query)
        ]


def _holding(place: Place, texts: Sequence[str]) -> ColumnElement[bool] | None:
    """Return the condition that any of these texts stands in a row; None when there is none to look for."""
    wanted = [
        type_coerce(column, Text).contains(_spelled(column, each), autoescape=True)
        for column in (place.table.c[name] for name in place.columns)
        for each in texts
        if len(each) >= LEAST
    ]
    return or_(*wanted) if wanted else None


def _spelled(column: Column[Any], text: str) -> str:
    """Return a text as it stands in a column: in JSON some of its characters are spelled otherwise."""
    return orjson.dumps(text).decode()[1:-1] if isinstance(column.type, Json) else text


def _struck(values: Mapping[str, Any], texts: Sequence[str]) -> Mapping[str, Any]:
    return {name: _without(value, texts) for name, value in values.items()}


def _without(value: Any, texts: Sequence[str]) -> Any:
    if isinstance(value, str):
        for each in texts:
            value = value.replace(each, FORGOTTEN) if len(each) >= LEAST else value
        return value
    if isinstance(value, Mapping):
        return {key: _without(each, texts) for key, each in value.items()}
    return [_without(each, texts) for each in value] if isinstance(value, list | tuple) else value


def _blank(value: Any) -> Any:
    """Return data without a word of what was said in it; ids and states stay."""
    if isinstance(value, Mapping):
        return {key: each if _is_name(key, each) else _blank(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_blank(each) for each in value]
    return FORGOTTEN if isinstance(value, str) else value


def _is_name(key: str, value: Any) -> bool:
    return isinstance(value, str) and (key in NAMES or key.endswith(("Id", "_id")))
