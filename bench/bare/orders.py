"""Orders written with plain sqlite3: the same rows in two committed transactions each, and nothing else."""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = tuple[Any, ...]
Rows = Sequence[tuple[str, Sequence[Row]]]
"""Rows by table."""

FILLED = ("fills", "ledger_entries", "ledger_postings", "ledger_balances", "positions", "equity_points")


class Twin:
    """A second database of the same shape, which takes the orders of the first once more."""

    def __init__(self, original: Path, path: Path) -> None:
        self._source = sqlite3.connect(f"file:{original}?mode=ro", uri=True)
        self._own = sqlite3.connect(path, isolation_level=None)
        self._own.execute("PRAGMA journal_mode = WAL")
        self._own.execute("PRAGMA synchronous = FULL")
        tables = ", ".join(f"'{name}'" for name in ("orders", *FILLED))
        for (statement,) in self._source.execute(
            f"SELECT sql FROM sqlite_master WHERE tbl_name IN ({tables}) AND sql IS NOT NULL"
        ):
            self._own.execute(statement)

    def orders(self, newest: int) -> list[tuple[Row, Rows]]:
        """Return the newest orders of the original, each with the rows that came of it."""
        found = self._source.execute("SELECT * FROM orders ORDER BY id DESC LIMIT ?", (newest,)).fetchall()
        return [(order, self._filled(order)) for order in reversed(found)]

    def write(self, order: Row, filled: Rows) -> float:
        """Write one order and return the seconds it took."""
        run, marks = self._own.execute, ",".join("?" * len(order))
        started = time.perf_counter()
        run("BEGIN IMMEDIATE")
        run("SELECT asset, amount FROM ledger_balances WHERE account = ?", (order[1],)).fetchall()
        run(f"INSERT INTO orders VALUES ({marks})", order)
        run("COMMIT")
        run("BEGIN IMMEDIATE")
        run("UPDATE orders SET status = 'filled', version = version + 1 WHERE id = ?", (order[0],))
        for table, rows in filled:
            marks = ",".join("?" * len(rows[0]))
            self._own.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)
        run("COMMIT")
        return time.perf_counter() - started

    def close(self) -> None:
        """Close both databases."""
        self._source.close()
        self._own.close()

    def _filled(self, order: Row) -> Rows:
        read = self._source.execute
        fills = read("SELECT * FROM fills WHERE order_id = ?", (order[0],)).fetchall()
        entries: list[Row] = []
        postings: list[Row] = []
        for fill in fills:
            entries += read("SELECT * FROM ledger_entries WHERE reference = ?", (fill[1],)).fetchall()
        for entry in entries:
            postings += read("SELECT * FROM ledger_postings WHERE entry_id = ?", (entry[1],)).fetchall()
        touched = {posting[2:4] for posting in postings}
        balances = [row for row in read("SELECT * FROM ledger_balances").fetchall() if row[:2] in touched]
        positions = read("SELECT * FROM positions ORDER BY id DESC LIMIT 1").fetchall()
        equity = read("SELECT * FROM equity_points ORDER BY at DESC LIMIT 1").fetchall()
        return tuple(zip(FILLED, (fills, entries, postings, balances, positions, equity), strict=True))
