"""The adapter goes on through what passes, says what does not, and acknowledges only what is stored."""

import asyncio
import json
import logging
from datetime import timedelta

import pytest

from bot.chat import TryLater
from bot.telegram import Webhook
from bot.telegram_errors import BAD_TOKEN, CONFLICT, UNREACHABLE
from bot.telegram_secrets import TALKATIVE
from kit.logs import configure
from tests.bot.telegram_desk import ANNA, HERE, PRIVATE, START, Desk, private, says, sending
from tests.peers.telegram import Fault, dropped, lost, page, refusal, well

pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after")

HOOK = Webhook("https://kit.example.org/telegram", "a-secret")


class Broken(Exception):
    """What is thrown when nothing can be stored."""


async def test_what_could_not_be_stored_comes_again_under_its_id(desk: Desk) -> None:
    update, _ = await desk.peer.write(private("one"))
    desk.inbox.broken = Broken()
    with pytest.raises(Broken):
        await desk.adapter().run()
    assert [each.fields.get("offset") for each in desk.peer.of("getUpdates")] == [None]
    desk.inbox.broken = None
    async with desk.running():
        (heard,) = await desk.inbox.first(1)
    assert (heard.id, heard.text) == (f"telegram:{desk.peer.bot_id}:{update}", "one")


async def test_a_batch_whose_answer_was_lost_comes_again(desk: Desk) -> None:
    await desk.peer.write(private("one"))
    desk.peer.fail("getUpdates", lost)
    async with desk.running():
        await desk.clock.pass_wait()
        assert [each.text for each in await desk.inbox.first(1)] == ["one"]


async def test_what_is_stored_is_acknowledged_by_the_next_poll(desk: Desk) -> None:
    async with desk.running():
        update, _ = await desk.peer.write(private("one"))
        await desk.inbox.first(1)
        polled = await desk.peer.heard("getUpdates", 2)
    first = desk.peer.of("getUpdates")[0]
    assert "offset" not in first.fields
    assert polled.fields["offset"] == str(update + 1)


async def test_what_was_stored_and_not_acknowledged_comes_again_under_its_id(desk: Desk) -> None:
    await desk.peer.write(private("one"))
    desk.peer.fail("getUpdates", well, dropped)
    async with desk.running():
        await desk.clock.next_wait()
        (before,) = await desk.inbox.first(1)
    await desk.peer.write(private("two"))
    async with desk.running():
        things = await desk.inbox.first(3)
    assert [each.text for each in things] == ["one", "one", "two"]
    assert things[0] == things[1] == before


@pytest.mark.parametrize(
    ("method", "fault", "problem"),
    [
        ("getUpdates", refusal(409, "Conflict: terminated by other getUpdates request"), CONFLICT),
        ("getUpdates", dropped, UNREACHABLE),
        ("getMe", dropped, UNREACHABLE),
        ("getMe", refusal(401, "Unauthorized"), BAD_TOKEN),
        ("getMe", page(404, "Not Found"), BAD_TOKEN),
    ],
)
async def test_a_problem_is_told_and_taken_back_when_it_is_over(
    desk: Desk, method: str, fault: Fault, problem: str
) -> None:
    desk.peer.fail(method, fault, fault)
    adapter = desk.adapter()
    async with desk.running(adapter, polling=False):
        first = await desk.clock.next_wait()
        assert adapter.problem == problem
        await desk.clock.advance(first)
        second = await desk.clock.next_wait()
        assert adapter.problem == problem
        assert (first, second) == ((60, 60) if problem == BAD_TOKEN else (1, 2))
        await desk.clock.advance(second)
        heard = await desk.hears(private("still there?"))
        assert adapter.problem is None
    assert heard.text == "still there?"


@pytest.mark.parametrize("token", ["", "my-token", "1:a b", "1:a\nb", "1:../../x"])
async def test_what_cannot_be_a_token_is_told_without_asking(desk: Desk, token: str) -> None:
    adapter = desk.adapter(token=token)
    async with desk.running(adapter, polling=False):
        await asyncio.sleep(0)
        assert adapter.problem == BAD_TOKEN
    assert desk.peer.asked == []


