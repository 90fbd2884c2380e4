"""Every table but those of chats, in one metadata. A column has the name of the field it holds."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from memory.records import JobStatus, MessageRole, SessionMode, TurnStatus
from memory.types import Choice, Json, Moment, Money, Pair, Seq, Words
from trading.approvals import ApprovalStatus
from trading.model import Liquidity, Mode, OrderStatus, OrderType, Origin, Side
from trading.switch import SwitchState

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("currency", Words, nullable=False),
    Column("mode", Choice(Mode), nullable=False),
    Column("initial", Money, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("settings", Json, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Words, primary_key=True),
    Column("account", Words, ForeignKey("accounts.id"), nullable=False),
    Column("symbol", Pair, nullable=False),
    Column("side", Choice(Side), nullable=False),
    Column("type", Choice(OrderType), nullable=False),
    Column("status", Choice(OrderStatus), nullable=False),
    Column("amount", Money, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("mode", Choice(Mode), nullable=False),
    Column("exchange", Words, nullable=False),
    Column("price", Money),
    Column("stop_price", Money),
    Column("stop_loss", Money),
    Column("take_profit", Money),
    Column("reduce_only", Boolean, nullable=False),
    Column("triggered", Boolean, nullable=False),
    Column("group", Words),
    Column("filled", Money, nullable=False),
    Column("cost", Money, nullable=False),
    Column("fees", Money, nullable=False),
    Column("reserved", Money, nullable=False),
    Column("budget", Money),
    Column("quoted", Boolean, nullable=False),
    Column("queue_ahead", Money),
    Column("looked_at", Moment),
    Column("reason", Words),
    Column("key", Words),
    Column("version", Integer, nullable=False),
    Column("leverage", Money),
    Column("trail", Money),
    Column("trail_relative", Boolean, nullable=False),
    Column("origin", Choice(Origin), nullable=False),
    Column("by", Words),
    Column("venue_id", Words),
    Column("verdict", Json),
    Column("run", Words),
    UniqueConstraint("account", "key"),
    Index(None, "status", "account"),
    # The orders of a minute are counted with every new one: by this alone, without a look at any row.
    Index(None, "account", "created_at", "origin"),
)

fills = Table(
    "fills",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("id", Words, nullable=False, unique=True),
    Column("order_id", Words, ForeignKey("orders.id"), nullable=False),
    Column("account", Words, nullable=False),
    Column("symbol", Pair, nullable=False),
    Column("side", Choice(Side), nullable=False),
    Column("amount", Money, nullable=False),
    Column("price", Money, nullable=False),
    Column("fee", Money, nullable=False),
    Column("liquidity", Choice(Liquidity), nullable=False),
    Column("at", Moment, nullable=False),
    Column("exchange", Words, nullable=False),
    Column("mode", Choice(Mode), nullable=False),
    Column("order_type", Choice(OrderType), nullable=False),
    Column("realized", Money),
    Column("venue_id", Words),
    Column("fee_asset", Words),
    Column("fee_amount", Money),
    Column("leverage", Money),
    Index(None, "account", "at"),
    Index(None, "account", "seq"),
    Index("ix_fills_order_id_venue_id", "order_id", "venue_id", unique=True),
)

entries = Table(
    "ledger_entries",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("id", Words, nullable=False, unique=True),
    Column("kind", Words, nullable=False),
    Column("reference", Words, nullable=False),
    Column("at", Moment, nullable=False),
    # Its place in the chain of its account.
    Column("account", Words, nullable=False),
    Column("number", Integer, nullable=False),
    Column("hash", Words, nullable=False),
    Index("ix_ledger_entries_account_number", "account", "number", unique=True),
)

postings = Table(
    "ledger_postings",
    metadata,
    Column("entry_id", Words, ForeignKey("ledger_entries.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("account", Words, nullable=False),
    Column("asset", Words, nullable=False),
    Column("amount", Money, nullable=False),
    PrimaryKeyConstraint("entry_id", "place"),
    Index(None, "account"),
)

balances = Table(
    "ledger_balances",
    metadata,
    Column("account", Words, nullable=False),
    Column("asset", Words, nullable=False),
    Column("amount", Money, nullable=False),
    PrimaryKeyConstraint("account", "asset"),
)

equity = Table(
    "equity_points",
    metadata,
    Column("account", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("equity", Money, nullable=False),
    Column("cash", Money, nullable=False),
    # The highest equity up to and including this point.
    Column("peak", Money),
    PrimaryKeyConstraint("account", "at"),
)

rebases = Table(
    "equity_rebases",
    metadata,
    Column("account", Words, primary_key=True),
    # When money was last paid in or taken out, and what that day's loss counts from since.
    Column("at", Moment, nullable=False),
    Column("day_start", Money, nullable=False),
)

positions = Table(
    "positions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("account", Words, nullable=False),
    Column("symbol", Pair, nullable=False),
    Column("side", Words, nullable=False),
    Column("amount", Money, nullable=False),
    Column("cost", Money, nullable=False),
    Column("entry_fees", Money, nullable=False),
    Column("realized", Money, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("exchange", Words, nullable=False),
    Column("mode", Choice(Mode), nullable=False),
    Column("leverage", Money),
    Column("margin", Money, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Index(None, "account", "is_open"),
    Index(None, "account", "opened_at"),
)

risk_limits = Table(
    "risk_limits",
    metadata,
    Column("account", Words, primary_key=True),
    Column("limits", Json, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
)

switches = Table(
    "switches",
    metadata,
    Column("scope", Words, primary_key=True),
    Column("state", Choice(SwitchState), nullable=False),
    Column("by", Words),
    Column("at", Moment),
    Column("reason", Words),
)

armings = Table(
    "armings",
    metadata,
    Column("account", Words, primary_key=True),
    Column("armed", Boolean, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Words, primary_key=True),
    Column("order_id", Words, ForeignKey("orders.id"), nullable=False, unique=True),
    Column("account", Words, nullable=False),
    Column("principal", Words, nullable=False),
    Column("origin", Choice(Origin), nullable=False),
    Column("status", Choice(ApprovalStatus), nullable=False),
    Column("reference", Money, nullable=False),
    Column("cost", Money, nullable=False),
    Column("fee", Money, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("session_id", Words),
    Column("resolved_at", Moment),
    Column("resolved_by", Words),
    Column("reason", Words),
    Index(None, "status", "expires_at"),
    Index(None, "created_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("id", Words, nullable=False, unique=True),
    Column("recipient", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("data", Json, nullable=False),
    Column("due_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("delivered_at", Moment),
    Column("delivered_as", Words),
    Column("reason", Words),
    Column("progress", Json),
    Column("failures", Integer, nullable=False, server_default="0"),
    Index(None, "due_at"),
    Index(None, "recipient", "seq"),
)

people = Table(
    "people",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Words, nullable=False),
    Column("revoked_at", Moment),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("digest", Words, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Words, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Words, nullable=False),
    Column("principal", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("mode", Choice(SessionMode), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("message_count", Integer, nullable=False),
    PrimaryKeyConstraint("principal", "id"),
)

messages = Table(
    "messages",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("id", Words, nullable=False, unique=True),
    Column("principal", Words, nullable=False),
    Column("session_id", Words, nullable=False),
    Column("role", Choice(MessageRole), nullable=False),
    Column("content", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("turn_id", Words),
    Column("data", Json),
    ForeignKeyConstraint(["principal", "session_id"], ["sessions.principal", "sessions.id"]),
    Index(None, "principal", "session_id", "seq"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", Words, primary_key=True),
    Column("principal", Words, nullable=False),
    Column("session_id", Words, nullable=False),
    Column("model", Words, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("status", Choice(TurnStatus), nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("cached_tokens", Integer, nullable=False),
    Column("cost", Money),
    Column("error_code", Words),
    Column("finished_at", Moment),
    ForeignKeyConstraint(["principal", "session_id"], ["sessions.principal", "sessions.id"]),
    Index(None, "status"),
    Index(None, "principal", "session_id"),
)

events = Table(
    "events",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("name", Words, nullable=False),
    Column("principal", Words),
    Column("session_id", Words),
    Column("payload", Json, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", Seq, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    Column("id", Words, primary_key=True),
    Column("key", Words),
    Column("principal", Words, nullable=False),
    Column("capability", Words, nullable=False),
    Column("origin", Words, nullable=False),
    Column("body_hash", Words, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("ok", Boolean),
    Column("code", Words),
    Column("answer", Json),
    UniqueConstraint("principal", "capability", "key"),
    Index(None, "started_at"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("id", Words, nullable=False, unique=True),
    Column("kind", Words, nullable=False),
    Column("principal", Words, nullable=False),
    Column("request", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("status", Choice(JobStatus), nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("error_code", Words),
    Column("error", Words),
    Column("result", Json),
    Index(None, "principal", "seq"),
    Index(None, "status"),
)

strategies = Table(
    "strategies",
    metadata,
    Column("name", Words, primary_key=True),
    Column("file", Words, nullable=False, unique=True),
    Column("digest", Words, nullable=False),
    Column("described", Json, nullable=False),
    Column("enabled_at", Moment, nullable=False),
    Column("enabled_by", Words, nullable=False),
)
