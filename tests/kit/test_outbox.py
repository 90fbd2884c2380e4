"""Messages reach people: in order, once, again after a failure, and not for ever."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from kit.background.loop import Loop
from kit.background.outbox import LEASE, EventChannel, Pump
from kit.backoff import Backoff
from memory.database import Database, UnitOfWork
from memory.errors import DatabaseUnavailable
from memory.records import Delivery, StoredEvent
from tests.service import NOON, running
from tests.wire import wire
from tools.delivering import Channel, NotDelivered, Progress
from tools.events import EventBus
from trading.clock import ManualClock, epoch_ms
from trading.notices import Notice

PATIENCE = Backoff(first=2.0, factor=2.0, longest=5.0, attempts=3, jitter=lambda: 1.0)


@dataclass
class Post:
    """A channel to whoever's name begins with `prefix`; `behave` says what becomes of a message."""

    prefix: str = ""
    behave: Callable[[Notice], None] = lambda notice: None
    sent: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)

    def reaches(self, recipient: str) -> bool:
        return recipient.startswith(self.prefix)

    async def send(self, notice: Delivery, progress: Progress) -> str:
        await asyncio.sleep(0)
        self.behave(notice)
        self.sent.append(notice.id)
        return f"post:{notice.id}"

    async def note(self, uow: UnitOfWork, notice: Notice) -> None:
        self.noted.append(notice.id)


@dataclass
class Office:
    """A database with messages, and a pump for them."""

    database: Database
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))

    def pump(self, *channels: Channel) -> Pump:
        return Pump(self.database, channels, self.clock, PATIENCE)

    async def add(self, *names: str, to: str = "ann") -> None:
        notices = [
            Notice(name, to, "order.unknown", f"text {name}", self.clock.now(), {"n": name}) for name in names
        ]
        async with self.database.transact() as uow:
            await uow.notices.add(*notices)

    async def of(self, recipient: str = "ann") -> list[Delivery]:
        async with self.database.read() as uow:
            return list(reversed(await uow.notices.of(recipient, 100)))


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@pytest.fixture
async def small_office(sqlite_url: str) -> AsyncIterator[Office]:
    """An office for what has nothing to do with the database it is in."""
    async with Database.open(sqlite_url) as database:
        yield Office(database)


async def test_messages_are_delivered_in_the_order_they_were_made(office: Office) -> None:
    post = Post()
    await office.add("n1", "n2", "n3")
    await office.add("m1", "m2", to="bob")
    await office.pump(post).step()
    assert [name for name in post.sent if name[0] == "n"] == ["n1", "n2", "n3"]
    assert [name for name in post.sent if name[0] == "m"] == ["m1", "m2"]
    assert sorted(post.noted) == sorted(post.sent)
    assert [(each.delivered_at, each.delivered_as, each.attempts) for each in await office.of()] == [
        (NOON, f"post:{name}", 1) for name in ("n1", "n2", "n3")
    ]


async def test_a_failed_message_is_tried_again_and_those_after_it_wait(office: Office) -> None:
    failures = iter(["away", "still away"])

    def behave(notice: Notice) -> None:
        reason = next(failures, None) if notice.id == "n1" else None
        if reason is not None:
            raise NotDelivered(reason)

    post = Post(behave=behave)
    pump = office.pump(post)
    await office.add("n1", "n2")
    await office.add("m1", to="bob")
    await pump.step()
    assert post.sent == ["m1"]
    assert [(each.attempts, each.reason) for each in await office.of()] == [(1, "away"), (0, None)]
    await office.clock.advance(1.9)
    await pump.step()
    assert post.sent == ["m1"]
    await office.clock.advance(0.1)
    await pump.step()
    assert [(each.attempts, each.reason) for each in await office.of()] == [(2, "still away"), (0, None)]
    await office.clock.advance(4)
    await pump.step()
    assert post.sent == ["m1", "n1", "n2"]
    assert [(each.attempts, each.reason) for each in await office.of()] == [(3, None), (1, None)]


