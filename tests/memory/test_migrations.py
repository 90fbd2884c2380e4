"""The database that migrations make is the one the stores expect."""

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Table, create_engine, text

from memory import (
    migrate,
    schema,
    schema_alerts,
    schema_chats,
    schema_config,
    schema_contests,
    schema_cron,
    schema_decisions,
    schema_distilled,
    schema_memory,
    schema_people,
    schema_runners,
    schema_runs,
    schema_skills,
    schema_summaries,
    schema_webhooks,
)
from memory.address import normalised
from memory.alert_records import Alert, AlertFiring
from memory.chat_records import Arrival, Card, Chat
from memory.config import ConfigEntry
from memory.cron_records import CronJob, PromptRun
from memory.database import Database
from memory.decision_records import Decision, DecisionBasis
from memory.distilled import Distilled
from memory.errors import DatabaseTooNew
from memory.passage_store import FileMark, Retired
from memory.passages import Origin, Passage
from memory.records import (
    ApiKey,
    Call,
    Delivery,
    PairingRequest,
    Person,
    Preference,
    Session,
    SessionSummary,
    SkillSetting,
    StoredEvent,
    TranscriptMessage,
    Turn,
    Watched,
    Webhook,
)
from memory.runner_records import Runner
from tests.memory.samples import account
from tests.peers.databases import prepare
from trading.approvals import Approval
from trading.mandates import Mandate, Tally, Use
from trading.model import Account, EquityPoint, Fill, Order, Position
from trading.notices import Notice
from trading.runs.contest import Contest
from trading.runs.cycle import Cycle, Entry
from trading.runs.record import Run
from trading.switch import Arming, Switch

ROOT = Path(__file__).parents[2]
STORED: tuple[tuple[type[Any], Table], ...] = (
    (Account, schema.accounts),
    (ConfigEntry, schema_config.config),
    (Order, schema.orders),
    (Fill, schema.fills),
    (Position, schema.positions),
    (EquityPoint, schema.equity),
    (Session, schema.sessions),
    (TranscriptMessage, schema.messages),
    (Turn, schema.turns),
    (SessionSummary, schema_summaries.session_summaries),
    (Distilled, schema_distilled.distilled),
    (StoredEvent, schema.events),
    (Call, schema.calls),
    (Switch, schema.switches),
    (Arming, schema.armings),
    (Approval, schema.approvals),
    (Mandate, schema_runs.mandates),
    (Use, schema_runs.mandate_uses),
    (Tally, schema_runs.run_tallies),
    (Notice, schema.outbox),
    (Delivery, schema.outbox),
    (Person, schema_people.people),
    (ApiKey, schema_people.api_keys),
    (Arrival, schema_chats.arrivals),
    (Card, schema_chats.cards),
    (Chat, schema_chats.chats),
    (PairingRequest, schema_chats.pairings),
    (Preference, schema_chats.preferences),
    (Watched, schema_chats.watchlist),
    (Webhook, schema_webhooks.webhooks),
    (Runner, schema_runners.runners),
    (Alert, schema_alerts.alerts),
    (AlertFiring, schema_alerts.alert_firings),
    (CronJob, schema_cron.cron_jobs),
    (PromptRun, schema_cron.prompt_runs),
    (Passage, schema_memory.passages),
    (FileMark, schema_memory.files),
    (Retired, schema_memory.retired),
    (Origin, schema_memory.sources),
    (Decision, schema_decisions.decisions),
    (DecisionBasis, schema_decisions.decision_bases),
    (SkillSetting, schema_skills.skill_settings),
    (Contest, schema_contests.contests),
    (Run, schema_contests.runs),
    (Cycle, schema_contests.cycles),
    (Entry, schema_contests.entries),
)


def connect(url: str) -> Any:
    parsed = normalised(url)
    if parsed.get_backend_name() == "sqlite":
        parsed = parsed.set(drivername="sqlite")
    return create_engine(parsed).begin()


def differences(connection: Connection) -> list[Any]:
    # The words of memories are a kind of table that each database has its own of.
    options = {
        "compare_type": True,
        "include_name": lambda name, *_: not str(name).startswith("memory_words"),
    }
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, schema.metadata))


async def test_migrations_make_the_tables_that_the_stores_use(database_url: str) -> None:
    async with Database.open(database_url):
        with connect(database_url) as connection:
            assert differences(connection) == []


def test_the_comparison_notices_a_missing_column(sqlite_url: str) -> None:
    with connect(sqlite_url) as connection:
        connection.execute(text("ALTER TABLE turns DROP COLUMN cost"))
        assert [each[0] for each in differences(connection)] == ["add_column"]


@pytest.mark.parametrize(("kind", "table"), STORED, ids=[kind.__name__ for kind, _ in STORED])
def test_every_field_has_a_column_that_is_empty_only_where_the_field_may_be(
    kind: type[Any], table: Table
) -> None:
    for field in fields(kind):
        assert table.c[field.name].nullable == ("None" in str(field.type)), field.name


def test_the_newest_version_is_the_one_that_a_start_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "memory" / "migrations"))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [migrate.HEAD]
    assert {each.revision for each in script.walk_revisions()} == migrate.KNOWN


async def test_opening_again_keeps_what_is_there(empty_url: str) -> None:
    for name in ("a", "b"):
        async with Database.open(empty_url) as database, database.transact() as uow:
            await uow.accounts.add(account(name))
    async with Database.open(empty_url) as database, database.read() as uow:
        assert [each.id for each in await uow.accounts.all()] == ["a", "b"]


async def test_many_may_open_an_empty_database_at_once(empty_url: str) -> None:
    async def change(name: str) -> None:
        async with Database.open(empty_url) as database, database.transact() as uow:
            assert await uow.accounts.add(account(name))

    async with asyncio.timeout(60):
        await asyncio.gather(*(change(str(place)) for place in range(8)))
    async with Database.open(empty_url) as database, database.read() as uow:
        assert len(await uow.accounts.all()) == 8


async def test_a_start_waits_for_who_else_is_writing_to_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "kit.db"
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        start = asyncio.create_task(prepare(f"sqlite:///{path}"))
        ended, _ = await asyncio.wait({start}, timeout=0.5)
        assert not ended
        other.execute("ROLLBACK")
        await start
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


async def test_a_database_of_a_newer_version_is_left_alone(database_url: str) -> None:
    with connect(database_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew):
        async with Database.open(database_url):
            pass
    with connect(database_url) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


async def test_a_start_with_nothing_to_do_does_not_load_the_migrations(sqlite_url: str) -> None:
    program = (
        "import asyncio, sys\n"
        "from memory.database import Database\n"
        "async def main():\n"
        "    async with Database.open(sys.argv[1]) as database:\n"
        "        await database.ping()\n"
        "asyncio.run(main())\n"
        "print('alembic' in sys.modules, 'psycopg' in sys.modules)\n"
    )
    process = await create_subprocess_exec(sys.executable, "-c", program, sqlite_url, cwd=ROOT, stdout=PIPE)
    assert (await process.communicate())[0] == b"False False\n"
