"""Reads what Telegram tells of people: its updates as the things they did."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from telegram import Chat, Message, MessageEntity, MessageOrigin, Update, User
from telegram.constants import ChatType, MessageEntityType

from bot.chat import Incoming, Person, Place

PLATFORM = "telegram"
KINDS = ("message", "edited_message", "callback_query")
"""The updates that are read; Telegram is asked for no others."""

_UNREAD = (
    # An animation is told as a document too, a venue as a location.
    "animation",
    "venue",
    "audio",
    "contact",
    "dice",
    "document",
    "game",
    "invoice",
    "live_photo",
    "location",
    "paid_media",
    "photo",
    "poll",
    "sticker",
    "story",
    "video",
    "video_note",
    "voice",
    "checklist",
)
_PLACES = (ChatType.PRIVATE, ChatType.GROUP, ChatType.SUPERGROUP)
_UTF16 = "utf-16-le"


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as Telegram knows it."""

    id: int
    username: str


def incoming(update: Update, me: Me, now: datetime) -> Incoming | None:
    """Return what a person did, None for everything else: channels, services, who hides behind a chat.

    `now` is the moment of what Telegram gives none for.
    """
    name = f"{PLATFORM}:{me.id}:{update.update_id}"
    if update.callback_query is not None:
        return _press(name, update, now)
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.sender_chat is not None:
        return None
    place, unread = place_of(message), _unread(message)
    written = message.text or message.caption or ""
    if place is None or not (written or unread):
        return None
    said = _said(written, message.entities or message.caption_entities, me)
    return Incoming(
        id=name,
        at=message.edit_date or message.date,
        place=place,
        person=_person(message.from_user),
        message=str(message.message_id),
        text=said.text,
        command=said.command,
        addressed=not said.elsewhere
        and (place.private or said.to_us or _answers(message.reply_to_message, me)),
        unread=unread,
        edited=update.edited_message is not None,
        forwarded=isinstance(message.forward_origin, MessageOrigin),
    )


def place_of(message: Message) -> Place | None:
    """Return where a message is, None for a channel."""
    thread = str(message.message_thread_id) if message.is_topic_message else None
    return _place(message.chat, thread)


def _place(chat: Chat, thread: str | None) -> Place | None:
    if chat.type not in _PLACES:
        return None
    return Place(PLATFORM, str(chat.id), thread, chat.type == ChatType.PRIVATE)


def _press(name: str, update: Update, now: datetime) -> Incoming | None:
    query = update.callback_query
    if query is None or query.message is None or query.data is None:
        return None
    message = query.message
    place = place_of(message) if isinstance(message, Message) else _place(message.chat, None)
    if place is None:
        return None
    person = _person(query.from_user)
    return Incoming(name, now, place, person, str(message.message_id), pressed=query.data)


def _person(user: User) -> Person:
    shown = " ".join(part for part in (user.first_name, user.last_name) if part)
    name = shown or user.username or str(user.id)
    return Person(f"{PLATFORM}:{user.id}", name, user.language_code, user.is_bot)


def _unread(message: Message) -> str | None:
    return next((kind for kind in _UNREAD if getattr(message, kind, None)), None)


def _answers(message: Message | None, me: Me) -> bool:
    """Return whether it is a message of ours; all in a thread answer the one that opened it."""
    if message is None or message.forum_topic_created is not None:
        return False
    return message.from_user is not None and message.from_user.id == me.id


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    command: str | None = None
    to_us: bool = False
    elsewhere: bool = False


def _said(written: str, entities: tuple[MessageEntity, ...], me: Me) -> _Said:
    """Return what is said without the mentions of us, and whether it begins with a command."""
    units = written.encode(_UTF16, "surrogatepass")
    mentions = [each for each in entities if _mentions(units, each, me)]
    for entity in entities:
        before, after = _around(units, entity, mentions)
        if entity.type == MessageEntityType.BOT_COMMAND and not before:
            return _command(written, _slice(units, entity), after, me, bool(mentions))
    return _Said(_text(units, mentions), to_us=bool(mentions))


def _command(written: str, called: str, after: str, me: Me, mentioned: bool) -> _Said:
    name, _, bot = called.removeprefix("/").partition("@")
    if bot and bot.lower() != me.username.lower():
        return _Said(written, to_us=mentioned, elsewhere=not mentioned)
    return _Said(after, name.lower(), to_us=True)


def _around(units: bytes, entity: MessageEntity, mentions: list[MessageEntity]) -> tuple[str, str]:
    start, end = _span(entity)
    earlier = [each for each in mentions if _span(each)[1] <= start]
    before = _text(units[:start], earlier)
    return before, b"".join(_pieces(units, mentions, end)).decode(_UTF16, "surrogatepass").strip()


def _text(units: bytes, mentions: list[MessageEntity]) -> str:
    """Return the text without mentions; one at the beginning goes with the comma behind it."""
    text = b"".join(_pieces(units, mentions, 0)).decode(_UTF16, "surrogatepass")
    begins = bool(mentions) and not units[: _span(mentions[0])[0]].strip(b" \0")
    return text.strip().lstrip(",:").strip() if begins else text.strip()


def _pieces(units: bytes, mentions: list[MessageEntity], start: int) -> Iterator[bytes]:
    for mention in mentions:
        first, last = _span(mention)
        if first >= start:
            yield units[start:first]
            # What stood on both sides of it keeps one space between.
            start = last + 2 * units[last:].startswith(b" \0") * units[:first].endswith(b" \0")
    yield units[start:]


def _mentions(units: bytes, entity: MessageEntity, me: Me) -> bool:
    if entity.type == MessageEntityType.TEXT_MENTION:
        return entity.user is not None and entity.user.id == me.id
    return (
        entity.type == MessageEntityType.MENTION
        and _slice(units, entity).lower() == f"@{me.username.lower()}"
    )


def _span(entity: MessageEntity) -> tuple[int, int]:
    """Return where an entity begins and ends, in bytes of UTF-16."""
    return 2 * entity.offset, 2 * (entity.offset + entity.length)


def _slice(units: bytes, entity: MessageEntity) -> str:
    start, end = _span(entity)
    return units[start:end].decode(_UTF16, "surrogatepass")
