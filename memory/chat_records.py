"""What is remembered of chats, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that a person did in a chat, from the moment it came until it is settled.

    `payload` is what it was, `progress` what has been done about it so far. While `owner` works on it nobody
    else may before `due_at`; a settled one has none, and `settled_as` says what became of it.
    """

    id: str
    place: str
    payload: Mapping[str, Any]
    received_at: datetime
    owner: str | None = None
    due_at: datetime | None = None
    attempts: int = 0
    progress: Mapping[str, Any] | None = None
    settled_as: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A message with buttons that only one person may press, until it is closed.

    `actions` is what each button does, by its number. `subject` is what it is about, such as an approval,
    `message` the name of the message once it is there. Without `expires_at` its buttons work any number of
    times; otherwise the first press closes it, or the end of its time.
    """

    id: str
    place: Mapping[str, Any]
    person: str
    text: str
    actions: Mapping[str, Any]
    created_at: datetime
    expires_at: datetime | None = None
    subject: str | None = None
    message: str | None = None
    closed_at: datetime | None = None
    closed_as: str | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """How one person's talk at one place stands: which conversation it belongs to."""

    place: str
    person: str
    session: str
    seen_at: datetime
    language: str | None = None
