"""What is forgotten is nowhere any more: not in files, tables, full text, logs, checkpoints or vectors."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest_asyncio
from psycopg import sql

from kit.remembering import VECTORS
from memory import (
    schema_alerts,
    schema_chats,
    schema_contests,
    schema_cron,
    schema_decisions,
    schema_distilled,
    schema_memory,
    schema_runs,
    schema_skills,
    schema_summaries,
    schema_webhooks,
)
from memory.erasing import PLACES, SUMMARIES
from memory.passages import Query
from memory.records import SessionSummary
from memory.schema import metadata
from memory.types import Json, Words
from memory.workspace import OWNER
from tests.memory.samples import basis, decision
from tests.memory.test_summaries import SUMMARY
from tests.service import Running, running
from tools.context import Context
from tools.policy import LOCAL_OWNER

CANARY = "xq7plovernine"
FACT = f"my canary is {CANARY} and it sings"


@dataclass(frozen=True, slots=True)
class House:
    """A service, its home, and its database."""

    service: Running
    home: Path
    url: str

    async def call(self, name: str, **params: Any) -> dict[str, Any]:
        """Call a capability as its owner."""
        app = self.service.app
        context = Context(LOCAL_OWNER, app.services, app.registry)
        return (await app.registry.call(name, params, context)).model_dump(mode="json")

    def files_with(self, needle: bytes, below: str = "") -> list[str]:
        """Return the files of the home in which these bytes stand."""
        return sorted(
            str(each.relative_to(self.home))
            for each in (self.home / below).rglob("*")
            if each.is_file() and needle in each.read_bytes()
        )

    def tables_with(self, needle: str) -> list[str]:
        """Return the columns of the server in which a text stands."""
        if not self.url.startswith("postgresql"):
            return []
        with psycopg.connect(self.url.replace("+psycopg", "")) as connection:
            columns = connection.execute(
                "SELECT table_schema, table_name, column_name FROM information_schema.columns"
                " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
            ).fetchall()
            look = sql.SQL("SELECT count(*) FROM {}.{} WHERE {}::text ILIKE %s")
            return sorted(
                f"{table}.{column}"
                for schema, table, column in columns
                if connection.execute(
                    look.format(*map(sql.Identifier, (schema, table, column))), (f"%{needle}%",)
                ).fetchone()
                != (0,)
            )


@pytest_asyncio.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    home = tmp_path / "home"
    settings: dict[str, Any] = {} if database_url.startswith("sqlite") else {"database_url": database_url}
    async with running(home, limits=False, embeddings="local", **settings) as service:
        yield House(service, home, database_url)


async def tell(house: House) -> None:
    """Tell of the canary wherever people do, and have it written down in passing."""
    for message in (f"remember that {FACT}", f"As I said: {FACT}. What is the price of BTC?", "thanks"):
        await house.call("chat.send", message=message, stream=True)
    await house.call("chat.send", message=f"hello, {FACT}", session_id="other")
    await house.call("memory.add", text=FACT)
    note = house.home / "workspace" / "memory" / "2026-11-20.md"
    note.parent.mkdir(exist_ok=True)
    note.write_text(f"# Friday\n\n- We talked of {CANARY}, the canary that sings.\n- Bought nothing.\n")
    summary = replace(SUMMARY, principal=LOCAL_OWNER.id, session_id="main", text=f"- they say {FACT}")
    await put(house, summary)


async def put(house: House, summary: SessionSummary) -> None:
    made = decision("dec_canary", principal=LOCAL_OWNER.id, reasoning=f"Because {FACT}.")
    rests = basis("dec_canary", prompt={"system": FACT, "messages": [{"role": "user", "text": f'"{FACT}"'}]})
    async with house.service.app.services.database.transact() as uow:
        assert await uow.summaries.put(summary)
        assert await uow.decisions.add(made, rests)


async def known_ids(house: House) -> Sequence[str]:
    """Return every memory in which the canary is, the decision that the books have apart."""
    found = await house.service.app.services.memories.search(OWNER, Query(CANARY, limit=50))
    return [
        each.passage.id
        for each in found.hits
        if CANARY in each.passage.text and each.passage.kind.value in ("fact", "note")
    ]


def vectors_of(house: House, ids: Sequence[str]) -> list[bytes]:
    """Return the vectors of memories as they stand in Chroma's log."""
    query = f"SELECT vector FROM embeddings_queue WHERE id IN ({', '.join('?' * len(ids))})"
    with closing(sqlite3.connect(house.home / "data" / VECTORS / "chroma.sqlite3")) as file:
        found = [bytes(row[0]) for row in file.execute(query, list(ids))]
    assert len(found) == len(ids)
    return found


