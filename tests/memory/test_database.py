"""Transactions, snapshots and what a failure means, on both databases."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from memory.database import Database
from memory.errors import BadDatabaseUrl, DatabaseUnavailable, NotStorable, ReadOnly
from tests.memory.samples import account, entry, later, order
from tests.peers.postgres import PostgresPeer


async def names(database: Database) -> list[str]:
    async with database.read() as uow:
        return [each.id for each in await uow.accounts.all()]


async def test_a_transaction_is_there_once_its_block_has_ended(database: Database) -> None:
    async with database.transact() as uow:
        await uow.accounts.add(account())
        assert await names(database) == []
    assert await names(database) == ["main"]


async def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.transact() as uow:
            await uow.accounts.add(account())
            await uow.orders.add(order())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await names(database) == []


async def test_a_cancelled_transaction_leaves_nothing_and_the_next_goes_on(database: Database) -> None:
    inside = asyncio.Event()

    async def linger() -> None:
        async with database.transact() as uow:
            await uow.accounts.add(account())
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(linger())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.transact() as uow:
        assert await uow.accounts.add(account("other"))
    assert await names(database) == ["other"]


async def test_transactions_cancelled_anywhere_leave_whole_ones_only(database: Database) -> None:
    async def write(place: int) -> None:
        async with database.transact() as uow:
            await uow.accounts.add(account(f"a{place}"))
            await uow.ledger.append(entry(f"e{place}", ("main", "USDT", "1"), ("capital", "USDT", "-1")))

    for place in range(40):
        task = asyncio.create_task(write(place))
        for _ in range(place):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await write(99)
    async with database.read() as uow:
        accounts = {each.id[1:] for each in await uow.accounts.all()}
        entries = {each.id[1:] for each in await uow.ledger.entries()}
        assert accounts == entries
        assert await uow.ledger.balances("main") == {"USDT": Decimal(len(entries))}


async def test_a_snapshot_does_not_change_and_keeps_nobody_from_writing(database: Database) -> None:
    async with database.read() as before:
        assert await before.accounts.all() == []
        async with database.transact() as uow:
            await uow.accounts.add(account())
        assert await before.accounts.all() == []
    assert await names(database) == ["main"]


async def test_a_snapshot_cannot_write(database: Database) -> None:
    for _ in range(2):
        with pytest.raises(ReadOnly):
            async with database.read() as uow:
                await uow.accounts.add(account())
    assert await names(database) == []


async def test_transactions_on_a_locked_account_come_one_after_another(database_url: str) -> None:
    async with Database.open(database_url) as here, Database.open(database_url) as there:
        async with here.transact() as uow:
            await uow.accounts.add(account())
            await uow.orders.add(order())

        async def add_one(database: Database) -> None:
            async with database.transact() as uow:
                await uow.accounts.lock("main")
                held = await uow.ledger.balances("main")
                number = int(held.get("USDT", 0))
                await uow.ledger.append(entry(f"e{number}", ("main", "USDT", "1"), ("capital", "USDT", "-1")))
                stored = await uow.orders.get("o1")
                assert stored is not None
                await uow.orders.save(stored)

        await asyncio.gather(*(add_one(each) for each in (here, there) * 10))
        async with there.read() as uow:
            assert await uow.ledger.balances("main") == {"USDT": Decimal(20)}
            assert (await uow.orders.get("o1")) == order(version=20)


async def test_balances_are_exact_though_nobody_has_locked_the_account(database_url: str) -> None:
    async with Database.open(database_url) as here, Database.open(database_url) as there:

        async def pay(database: Database, place: int) -> None:
            async with database.transact() as uow:
                # Both ways round: whoever locks in this order would wait in a ring.
                one, other = ("a", "a/b") if place % 2 else ("a/b", "a")
                await uow.ledger.append(entry(f"e{place}", (one, "USDT", "0.1"), (other, "USDT", "-0.1")))
                await uow.ledger.append(entry(f"f{place}", ("a", "BTC", "0.1"), ("a/b", "BTC", "-0.1")))

        await asyncio.gather(*(pay((here, there)[place % 2], place) for place in range(20)))
        async with here.read() as uow:
            assert await uow.ledger.balances("a") == {"BTC": Decimal("2.0"), "USDT": Decimal("0.0")}
            assert await uow.ledger.balances("a/b") == {"BTC": Decimal("-2.0"), "USDT": Decimal("0.0")}


async def test_a_value_that_would_not_come_back_is_refused(database: Database) -> None:
    naive = later(0).replace(tzinfo=None)
    for bad in (
        {"initial": 0.1},
        {"initial": 1},
        {"initial": Decimal("NaN")},
        {"initial": Decimal("Infinity")},
        {"initial": Decimal("1E+1001")},
        {"initial": Decimal("1E-1001")},
        {"initial": Decimal(f"1.{'0' * 1000}1")},
        {"created_at": naive},
        {"mode": "play"},
        {"settings": {"when": {1, 2}}},
    ):
        with pytest.raises(NotStorable):
            async with database.transact() as uow:
                await uow.accounts.add(account(**bad))
    assert await names(database) == []


async def test_an_open_database_answers(database: Database) -> None:
    await database.ping()


async def test_a_server_that_is_gone_is_unavailable(
    postgres_peer: PostgresPeer, postgres_template: str
) -> None:
    with postgres_peer.database(postgres_template) as name:
        async with Database.open(postgres_peer.url(name)) as database:
            await database.ping()
            postgres_peer.cut_off(name)
            with pytest.raises(DatabaseUnavailable):
                await database.ping()
            # The broken connections are gone with the first failure.
            await database.ping()
    with pytest.raises(DatabaseUnavailable):
        async with Database.open("postgresql://postgres@/none?host=/nowhere"):
            pass


async def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is no database, and long enough to be sure of it" * 20)
    for url in (f"sqlite:///{tmp_path}/no/such/folder/kit.db", f"sqlite:///{tmp_path}/text.db"):
        with pytest.raises(DatabaseUnavailable):
            async with Database.open(url):
                pass


async def test_the_usual_spellings_of_a_url_are_taken(sqlite_url: str, postgres_url: str) -> None:
    for url in (
        sqlite_url,
        sqlite_url.replace("sqlite:", "sqlite+aiosqlite:"),
        postgres_url,
        postgres_url.replace("postgresql:", "postgres:"),
        postgres_url.replace("postgresql:", "postgresql+psycopg:"),
    ):
        async with Database.open(url) as database:
            await database.ping()


@pytest.mark.parametrize(
    "url", ["", "kit.db", "mysql://localhost/kit", "sqlite://", "sqlite:///:memory:", "sqlite:///a?mode=ro"]
)
async def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(BadDatabaseUrl):
        async with Database.open(url):
            pass


async def test_a_transaction_inside_another_is_refused_and_does_not_hang(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as database:

        async def nest() -> None:
            async with database.transact(), database.transact():
                pass

        with pytest.raises(RuntimeError):
            await nest()
        async with database.transact() as uow:
            assert await uow.accounts.add(account())
