"""What is wrong with Telegram is told by the service in words, who is not Telegram is not heard."""

import logging
from pathlib import Path
from typing import Any

import pytest

from agent.models.scripted import ScriptedModel
from bot.telegram_errors import BAD_TOKEN, CONFLICT
from kit.lock import announced
from kit.logs import configure
from tests.agent.talking import says
from tests.bot.telegram_desk import Desk
from tests.bot.telegram_house import ADA, BEN, House, house, written
from tests.kit.commands import kit
from tests.peers.telegram import Fault, page, refusal

pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after")

PUBLIC = "https://kit.example.org/telegram/webhook"
OURS = "an-owner-token-of-some-length"


async def told(bot: House) -> tuple[int, list[str]]:
    status, health = await bot.page("/health")
    return status, health["problems"]


@pytest.mark.parametrize(
    ("method", "fault", "words"),
    [
        ("getUpdates", refusal(409, "Conflict: terminated by other getUpdates request"), CONFLICT),
        ("getMe", refusal(401, "Unauthorized"), BAD_TOKEN),
    ],
)
async def test_health_says_what_is_wrong_until_it_is_well(
    tmp_path: Path, desk: Desk, method: str, fault: Fault, words: str
) -> None:
    desk.peer.fail(method, fault)
    async with house(tmp_path, desk.peer, model=ScriptedModel([says("Yes.")])) as bot:
        await bot.let_in(ADA)
        await desk.peer.heard(method)
        while (found := await told(bot)) == (200, []):
            await bot.service.advance(0)
        assert found == (503, [f"telegram: {words}"])
        assert (await bot.answered(ADA, "still there?")).text == "Yes."
        assert await told(bot) == (200, [])


async def test_the_doctor_tells_what_the_running_service_finds(tmp_path: Path, desk: Desk) -> None:
    conflict = refusal(409, "Conflict: terminated by other getUpdates request")
    desk.peer.fail("getUpdates", *[conflict] * 1_000)
    async with house(tmp_path, desk.peer) as bot:
        while (await told(bot)) == (200, []):
            await bot.service.advance(0)
        with announced(tmp_path, bot.service.app.listening.urls):
            ran = await kit(tmp_path, "doctor", KIT_GATEWAY_PORT="0")
    assert (ran.code, f"telegram: {CONFLICT}" in ran.out) == (1, True)


async def test_a_token_of_nobody_is_told_and_stops_nothing_else(tmp_path: Path, desk: Desk) -> None:
    async with house(tmp_path, desk.peer, telegram_bot_token="7:of-nobody") as bot:
        while (found := await told(bot)) == (200, []):
            await bot.service.advance(0)
        assert found == (503, [f"telegram: {BAD_TOKEN}"])
        assert (await bot.page("/live"))[0] == 200


async def brought(bot: House, secret: str | None, update: Any) -> int:
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    url = f"{bot.service.http}/telegram/webhook"
    async with bot.peer.session.post(url, json=update, headers=headers) as answer:
        return answer.status


async def test_telegram_brings_what_people_do_and_nobody_else_does(tmp_path: Path, desk: Desk) -> None:
    hooked = {"telegram_webhook_url": PUBLIC, "gateway_token": OURS}
    async with house(tmp_path, desk.peer, model=ScriptedModel([says("Heard.")]), **hooked) as bot:
        await bot.let_in(ADA)
        asked = await desk.peer.heard("setWebhook")
        assert asked.fields["url"] == PUBLIC
        await desk.peer.heard("setMyCommands")
        secret = asked.fields["secret_token"]
        forged = {"update_id": 8, "message": {**written(ADA, "hello"), "message_id": 2}}
        genuine = {"update_id": 7, "message": {**written(ADA, "hello"), "message_id": 1}}
        for wrong in (None, "", OURS, secret[:-1], desk.peer.token):
            assert await brought(bot, wrong, forged) == 401
        assert [await brought(bot, secret, genuine) for _ in range(2)] == [200, 200]
        assert await bot.settled(f"telegram:{desk.peer.bot_id}:7") == "answered"
        assert bot.texts(ADA) == ["Heard."]
        async with bot.service.app.services.database.read() as uow:
            assert await uow.arrivals.get(f"telegram:{desk.peer.bot_id}:8") is None
    assert desk.peer.of("getUpdates") == []


async def test_without_a_webhook_there_is_no_way_in(tmp_path: Path, desk: Desk) -> None:
    async with house(tmp_path, desk.peer) as bot:
        assert await brought(bot, "", {"update_id": 7}) == 404


def everything(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


async def test_the_token_is_kept_nowhere(
    tmp_path: Path, desk: Desk, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    configure("debug")
    for name in ("httpx", "httpcore", "telegram", "aiohttp"):
        caplog.set_level(logging.DEBUG, name)
    echo = f"no route for /bot{desk.peer.token}/"
    desk.peer.fail("getMe", refusal(401, echo), page(502, echo), refusal(400, echo))
    seen: list[str] = []
    async with house(tmp_path, desk.peer, model=ScriptedModel([says("Hello."), says("Again.")])) as bot:
        await bot.let_in(ADA)
        await bot.let_in(BEN)
        while len(desk.peer.of("getMe")) < 4:
            await bot.service.advance(1)
            seen.append(str(await bot.page("/health")))
        # The first words are refused, and so is the whole answer.
        desk.peer.fail("sendMessage", *[refusal(400, echo)] * 2)
        first = await bot.settled(await bot.say(ADA, "hello"))
        assert first.startswith("undelivered")
        desk.peer.fail("sendMessage", page(502, echo))
        assert (await bot.answered(ADA, "hello?")).text == "Again."
        sent = len(desk.peer.of("sendMessage"))
        desk.peer.fail("sendMessage", *[refusal(403, echo)] * 2)
        await bot.call("trading.halt", reason="to tell the owners")
        await bot.until(lambda: len(desk.peer.of("sendMessage")) >= sent + 2)
        seen += [str(await bot.page("/health")), str(await bot.call("platforms.list"))]
        seen += [str(await bot.call("status"))]
    kept = everything(tmp_path)
    ours = capsys.readouterr().err
    assert "telegram works again" in ours
    assert "/sendMessage" in caplog.text
    assert b"undelivered" in kept
    assert not [text for text in (*seen, ours, caplog.text) if "CANARY" in text]
    assert b"CANARY" not in kept
