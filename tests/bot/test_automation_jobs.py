"""People look after their jobs in a chat: made of words, shown first, run, told of, paused and deleted."""

from pathlib import Path

from agent.models.scripted import ScriptedModel
from bot.chat import Person
from bot.scripted import ScriptedChat
from tests.agent.talking import says
from tests.bot.room import Room, buttons, room
from tools.context import Context
from tools.cron_views import JobList, JobView
from tools.policy import Principal, Role

ADA = Person("telegram:1", "Ada", "en")
OWN = Principal(ADA.id, Role.TRADER, "main")


async def listed(chat: Room) -> list[JobView]:
    app = chat.service.app
    found = await app.registry.call("cron.list", {}, Context(OWN, app.services, app.registry))
    assert isinstance(found, JobList)
    return found.jobs


def labels(chat: Room) -> list[str]:
    return [each.label for each in buttons(chat.posted(ADA)[-1].message)]


async def done(chat: Room, typed: str) -> str:
    assert await chat.settled(await chat.say(ADA, typed)) == "answered"
    return chat.texts(ADA)[-1]


async def test_a_job_in_words_is_shown_saved_and_never_takes_the_place_of_another(tmp_path: Path) -> None:
    async with room(tmp_path, ScriptedChat(platform="telegram")) as chat:
        await chat.let_in(ADA, "trader")
        await done(chat, "/settings quietHours 22:00-07:00@Europe/Berlin")
        shown = await done(chat, "/job every day at 8 check my positions")
        assert shown.startswith("**Save this?**\n\n")
        assert "`0 8 * * *` · Europe/Berlin" in shown
        assert (await listed(chat), labels(chat)) == ([], ["Save", "Cancel"])
        assert await chat.settled(await chat.press(ADA, "Save")) == "answered"
        assert chat.texts(ADA)[-1].startswith("**Job saved**\n")
        await done(chat, "/job every day at 9 check my positions")
        await chat.settled(await chat.press(ADA, "Save"))
        first, second = await listed(chat)
        assert second.name == f"{first.name}_2"
        assert [each.timezone for each in (first, second)] == ["Europe/Berlin"] * 2
        for words in ("check btc", "every day at 8", "every day at 25:00 check btc"):
            await done(chat, f"/job {words}")
            assert labels(chat) == [], words


async def test_a_job_is_run_told_of_paused_and_deleted(tmp_path: Path) -> None:
    model = ScriptedModel([says("All is **well**.")])
    async with room(tmp_path, ScriptedChat(platform="telegram"), model=model) as chat:
        await chat.let_in(ADA, "trader")
        await done(chat, "/jobs templates")
        assert await chat.settled(await chat.press(ADA, "Add daily_report")) == "answered"
        assert (await listed(chat), labels(chat)) == ([], ["Save", "Cancel"])
        await chat.settled(await chat.press(ADA, "Save"))
        await done(chat, "/jobs")
        assert labels(chat) == ["1 Run", "1 Pause", "1 Delete", "Refresh"]
        assert await chat.settled(await chat.press(ADA, "1 Run")) == "answered"
        await chat.until(lambda: "**daily\\_report**\n\nAll is **well**." in chat.texts(ADA))
        told = await done(chat, "/jobs")
        assert "\nLast run: success · Nov 20 12:00 UTC\nDelivery: delivered" in told
        assert "Answer: All is \\*\\*well\\*\\*." in await done(chat, "/jobs history 1")
        await done(chat, "/jobs pause daily_report")
        assert [each.enabled for each in await listed(chat)] == [False]
        assert "daily\\_report is deleted" in await done(chat, "/aufgaben löschen 1")
        assert await listed(chat) == []


async def test_a_job_that_failed_is_run_again_by_its_button(tmp_path: Path) -> None:
    async with room(tmp_path, ScriptedChat(platform="telegram"), model=ScriptedModel([])) as chat:
        await chat.let_in(ADA, "trader")
        await done(chat, "/job every day at 8 check my positions")
        await chat.settled(await chat.press(ADA, "Save"))
        assert await chat.settled(await chat.say(ADA, "/jobs run 1")) == "answered"
        await chat.until(lambda: any("· failed\n" in text for text in chat.texts(ADA)))
        await chat.until(
            lambda: any(
                each.label == "Run again" for post in chat.posted(ADA) for each in buttons(post.message)
            )
        )
        assert await chat.settled(await chat.press(ADA, "Run again")) == "answered"
