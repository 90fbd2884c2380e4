"""A service that serves people on Telegram, in a process that can be killed; Telegram is on loopback."""

import asyncio
import re
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from aiohttp import web

from memory.chat_records import Arrival
from memory.database import Database, UnitOfWork
from memory.records import Delivery, Person
from tests.faults.pace import PATIENCE, until
from tests.faults.post_judge import Copy, Evidence, Name, judge
from tests.faults.process import REAL, ServiceProcess
from tests.peers.telegram import Carry, Json, TelegramPeer, dropped, telegram
from tests.wire import wire
from tools.policy import Role
from trading.lookups import INTERRUPTED
from trading.model import Fill, OrderStatus
from trading.notices import Notice

GENEROUS = {"ordersPerMinute": 10_000, "position": 1, "exposure": 1, "openPositions": 100}
"""Limits that do not stand in the way of many small orders."""

LEAST, STEP = Decimal("0.01"), Decimal("0.0001")
"""No two updates ask for the same amount, so that the fills alone tell which of them were done."""

MARK = re.compile(r"notice no (\d+)")
ASKS = "Shall I?"
"""How a card begins that asks before anything is done."""


@dataclass(slots=True)
class Post:
    """Telegram, a service and the people it serves: told of things, and asking for others."""

    service: ServiceProcess
    peer: TelegramPeer
    people: Sequence[str]
    database: Database
    told: dict[int, str] = field(default_factory=dict)
    asked: dict[str, Decimal] = field(default_factory=dict)
    lost: set[Name] = field(default_factory=set)
    cut: set[Name] = field(default_factory=set)

    async def let_in(self) -> None:
        """Let everybody in, to trade."""
        async with self.database.transact() as uow:
            for each in self.people:
                person = Person(f"telegram:{each}", "Anna", Role.TRADER, datetime.now(UTC), "owner")
                await uow.people.put(person)

    async def tell(self, *people: str) -> Sequence[int]:
        """Put a notice for each of these people into the outbox, all at once, and return their numbers."""
        numbers = [len(self.told) + each for each in range(len(people))]
        now = datetime.now(UTC)
        notices = [
            Notice(f"ntc_{number}", f"telegram:{person}", "alert.fired", f"notice no {number}", now)
            for number, person in zip(numbers, people, strict=True)
        ]
        async with self.database.transact() as uow:
            await uow.notices.add(*notices)
        self.told |= dict(zip(numbers, people, strict=True))
        return numbers

    async def ask(self, person: str) -> str:
        """Let somebody ask for something to be bought; return the update as the service will call it."""
        amount = LEAST + STEP * len(self.asked)
        text = f"/buy {amount} ETH"
        update, _ = await self.peer.write(
            {
                "date": int(datetime.now(UTC).timestamp()),
                "chat": {"id": int(person), "type": "private", "first_name": "Anna"},
                "from": {"id": int(person), "is_bot": False, "first_name": "Anna", "language_code": "en"},
                "text": text,
                "entities": [{"type": "bot_command", "offset": 0, "length": 4}],
            }
        )
        name = f"telegram:{self.peer.bot_id}:{update}"
        self.asked[name] = amount
        return name

    async def start(self) -> None:
        """Start the service."""
        await self.service.start()

    async def kill(self) -> None:
        """Kill the service, and find out what it could not write down any more."""
        await self.service.kill()
        await until(self._nobody_asks)
        self.cut |= await self._unwritten()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep everybody from writing to the database until the block ends."""
        file = sqlite3.connect(self.service.database, isolation_level=None, timeout=PATIENCE)
        try:
            file.execute("BEGIN IMMEDIATE")
            yield
        finally:
            # Nothing was changed.
            file.close()

    async def handled(self) -> None:
        """Return once nothing is left to be done."""

        async def all_done() -> bool:
            async with self.database.read() as uow:
                notices = [each for person in self.people for each in await _notices(uow, person)]
                arrivals = [await uow.arrivals.get(name) for name in self.asked]
            return all(each.due_at is None for each in notices) and all(
                each is not None and each.due_at is None for each in arrivals
            )

        await until(all_done)

    async def evidence(self) -> Evidence:
        """Return both sides' books."""
        async with self.database.read() as uow:
            known = await self._known(uow)
            arrivals = {name: await uow.arrivals.get(name) for name in self.asked}
            fills = await uow.fills.of("main")
            orders = await uow.orders.recent("main", frozenset({OrderStatus.CANCELED}), None, 100_000)
        return Evidence(
            copies=self.copies(),
            lost=frozenset(self.lost),
            cut=frozenset(self.cut),
            told=dict(self.told),
            asked=dict(self.asked),
            known=known,
            settled={name: each.settled_as for name, each in arrivals.items() if each is not None},
            answers={name: _answers(each) for name, each in arrivals.items() if each is not None},
            bought=_bought(fills),
            interrupted=frozenset(each.amount for each in orders if each.reason == INTERRUPTED),
            confirming=frozenset(self._confirming()),
        )

    async def acquit(self) -> Evidence:
        """Wait until all is done and hold the service to every rule; return the evidence."""
        await self.handled()
        evidence = await self.evidence()
        breaches = judge(evidence)
        assert not breaches, "\n".join(map(str, breaches))
        return evidence

    def _confirming(self) -> Iterator[Name]:
        """Return the messages that Telegram shows which ask before anything is done."""
        for chat, shown in self.peer.chats.items():
            for number, each in shown.items():
                if each.ours and (each.text or "").startswith(ASKS):
                    yield Name(chat, number)

    def copies(self) -> Sequence[Copy]:
        """Return the messages of the service that Telegram shows, in the order in which it took them."""
        found = [
            Copy(Name(chat, number), _told(each.text or each.caption or ""))
            for chat, messages in self.peer.chats.items()
            for number, each in messages.items()
            if each.ours
        ]
        return sorted(found, key=lambda each: each.name.number)

    async def lose(self, request: web.Request, carry: Carry) -> web.StreamResponse:
        """Do what was asked, and lose the answer: nobody can know of a message then that it arrived."""
        self._forget(await carry())
        return await dropped(request, carry)

    async def keep(self, request: web.Request, carry: Carry) -> web.StreamResponse:
        """Do what was asked, and never answer."""
        self._forget(await carry())
        return await ignore(request, carry)

    def _forget(self, answer: Json) -> None:
        sent = answer.get("result")
        if isinstance(sent, dict) and "message_id" in sent:
            self.lost.add(Name(str(sent["chat"]["id"]), int(sent["message_id"])))

    async def _nobody_asks(self) -> bool:
        assert self.peer.runner is not None
        assert self.peer.runner.server is not None
        return not self.peer.runner.server.connections

    async def _unwritten(self) -> set[Name]:
        """Return the messages that the service had sent last, where it has not written them down.

        It sends one notice after another to a person, and beside them one answer after another.
        """
        last = {(each.name.chat, each.tells is None): each.name for each in self.copies()}
        async with self.database.read() as uow:
            return set(last.values()) - await self._known(uow)

    async def _known(self, uow: UnitOfWork) -> frozenset[Name]:
        found: set[Name] = set()
        for person in self.people:
            for notice in await _notices(uow, person):
                names = (notice.progress or {}).get("messages", [])
                names = [*names, notice.delivered_as] if notice.delivered_as else names
                found |= {Name(person, int(each)) for each in names}
        for name in self.asked:
            found |= set(_answers(await uow.arrivals.get(name)))
        return frozenset(found)


