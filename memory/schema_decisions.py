"""The tables of models' decisions, and of what each rests on."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table

from memory.decision_records import DecisionAction, DecisionSource, DecisionStatus
from memory.schema import metadata
from memory.types import Choice, Json, Listed, Moment, Money, Pairs, Words

decisions = Table(
    "decisions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("principal", Words, nullable=False),
    Column("account", Words, nullable=False),
    Column("source", Choice(DecisionSource), nullable=False),
    Column("model", Words, nullable=False),
    Column("action", Choice(DecisionAction), nullable=False),
    Column("symbols", Pairs, nullable=False),
    Column("at", Moment, nullable=False),
    Column("status", Choice(DecisionStatus), nullable=False),
    Column("reasoning", Words, nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("cached_tokens", Integer, nullable=False),
    Column("latency_ms", Integer, nullable=False),
    Column("cost", Money),
    Column("confidence", Money),
    Column("capability", Words),
    Column("session_id", Words),
    Column("turn_id", Words),
    Column("call_id", Words),
    Column("run", Words),
    Column("orders", Listed, nullable=False),
    Column("approvals", Listed, nullable=False),
    Column("reason", Words),
    Column("answered_by", Words),
    Column("answered_at", Moment),
    Column("outcome", Json),
    Column("pnl", Money),
    Column("pnl_currency", Words),
    Column("outcome_at", Moment),
    Column("due_at", Moment),
    Column("revision", BigInteger, nullable=False),
    Index(None, "principal", "at"),
    Index(None, "revision"),
    Index(None, "due_at"),
    Index(None, "turn_id"),
    Index(None, "run", "at"),
)

# Apart, because it is large: whoever lists or follows decisions does not read it.
decision_bases = Table(
    "decision_bases",
    metadata,
    Column("id", Words, ForeignKey("decisions.id"), primary_key=True),
    Column("prompt", Json, nullable=False),
    Column("prompt_hash", Words, nullable=False),
    Column("response", Json, nullable=False),
    Column("context", Json, nullable=False),
)

# One row: whoever changes a decision takes the next number, and so waits for whoever took the last one.
decision_revision = Table(
    "decision_revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
