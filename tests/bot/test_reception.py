"""People in chats: let in, heard once, answered by one message, and each by their own right."""

from pathlib import Path

from tests.bot.room import ADA, room


async def test_a_message_is_answered_by_one_message(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "owner")
        asked = await chat.say(ADA, "price BTC")
        assert await chat.settled(asked) == "answered"
        assert len(chat.texts(ADA)) == 1
        assert "BTC" in chat.texts(ADA)[0]


async def test_a_command_is_answered_by_a_card(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "owner")
        asked = await chat.say(ADA, "/price btc")
        assert await chat.settled(asked) == "answered"
        assert chat.texts(ADA)[0].startswith("**BTC/USDT** · **68,714.18**")
