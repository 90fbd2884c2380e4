"""The tables of alerts, of their firings, and of how far each pair has been looked at."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table

from memory.alert_records import AlertStatus
from memory.schema import metadata
from memory.types import Choice, Json, Moment, Money, Pair, Seq, Words

alerts = Table(
    "alerts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("principal", Words, nullable=False),
    Column("account", Words, nullable=False),
    Column("asked", Json, nullable=False),
    Column("channels", Json, nullable=False),
    Column("webhook", Words),
    Column("status", Choice(AlertStatus), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("since", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revision", BigInteger, nullable=False),
    Column("paused_until", Moment),
    Column("paused_because", Words),
    Column("fired", Integer, nullable=False),
    Column("last_fired_at", Moment),
    Column("standing", Json),
    Index(None, "principal", "created_at"),
    Index(None, "revision"),
)

alert_firings = Table(
    "alert_firings",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("id", Words, nullable=False, unique=True),
    Column("alert", Words, nullable=False),
    Column("principal", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("told", Json, nullable=False),
    Column("notices", Json, nullable=False),
    Column("value", Money),
    Column("run", Words),
    Column("due", Boolean, nullable=False),
    Column("proposed", Json),
    Index(None, "principal", "recorded_at"),
    Index(None, "alert", "seq"),
    Index(None, "due"),
)

alert_feeds = Table(
    "alert_feeds",
    metadata,
    Column("symbol", Pair, primary_key=True),
    Column("seen_at", Moment, nullable=False),
)

# One row: whoever changes an alert takes the next number, and so waits for whoever took the last one.
alert_revision = Table(
    "alert_revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
