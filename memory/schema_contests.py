"""The tables of contests, their runs, their cycles, and what each run did in them."""

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from memory.run_types import Bounds, Deciding, Planned, Span
from memory.schema import metadata
from memory.types import Choice, Json, Listed, Moment, Money, Pairs, Seq, Words
from trading.model import Mode
from trading.runs.contest import ContestKind
from trading.runs.cycle import CycleKind, CycleStatus, Outcome, Stage, Task
from trading.runs.record import Ending, RunState
from trading.timeframes import Timeframe

contests = Table(
    "contests",
    metadata,
    Column("id", Words, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("kind", Choice(ContestKind), nullable=False),
    Column("symbols", Pairs, nullable=False),
    Column("timeframe", Choice(Timeframe), nullable=False),
    Column("every", Span, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("season", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("next_at", Moment),
    Column("paused_at", Moment),
    Column("ended_at", Moment),
    Column("terms", Json, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("owner", "name", "season"),
    Index(None, "next_at"),
    Index(None, "ended_at", "created_at"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("contest", Words, ForeignKey("contests.id"), nullable=False),
    Column("account", Words, ForeignKey("accounts.id"), nullable=False),
    Column("owner", Words, nullable=False),
    Column("decider", Deciding, nullable=False),
    Column("symbols", Pairs, nullable=False),
    Column("timeframe", Choice(Timeframe), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("mode", Choice(Mode), nullable=False),
    Column("schedule", Planned, nullable=False),
    Column("rules", Bounds, nullable=False),
    Column("state", Choice(RunState), nullable=False),
    Column("started_at", Moment),
    Column("paused_at", Moment),
    Column("ended_at", Moment),
    Column("ending", Choice(Ending)),
    Column("reason", Words),
    Column("failures", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index(None, "contest"),
    Index(None, "account", "created_at"),
    Index(None, "owner", "created_at"),
    Index(None, "owner", "name", "created_at"),
)

cycles = Table(
    "cycles",
    metadata,
    Column("id", Words, primary_key=True),
    Column("contest", Words, ForeignKey("contests.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Choice(CycleKind), nullable=False),
    Column("at", Moment, nullable=False),
    Column("status", Choice(CycleStatus), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("worker", Words),
    Column("lease", Moment),
    Column("digest", Words),
    Column("ended_at", Moment),
    Column("asked", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("closed", Integer, nullable=False),
    Column("reason", Words),
    # Last, because it is large: SQLite reads a row up to the last column that is asked for.
    Column("market", Json),
    # Of several that begin a cycle at once, one does.
    UniqueConstraint("contest", "number"),
    Index(None, "contest", "status"),
)

entries = Table(
    "cycle_entries",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("cycle", Words, ForeignKey("cycles.id"), nullable=False),
    Column("run", Words, ForeignKey("runs.id"), nullable=False),
    Column("contest", Words, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("task", Choice(Task), nullable=False),
    Column("stage", Choice(Stage), nullable=False),
    Column("outcome", Choice(Outcome)),
    Column("equity", Money),
    Column("cash", Money),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("cost", Money),
    Column("latency_ms", Integer, nullable=False),
    Column("decision_id", Words),
    Column("fault", Words),
    Column("orders", Listed, nullable=False),
    Column("reason", Words),
    Column("decision", Json),
    Column("answer", Json, nullable=False),
    UniqueConstraint("cycle", "run"),
    Index(None, "contest", "number"),
    Index(None, "run", "number"),
)

# What `orders` of an entry says, the other way round: who asks for an order need not look through them all.
entry_orders = Table(
    "cycle_entry_orders",
    metadata,
    Column("order_id", Words, nullable=False),
    Column("cycle", Words, nullable=False),
    Column("run", Words, nullable=False),
    PrimaryKeyConstraint("run", "order_id"),
    ForeignKeyConstraint(["cycle", "run"], ["cycle_entries.cycle", "cycle_entries.run"]),
)
