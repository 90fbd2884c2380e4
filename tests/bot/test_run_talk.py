"""Runs and the arena in a chat: the leaderboard for everybody, one's runs for oneself, and what is told."""

from pathlib import Path
from typing import Any

from bot.voice import Voice
from tests.bot.room import ADA, BEN, GROUP, Room, buttons, private, room
from tools.context import Context
from tools.policy import LOCAL_OWNER, Principal, Role
from trading.runs.cycle import CycleKind

EN, DE = Voice.of("en"), Voice.of("de")


async def call(chat: Room, name: str, who: Principal = LOCAL_OWNER, /, **params: Any) -> Any:
    app = chat.service.app
    return await app.registry.call(name, params, Context(who, app.services, app.registry))


async def cycle(chat: Room) -> None:
    """Let the arena have a cycle, from its beginning to its end."""
    contests = chat.service.app.services.contests
    assert contests.arena is not None
    await contests.arena.ensure()
    await contests.keeper.settled()
    if not (await call(chat, "arena.stats")).cycles:
        await contests.keeper.trigger((await contests.season()).id, CycleKind.TRIGGERED)
        await contests.keeper.settled()


async def test_the_leaderboard_is_shown_with_its_picture_also_where_others_read(tmp_path: Path) -> None:
    async with room(tmp_path, arena=True) as chat:
        await chat.let_in(ADA, "viewer")
        await chat.let_in(BEN, "viewer")
        await cycle(chat)
        assert await chat.settled(await chat.say(ADA, "/leaderboard", place=GROUP)) == "answered"
        _, drawn = chat.chat.posted[GROUP.key]
        lines = (await call(chat, "arena.leaderboard")).lines
        shown = chat.texts(ADA, GROUP)[0]
        assert shown.startswith("**Arena** · season 1 · cycles: 1\nToo early to rank: after 1 cycle places")
        for each in lines:
            assert f"{each.rank} {each.name}" in shown
        assert f"**{next(each for each in lines if not each.baseline).rank} " in shown
        assert drawn.message.picture is not None
        assert drawn.message.picture.data.startswith(b"\x89PNG")

        await chat.settled(await chat.say(BEN, "/settings language de"))
        await chat.settled(await chat.say(BEN, "/rangliste"))
        german = chat.texts(BEN)[1]
        assert german.startswith("**Arena** · Saison 1 · Zyklen: 1\nZu früh für einen Rang: nach 1 Zyklus")


async def test_without_an_arena_the_leaderboard_says_so(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "viewer")
        await chat.settled(await chat.say(ADA, "/leaderboard"))
        assert "arena" in chat.texts(ADA)[-1]


async def test_a_run_is_begun_in_words_and_held_and_ended_by_commands(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "trader")
        await chat.settled(await chat.say(ADA, "/runs"))
        assert chat.texts(ADA)[-1] == EN.say("runs.none")
        await chat.settled(await chat.say(ADA, "go auto"))
        assert "ema_crossover" in chat.texts(ADA)[-1]
        ada = Principal(ADA.id, Role.TRADER)
        assert (await call(chat, "runs.list", ada)).runs == []
        await chat.settled(await chat.say(ADA, "yes"))
        (begun,) = (await call(chat, "runs.list", ada)).runs
        assert (begun.name, begun.mode, begun.state) == ("auto", "paper", "running")
        assert [str(each) for each in begun.pairs] == ["BTC/USDT", "ETH/USDT"]

        await chat.settled(await chat.say(ADA, "/runs"))
        assert chat.texts(ADA)[-1].splitlines()[2].startswith("1. **auto** · running · PAPER")
        labels = [each.label for each in buttons(chat.posted(ADA)[-1].message)]
        assert labels == ["1 Pause", "1 Stop", "Refresh"]
        await chat.settled(await chat.press(ADA, "1 Pause"))
        assert chat.texts(ADA)[-1].startswith("**auto** · paused")
        await chat.settled(await chat.say(ADA, "resume trading"))
        assert (await call(chat, "runs.list", ada)).runs[0].state == "running"

        await chat.settled(await chat.say(ADA, "/runs stop auto"))
        assert EN.say("sure.stop_run", name="auto") in chat.texts(ADA)[-1]
        assert (await call(chat, "runs.list", ada)).runs[0].state == "running"
        await chat.settled(await chat.press(ADA, "Stop"))
        assert (await call(chat, "runs.list", ada)).runs[0].state == "stopped"
        await chat.settled(await chat.say(ADA, "/runs pause"))
        assert chat.texts(ADA)[-1] == EN.say("runs.unchanged")


async def test_ones_runs_are_nothing_for_a_group(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "trader")
        for typed in ("/runs", "/runs stop"):
            await chat.settled(await chat.say(ADA, typed, place=GROUP))
            assert chat.texts(ADA, GROUP)[-1] == EN.say("shared.private")


async def test_every_cycle_is_told_to_nobody_but_who_asked_for_it(tmp_path: Path) -> None:
    async with room(tmp_path, arena=True) as chat:
        await chat.let_in(ADA, "viewer")
        await chat.let_in(BEN, "owner")
        await cycle(chat)
        await chat.settled(await chat.say(ADA, "/settings notifications.arena on"))
        await chat.settled(await chat.say(BEN, "/settings"))
        before = len(chat.texts(BEN))
        contests = chat.service.app.services.contests
        await contests.keeper.trigger((await contests.season()).id)
        await chat.until(lambda: len(chat.posted(ADA)) == 2)
        told = chat.posted(ADA)[1]
        assert chat.texts(ADA)[1].startswith("**Arena**, cycle 2 · ")
        assert told.silent
        assert [each.label for each in buttons(told.message)] == ["Leaderboard"]
        assert len(chat.texts(BEN)) == before
        await chat.settled(await chat.press(ADA, "Leaderboard"))
        assert chat.texts(ADA)[2].startswith("**Arena** · season 1")


async def test_whose_run_is_complete_is_told(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "trader")
        ada = Principal(ADA.id, Role.TRADER)
        wanted = {"name": "once", "strategy": "buy_and_hold", "pairs": ["BTC/USDT"], "cycles": 1}
        await call(chat, "runs.start", ada, **wanted)
        await chat.until(lambda: any("complete" in each for each in chat.texts(ADA)))
        assert chat.texts(ADA)[-1].startswith("**once** · completed\n")
        (ended,) = (await call(chat, "runs.list", ada)).runs
        assert f"{EN.money(ended.equity)} USDT" in chat.texts(ADA)[-1]
        assert private(ADA).key in chat.chat.posted