async def ignore(request: web.Request, carry: Carry) -> web.StreamResponse:
    """Do nothing, and never answer."""
    await asyncio.Event().wait()
    return web.Response()


@asynccontextmanager
async def post(
    path: Path, emulator: str, *, people: int, command: Sequence[str] = REAL
) -> AsyncIterator[Post]:
    """Run a service for so many people who may trade on paper, until the block ends."""
    home = path / "home"
    home.mkdir()
    async with telegram(emulator) as peer:
        settings = {"TELEGRAM_BOT_TOKEN": peer.token, "KIT_TELEGRAM_API_URL": peer.url}
        service = ServiceProcess(home, command, settings)
        try:
            async with wire(await service.start()) as owner:
                answer = await owner.request("risk.set", GENEROUS)
                assert answer["ok"], answer
            async with Database.open(f"sqlite:///{service.database}") as database:
                made = Post(service, peer, [str(1001 + each) for each in range(people)], database)
                await made.let_in()
                yield made
        finally:
            await service.kill()


async def _notices(uow: UnitOfWork, person: str) -> Sequence[Delivery]:
    return await uow.notices.of(f"telegram:{person}", 100_000)


def _answers(arrival: Arrival | None) -> Sequence[Name]:
    if arrival is None:
        return ()
    names = (arrival.progress or {}).get("messages", ())
    return [Name(str(arrival.payload["place"]["chat"]), int(each)) for each in names]


def _bought(fills: Sequence[Fill]) -> Sequence[Decimal]:
    """Return how much each order has bought, in however many parts."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for each in fills:
        found[each.order_id] += each.amount
    return list(found.values())


def _told(text: str) -> int | None:
    found = MARK.search(text)
    return None if found is None else int(found[1])
