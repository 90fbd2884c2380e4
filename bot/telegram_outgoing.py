"""Writes messages the way Telegram takes them: texts with entities, keyboards, photos with captions."""

from collections.abc import Awaitable, Callable
from typing import Any

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)
from telegram.error import BadRequest, NetworkError

from bot.chat import Buttons, Message, Picture, Place, Sending
from bot.telegram_errors import GONE, NO_TEXT, NOT_A_PHOTO, NOT_MODIFIED, says

_ADDRESS = "text_link"
_LANGUAGE = "pre"
_STYLES = {"good": "success", "bad": "danger"}
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


async def put(bot: Bot, place: Place, message: Message, sending: Sending) -> int:
    """Send a message and return its number. A picture that is no photo to Telegram goes as a file."""
    common: dict[str, Any] = {
        "chat_id": int(place.chat),
        "message_thread_id": place.thread and int(place.thread),
        "disable_notification": sending.silent,
        "reply_markup": _keyboard(message.buttons),
        "reply_parameters": sending.reply_to and _reply(sending.reply_to),
    }
    if message.picture is None:
        sent = await bot.send_message(
            text=message.part.text, entities=_entities(message), link_preview_options=_NO_PREVIEW, **common
        )
        return sent.message_id
    return await _put_picture(bot, message.picture, {**common, **_caption(message)})


async def _put_picture(bot: Bot, picture: Picture, rest: dict[str, Any]) -> int:
    try:
        return (await bot.send_photo(photo=picture.data, filename=picture.name, **rest)).message_id
    except NetworkError as error:
        if not says(error, NOT_A_PHOTO):
            raise
    return (await bot.send_document(document=picture.data, filename=picture.name, **rest)).message_id


async def change(bot: Bot, place: Place, number: int, message: Message) -> None:
    """Make a message of ours say this, as its text or as the caption of its picture."""
    target: dict[str, Any] = {
        "chat_id": int(place.chat),
        "message_id": number,
        "reply_markup": _keyboard(message.buttons),
    }
    if message.picture is not None:
        await _changed(lambda: bot.edit_message_caption(**target, **_caption(message)))
        return
    await _changed(
        lambda: bot.edit_message_text(
            message.part.text, entities=_entities(message), link_preview_options=_NO_PREVIEW, **target
        )
    )


async def change_any(bot: Bot, place: Place, number: int, message: Message) -> None:
    """Do so even when it is a picture's message and only its text is told."""
    try:
        await change(bot, place, number, message)
    except BadRequest as error:
        if message.picture is not None or not says(error, NO_TEXT):
            raise
        await change(bot, place, number, Message(message.part, message.buttons, Picture("", b"")))


async def remove(bot: Bot, place: Place, number: int) -> None:
    """Take a message away, if it is there."""
    try:
        await bot.delete_message(int(place.chat), number)
    except BadRequest as error:
        if not says(error, GONE):
            raise


async def type_in(bot: Bot, place: Place) -> None:
    """Show that an answer is being written."""
    thread = int(place.thread) if place.thread else None
    await bot.send_chat_action(int(place.chat), "typing", message_thread_id=thread)


async def _changed(edit: Callable[[], Awaitable[object]]) -> None:
    try:
        await edit()
    except BadRequest as error:
        if not says(error, NOT_MODIFIED):
            raise


def _caption(message: Message) -> dict[str, Any]:
    if not message.part.text:
        return {}
    return {"caption": message.part.text, "caption_entities": _entities(message)}


def _entities(message: Message) -> list[MessageEntity] | None:
    return [
        MessageEntity(
            mark.kind,
            mark.offset,
            mark.length,
            url=mark.extra if mark.kind == _ADDRESS else None,
            language=mark.extra if mark.kind == _LANGUAGE else None,
        )
        for mark in message.part.marks
    ] or None


def _keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    if not buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(each.label, callback_data=each.data, style=_STYLES.get(each.tone))
                for each in row
            ]
            for row in buttons
        ]
    )


def _reply(name: str) -> ReplyParameters:
    return ReplyParameters(int(name), allow_sending_without_reply=True)
