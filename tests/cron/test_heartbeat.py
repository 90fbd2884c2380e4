"""The agent's look around now and then: when, by what list, and to whom it tells what it found."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.models.port import Completion
from agent.models.scripted import ScriptedModel
from bot.chat import Place
from bot.scripted import ScriptedChat
from memory.chat_records import Chat
from memory.records import Person
from tests.bot.room import Room, room
from tests.service import NOON
from tools.heartbeat import Rhythm, says_something

EMPTY = "# HEARTBEAT\n\n<!-- what to look at:\n- nothing -->\n## Later\n- \n- [ ]\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", False),
        (EMPTY, False),
        ("<!-- never closed\n- x", False),
        ("# Head\n- look at BTC", True),
        ("look at BTC", True),
        ("<!-- a -->\n* [ ] stops", True),
    ],
)
def test_a_list_says_something_or_not(text: str, says: bool) -> None:
    assert says_something(text) is says


@pytest.mark.parametrize(
    ("begins", "ends", "moment", "awake"),
    [
        ("00:00", "00:00", "03:10", True),
        ("08:00", "22:00", "06:59", False),
        # 07:00 in Berlin's winter.
        ("08:00", "22:00", "06:40", False),
        ("08:00", "22:00", "07:00", True),
        ("08:00", "22:00", "21:00", False),
        ("22:00", "06:00", "23:40", True),
        ("22:00", "06:00", "12:00", False),
    ],
)
def test_it_beats_in_its_active_hours_by_the_clocks_of_its_zone(
    begins: str, ends: str, moment: str, awake: bool
) -> None:
    rhythm = Rhythm(
        timedelta(minutes=30), time.fromisoformat(begins), time.fromisoformat(ends), ZoneInfo("Europe/Berlin")
    )
    at = datetime.combine(NOON.date(), time.fromisoformat(moment), UTC)
    assert (rhythm.slot(at) is not None) is awake


async def beaten(room: Room, minutes: float, runs: int) -> list[str]:
    """Let time pass until the heartbeat has so many runs that have ended; return them, newest first.

    A run works in real time: what has begun is given no more than seconds of the clock.
    """
    await room.service.advance(minutes * 60)
    for _ in range(500):
        async with room.service.app.services.database.read() as uow:
            found = await uow.prompt_runs.named("owner", "heartbeat", 100)
        if len(found) >= runs and all(each.due_at is None for each in found):
            return [each.status.value for each in found]
        await asyncio.sleep(0.005)
        await room.service.advance(0.1)
    raise AssertionError(f"there is {found}")


def replying(*texts: str) -> ScriptedModel:
    return ScriptedModel([Completion(text, "scripted:model") for text in texts])


async def test_an_empty_list_asks_no_model(tmp_path: Path) -> None:
    model = replying()
    async with room(tmp_path, model=model, heartbeat_minutes=30) as opened:
        (tmp_path / "workspace" / "HEARTBEAT.md").write_text(EMPTY, encoding="utf-8")
        assert await beaten(opened, 95, 0) == []
        assert model.requests == []


async def test_what_needs_attention_goes_to_the_chat_where_an_owner_was_seen_last(tmp_path: Path) -> None:
    model = replying("HEARTBEAT_OK.", "Your stop is missing.")
    chat = ScriptedChat(platform="telegram")
    async with room(tmp_path, chat, model=model, heartbeat_minutes=30) as opened:
        async with opened.service.app.services.database.transact() as uow:
            for number, seen in ((1, NOON), (2, NOON + timedelta(minutes=1)), (3, NOON + timedelta(hours=1))):
                name, role = f"telegram:{number}", "owner" if number < 3 else "trader"
                await uow.people.put(Person(name, "A", role, NOON, "owner"))
                await uow.chats.put(Chat(f"telegram:{number}", name, "main", seen))
        assert await beaten(opened, 30, 1) == ["silent"]
        assert chat.posted == {}
        assert await beaten(opened, 30, 2) == ["success", "silent"]
        await opened.until(lambda: chat.posted)
        assert [(key, len(posts)) for key, posts in chat.posted.items()] == [("telegram:2", 1)]
        (text,) = chat.texts(Place("telegram", "2", private=True))
        assert text.endswith("Your stop is missing.")
        assert "- Open positions without a stop" in model.requests[0].messages[-1].text


async def test_a_start_is_no_heartbeat_and_one_that_was_missed_is_not_made_up_for(tmp_path: Path) -> None:
    model = replying("HEARTBEAT_OK")
    async with room(tmp_path, model=model, heartbeat_minutes=30) as opened:
        assert await beaten(opened, 28, 0) == []
        clock = opened.service.clock
    await clock.advance(185 * 60)
    async with room(tmp_path, clock=clock, model=model, heartbeat_minutes=30) as opened:
        assert await beaten(opened, 1, 0) == []
        assert await beaten(opened, 26, 1) == ["silent"]