async def test_what_is_forgotten_is_nowhere_any_more(house: House) -> None:
    await tell(house)
    await house.call("memory.sync")
    await house.service.app.services.memories.index.settle()
    ids = await known_ids(house)
    assert len(ids) == 2
    vectors = vectors_of(house, ids)
    # The control: before, all of it is found by the same eyes.
    assert house.files_with(CANARY.encode(), "workspace") == [
        "workspace/MEMORY.md",
        "workspace/memory/2026-11-20.md",
    ]
    assert house.tables_with(CANARY) or "data/kit.db" in " ".join(house.files_with(CANARY.encode(), "data"))
    for each in vectors:
        assert house.files_with(each, "data/vectors")
    damaged = house.home / "data" / "vectors-damaged"
    damaged.mkdir()
    (damaged / "data_level0.bin").write_bytes(vectors[0])

    answer = await house.call("memory.forget", ids=list(ids))
    assert (answer["count"], answer["notice"]) == (2, None)
    assert house.files_with(CANARY.encode()) == []
    assert house.tables_with(CANARY) == []
    for each in vectors:
        assert house.files_with(each) == []
    found = await house.service.app.services.memories.search(OWNER, Query(CANARY))
    assert CANARY not in str(found)
    kept = await house.call("chat.history")
    assert [each["content"] for each in kept["messages"]][-2] == "thanks"
    assert (
        house.home / "workspace" / "memory" / "2026-11-20.md"
    ).read_text() == "# Friday\n\n- Bought nothing.\n"
    await house.service.advance(10)
    assert house.files_with(CANARY.encode()) == []


ORDERED = "an order of somebody, in force until they take it back, and changed there"
GIVEN = "a name that somebody gave"
NAMES = "ids, names of things, codes and states"
MEMORY = "memories themselves, which go with their passage"
BOOKS = "the books"
REASON = "a reason that the house gives, or the venue"
EXCEPTIONS = {
    "accounts": BOOKS,
    "alerts": ORDERED,
    "api_keys": GIVEN,
    "armings": NAMES,
    "chats": NAMES,
    "config": "figures, and a choice out of a few",
    "contests": GIVEN,
    "counters": NAMES,
    "cron_jobs": ORDERED,
    "cycle_entry_orders": NAMES,
    "cycles": REASON,
    "equity_points": BOOKS,
    "equity_rebases": BOOKS,
    "fills": BOOKS,
    "jobs": "figures of a backtest, and what was asked for as figures",
    "ledger_balances": BOOKS,
    "ledger_entries": BOOKS,
    "ledger_postings": BOOKS,
    "mandate_uses": BOOKS,
    "mandates": REASON,
    "memory_distilled": NAMES,
    "memory_files": MEMORY,
    "memory_passages": MEMORY,
    "memory_retired": MEMORY,
    "memory_sources": MEMORY,
    "orders": REASON,
    "pairings": GIVEN,
    "people": GIVEN,
    "positions": BOOKS,
    "preferences": "a choice out of a few",
    "risk_limits": BOOKS,
    "run_tallies": BOOKS,
    "runners": ORDERED,
    "runs": ORDERED,
    "sessions": GIVEN,
    "skill_settings": NAMES,
    "strategies": GIVEN,
    "switches": REASON,
    "turns": NAMES,
    "watchlist": NAMES,
    "webhooks": GIVEN,
}
"""Tables with texts in which nothing is struck out, and why."""

LOADED = (
    schema_alerts,
    schema_chats,
    schema_contests,
    schema_cron,
    schema_decisions,
    schema_distilled,
    schema_memory,
    schema_runs,
    schema_skills,
    schema_summaries,
    schema_webhooks,
)


def test_every_table_in_which_people_say_something_is_looked_through() -> None:
    assert all(LOADED)
    texts = {
        table.name
        for table in metadata.sorted_tables
        if any(isinstance(each.type, Words | Json) for each in table.columns)
    }
    looked = {each.table.name for each in (*PLACES, SUMMARIES)}
    assert texts == looked | EXCEPTIONS.keys()
    assert not looked & EXCEPTIONS.keys()
