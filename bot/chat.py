"""What chats are made of: what people do in them, what is sent to them, and what a platform has to offer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

MOST_BUTTON_DATA = 64
"""Bytes that a button may carry, by the narrowest platform."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where people and the bot write to each other: a private chat, a group, or a thread of one.

    `chat` and `thread` are the platform's numeric ids.
    """

    platform: str
    chat: str
    thread: str | None = None
    private: bool = True

    @property
    def key(self) -> str:
        """Its name among all places, such as `telegram:42`."""
        return ":".join(part for part in (self.platform, self.chat, self.thread) if part is not None)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a platform; `id` is made of its numeric id, such as `telegram:42`, never of a name."""

    id: str
    name: str
    language: str | None = None
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something that a person did in a chat.

    `id` names it among all of its platform: what comes twice under one id is the same thing sent again.
    `message` is the message that it is, or under which the button was. A command is named without its slash,
    with `text` what stands behind it, or `options` by name where the platform has asked for each. `addressed`
    says that it was said to the bot: in private, by a mention, a reply or a command; a mention itself is not
    part of `text`. `unread` names what the message holds besides text that nobody here can read, such as
    `voice`. `ticket` is what the platform wants back with the answer to just this.
    """

    id: str
    at: datetime
    place: Place
    person: Person
    message: str
    text: str = ""
    command: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    pressed: str | None = None
    addressed: bool = True
    unread: str | None = None
    edited: bool = False
    forwarded: bool = False
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """How a stretch of text is shown: `offset` and `length` are in UTF-16 units.

    `kind` is one of bold, italic, underline, strikethrough, spoiler, code, pre, text_link, blockquote.
    `extra` is the address of a text_link, or the language of a pre.
    """

    kind: str
    offset: int
    length: int
    extra: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """As much text as fits into one message, ready for its platform; `plain` is the same without markup.

    A platform shows either `text` with `marks` beside it, or a `text` with markup of its own in it.
    """

    text: str
    plain: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; `data` comes back when somebody presses it. `tone` is plain, good or bad."""

    label: str
    data: str
    tone: str = "plain"


Buttons = tuple[tuple[Button, ...], ...]
"""Rows of buttons."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG file."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is to be seen. With a picture the text is its caption."""

    part: Part
    buttons: Buttons = ()
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """How a new message goes out.

    `nonce` names the sending: under the same nonce a message is never seen twice, as far as the platform
    lets us know. `ticket` makes it the answer to what somebody did; `silent` rings no bell.
    """

    nonce: str
    ticket: str | None = None
    reply_to: str | None = None
    silent: bool = False


class ChatError(Exception):
    """What a platform answers when it does not do what it was asked."""


class TryLater(ChatError):
    """Do the same again, not before `wait` seconds: too much at once, a time-out, or a fault over there.

    `unsure` says that it may have been done all the same, as when no answer came. After such a sending the
    next try is under the same nonce.
    """

    def __init__(self, reason: str, wait: float = 1.0, *, unsure: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.unsure = unsure


class MarkupRefused(ChatError):
    """Send the plain text: the platform does not take this markup."""


class MessageLost(ChatError):
    """Send it anew: the message that was to be edited is not there, or cannot be edited any more."""


class Unreachable(ChatError):
    """Do not try again: this chat is closed to us, as when somebody has blocked the bot."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two changes of one chat, private or shared, that its platform suffers."""

    private: float
    shared: float

    def of(self, place: Place) -> float:
        """Return the seconds of one place."""
        return self.private if place.private else self.shared


class Adapter(Protocol):
    """One platform. Whatever it cannot do is a ChatError.

    `problem` says in words that a person can act on why nothing comes or goes right now, None when all is
    well.
    """

    platform: str
    pace: Pace
    problem: str | None

    async def run(self) -> None:
        """Take in what people do until cancelled, going on through whatever passes by itself.

        Each thing is handed to `Receive`, and acknowledged to the platform once that has returned.
        """
        ...

    def parts(self, markdown: str, pictured: bool = False) -> Sequence[Part]:
        """Return a text as the messages that show it: at least one, and the earlier ones full.

        With `pictured` the first one stands under a picture.
        """
        ...

    async def send(self, place: Place, message: Message, sending: Sending) -> str:
        """Send a message and return the name it has there."""
        ...

    async def edit(self, place: Place, name: str, message: Message) -> None:
        """Change the text and buttons of a message; one that is so already is left."""
        ...

    async def delete(self, place: Place, name: str) -> None:
        """Take a message away; one that is not there any more is no error."""
        ...

    async def typing(self, place: Place) -> None:
        """Show for some seconds that an answer is being written."""
        ...

    async def dismiss(self, ticket: str) -> None:
        """Let go of something that gets no answer, where its platform shows it as waiting for one."""
        ...

    async def direct(self, person: str) -> Place:
        """Return the private chat with somebody, by the id of a Person."""
        ...


Parts = Callable[[str, bool], Sequence[Part]]
"""Makes messages of Markdown, as an adapter's `parts`."""

Receive = Callable[[Sequence[Incoming]], Awaitable[None]]
"""Stores what people did, each once; after it returns none of it is lost."""


Since = Callable[[], Awaitable[Mapping[str, datetime]]]
"""Returns when something last came from each private chat that is known, by the `chat` of its Place."""


@dataclass(frozen=True, slots=True)
class Option:
    """A word that a command takes; `kind` is text, number or pair. A pair is completed while it is typed."""

    name: str
    summary: str
    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A command as a platform lists it."""

    name: str
    summary: str
    options: tuple[Option, ...] = ()


Complete = Callable[[str], Awaitable[Sequence[str]]]
"""Returns the pairs that a beginning may become, the likeliest first."""
