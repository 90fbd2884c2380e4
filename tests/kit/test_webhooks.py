"""Messages are posted to people's own addresses: signed, again after a failure, and never into this network."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from itertools import count
from typing import Any

import pytest
from aiohttp import ClientTimeout, web

from kit.background.outbox import EventChannel, Pump
from kit.backoff import Backoff
from kit.webhooks import MOST_REFUSALS, Lookup, posting, retry_after
from memory.database import Database
from memory.records import ApiKey, Delivery, Person
from tests.peers.webhooks import Forged, Posted, Receiver, answering, receiving, verify
from tests.service import NOON, running
from tools.events import EventBus
from tools.policy import LOCAL_OWNER, Principal, Role
from tools.webhooks import Webhooks, recipient_of
from trading.clock import ManualClock, epoch_ms
from trading.notices import Notice

PATIENCE = Backoff(first=2.0, factor=2.0, longest=16.0, attempts=12, jitter=lambda: 1.0)
BRIEF = ClientTimeout(total=0.15)
KEY = b"the key of this test, which nobody guesses"


@dataclass
class Desk:
    """A database with messages and a pump that posts them."""

    database: Database
    webhooks: Webhooks
    pump: Pump
    clock: ManualClock
    numbers: Any = field(default_factory=lambda: count(1))

    async def hook(self, url: str, principal: Principal = LOCAL_OWNER) -> tuple[str, str]:
        """Return the recipient and the secret of an address."""
        async with self.database.transact() as uow:
            hook_id, secret = await self.webhooks.add(uow, principal, url)
        return recipient_of(hook_id), secret

    async def add(self, recipient: str, **data: Any) -> Notice:
        notice = Notice(
            f"ntc_{next(self.numbers)}", recipient, "alert.triggered", "BTC ≥ 1", self.clock.now(), data
        )
        async with self.database.transact() as uow:
            await uow.notices.add(notice)
        return notice

    async def of(self, recipient: str) -> list[Delivery]:
        async with self.database.read() as uow:
            return list(reversed(await uow.notices.of(recipient, 100)))

    async def last(self, recipient: str) -> Delivery:
        return (await self.of(recipient))[-1]

    def check(self, secret: str, posted: Posted) -> str:
        return verify(secret, posted.headers, posted.body, self.clock.now().timestamp())


@asynccontextmanager
async def desk(
    url: str, listed: Iterable[str] = (), lookup: Lookup | None = None, limits: ClientTimeout = BRIEF
) -> AsyncIterator[Desk]:
    clock, numbers = ManualClock(NOON), count(1)
    async with Database.open(url) as database:
        webhooks = Webhooks(
            database, lambda: KEY, lambda prefix: f"{prefix}_{next(numbers)}", clock, frozenset(listed)
        )
        async with posting(webhooks, clock, lookup, limits) as channel:
            yield Desk(database, webhooks, Pump(database, [channel], clock, PATIENCE), clock)


def test_the_verifier_agrees_with_the_published_example() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    assert verify(secret, headers, body, 1614265330) == headers["webhook-id"]
    for wrong in (body + b" ", body[:-1]):
        with pytest.raises(Forged):
            verify(secret, headers, wrong, 1614265330)


async def test_a_message_is_posted_once_and_its_receiver_can_check_it(sqlite_url: str) -> None:
    async with receiving() as server, desk(sqlite_url, [server.place]) as sender:
        recipient, secret = await sender.hook(server.url + "?to=me")
        notice = await sender.add(recipient, alertId="alr_1", price="64,000.00", channel="webhook")
        await sender.pump.step()
        (posted,) = server.posted
        assert posted.told == {
            "id": notice.id,
            "kind": "alert.triggered",
            "text": "BTC ≥ 1",
            "data": {"alertId": "alr_1", "price": "64,000.00", "channel": "webhook"},
            "createdAt": epoch_ms(NOON),
        }
        assert posted.headers["content-type"] == "application/json"
        assert posted.headers["user-agent"].startswith("KIT-Webhooks/")
        assert sender.check(secret, posted) == notice.id
        _, other = await sender.hook(server.url, Principal("key:key_1", Role.TRADER))
        with pytest.raises(Forged):
            sender.check(other, posted)
        told = await sender.last(recipient)
        assert (told.delivered_as, told.attempts) == (f"204 {notice.id}", 1)


async def test_a_repeated_post_has_the_same_id_and_a_signature_of_its_own(sqlite_url: str) -> None:
    async with receiving(answering(500)) as server, desk(sqlite_url, [server.place]) as sender:
        recipient, secret = await sender.hook(server.url)
        first, second = await sender.add(recipient), await sender.add(recipient)
        await sender.pump.step()
        server.behave = answering(200)
        await sender.clock.advance(2)
        await sender.pump.step()
        assert [sender.check(secret, each) for each in server.posted] == [first.id, first.id, second.id]
        stamps = [int(each.headers["webhook-timestamp"]) for each in server.posted]
        assert [each - stamps[0] for each in stamps] == [0, 2, 2]
        assert server.posted[0].body == server.posted[1].body


LATER = format_datetime(NOON + timedelta(seconds=90), usegmt=True)


@pytest.mark.parametrize(
    ("status", "asked", "wait"),
    [
        (500, None, 2),
        (404, None, 2),
        (408, None, 2),
        (425, None, 2),
        (429, None, 2),
        (429, "120", 120),
        (429, "0", 2),
        (503, "30", 30),
        (503, LATER, 90),
        (429, "Fri, 20 Nov 2020 12:00:00 GMT", 2),
        (429, "soon", 2),
        (429, "999999999", 3600),
        (410, None, None),
    ],
)
async def test_the_answer_says_when_to_try_again(
    sqlite_url: str, status: int, asked: str | None, wait: int | None
) -> None:
    behave = answering(status, {"Retry-After": asked} if asked else None)
    async with receiving(behave) as server, desk(sqlite_url, [server.place]) as sender:
        recipient, _ = await sender.hook(server.url)
        await sender.add(recipient)
        await sender.pump.step()
        told = await sender.last(recipient)
        assert told.due_at == (None if wait is None else NOON + timedelta(seconds=wait))
        assert (told.delivered_at, told.attempts) == (None, 1)
        assert str(status) in (told.reason or "")


@pytest.mark.parametrize("header", ["-5", "1e9", "١٢", "", "Mon", "Fri, 99 Nov 2026 12:00:00 GMT", "9" * 500])
def test_a_senseless_wish_to_wait_is_bounded(header: str) -> None:
    assert 0 <= retry_after(header, NOON) <= 3600


async def test_what_a_server_refuses_for_minutes_is_given_up_and_the_next_message_comes(
    sqlite_url: str,
) -> None:
    async with receiving(answering(401)) as server, desk(sqlite_url, [server.place]) as sender:
        recipient, _ = await sender.hook(server.url)
        refused, next_one = await sender.add(recipient), await sender.add(recipient)
        for _ in range(MOST_REFUSALS):
            assert (await sender.of(recipient))[0].due_at is not None
            await sender.pump.step()
            await sender.clock.advance(16)
        assert [each.due_at for each in await sender.of(recipient)][0] is None
        server.behave = answering(202)
        await sender.clock.advance(16)
        await sender.pump.step()
        first, second = await sender.of(recipient)
        assert (first.delivered_at, first.attempts) == (None, MOST_REFUSALS)
        assert second.delivered_as == f"202 {next_one.id}"
        assert server.posted[0].told["id"] == refused.id


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(sqlite_url: str, status: int) -> None:
    async with receiving() as inner, receiving() as server, desk(sqlite_url, [server.place]) as sender:
        server.behave = answering(status, {"Location": inner.url})
        recipient, _ = await sender.hook(server.url)
        await sender.add(recipient)
        await sender.pump.step()
        told = await sender.last(recipient)
        assert (told.delivered_at, told.attempts, len(server.posted)) == (None, 1, 1)
        assert inner.posted == []


async def test_a_server_that_hangs_holds_up_nobody_else(sqlite_url: str) -> None:
    answered = asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        await answered.wait()
        return web.Response()

    slowly = ClientTimeout(total=5)
    async with receiving(hang) as hanging, receiving() as server:
        async with desk(sqlite_url, [hanging.place, server.place], limits=slowly) as sender:
            slow, _ = await sender.hook(hanging.url)
            quick, _ = await sender.hook(server.url)
            await sender.add(slow)
            step = asyncio.create_task(sender.pump.step())
            await until(lambda: hanging.posted)
            for number in range(1, 4):
                await sender.add(quick)
                await until(lambda wanted=number: len(server.posted) == wanted, sender.clock)
            assert not step.done()
            answered.set()
            await step
            assert (await sender.last(slow)).delivered_at is not None


async def until(true: Callable[[], object], clock: ManualClock | None = None) -> None:
    for _ in range(1_000):
        if true():
            return
        await asyncio.sleep(0.003)
        if clock is not None:
            await clock.advance(0.2)
    raise AssertionError("it never came")


async def test_a_server_that_never_answers_is_left_and_tried_again(sqlite_url: str) -> None:
    async def hang(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    async with receiving(hang) as server, desk(sqlite_url, [server.place]) as sender:
        recipient, _ = await sender.hook(server.url)
        await sender.add(recipient)
        await sender.pump.step()
        told = await sender.last(recipient)
        assert (told.due_at, told.failures) == (NOON + timedelta(seconds=2), 1)


async def _endless(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Encoding": "gzip"})
    await answer.prepare(request)
    for _ in range(10_000):
        await answer.write(bytes(65_536))
    raise AssertionError("somebody took it all")


async def _dripping(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(status=201, headers={"Content-Length": "1000"})
    await answer.prepare(request)
    await answer.write(b"{")
    await asyncio.Event().wait()
    raise AssertionError


@pytest.mark.parametrize("behave", [_endless, _dripping])
async def test_a_body_without_end_changes_nothing_about_its_status(sqlite_url: str, behave: Any) -> None:
    async with receiving(behave) as server, desk(sqlite_url, [server.place]) as sender:
        recipient, _ = await sender.hook(server.url)
        await sender.add(recipient)
        await sender.pump.step()
        assert (await sender.last(recipient)).delivered_at == NOON


async def test_what_is_no_http_and_nobody_at_all_are_tried_again(sqlite_url: str) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 smtp.example ready\r\n")
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        babbler = "127.0.0.1:{}".format(server.sockets[0].getsockname()[1])
        async with desk(sqlite_url, [babbler, "127.0.0.1:1"]) as sender:
            for place in (babbler, "127.0.0.1:1"):
                recipient, _ = await sender.hook(f"http://{place}/")
                await sender.add(recipient)
                await sender.pump.step()
                told = await sender.last(recipient)
                assert (told.due_at, told.failures) == (NOON + timedelta(seconds=2), 1)


@dataclass
class Door:
    """A port of this machine; it counts who comes."""

    port: int = 0
    came: int = 0


@pytest.fixture
async def inner() -> AsyncIterator[Door]:
    """A service of this machine that nobody else is to reach."""
    door = Door()

    async def count_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        door.came += 1
        writer.close()

    async with await asyncio.start_server(count_in, "127.0.0.1", 0) as server:
        door.port = server.sockets[0].getsockname()[1]
        yield door


def names(*answers: Sequence[str]) -> Lookup:
    """Return a look-up that gives these addresses, one answer after the other."""
    left = iter(answers)

    def lookup(host: str, port: int, **more: Any) -> list[Any]:
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in next(left)
        ]

    return lookup


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:{port}/",
        "https://0.0.0.0:{port}/",
        "https://[::ffff:127.0.0.1]:{port}/",
        "https://[::1]:{port}/",
        "https://localhost:{port}/",
        "https://localhost.:{port}/",
        "http://localhost:{port}/",
        "https://127.1:{port}/",
        "https://0x7f.1:{port}/",
        "https://2130706433:{port}/",
        "https://\uff11\uff12\uff17.0.0.1:{port}/",
        "https://user:password@127.0.0.1:{port}/",
    ],
)
async def test_nothing_is_ever_posted_to_this_machine(sqlite_url: str, inner: Door, url: str) -> None:
    # However it was stored: the last word is at the delivery.
    async with desk(sqlite_url, [f"127.0.0.1:{inner.port + 1}"]) as sender:
        recipient, _ = await sender.hook(url.format(port=inner.port))
        await sender.add(recipient)
        await sender.pump.step()
        assert (await sender.last(recipient)).delivered_at is None
        assert inner.came == 0


@pytest.mark.parametrize(
    "answer",
    [["127.0.0.1"], ["192.0.2.1", "127.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"], ["fd00::1"]],
)
async def test_a_name_that_stands_for_an_inner_address_is_refused(
    sqlite_url: str, inner: Door, answer: Sequence[str]
) -> None:
    async with desk(sqlite_url, lookup=names(answer)) as sender:
        recipient, _ = await sender.hook(f"https://hooks.example:{inner.port}/")
        await sender.add(recipient)
        await sender.pump.step()
        told = await sender.last(recipient)
        assert (told.due_at, told.failures) == (NOON + timedelta(seconds=2), 1)
        assert inner.came == 0


async def test_a_name_is_asked_for_once_per_try_and_what_it_stood_for_then_is_connected_to(
    sqlite_url: str,
) -> None:
    async with receiving() as server:
        # The second answer would be anybody's; a third is not there to be given.
        place, lookup = f"hooks.example:{server.port}", names(["127.0.0.1"], ["127.0.0.9"])
        async with desk(sqlite_url, [place], lookup) as sender:
            recipient, _ = await sender.hook(f"http://{place}/hook")
            await sender.add(recipient)
            await sender.pump.step()
            assert (await sender.last(recipient)).delivered_at == NOON
            await sender.add(recipient)
            await sender.pump.step()
            assert (await sender.last(recipient)).delivered_at is None
            assert len(server.posted) == 1


async def test_nothing_is_posted_for_somebody_who_was_shut_out(sqlite_url: str) -> None:
    async with receiving() as server, desk(sqlite_url, [server.place]) as sender:
        async with sender.database.transact() as uow:
            await uow.people.put(Person("telegram:1", "Ann", "trader", NOON, "owner"))
            await uow.keys.add(ApiKey("key_1", "bot", "trader", "digest", NOON, "owner"))
        people = [Principal("telegram:1", Role.TRADER), Principal("key:key_1", Role.TRADER)]
        recipients = [(await sender.hook(server.url, each))[0] for each in people]
        for each in recipients:
            await sender.add(each)
        await sender.pump.step()
        assert len(server.posted) == 2
        async with sender.database.transact() as uow:
            await uow.people.revoke("telegram:1", NOON)
            await uow.keys.revoke("key_1", NOON)
        for each in recipients:
            await sender.add(each)
        await sender.pump.step()
        assert [(await sender.last(each)).due_at for each in recipients] == [None, None]
        assert len(server.posted) == 2