async def test_waits_grow_to_a_minute_and_begin_anew_after_it_was_well(desk: Desk) -> None:
    desk.peer.fail("getUpdates", *[dropped] * 8)
    async with desk.running():
        assert [await desk.clock.pass_wait() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
        await desk.hears(private("hello"))
        desk.peer.fail("getUpdates", dropped)
        await desk.peer.write(private("again"))
        assert await desk.clock.pass_wait() == 1


async def test_after_a_problem_the_next_poll_tells_at_once_that_all_is_well(desk: Desk) -> None:
    desk.peer.fail("getUpdates", dropped)
    async with desk.running() as adapter:
        await desk.clock.pass_wait()
        last = await desk.peer.heard("getUpdates", 3)
        assert adapter.problem is None
    assert [each.fields.get("timeout") for each in desk.peer.of("getUpdates")] == ["50", "0", "50"]
    assert last.fields["timeout"] == "50"


async def test_telegram_is_left_alone_as_long_as_it_asks(desk: Desk) -> None:
    desk.peer.fail("getUpdates", refusal(429, "Too Many Requests: retry after 35", retry_after=35))
    async with desk.running():
        assert await desk.clock.pass_wait() == 35
        await desk.hears(private("hello"))


async def test_another_program_with_the_same_token_is_told(desk: Desk) -> None:
    async with desk.running() as first:
        second = desk.adapter()
        async with desk.running(second):
            await desk.clock.next_wait()
            assert (first.problem, second.problem) == (None, CONFLICT)


async def test_commands_that_telegram_does_not_list_stop_nothing(desk: Desk) -> None:
    desk.peer.fail("setMyCommands", refusal(400, "Bad Request: BOT_COMMAND_INVALID"))
    async with desk.running() as adapter:
        assert (await desk.hears(private("hello"))).text == "hello"
        assert adapter.problem is None


async def test_a_webhook_is_set_with_its_secret_and_nothing_is_polled(desk: Desk) -> None:
    async with desk.running(desk.adapter(HOOK), polling=False):
        asked = await desk.peer.heard("setWebhook")
        await desk.peer.heard("setMyCommands")
    assert dict(asked.fields) == {
        "url": HOOK.url,
        "secret_token": HOOK.secret,
        "allowed_updates": ["message", "edited_message", "callback_query"],
    }
    assert desk.peer.of("getUpdates") == desk.peer.of("deleteWebhook") == []


async def test_a_webhook_that_telegram_cannot_reach_is_told(desk: Desk) -> None:
    failed_at = START + timedelta(seconds=50)
    info = {
        "url": HOOK.url,
        "has_custom_certificate": False,
        "pending_update_count": 3,
        "last_error_date": int(failed_at.timestamp()),
        "last_error_message": "Connection refused",
    }
    bad = json.dumps({"ok": True, "result": info})
    desk.peer.fail("getWebhookInfo", page(200, bad), page(200, bad), page(200, bad))
    adapter = desk.adapter(HOOK)
    async with desk.running(adapter, polling=False):
        problems = []
        for _ in range(4):
            assert await desk.clock.next_wait() == 60
            problems.append(adapter.problem)
            await desk.clock.advance(60)
    assert problems[0] is None
    assert problems[1] == problems[2] is not None
    assert problems[3] is None


async def test_a_webhook_that_was_taken_away_is_set_again(desk: Desk) -> None:
    adapter = desk.adapter(HOOK)
    async with desk.running(adapter, polling=False):
        await desk.clock.pass_wait()
        await desk.peer.heard("getWebhookInfo")
        await desk.clock.pass_wait()
        await desk.peer.heard("getWebhookInfo", 2)
        await desk.peer.session.post(f"{desk.peer.emulator}/bot{desk.peer.token}/deleteWebhook")
        await desk.clock.pass_wait()
        again = await desk.peer.heard("setWebhook", 2)
        assert adapter.problem is None
    assert again.fields["url"] == HOOK.url


async def test_what_a_webhook_brings_is_stored_when_the_secret_is_right(desk: Desk) -> None:
    adapter = desk.adapter(HOOK)
    update = {"update_id": 31, "message": {**private("hello"), "message_id": 5}}
    body = json.dumps(update).encode()
    async with desk.running(adapter, polling=False):
        await desk.peer.heard("setMyCommands")
        assert not await adapter.webhook("a-guess", body)
        assert not await adapter.webhook("ümläut \udcff", body)
        assert not await adapter.webhook(None, body)
        assert desk.inbox.things == []
        assert await adapter.webhook(HOOK.secret, body)
        assert await adapter.webhook(HOOK.secret, b"no json")
        assert await adapter.webhook(HOOK.secret, b"[]")
    assert [(each.id, each.text) for each in desk.inbox.things] == [
        (f"telegram:{desk.peer.bot_id}:31", "hello")
    ]


async def test_a_press_by_webhook_is_acknowledged(desk: Desk) -> None:
    adapter = desk.adapter(HOOK)
    message = {"message_id": 77, "date": 1, "chat": HERE, "text": "Buy?"}
    query = {"id": "q1", "from": ANNA, "chat_instance": "c", "data": "buy:1", "message": message}
    async with desk.running(adapter, polling=False):
        await desk.peer.heard("setMyCommands")
        body = json.dumps({"update_id": 31, "callback_query": query}).encode()
        assert await adapter.webhook(HOOK.secret, body)
    assert desk.inbox.things[0].pressed == "buy:1"
    assert len(desk.peer.of("answerCallbackQuery")) == 1


async def test_what_a_webhook_brings_and_cannot_be_stored_is_refused(desk: Desk) -> None:
    adapter = desk.adapter(HOOK)
    body = json.dumps({"update_id": 31, "message": {**private("hello"), "message_id": 5}}).encode()
    with pytest.raises(TryLater):
        await adapter.webhook(HOOK.secret, body)
    async with desk.running(adapter, polling=False):
        await desk.peer.heard("setMyCommands")
        desk.inbox.broken = Broken()
        with pytest.raises(Broken):
            await adapter.webhook(HOOK.secret, body)


async def test_without_a_webhook_nobody_can_bring_anything(desk: Desk) -> None:
    async with desk.running() as adapter:
        assert not await adapter.webhook("", b"{}")
        assert not await adapter.webhook(None, b"{}")


async def test_what_hundreds_wrote_at_once_comes_in_once_and_in_order(desk: Desk) -> None:
    for number in range(250):
        await desk.peer.write(private(f"message {number}"))
    async with desk.running():
        things = await desk.inbox.first(250)
        await desk.peer.heard("getUpdates", 4)
    assert [each.text for each in things] == [f"message {number}" for number in range(250)]
    assert len({each.id for each in things}) == 250


async def test_the_token_is_nowhere_to_be_read(
    desk: Desk, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    configure("debug")
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "telegram"):
        caplog.set_level(logging.DEBUG, name)
    token = desk.peer.token
    seen: list[str] = []
    echo = f"no route for /bot{token}/ and {HOOK.secret}"
    adapter = desk.adapter(HOOK)
    desk.peer.fail("getMe", refusal(401, echo), page(502, echo), refusal(500, echo), refusal(400, echo))
    async with desk.running(adapter, polling=False):
        for _ in range(4):
            wait = await desk.clock.next_wait()
            seen.append(str(adapter.problem))
            await desk.clock.advance(wait)
        await desk.peer.heard("setMyCommands")
        faults = refusal(400, echo), refusal(403, echo), page(502, echo), page(200, echo), dropped
        desk.peer.fail("sendMessage", *faults)
        for number in range(5):
            with pytest.raises(Exception) as failed:  # noqa: PT011
                await adapter.send(PRIVATE, says("hello"), sending(f"n{number}"))
            seen += [str(failed.value), repr(failed.value), repr(failed.value.__context__)]
        await adapter.send(PRIVATE, says("hello"), sending("n"))
    ours = capsys.readouterr().err
    seen += [repr(adapter), repr(HOOK), caplog.text, ours]
    assert "/sendMessage" in caplog.text
    assert "telegram works again" in ours
    # Nothing of it stays behind in the loggers of others.
    assert [logging.getLogger(name).filters for name in TALKATIVE] == [[] for _ in TALKATIVE]
    assert not [text for text in seen if "CANARY" in text or HOOK.secret in text]
