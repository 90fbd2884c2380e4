"""What is asked again and again is found by an index, however much lies beside it."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from memory import money
from memory.database import Database

SEEN_BY = {
    "OPEN_ORDERS": "orders USING INDEX ix_orders_status_account (status=?)",
    "OPEN_ORDERS_OF": "orders USING INDEX ix_orders_status_account (status=? AND account=?)",
    "OPEN_POSITIONS_OF": "positions USING INDEX ix_positions_account_is_open (account=? AND is_open=?)",
    "POSITIONS_SINCE": "positions USING INDEX ix_positions_account_opened_at (account=? AND opened_at>?)",
    "FILLS_AFTER": "fills USING INDEX ix_fills_account_seq (account=? AND seq>?)",
}


def plan(file: Path, query: Select[Any]) -> str:
    sql = str(query.compile(dialect=sqlite.dialect()))
    with sqlite3.connect(file) as connection:
        steps = connection.execute(f"EXPLAIN QUERY PLAN {sql}", ["1"] * sql.count("?")).fetchall()
    return "\n".join(step[3] for step in steps)


@pytest.mark.parametrize("name", SEEN_BY)
async def test_a_look_at_the_present_does_not_go_through_the_past(tmp_path: Path, name: str) -> None:
    file = tmp_path / "kit.db"
    async with Database.open(f"sqlite:///{file}"):
        assert SEEN_BY[name] in plan(file, getattr(money, name))
