"""Messages are posted to people's own addresses: signed, and again after a failure."""

import asyncio
from datetime import timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any

import pytest
from aiohttp import ClientTimeout, web

from kit.webhooks import MOST_REFUSALS, retry_after
from memory.records import ApiKey, Person
from tests.kit.posting import desk, until
from tests.peers.webhooks import Forged, Receiver, answering, receiving, verify
from tests.service import NOON
from tools.policy import Principal, Role
from trading.clock import epoch_ms


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
        assert (await sender.of(recipient))[0].due_at is None
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
    async with (
        receiving(hang) as hanging,
        receiving() as server,
        desk(sqlite_url, [hanging.place, server.place], limits=slowly) as sender,
    ):
        slow, _ = await sender.hook(hanging.url)
        quick, _ = await sender.hook(server.url)
        await sender.add(slow)
        step = asyncio.create_task(sender.pump.step())
        await until(lambda: hanging.posted)
        for number in range(1, 4):
            await sender.add(quick)
            await until(partial(_has, server, number), sender.clock)
        assert not step.done()
        answered.set()
        await step
        assert (await sender.last(slow)).delivered_at is not None


def _has(server: Receiver, number: int) -> bool:
    return len(server.posted) == number


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
        babbler = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with desk(sqlite_url, [babbler, "127.0.0.1:1"]) as sender:
            for place in (babbler, "127.0.0.1:1"):
                recipient, _ = await sender.hook(f"http://{place}/")
                await sender.add(recipient)
                await sender.pump.step()
                told = await sender.last(recipient)
                assert (told.due_at, told.failures) == (NOON + timedelta(seconds=2), 1)


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
