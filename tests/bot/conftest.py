"""What tests of Telegram share."""

from tests.bot.telegram_desk import bot_api, desk

__all__ = ["bot_api", "desk"]
