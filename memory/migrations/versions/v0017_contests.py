"""Contests, their runs, their cycles, and what each run did in them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MONEY = sa.Text().with_variant(sa.Numeric(), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    _create_contests()
    _create_runs()
    _create_cycles()
    _create_entries()
    op.create_table(
        "cycle_entry_orders",
        *(_text(each) for each in ("order_id", "cycle", "run")),
        sa.PrimaryKeyConstraint("run", "order_id", name="pk_cycle_entry_orders"),
        sa.ForeignKeyConstraint(
            ["cycle", "run"],
            ["cycle_entries.cycle", "cycle_entries.run"],
            name="fk_cycle_entry_orders_cycle_run",
        ),
    )
    # What an account has done since it was last looked at is found however much it did before.
    op.create_index("ix_fills_account_seq", "fills", ["account", "seq"])
    op.create_index("ix_positions_account_opened_at", "positions", ["account", "opened_at"])


def _create_contests() -> None:
    op.create_table(
        "contests",
        *(_text(each) for each in ("id", "owner", "name", "kind", "symbols", "timeframe")),
        *(_long(each) for each in ("every", "created_at")),
        *(_number(each) for each in ("season", "number")),
        *(_long(each, nullable=True) for each in ("next_at", "paused_at", "ended_at")),
        _text("terms"),
        _number("version"),
        sa.PrimaryKeyConstraint("id", name="pk_contests"),
        sa.UniqueConstraint("owner", "name", "season", name="uq_contests_owner_name_season"),
    )
    op.create_index("ix_contests_next_at", "contests", ["next_at"])
    op.create_index("ix_contests_ended_at_created_at", "contests", ["ended_at", "created_at"])


def _create_runs() -> None:
    op.create_table(
        "runs",
        *(_text(each) for each in ("id", "name", "contest", "account", "owner", "decider", "symbols")),
        _text("timeframe"),
        _long("created_at"),
        *(_text(each) for each in ("mode", "schedule", "rules", "state")),
        *(_long(each, nullable=True) for each in ("started_at", "paused_at", "ended_at")),
        *(_text(each, nullable=True) for each in ("ending", "reason")),
        *(_number(each) for each in ("failures", "version")),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.ForeignKeyConstraint(["contest"], ["contests.id"], name="fk_runs_contest"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_runs_account"),
    )
    op.create_index("ix_runs_contest", "runs", ["contest"])
    op.create_index("ix_runs_account_created_at", "runs", ["account", "created_at"])
    op.create_index("ix_runs_owner_created_at", "runs", ["owner", "created_at"])
    op.create_index("ix_runs_owner_name_created_at", "runs", ["owner", "name", "created_at"])


def _create_cycles() -> None:
    op.create_table(
        "cycles",
        *(_text(each) for each in ("id", "contest")),
        _number("number"),
        _text("kind"),
        _long("at"),
        _text("status"),
        _long("started_at"),
        _text("worker", nullable=True),
        _long("lease", nullable=True),
        _text("digest", nullable=True),
        _long("ended_at", nullable=True),
        *(_number(each) for each in ("asked", "errors", "opened", "closed")),
        *(_text(each, nullable=True) for each in ("reason", "market")),
        sa.PrimaryKeyConstraint("id", name="pk_cycles"),
        sa.ForeignKeyConstraint(["contest"], ["contests.id"], name="fk_cycles_contest"),
        sa.UniqueConstraint("contest", "number", name="uq_cycles_contest_number"),
    )
    op.create_index("ix_cycles_contest_status", "cycles", ["contest", "status"])


def _create_entries() -> None:
    op.create_table(
        "cycle_entries",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        *(_text(each) for each in ("cycle", "run", "contest")),
        _number("number"),
        _long("at"),
        *(_text(each) for each in ("task", "stage")),
        _text("outcome", nullable=True),
        *(_money(each) for each in ("equity", "cash")),
        *(_number(each) for each in ("input_tokens", "output_tokens")),
        _money("cost"),
        _number("latency_ms"),
        *(_text(each, nullable=True) for each in ("decision_id", "fault")),
        _text("orders"),
        *(_text(each, nullable=True) for each in ("reason", "decision")),
        _text("answer"),
        sa.PrimaryKeyConstraint("seq", name="pk_cycle_entries"),
        sa.ForeignKeyConstraint(["cycle"], ["cycles.id"], name="fk_cycle_entries_cycle"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_cycle_entries_run"),
        sa.UniqueConstraint("cycle", "run", name="uq_cycle_entries_cycle_run"),
    )
    op.create_index("ix_cycle_entries_contest_number", "cycle_entries", ["contest", "number"])
    op.create_index("ix_cycle_entries_run_number", "cycle_entries", ["run", "number"])


def _text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _long(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _money(name: str) -> sa.Column[Any]:
    return sa.Column(name, MONEY, nullable=True)