async def test_a_channel_may_ask_for_a_longer_wait(office: Office) -> None:
    waits = iter([30.0])

    def behave(notice: Notice) -> None:
        wait = next(waits, None)
        if wait is not None:
            raise NotDelivered("slow down", wait=wait)

    post = Post(behave=behave)
    pump = office.pump(post)
    await office.add("n1")
    await pump.step()
    await office.clock.advance(29)
    await pump.step()
    assert post.sent == []
    await office.clock.advance(1)
    await pump.step()
    assert post.sent == ["n1"]


async def test_a_message_is_given_up_with_the_last_reason(office: Office) -> None:
    tries: list[float] = []

    def behave(notice: Notice) -> None:
        if notice.id == "n1":
            tries.append((office.clock.now() - NOON).total_seconds())
            raise NotDelivered(f"failure {len(tries)}")

    post = Post(behave=behave)
    pump = office.pump(post)
    await office.add("n1", "n2")
    for _ in range(20):
        await pump.step()
        await office.clock.advance(1)
    assert tries == [0, 2, 6, 11]
    first, second = await office.of()
    assert (first.due_at, first.delivered_at, first.reason) == (None, None, "failure 4")
    assert second.delivered_as == "post:n2"
    assert post.noted == ["n2"]


async def test_what_can_never_arrive_is_given_up_at_once(office: Office) -> None:
    def behave(notice: Notice) -> None:
        raise NotDelivered("they have blocked us", final=True)

    await office.add("n1")
    await office.pump(Post(behave=behave)).step()
    (given_up,) = await office.of()
    assert (given_up.due_at, given_up.attempts, given_up.reason) == (None, 1, "they have blocked us")


async def test_the_first_channel_that_reaches_somebody_is_taken(office: Office) -> None:
    telegram, others = Post("telegram:"), Post("key:")
    await office.add("t1", to="telegram:1")
    await office.add("k1", to="key:1")
    await office.add("x1", to="discord:1")
    await office.pump(telegram, others, Post("key:")).step()
    assert (telegram.sent, others.sent) == (["t1"], ["k1"])
    (unreached,) = await office.of("discord:1")
    assert (unreached.attempts, unreached.delivered_at) == (1, None)
    assert unreached.reason


async def test_two_pumps_on_one_database_deliver_everything_once_and_in_order(database_url: str) -> None:
    async with Database.open(database_url) as one, Database.open(database_url) as other:
        office, post = Office(one), Post()
        people = [f"p{number}" for number in range(5)]
        for number in range(6):
            for person in people:
                await office.add(f"{person}-{number}", to=person)
        beside = Office(other, office.clock)
        await asyncio.gather(office.pump(post).step(), beside.pump(post).step())
        # Whoever finds everything claimed stops; what is left is for the next step.
        await asyncio.gather(office.pump(post).step(), beside.pump(post).step())
        for person in people:
            mine = [name for name in post.noted if name.startswith(f"{person}-")]
            assert mine == [f"{person}-{number}" for number in range(6)]
        assert sorted(post.sent) == sorted(post.noted)


async def test_an_attempt_that_was_cut_off_is_made_again_when_its_lease_is_over(office: Office) -> None:
    stuck, entered = asyncio.Event(), asyncio.Event()

    class Stuck(Post):
        async def send(self, notice: Delivery, progress: Progress) -> str:
            entered.set()
            await stuck.wait()
            return await super().send(notice, progress)

    slow, quick = Stuck(), Post()
    await office.add("n1")
    first = asyncio.create_task(office.pump(slow).step())
    await entered.wait()
    await office.pump(quick).step()
    assert quick.sent == []
    await office.clock.advance(LEASE.total_seconds())
    await office.pump(quick).step()
    assert quick.noted == ["n1"]
    # The one that was thought dead comes back: its delivery no longer counts.
    stuck.set()
    await first
    assert slow.noted == []
    (delivered,) = await office.of()
    assert (delivered.attempts, delivered.delivered_as) == (2, "post:n1")


