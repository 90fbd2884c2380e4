"""What somebody stated in a conversation, distilled into the note of its day once the conversation rests."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import structlog

from agent.models.errors import ModelError
from agent.models.port import Model, Usage
from agent.noting import Noted, borne_out, noted_by
from agent.span import conversation_since
from agent.stated import own_words, stated
from agent.summarising import RULES
from memory.database import Database
from memory.distilled import Distilled, Due
from memory.edits import NothingToKeep
from memory.inside import Outside, Unreadable
from memory.markdown import ABOVE
from memory.notebook import Notebook
from memory.passages import Kind, Passage, Query, Source
from memory.records import MessageRole, PlacedMessage, TranscriptMessage
from memory.same import adds_nothing
from memory.workspace import note_of
from tools.acting import principal_now
from tools.own_words import SHARED, is_put
from tools.policy import Principal
from tools.rule_talk import speaks_of_rules
from trading.clock import Clock

RESTED = timedelta(minutes=15)
"""How long nobody has said anything in a conversation that is over for now."""

MANY = 40
AT_ONCE = 60
"""Messages that do not wait for its end, and how many are distilled together."""

FORGIVING = timedelta(hours=1)
"""How long a conversation waits for a model that fails, before rules do its work."""

TOO_OLD = timedelta(days=7)
"""Conversations from before then are left as they are."""

CONVERSATIONS = 200
"""How many are looked at in one step."""

LOOKED_AT = 20
"""Memories nearest to a note among which it may stand already."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Part:
    """Messages of a conversation that were not distilled yet, with the mark of those before them."""

    who: Principal
    session_id: str
    before: Distilled | None
    messages: Sequence[PlacedMessage]

    @property
    def last(self) -> TranscriptMessage:
        return self.messages[-1].message


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a person's notes something is written."""

    day: date
    heading: str

    def has(self, passage: Passage) -> bool:
        """Tell whether a passage stands there."""
        return passage.path == note_of(self.day) and passage.heading.rpartition(ABOVE)[2] == self.heading


class Distiller:
    """Distils everybody's conversations, by a model or by rules where there is none."""

    def __init__(
        self, database: Database, notebook: Notebook, model: Model, clock: Clock, zone: ZoneInfo, account: str
    ) -> None:
        self._database = database
        self._notebook = notebook
        self._model = model
        self._clock = clock
        self._zone = zone
        self._account = account

    async def step(self) -> int:
        """Distil every conversation that is due; return how many it was. A failure is tried again."""
        now = self._clock.now()
        async with self._database.read() as uow:
            due = await uow.distilled.due(now - TOO_OLD, now - RESTED, MANY, CONVERSATIONS)
        done = 0
        for each in due:
            try:
                done += await self._distil(each, now)
            except (ModelError, TimeoutError, Outside, Unreadable, NothingToKeep) as error:
                log.warning("a conversation was not distilled", session=each.session_id, error=str(error))
        return done

    async def _distil(self, due: Due, now: datetime) -> bool:
        part = await self._read(due, now)
        if part is None:
            return False
        said = typed_alone(part.messages)
        noted = await self._noted(said, must=now - due.used_at > FORGIVING)
        place = _place(part, self._zone)
        notes = await asyncio.to_thread(_notes_of, noted, said)
        fresh = await self._fresh(part.who.person, notes, place)
        # What was forgotten meanwhile is not there any more, and must not come back from here.
        if await self._read(due, now) != part:
            return False
        if fresh:
            await self._notebook.note(
                part.who.person,
                place.heading,
                fresh,
                Source.DISTILLED,
                day=place.day,
                session_id=part.session_id,
            )
        async with self._database.transact() as uow:
            return await uow.distilled.put(_mark(part, noted, self._clock.now()))

    async def _read(self, due: Due, now: datetime) -> _Part | None:
        """Return what is to be distilled; None where there is nothing.

        There is none of somebody who was shut out, nor of a conversation with a turn that has not ended.
        """
        async with self._database.read() as uow:
            if await uow.turns.running(due.principal, due.session_id) is not None:
                return None
            who = await principal_now(uow, due.principal, self._account, now)
            before = await uow.distilled.get(due.principal, due.session_id)
            after = before.upto if before else 0
            messages = await conversation_since(uow, due.principal, due.session_id, after, AT_ONCE)
        return _Part(who, due.session_id, before, messages) if who and messages else None

    async def _noted(self, said: Sequence[str], must: bool) -> Noted | None:
        """Return what a model would note; None where rules do it. Raises ModelError or TimeoutError."""
        if not said:
            return None
        try:
            return await noted_by(self._model, said)
        except (ModelError, TimeoutError) as error:
            if not must:
                raise
            log.warning("no model distils, so rules do", model=self._model.name, error=str(error))
            return None

    async def _fresh(self, person: str, notes: Sequence[str], place: _Place) -> list[str]:
        """Return the notes that tell something which is not kept yet."""
        fresh: list[str] = []
        for note in notes:
            query = Query(note, limit=LOOKED_AT, kinds=frozenset({Kind.FACT, Kind.NOTE}))
            found = await self._notebook.search(person, query)
            known = [each.passage.text for each in found.hits if not place.has(each.passage)]
            if not any(adds_nothing(note, each) for each in (*known, *fresh)):
                fresh.append(note)
        return fresh


def typed_alone(messages: Sequence[PlacedMessage]) -> list[str]:
    """Return what a person typed with nobody reading along: without what others said, or talk of rules."""
    own = [
        own_words(each.message.content)
        for each in messages
        if each.message.role is MessageRole.USER
        and not is_put(each.message)
        and SHARED not in (each.message.data or {})
    ]
    return [each for each in own if each.strip() and not speaks_of_rules(each)]


def _notes_of(noted: Noted | None, said: Sequence[str]) -> list[str]:
    return stated(said) if noted is None or noted.notes is None else borne_out(noted.notes, said)


def _place(part: _Part, zone: ZoneInfo) -> _Place:
    """Return where a part is noted: the same place each time, and no other's."""
    at = part.last.created_at.astimezone(zone)
    minute = f"{at:%H:%M}"
    named = [part.who.id] if part.who.id != part.who.person else []
    named += [part.session_id] if part.session_id != MAIN else []
    heading = " ".join([minute, "conversation", *map(_plain, named)])
    before = part.before
    if before is not None and f"{before.upto_at.astimezone(zone):%Y%m%d%H:%M}" == f"{at:%Y%m%d}{minute}":
        heading += f" ({before.revision + 1})"
    return _Place(at.date(), heading)


MAIN = "main"
"""The conversation that needs no name."""


def _plain(name: str) -> str:
    return "".join(each if each.isalnum() or each in "-_.:" else "-" for each in name)[:48]


def _mark(part: _Part, noted: Noted | None, now: datetime) -> Distilled:
    old = part.before
    usage = noted.usage if noted else Usage()
    spent = noted.cost if noted else Decimal(0)
    return Distilled(
        principal=part.who.id,
        session_id=part.session_id,
        upto=part.messages[-1].seq,
        upto_at=part.last.created_at,
        messages=len(part.messages) + (old.messages if old else 0),
        at=now,
        model=noted.model if noted and noted.notes is not None else RULES,
        input_tokens=usage.input + (old.input_tokens if old else 0),
        output_tokens=usage.output + (old.output_tokens if old else 0),
        cached_tokens=usage.cached + (old.cached_tokens if old else 0),
        cost=None
        if spent is None or (old and old.cost is None)
        else spent + (old.cost if old and old.cost else 0),
        revision=old.revision + 1 if old else 1,
    )
