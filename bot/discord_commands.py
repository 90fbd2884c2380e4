"""Slash commands as Discord lists them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.chat import CommandSpec, Option

CHAT_INPUT = 1
STRING = 3
IN_GUILDS = 0
WITH_THE_BOT = 1
"""Contexts: a guild's channels, and the private chat with the bot; not the chats of two other people."""

MOST_CHOICES = 25
SUMMARY_LENGTH = 100


def listed(commands: Iterable[CommandSpec]) -> list[dict[str, Any]]:
    """Return commands as Discord takes them, all at once."""
    return [
        {
            "name": command.name,
            "description": command.summary[:SUMMARY_LENGTH],
            "type": CHAT_INPUT,
            # Discord wants what must be given first.
            "options": [_option(each) for each in sorted(command.options, key=lambda one: not one.required)],
            "integration_types": [IN_GUILDS],
            "contexts": [IN_GUILDS, WITH_THE_BOT],
        }
        for command in commands
    ]


def same(there: Sequence[Mapping[str, Any]], ours: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether Discord has just these commands; what it adds to them does not count."""
    return _by_name(there) == _by_name(ours)


def _option(option: Option) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": option.name,
        "description": option.summary[:SUMMARY_LENGTH],
        # Numbers too: Discord's own are floating point, and take neither `50%` nor `1,5`.
        "type": STRING,
        "required": option.required,
    }
    if option.choices:
        told["choices"] = [{"name": choice, "value": choice} for choice in option.choices[:MOST_CHOICES]]
    elif option.kind == "pair":
        told["autocomplete"] = True
    return told


def _by_name(commands: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {command["name"]: _compared(command) for command in commands}


def _compared(command: Mapping[str, Any]) -> Any:
    return (
        command.get("description"),
        command.get("type", CHAT_INPUT),
        sorted(command.get("contexts") or ()),
        sorted(command.get("integration_types") or ()),
        [_compared_option(option) for option in command.get("options") or ()],
    )


def _compared_option(option: Mapping[str, Any]) -> Any:
    return (
        option.get("name"),
        option.get("description"),
        option.get("type"),
        bool(option.get("required")),
        bool(option.get("autocomplete")),
        [(choice.get("name"), choice.get("value")) for choice in option.get("choices") or ()],
    )