async def test_a_slow_recipient_keeps_no_new_message_of_others_waiting(office: Office) -> None:
    class Slow(Post):
        async def send(self, notice: Delivery, progress: Progress) -> str:
            if notice.recipient == "ann":
                entered.set()
                await answered.wait()
            return await super().send(notice, progress)

    entered, answered, post = asyncio.Event(), asyncio.Event(), Slow()
    await office.add("n1", "n2")
    step = asyncio.create_task(office.pump(post).step())
    await entered.wait()
    await office.add("m1", "m2", to="bob")
    await office.add("c1", to="cid")
    for _ in range(500):
        await office.clock.advance(0.1)
        await asyncio.sleep(0.002)
        if len(post.noted) == 3:
            break
    assert sorted(post.noted) == ["c1", "m1", "m2"]
    assert not step.done()
    answered.set()
    await step
    assert post.noted[-2:] == ["n1", "n2"]
    assert [(each.attempts, each.delivered_as) for each in await office.of()] == [
        (1, "post:n1"),
        (1, "post:n2"),
    ]


async def test_a_pump_makes_no_second_attempt_beside_one_that_overstays(small_office: Office) -> None:
    tries: list[str] = []
    answered = asyncio.Event()

    class Slow(Post):
        async def send(self, notice: Delivery, progress: Progress) -> str:
            tries.append(notice.id)
            if notice.recipient == "ann":
                await answered.wait()
            return await super().send(notice, progress)

    post = Slow()
    await small_office.add("n1")
    step = asyncio.create_task(small_office.pump(post).step())
    for number in range(3):
        await small_office.clock.advance(LEASE.total_seconds())
        await small_office.add(f"m{number}", to="bob")
        for _ in range(500):
            await small_office.clock.advance(0.1)
            await asyncio.sleep(0.002)
            if f"m{number}" in post.noted:
                break
    assert tries == ["n1", "m0", "m1", "m2"]
    answered.set()
    await step
    assert post.noted == ["m0", "m1", "m2", "n1"]


async def test_a_pump_that_is_stopped_leaves_nothing_running(small_office: Office) -> None:
    entered, left = asyncio.Event(), asyncio.Event()

    class Stuck(Post):
        async def send(self, notice: Delivery, progress: Progress) -> str:
            entered.set()
            try:
                await asyncio.Event().wait()
            finally:
                left.set()
            return ""

    await small_office.add("n1")
    step = asyncio.create_task(small_office.pump(Stuck()).step())
    await entered.wait()
    step.cancel()
    with pytest.raises(asyncio.CancelledError):
        await step
    assert left.is_set()
    (waiting,) = await small_office.of()
    assert (waiting.attempts, waiting.delivered_at, waiting.due_at) == (1, None, NOON + LEASE)


async def test_a_message_that_kills_every_attempt_is_given_up(office: Office) -> None:
    def behave(notice: Notice) -> None:
        if notice.id == "n1":
            raise ZeroDivisionError("nobody foresaw this")

    post = Post(behave=behave)
    pump = office.pump(post)
    await office.add("n1", "n2")
    await office.add("m1", to="bob")
    for _ in range(PATIENCE.attempts + 1):
        with pytest.raises(ExceptionGroup):
            await pump.step()
        await office.clock.advance(LEASE.total_seconds())
    assert post.sent == ["m1"]
    await pump.step()
    first, second = await office.of()
    assert (first.due_at, first.delivered_at) == (None, None)
    assert first.reason
    assert second.delivered_at is not None


async def test_a_service_that_dies_again_and_again_gives_up_nothing(office: Office) -> None:
    post, reasons = Post(), iter(["away"])

    def behave(notice: Notice) -> None:
        if (reason := next(reasons, None)) is not None:
            raise NotDelivered(reason)

    await office.add("n1")
    for _ in range(3 * PATIENCE.attempts):
        async with office.database.transact() as uow:
            assert await uow.notices.claim(office.clock.now(), office.clock.now() + LEASE, 1)
        await office.pump().release()
    post.behave = behave
    await office.pump(post).step()
    await office.clock.advance(PATIENCE.longest)
    await office.pump(post).step()
    assert post.noted == ["n1"]


async def test_a_delivery_whose_notes_cannot_be_stored_did_not_happen(office: Office) -> None:
    class Forgetful(Post):
        async def note(self, uow: UnitOfWork, notice: Notice) -> None:
            raise DatabaseUnavailable("gone")

    await office.add("n1")
    with pytest.raises(ExceptionGroup):
        await office.pump(Forgetful()).step()
    (waiting,) = await office.of()
    assert (waiting.delivered_at, waiting.due_at) == (None, NOON + LEASE)


