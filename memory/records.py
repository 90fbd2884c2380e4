"""What is remembered besides money, as plain values: times are aware UTC, ids come from the caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from trading.notices import Notice
from trading.symbols import Symbol


class SessionMode(StrEnum):
    """How far the agent may go in a conversation: by its person's role, order by order, or not at all."""

    AUTO = "auto"
    MANUAL = "manual"
    READONLY = "readonly"


class MessageRole(StrEnum):
    """Who said something."""

    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class TurnStatus(StrEnum):
    """What became of a turn; `interrupted` means that the process died under it.

    One that is `waiting` for a person has not ended, and goes on whatever becomes of its process.
    """

    RUNNING = "running"
    WAITING = "waiting"
    COMPLETE = "complete"
    ABORTED = "aborted"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation. Its id is unique per principal, so that everybody has a session `main`."""

    id: str
    principal: str
    name: str
    mode: SessionMode
    created_at: datetime
    updated_at: datetime
    message_count: int = 0


@dataclass(frozen=True, slots=True)
class TranscriptMessage:
    """One message of a conversation; `data` holds what is not prose, such as tool calls."""

    id: str
    principal: str
    session_id: str
    role: MessageRole
    content: str
    created_at: datetime
    turn_id: str | None = None
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class PlacedMessage:
    """A message with its place `seq` in the order of everything that was said."""

    seq: int
    message: TranscriptMessage


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """What a conversation was summarised to, up to and with the message at place `upto`.

    `upto_id` and `upto_at` are that message's, `messages` how many the summary stands for. `open` is
    {"items": [...]}, what nobody had answered. Tokens and `cost` (US dollars, None when not known) are what
    this summary and those before it took; `model` wrote this one. `revision` counts them from 1.
    """

    principal: str
    session_id: str
    upto: int
    upto_id: str
    upto_at: datetime
    messages: int
    text: str
    open: Mapping[str, Any]
    at: datetime
    model: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost: Decimal | None
    revision: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer of the agent. `cost` is in US dollars, None when the price of its tokens is unknown."""

    id: str
    principal: str
    session_id: str
    model: str
    started_at: datetime
    status: TurnStatus = TurnStatus.RUNNING
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost: Decimal | None = None
    error_code: str | None = None
    finished_at: datetime | None = None


class JobStatus(StrEnum):
    """How far a job has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Job:
    """Something reckoned for somebody apart from the call that asked for it: a backtest, a grid, a check.

    `request` and `result` are in the words of the wire; a failed one has the code and message its caller saw.
    """

    id: str
    kind: str
    principal: str
    request: Mapping[str, Any]
    created_at: datetime
    status: JobStatus = JobStatus.QUEUED
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error_code: str | None = None
    error: str | None = None
    result: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class OwnStrategy:
    """A strategy file that its owner has enabled: exactly this content, and what it says of itself."""

    name: str
    file: str
    digest: str
    described: Mapping[str, Any]
    enabled_at: datetime
    enabled_by: str


@dataclass(frozen=True, slots=True)
class SkillSetting:
    """That somebody has switched a skill on or off."""

    skill: str
    enabled: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened, not stored yet; without a principal it concerns everybody."""

    at: datetime
    name: str
    principal: str | None
    session_id: str | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """Something that happened, with its place `seq` in the order of everything that did."""

    seq: int
    at: datetime
    name: str
    principal: str | None
    session_id: str | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A call with side effects, under the name `key` of its wish.

    Unfinished while `finished_at` is None; then `ok` tells the outcome, `answer` holds the result or the
    error's details and `code` the error's code.
    """

    id: str
    key: str | None
    principal: str
    capability: str
    origin: str
    body_hash: str
    started_at: datetime
    finished_at: datetime | None = None
    ok: bool | None = None
    code: str | None = None
    answer: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a chat platform who was let in; the id is the platform's, such as `telegram:123`."""

    id: str
    name: str
    role: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that was handed out. Of the key itself only the SHA-256 digest is kept."""

    id: str
    name: str
    role: str
    digest: str = field(repr=False)
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PairingRequest:
    """Somebody unknown who asks to be let in, from the chat `place`; the id is the person's.

    Of the code they were given only a digest is kept, None once it was answered. `given` counts the codes
    since `given_since`.
    """

    id: str
    name: str
    place: str
    digest: str | None = field(repr=False)
    created_at: datetime
    expires_at: datetime
    given: int
    given_since: datetime


@dataclass(frozen=True, slots=True)
class Preference:
    """What somebody prefers in one respect; `value` is an object of JSON."""

    principal: str
    name: str
    value: Mapping[str, Any]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Watched:
    """A pair that somebody watches."""

    principal: str
    symbol: Symbol
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that somebody has messages posted to."""

    id: str
    principal: str
    url: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery(Notice):
    """A message and how far it got: `due_at` says when it is tried next, None once it is settled.

    `attempts` counts the claims so far, and so names the last one. A settled message was delivered when it
    has `delivered_at`, else given up for its `reason`. `progress` is what its channel has done about it.
    `failures` are the attempts that said why; the others were cut off.
    """

    due_at: datetime | None = None
    attempts: int = 0
    delivered_at: datetime | None = None
    delivered_as: str | None = None
    reason: str | None = None
    progress: Mapping[str, Any] | None = None
    failures: int = 0
