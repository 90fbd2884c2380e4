"""A changed byte of the ledger is found and named."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

import memory
from memory.address import normalised
from memory.database import Database
from tests.memory.samples import START, entry
from trading.chain import Flaw, verify
from trading.stores import ChainedEntry, Entry


def entries() -> list[Entry]:
    numbers = count(1)
    return [
        entry(
            f"e{next(numbers)}",
            (account, "USDT", amount),
            (f"{account}/capital", "USDT", -Decimal(amount)),
        )
        for account, amount in (("main", "100.10"), ("other", "7"), ("main", "-0.5"), ("main", "1e-12"))
    ]


@pytest.fixture
async def chained(database: Database) -> Database:
    first, *rest = entries()
    async with database.transact() as uow:
        await uow.ledger.append(first)
    async with database.transact() as uow:
        await uow.ledger.append(*rest)
    return database


async def flaws(database: Database) -> list[Flaw]:
    async with database.read() as uow:
        links: list[ChainedEntry] = []
        for account in await uow.ledger.chains():
            links += await uow.ledger.chain(account, 0, 100)
        return list(verify(links, await uow.ledger.all_balances()))


def change(url: str, *statements: str) -> None:
    parsed = normalised(url)
    if parsed.get_backend_name() == "sqlite":
        parsed = parsed.set(drivername="sqlite")
    with create_engine(parsed).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def places(found: Sequence[Flaw]) -> list[tuple[str, str]]:
    return [(flaw.account, flaw.place.partition(" (")[0]) for flaw in found]


async def test_what_was_written_verifies(chained: Database) -> None:
    assert await flaws(chained) == []
    async with chained.read() as uow:
        assert await uow.ledger.chains() == ["main", "other"]
        assert [each.number for each in await uow.ledger.chain("main", 1, 10)] == [2, 3]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE ledger_entries SET kind = 'Trade' WHERE id = 'e3'", [("main", "entry 2, e3")]),
        ("UPDATE ledger_entries SET reference = 'x' WHERE id = 'e2'", [("other", "entry 1, e2")]),
        ("UPDATE ledger_entries SET at = at + 1 WHERE id = 'e1'", [("main", "entry 1, e1")]),
        (
            "UPDATE ledger_entries SET hash = REPLACE(hash, SUBSTR(hash, 1, 1), 'x') WHERE id = 'e1'",
            [("main", "entry 1, e1"), ("main", "entry 2, e3")],
        ),
        (
            "UPDATE ledger_postings SET amount = '100.11' WHERE entry_id = 'e1' AND place = 0",
            [
                ("main", "entry 1, e1"),
                ("main", "entry 1, e1"),
                ("main", "balance of main in USDT"),
            ],
        ),
        (
            "UPDATE ledger_postings SET account = 'other/capital' WHERE entry_id = 'e3' AND place = 1",
            [
                ("main", "entry 2, e3"),
                ("main", "balance of main/capital in USDT"),
                ("other", "balance of other/capital in USDT"),
            ],
        ),
        (
            "UPDATE ledger_balances SET amount = '8' WHERE account = 'other'",
            [("other", "balance of other in USDT")],
        ),
    ],
)
async def test_a_changed_byte_is_found_and_named(
    chained: Database, database_url: str, statement: str, named: list[Any]
) -> None:
    change(database_url, statement)
    assert places(await flaws(chained)) == named


async def test_an_entry_that_was_taken_out_is_missed(chained: Database, database_url: str) -> None:
    change(
        database_url,
        "DELETE FROM ledger_postings WHERE entry_id = 'e3'",
        "DELETE FROM ledger_entries WHERE id = 'e3'",
    )
    found = places(await flaws(chained))
    assert found[0] == ("main", "entry 3, e4")
    assert ("main", "balance of main in USDT") in found


async def test_postings_that_were_taken_out_are_missed(chained: Database, database_url: str) -> None:
    change(database_url, "DELETE FROM ledger_postings WHERE entry_id = 'e2'")
    assert ("other", "entry 1, e2") in places(await flaws(chained))


async def test_an_amount_is_the_same_however_many_zeros_it_is_written_with(database: Database) -> None:
    written = entry("e1", ("main", "USDT", "1.50"), ("main/capital", "USDT", "-1.5"))
    async with database.transact() as uow:
        await uow.ledger.append(written)
    assert await flaws(database) == []
    assert written.at == START


HEAD = text("INSERT INTO ledger_entries (id, kind, reference, at) VALUES (:id, :kind, :reference, :at)")
POSTING = text("INSERT INTO ledger_postings VALUES (:id, :place, :account, 'USDT', :amount)")


async def test_entries_of_an_older_version_are_chained_when_they_are_brought_up(empty_url: str) -> None:
    parsed = normalised(empty_url)
    as_text = parsed.get_backend_name() == "sqlite"
    config = Config()
    config.set_main_option("script_location", str(Path(memory.__file__).parent / "migrations"))
    with create_engine(parsed.set(drivername="sqlite") if as_text else parsed).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for at, each in enumerate(entries()):
            head = {"id": each.id, "kind": each.kind, "reference": each.reference, "at": at}
            connection.execute(HEAD, head)
            for place, posting in enumerate(each.postings):
                amount = str(posting.amount) if as_text else posting.amount
                values = {"id": each.id, "place": place, "account": posting.account, "amount": amount}
                connection.execute(POSTING, values)
    async with Database.open(empty_url) as database, database.read() as uow:
        links = [link for name in await uow.ledger.chains() for link in await uow.ledger.chain(name, 0, 100)]
        assert [(each.account, each.number) for each in links] == [
            ("main", 1),
            ("main", 2),
            ("main", 3),
            ("other", 1),
        ]
        assert [flaw for flaw in verify(links, {}) if flaw.place.startswith("entry")] == []