@asynccontextmanager
async def telling(
    database: Database, clock: ManualClock
) -> AsyncIterator[tuple[EventBus, list[StoredEvent]]]:
    bus, heard = EventBus(database, clock), list[StoredEvent]()
    bus.listen(heard.extend)
    task = asyncio.create_task(Loop("events", bus.step, 0.0, clock).run())
    try:
        yield bus, heard
    finally:
        task.cancel()


async def test_two_services_tell_each_message_once_as_an_event(database_url: str) -> None:
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(Database.open(database_url)) for _ in range(2)]
        office = Office(databases[0])
        buses = [await stack.enter_async_context(telling(each, office.clock)) for each in databases]
        await office.add(*(f"n{number}" for number in range(10)))
        pumps = [
            Pump(database, [EventChannel(bus, lambda prefix: f"{prefix}_1")], office.clock, PATIENCE)
            for database, (bus, _) in zip(databases, buses, strict=True)
        ]
        for _ in range(3):
            await asyncio.gather(*(pump.step() for pump in pumps))
        bus, _ = buses[0]
        told = (await bus.replay("ann", 0)).events
        assert [event.payload["id"] for event in told] == [f"n{number}" for number in range(10)]
        assert all(each.delivered_as == "event" for each in await office.of())


async def test_a_connected_client_hears_of_a_message_and_one_that_returns_gets_it_again(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as service:
        database, clock = service.app.services.database, service.clock
        office = Office(database, clock)
        async with wire(service.url) as listener:
            before = (await listener.request("connect", {}))["payload"]["lastSeq"]
            await office.add("n1", to="owner")
            await office.add("n2", to="somebody else")
            while not listener.events:
                await service.advance(1)
                await listener.request("ping")
            event = await listener.event("notice")
            assert event["payload"] == {
                "id": "n1",
                "kind": "order.unknown",
                "text": "text n1",
                "data": {"n": "n1"},
                "createdAt": epoch_ms(NOON),
            }
            assert event["seq"] > before
            listed = (await listener.request("notices.list"))["payload"]
            assert listed == {
                "notices": [
                    {
                        **event["payload"],
                        "status": "delivered",
                        "attempts": 1,
                        "deliveredAt": listed["notices"][0]["deliveredAt"],
                    }
                ]
            }
        async with wire(service.url, None) as returned:
            resumed = await returned.request("connect", {"resume": {"lastSeq": before}})
            assert resumed["payload"]["resumed"] == {"complete": True, "count": 1}
            assert await returned.event("notice") == event


async def test_what_has_not_arrived_is_listed_with_its_standing(tmp_path: Path) -> None:
    async with running(tmp_path) as service, wire(service.url) as owner:
        # Made in an hour, so that the service's own pump leaves it alone.
        office = Office(service.app.services.database, ManualClock(NOON + timedelta(hours=1)))

        def behave(notice: Notice) -> None:
            raise NotDelivered("blocked", final=notice.id == "n1")

        await office.add("n1", "n2", "n3", to="owner")
        await office.pump(Post(behave=behave)).step()
        listed = (await owner.request("notices.list"))["payload"]["notices"]
        assert [(each["id"], each["status"], each.get("reason")) for each in listed] == [
            ("n3", "waiting", None),
            ("n2", "waiting", "blocked"),
            ("n1", "undeliverable", "blocked"),
        ]
        page = (await owner.request("notices.list", {"limit": 1, "before": "n3"}))["payload"]["notices"]
        assert [each["id"] for each in page] == ["n2"]


async def test_attempts_that_were_cut_off_make_nobody_wait_longer(office: Office) -> None:
    failures = iter(["away"])

    def behave(notice: Notice) -> None:
        reason = next(failures, None)
        if reason is not None:
            raise NotDelivered(reason)

    await office.add("n1")
    for _ in range(3):
        async with office.database.transact() as uow:
            assert len(await uow.notices.claim(office.clock.now(), office.clock.now() + LEASE, 20)) == 1
        await office.clock.advance(LEASE.total_seconds())
    post = Post(behave=behave)
    await office.pump(post).step()
    assert [(each.attempts, each.failures) for each in await office.of()] == [(4, 1)]
    await office.clock.advance(2)
    await office.pump(post).step()
    assert post.sent == ["n1"]
