"""Reads what Telegram tells of people: its updates as the things they did."""

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
_SPACE = " ".encode(_UTF16)


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
    mentions = [_span(each) for each in entities if _mentions(units, each, me)]
    for entity in entities:
        start, end = _span(entity)
        if entity.type == MessageEntityType.BOT_COMMAND and not _without(units[:start], mentions):
            called, behind = _decoded(units[start:end]), _without(units, mentions, end)
            return _command(written, called, behind, me, bool(mentions))
    text = _without(units, mentions)
    if mentions and not _decoded(units[: mentions[0][0]]).strip():
        # In "@bot, what is" the comma belongs to the address.
        text = text.lstrip(",:").lstrip()
    return _Said(text, to_us=bool(mentions))


def _command(written: str, called: str, behind: str, me: Me, mentioned: bool) -> _Said:
    name, _, bot = called.removeprefix("/").partition("@")
    if bot and bot.lower() != me.username.lower():
        return _Said(written, to_us=mentioned, elsewhere=not mentioned)
    return _Said(behind, name.lower(), to_us=True)


def _without(units: bytes, mentions: list[tuple[int, int]], start: int = 0) -> str:
    """Return the text from `start` on without mentions; what stood around one keeps one space between."""
    kept = b""
    for first, last in mentions:
        if start <= first < len(units):
            kept += units[start:first]
            spaced = kept.endswith(_SPACE) and units.startswith(_SPACE, last)
            start = last + spaced * len(_SPACE)
    return _decoded(kept + units[start:]).strip()


def _mentions(units: bytes, entity: MessageEntity, me: Me) -> bool:
    if entity.type == MessageEntityType.TEXT_MENTION:
        return entity.user is not None and entity.user.id == me.id
    start, end = _span(entity)
    named = _decoded(units[start:end]).lower()
    return entity.type == MessageEntityType.MENTION and named == f"@{me.username.lower()}"


def _span(entity: MessageEntity) -> tuple[int, int]:
    """Return where an entity begins and ends, in bytes of UTF-16."""
    return 2 * entity.offset, 2 * (entity.offset + entity.length)


def _decoded(units: bytes) -> str:
    return units.decode(_UTF16, "surrogatepass")
