"""Letting unknown people in: a short code that they show to an owner, good for an hour and once."""

import asyncio
import hashlib
import hmac
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from memory.database import Database, UnitOfWork
from memory.records import PairingRequest, Person
from tools.errors import NotFound, RateLimited
from tools.policy import Principal, Role
from trading.clock import Clock
from trading.notices import OWNER, Notice
from trading.ports import NewId

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""What codes are made of: nothing in it is taken for another when it is read out."""

LENGTH = 8
ENTROPY_BYTES = 16
GOOD_FOR = timedelta(hours=1)
MOST_PENDING = 20
MOST_A_DAY = 3
DAY = timedelta(days=1)
MOST_MISSES = 10
MISSES_COUNT_FOR = timedelta(hours=1)
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Invitation:
    """What somebody unknown is told: their code, None when it was given them before and is still good."""

    code: str | None
    expires_at: datetime


def principal_of_person(person: Person, account: str) -> Principal | None:
    """Return as whom a person acts, on `account` unless they name another; None for who was shut out."""
    return None if person.revoked_at is not None else Principal(person.id, Role(person.role), account)


def digest_of(code: str) -> str:
    """Return all that is ever stored of a code, however it was typed."""
    typed = "".join(each for each in code.upper() if each.isalnum())
    return hashlib.sha256(typed.encode("utf-8", "replace")).hexdigest()


def plain_name(name: str, otherwise: str) -> str:
    """Return a name that strangers gave themselves as one short line; `otherwise` when nothing is left."""
    shown = "".join(each if each.isprintable() else " " for each in name)
    return " ".join(shown.split())[:LONGEST_NAME].strip() or otherwise


class Pairing:
    """Hands out codes and lets in whom an owner approves by theirs.

    Wrong codes are counted for an hour, whoever shows them; after MOST_MISSES nobody is let in by a code
    until the first of them is that old.
    """

    def __init__(
        self, database: Database, clock: Clock, new_id: NewId, entropy: Callable[[int], bytes]
    ) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._entropy = entropy
        self._misses: deque[datetime] = deque(maxlen=MOST_MISSES)
        # Counts hold although transactions may run side by side.
        self._turn = asyncio.Lock()

    async def ask(self, person_id: str, name: str, place: str) -> Invitation | None:
        """Take in that somebody unknown wrote from the chat `place`, and return what they are told.

        None means silence: they were let in or shut out before, they have had their codes of the day, or too
        many wait already. The owner is told of a new request in the same transaction.
        """
        async with self._turn, self._database.transact() as uow:
            now = self._clock.now()
            if await uow.people.get(person_id) is not None:
                return None
            last, pending = await uow.pairings.get(person_id), await uow.pairings.pending(now)
            if last is not None and any(each.id == person_id for each in pending):
                return Invitation(None, last.expires_at)
            since, given = _today(last, now)
            if given >= MOST_A_DAY or len(pending) >= MOST_PENDING:
                return None
            code = self._new_code()
            shown = plain_name(name, person_id)
            asked = PairingRequest(
                person_id, shown, place, digest_of(code), now, now + GOOD_FOR, given + 1, since
            )
            await uow.pairings.put(asked)
            await uow.notices.add(self._asked(asked))
            return Invitation(code, asked.expires_at)

    async def pending(self) -> Sequence[PairingRequest]:
        """Return the requests that wait, oldest first."""
        async with self._database.read() as uow:
            return await uow.pairings.pending(self._clock.now())

    async def approve(self, code: str, role: Role, name: str | None, by: Principal) -> Person:
        """Let in whoever was given this code, and tell them in the same transaction.

        Raises NotFound for a code that is wrong, old or used, RateLimited after too many of those.
        """
        async with self._turn, self._database.transact() as uow:
            asked = await self._take(uow, code)
            if asked is not None:
                now = self._clock.now()
                person = Person(asked.id, name or asked.name, role.value, now, by.id)
                await uow.people.put(person)
                await uow.notices.add(self._granted(person))
                return person
        raise _unknown_code()

    async def deny_code(self, code: str) -> PairingRequest:
        """Make a code good for nothing; raises as `approve` does."""
        async with self._turn, self._database.transact() as uow:
            asked = await self._take(uow, code)
            if asked is not None:
                return asked
        raise _unknown_code()

    async def deny(self, person_id: str) -> PairingRequest:
        """Make the code of somebody who waits good for nothing; raise NotFound when they do not wait."""
        async with self._turn, self._database.transact() as uow:
            for asked in await uow.pairings.pending(self._clock.now()):
                if asked.id == person_id and await uow.pairings.take(asked):
                    return asked
        raise NotFound(f"{person_id} does not wait to be let in; access.list shows who does")

    async def _take(self, uow: UnitOfWork, code: str) -> PairingRequest | None:
        """Use up a code and return whose it was; None when it was nobody's, which counts."""
        now = self._clock.now()
        while self._misses and now - self._misses[0] >= MISSES_COUNT_FOR:
            self._misses.popleft()
        if len(self._misses) == MOST_MISSES:
            left = self._misses[0] + MISSES_COUNT_FOR - now
            raise RateLimited(
                "too many wrong codes; access.setRole lets people in by their ids",
                retry_after_ms=left // timedelta(milliseconds=1),
            )
        digest, found = digest_of(code), None
        for asked in await uow.pairings.pending(now):
            if hmac.compare_digest(asked.digest or "", digest):
                found = asked
        if found is not None and await uow.pairings.take(found):
            return found
        self._misses.append(now)
        if len(self._misses) == MOST_MISSES:
            await uow.notices.add(self._guessed(now))
        return None

    def _new_code(self) -> str:
        number = int.from_bytes(self._entropy(ENTROPY_BYTES))
        places = []
        for _ in range(LENGTH):
            number, place = divmod(number, len(ALPHABET))
            places.append(ALPHABET[place])
        return "".join(places)

    def _asked(self, asked: PairingRequest) -> Notice:
        words = (
            f"{asked.name} ({asked.id}) asks to be let in and was given a code; approve it if you know them."
        )
        told = {"id": asked.id, "name": asked.name}
        return Notice(self._new_id("ntc"), OWNER, "access.asked", words, asked.created_at, told)

    def _granted(self, person: Person) -> Notice:
        words = f"You were let in as {person.role}."
        told = {"id": person.id, "role": person.role}
        return Notice(self._new_id("ntc"), person.id, "access.granted", words, person.created_at, told)

    def _guessed(self, now: datetime) -> Notice:
        words = f"{MOST_MISSES} wrong pairing codes within an hour: for a while nobody is let in by a code."
        return Notice(self._new_id("ntc"), OWNER, "access.guessed", words, now)


def _unknown_code() -> NotFound:
    return NotFound("nobody who waits was given this code; it is good for an hour, and once")


def _today(last: PairingRequest | None, now: datetime) -> tuple[datetime, int]:
    """Return since when codes are counted for somebody, and how many they have had."""
    if last is None or now - last.given_since >= DAY:
        return now, 0
    return last.given_since, last.given
