"""Fixtures for tests that need a database; a room's conftest imports those it uses.

`database` and `database_url` run a test on SQLite and on Postgres; `sqlite_url` and `postgres_url` on one.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from memory.database import Database
from tests.peers.postgres import PostgresPeer, running_postgres

KINDS = ("sqlite", "postgres")


async def prepare(url: str) -> None:
    """Bring an empty database up to date."""
    async with Database.open(url):
        pass


@pytest.fixture(scope="session")
def postgres_peer() -> Iterator[PostgresPeer]:
    """The server of this test run."""
    with running_postgres() as peer:
        yield peer


@pytest.fixture(scope="session")
def postgres_template(postgres_peer: PostgresPeer) -> Iterator[str]:
    """The name of a database that is up to date and empty."""
    with postgres_peer.database() as name:
        asyncio.run(prepare(postgres_peer.url(name)))
        yield name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a database that is up to date and empty."""
    path = tmp_path_factory.mktemp("template") / "kit.db"
    asyncio.run(prepare(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A SQLite database of this test's own."""
    path = tmp_path / "kit.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_peer: PostgresPeer, postgres_template: str) -> Iterator[str]:
    """A Postgres database of this test's own."""
    with postgres_peer.database(postgres_template) as name:
        yield postgres_peer.url(name)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of this test's own, up to date, of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of this test's own that nobody has opened yet, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    peer: PostgresPeer = request.getfixturevalue("postgres_peer")
    with peer.database() as name:
        yield peer.url(name)


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database of this test's own, of each kind."""
    async with Database.open(database_url) as opened:
        yield opened
