"""Messages as Discord's API takes them."""

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bot.chat import Button, Buttons, Message, Picture, Sending

Payload = dict[str, Any]

MOST_ROWS = 5
MOST_IN_A_ROW = 5
LABEL_LENGTH = 80
NONCE_LENGTH = 25

ACTION_ROW, BUTTON = 1, 2
STYLES = {"plain": 2, "good": 3, "bad": 4}

SUPPRESS_EMBEDS = 1 << 2
SUPPRESS_NOTIFICATIONS = 1 << 12


@dataclass(frozen=True, slots=True)
class Form:
    """A request with a file, in the words of discord.py, which rewinds `files` before it tries again."""

    files: list[discord.File]
    form: list[dict[str, Any]]


def shown(message: Message) -> Payload:
    """Return a message as it is edited: its text and buttons, nobody rung and no link unfolded."""
    return {
        "content": message.part.text,
        "components": _rows(message.buttons),
        "allowed_mentions": {"parse": []},
        "flags": SUPPRESS_EMBEDS,
    }


def follow_up(message: Message, sending: Sending) -> Payload:
    """Return a message as it is sent under an interaction."""
    payload = shown(message)
    if sending.silent:
        payload["flags"] |= SUPPRESS_NOTIFICATIONS
    return payload


def posted(message: Message, sending: Sending) -> Payload:
    """Return a message as it is sent to a channel, which Discord takes once for each nonce."""
    payload = follow_up(message, sending)
    payload |= {"nonce": _nonce(sending.nonce), "enforce_nonce": True}
    if sending.reply_to is not None:
        payload["message_reference"] = {"message_id": sending.reply_to, "fail_if_not_exists": False}
    return payload


def with_picture(payload: Payload, picture: Picture) -> Form:
    """Return a payload and a picture as one form."""
    file = discord.File(io.BytesIO(picture.data), filename=picture.name)
    body = {**payload, "attachments": [{"id": "0", "filename": file.filename}]}
    return Form(
        files=[file],
        form=[
            {"name": "payload_json", "value": json.dumps(body), "content_type": "application/json"},
            {"name": "files[0]", "value": file.fp, "filename": file.filename, "content_type": "image/png"},
        ],
    )


def _nonce(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:NONCE_LENGTH]


def _rows(buttons: Buttons) -> list[Payload]:
    rows = list(_wrapped(buttons))
    if len(rows) > MOST_ROWS:
        rows = list(_wrapped((tuple(button for row in buttons for button in row),)))[:MOST_ROWS]
    return [{"type": ACTION_ROW, "components": [_button(button) for button in row]} for row in rows]


def _wrapped(buttons: Buttons) -> Iterator[tuple[Button, ...]]:
    for row in buttons:
        for start in range(0, len(row), MOST_IN_A_ROW):
            yield row[start : start + MOST_IN_A_ROW]


def _button(button: Button) -> Mapping[str, Any]:
    return {
        "type": BUTTON,
        "style": STYLES[button.tone],
        "label": button.label[:LABEL_LENGTH],
        "custom_id": button.data,
    }
