"""How Discord judges a message before it takes it."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.peers.discord_state import Channel, Json, Refused

LONGEST_CONTENT = 2000
LONGEST_LABEL = 80
LONGEST_CUSTOM_ID = 100
LONGEST_NONCE = 25
COMMAND_NAME = re.compile(r"[-_\w]{1,32}")

EPHEMERAL, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 1 << 6, 1 << 2, 1 << 12


def judge_message(body: Json, channel: Channel, *, files: int, edited: Json | None = None) -> None:
    """Refuse a message that Discord would not take."""
    if not isinstance(body, dict):
        raise invalid("_errors", "DICT_TYPE_CONVERT")
    content = body.get("content") or ""
    if len(content) > LONGEST_CONTENT:
        raise invalid("content", "BASE_TYPE_MAX_LENGTH")
    kept = bool(edited and edited["attachments"])
    if not content and not files and not kept and not body.get("embeds"):
        raise Refused(400, 50006, "Cannot send an empty message")
    for path, problem in _component_problems(body.get("components") or []):
        raise invalid(path, problem)
    if len(str(body.get("nonce") or "")) > LONGEST_NONCE:
        raise invalid("nonce", "BASE_TYPE_MAX_LENGTH")
    if len(body.get("attachments") or []) != files:
        raise invalid("attachments", "ATTACHMENT_NOT_FOUND")
    reference = body.get("message_reference") or {"fail_if_not_exists": False}
    if reference.get("fail_if_not_exists", True) and reference["message_id"] not in channel.messages:
        raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE")


def judge_commands(body: Any) -> None:
    """Refuse a list of commands that Discord would not take."""
    if not isinstance(body, list) or len(body) > 100:
        raise invalid("_errors", "BASE_TYPE_BAD_LENGTH")
    names = [command["name"] for command in body]
    if len(set(names)) != len(names):
        raise invalid("name", "APPLICATION_COMMANDS_DUPLICATE_NAME")
    for command in body:
        _judge_described(command)
        required = [bool(option.get("required")) for option in command.get("options", [])]
        if required != sorted(required, reverse=True):
            raise invalid("options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID")
        for option in command.get("options", []):
            _judge_described(option)
            if option.get("autocomplete") and option.get("choices"):
                raise invalid("autocomplete", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES")


def judge_choices(choices: Sequence[Json]) -> None:
    """Refuse completions that Discord would not show."""
    if len(choices) > 25:
        raise invalid("choices", "BASE_TYPE_MAX_LENGTH")
    for choice in choices:
        if not 1 <= len(choice["name"]) <= 100 or not 1 <= len(choice["value"]) <= 100:
            raise invalid("choices", "BASE_TYPE_BAD_LENGTH")


def invalid(path: str, problem: str) -> Refused:
    """Return the answer to a form that has a mistake."""
    return Refused(
        400, 50035, "Invalid Form Body", {path: {"_errors": [{"code": problem, "message": problem}]}}
    )


def _judge_described(thing: Json) -> None:
    if not COMMAND_NAME.fullmatch(thing["name"]) or thing["name"] != thing["name"].lower():
        raise invalid("name", "STRING_TYPE_REGEX")
    if not 1 <= len(thing["description"]) <= 100:
        raise invalid("description", "BASE_TYPE_BAD_LENGTH")


def _component_problems(rows: Sequence[Json]) -> Iterator[tuple[str, str]]:
    if len(rows) > 5:
        yield "components", "BASE_TYPE_BAD_LENGTH"
    buttons = [button for row in rows for button in row["components"]]
    if any(row["type"] != 1 or not 1 <= len(row["components"]) <= 5 for row in rows):
        yield "components", "BASE_TYPE_BAD_LENGTH"
    for button in buttons:
        if button["type"] != 2 or button["style"] not in {1, 2, 3, 4}:
            yield "components", "BASE_TYPE_CHOICES"
        if not 1 <= len(button["label"]) <= LONGEST_LABEL:
            yield "components.label", "BASE_TYPE_BAD_LENGTH"
        if not 1 <= len(button["custom_id"]) <= LONGEST_CUSTOM_ID:
            yield "components.custom_id", "BASE_TYPE_BAD_LENGTH"
    if len({button["custom_id"] for button in buttons}) != len(buttons):
        yield "components", "COMPONENT_CUSTOM_ID_DUPLICATED"
