"""What Telegram answers instead of doing something, as a ChatError and in words that a person can act on."""

from collections.abc import Sequence
from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.chat import ChatError, MarkupRefused, MessageLost, TryLater, Unreachable
from bot.telegram_secrets import Secrets

NOT_MODIFIED = ("message is not modified",)
NO_TEXT = ("there is no text in the message to edit",)
NOT_A_PHOTO = (
    "photo_invalid_dimensions",
    "photo_save_file_invalid",
    "photo_ext_invalid",
    "image_process_failed",
    "file is too big",
    "entity too large",
)
GONE = ("message to delete not found", "message_id_invalid")

_LOST = (
    "message to edit not found",
    "message can't be edited",
    "message can't be deleted",
    "message_id_invalid",
    "there is no text in the message to edit",
    "there is no caption in the message to edit",
)
_MARKUP = ("can't parse entities", "entit")
_CLOSED = (
    "chat not found",
    "user not found",
    "bot was kicked",
    "peer_id_invalid",
    "not enough rights",
    "have no rights",
    "chat_write_forbidden",
    "chat_admin_required",
    "chat_restricted",
    "group chat was upgraded",
    "group chat was deactivated",
    "message thread not found",
    "topic_closed",
    "topic_deleted",
)
_REFUSED: tuple[tuple[Sequence[str], type[ChatError]], ...] = (
    (_LOST, MessageLost),
    (_CLOSED, Unreachable),
    (_MARKUP, MarkupRefused),
)

BAD_TOKEN_SECONDS = 60.0

BAD_TOKEN = (
    "Telegram does not take this bot's token. Ask @BotFather for the right one and set it as "
    "TELEGRAM_BOT_TOKEN; with a Bot API server of your own, check its address too."
)
CONFLICT = (
    "Another program takes this bot's messages: it polls with the same token, or has set a webhook. "
    "Stop it, or give this one a bot of its own."
)
UNREACHABLE = "Telegram cannot be reached. Check the network and the API address; this goes on by itself."
TOO_SLOW = "Telegram does not answer in time. Check the network; this goes on by itself."
_PROBLEMS = ((InvalidToken, BAD_TOKEN), (Conflict, CONFLICT), (TimedOut, TOO_SLOW))


def says(error: TelegramError, phrases: Sequence[str]) -> bool:
    """Return whether Telegram's description holds one of some phrases."""
    described = error.message.lower()
    return any(phrase in described for phrase in phrases)


def chat_error(error: TelegramError, secrets: Secrets) -> ChatError:
    """Return what a failed request comes to for whoever asked for it."""
    described = secrets.hide(error.message)
    match error:
        case RetryAfter():
            return TryLater(described, seconds_of(error))
        case ChatMigrated():
            return Unreachable(
                f"This group has become another one, a supergroup with the id {error.new_chat_id}"
            )
        case Forbidden():
            return Unreachable(described)
        case InvalidToken():
            return TryLater(BAD_TOKEN, BAD_TOKEN_SECONDS)
        case BadRequest():
            return _refused(error)(described)
    return TryLater(described, unsure=may_have_arrived(error))


def _refused(error: BadRequest) -> type[ChatError]:
    return next((kind for phrases, kind in _REFUSED if says(error, phrases)), ChatError)


def seconds_of(error: RetryAfter) -> float:
    """Return how long Telegram wants to be left alone."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def may_have_arrived(error: TelegramError) -> bool:
    """Return whether a request that ended like this may have been carried out all the same."""
    never_sent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
    return not isinstance(error.__cause__, never_sent)


def problem_of(error: TelegramError, secrets: Secrets) -> str:
    """Return why nothing comes in, and what a person can do about it."""
    if isinstance(error, RetryAfter):
        return f"Telegram asks to be left alone for {seconds_of(error):.0f} seconds."
    if isinstance(error, BadRequest):
        return f"Telegram refuses what it is asked: {secrets.hide(error.message)}"
    if isinstance(error.__cause__, httpx.HTTPError | httpx.InvalidURL) and not isinstance(error, TimedOut):
        return UNREACHABLE
    told = next((words for kind, words in _PROBLEMS if isinstance(error, kind)), None)
    return told or f"Telegram has a fault: {secrets.hide(error.message)}. This goes on by itself."
