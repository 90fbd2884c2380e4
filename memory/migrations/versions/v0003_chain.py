"""Entries of the ledger become links of a chain."""

import hashlib
import json
from decimal import Context, Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

UPDATE = sa.text(
    "UPDATE ledger_entries SET account = :account, number = :number, hash = :hash WHERE seq = :seq"
)
EXACT = Context(prec=4_000)


def upgrade() -> None:
    """Add the columns, and chain what is there."""
    for column in (
        sa.Column("account", sa.Text(), nullable=False, server_default=""),
        sa.Column("number", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("hash", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("ledger_entries", column)
    _chain(op.get_bind())
    op.create_index("ix_ledger_entries_account_number", "ledger_entries", ["account", "number"], unique=True)


def _chain(connection: sa.Connection) -> None:
    entries = connection.execute(
        sa.text("SELECT seq, id, kind, reference, at FROM ledger_entries ORDER BY seq")
    )
    ends: dict[str, tuple[int, str]] = {}
    for entry in entries.all():
        postings = connection.execute(
            sa.text("SELECT account, asset, amount FROM ledger_postings WHERE entry_id = :id ORDER BY place"),
            {"id": entry.id},
        ).all()
        account = postings[0].account.partition("/")[0]
        number, before = ends.get(account, (0, "0" * 64))
        ends[account] = number + 1, _digest(before, number + 1, entry, postings)
        values = {"account": account, "number": ends[account][0], "hash": ends[account][1], "seq": entry.seq}
        connection.execute(UPDATE, values)


# As it was at this version, apart from that of the program.
def _digest(previous: str, number: int, entry: Any, postings: Any) -> str:
    amounts = [[each.account, each.asset, _plain(Decimal(each.amount))] for each in postings]
    content = [previous, number, entry.id, entry.kind, entry.reference, entry.at, amounts]
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()


def _plain(amount: Decimal) -> str:
    return format(amount.normalize(EXACT) if amount else Decimal(0), "f")
