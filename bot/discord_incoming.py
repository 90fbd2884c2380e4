"""What people do on Discord, in the words of chats."""

import re
from collections.abc import Mapping
from typing import Any

import discord

from bot.chat import Incoming, Person, Place
from bot.discord_tickets import Kind, Ticket

PLATFORM = "discord"

SAID = {discord.MessageType.default, discord.MessageType.reply}
"""Everything else that comes as a message is Discord's own word: somebody joined, pinned, boosted."""

COMMAND = re.compile(r"/([a-z][\w-]*)(?:\s+(.*))?", re.DOTALL)

FILES = {"image": "photo", "video": "video", "audio": "audio"}


def place_of(channel: int, *, private: bool) -> Place:
    """Return a channel as a place.

    A thread is a chat of its own: its channel id is all that is needed to write there, and a message tells
    no more of it than that; the channel that it belongs to is only known while the thread is cached.
    """
    return Place(PLATFORM, str(channel), private=private)


def said(message: discord.Message, me: discord.ClientUser, *, first: bool = False) -> Incoming | None:
    """Return a message as something done, None when nobody said anything to be heard.

    One that is heard of for the `first` time is no edit of it, even if it was changed before.
    """
    if message.author.id == me.id or message.type not in SAID:
        return None
    # Not by its guild, which is None too where the guild is not known yet.
    place = place_of(message.channel.id, private=isinstance(message.channel, discord.DMChannel))
    text, command = _text(message, me)
    unread = _unread(message)
    addressed = place.private or _named(message, me) or _answers(message, me)
    if not addressed and not text and unread is None:
        return None
    if command is not None and not addressed:
        text, command = f"/{command} {text}".rstrip(), None
    name, edited_at = f"{PLATFORM}:m:{message.id}", None if first else message.edited_at
    if edited_at is not None:
        name = f"{PLATFORM}:e:{message.id}:{int(edited_at.timestamp() * 1000)}"
    return Incoming(
        id=name,
        at=edited_at or message.created_at,
        place=place,
        person=_person(message.author, webhook=message.webhook_id is not None),
        message=str(message.id),
        text=text,
        command=command,
        addressed=addressed,
        unread=unread,
        edited=edited_at is not None,
        forwarded=bool(message.message_snapshots),
    )


def acted(interaction: discord.Interaction) -> Incoming | None:
    """Return a slash command or a pressed button as something done; a command has no message."""
    data: Mapping[str, Any] = interaction.data or {}
    if interaction.channel_id is None:
        return None
    if interaction.type is discord.InteractionType.application_command:
        kind: Kind = "slash"
        what: dict[str, Any] = {"command": data["name"], "options": _options(data)}
    elif interaction.type is discord.InteractionType.component:
        kind = "press"
        what = {"pressed": data["custom_id"]}
    else:
        return None
    ticket = Ticket(kind, interaction.id, interaction.application_id, interaction.token)
    return Incoming(
        id=f"{PLATFORM}:i:{interaction.id}",
        at=interaction.created_at,
        place=place_of(interaction.channel_id, private=interaction.guild_id is None),
        person=_person(interaction.user, language=str(interaction.locale)),
        message=str(interaction.message.id) if interaction.message else "",
        ticket=ticket.text,
        **what,
    )


def asked(interaction: discord.Interaction) -> str | None:
    """Return the beginning that is to be completed while it is typed, None when nothing is."""
    if interaction.type is not discord.InteractionType.autocomplete:
        return None
    data: Mapping[str, Any] = interaction.data or {}
    focused = (option["value"] for option in data.get("options", ()) if option.get("focused"))
    return str(next(focused, ""))


def _person(user: discord.abc.User, *, language: str | None = None, webhook: bool = False) -> Person:
    return Person(f"{PLATFORM}:{user.id}", user.display_name, language, is_bot=user.bot or webhook)


def _text(message: discord.Message, me: discord.ClientUser) -> tuple[str, str | None]:
    """Return what was said without a mention of the bot, and the command that it is."""
    whole = message.content or "\n".join(each.content for each in message.message_snapshots)
    ours = "|".join([rf"<@!?{me.id}>", *(rf"<@&{role}>" for role in _roles(message, me))])
    text = re.sub(rf" ?(?:{ours})", "", whole).strip()
    command = COMMAND.fullmatch(text)
    return (command[2] or "", command[1]) if command else (text, None)


def _named(message: discord.Message, me: discord.ClientUser) -> bool:
    return any(user.id == me.id for user in message.mentions) or bool(_roles(message, me))


def _roles(message: discord.Message, me: discord.ClientUser) -> list[int]:
    """Return the bot's own roles that were mentioned: people take them for the bot."""
    return [role.id for role in message.role_mentions if role.tags and role.tags.bot_id == me.id]


def _answers(message: discord.Message, me: discord.ClientUser) -> bool:
    earlier = message.reference.resolved if message.reference else None
    return isinstance(earlier, discord.Message) and earlier.author.id == me.id


def _unread(message: discord.Message) -> str | None:
    if message.flags.voice:
        return "voice"
    if message.stickers:
        return "sticker"
    if message.poll is not None:
        return "poll"
    for attachment in message.attachments:
        return FILES.get((attachment.content_type or "").partition("/")[0], "file")
    return None


def _options(data: Mapping[str, Any]) -> dict[str, str]:
    return {option["name"]: str(option["value"]) for option in data.get("options", ())}
