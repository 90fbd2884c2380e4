"""The door to everything on disk."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from memory.address import backend_of
from memory.alerts import Alerts
from memory.approvals import Approvals
from memory.chats import Arrivals, Cards, Chats
from memory.config import Config
from memory.contests import Contests
from memory.conversations import Messages, Sessions, Turns
from memory.cron import CronJobs
from memory.cycle_entries import Entries
from memory.cycles import Cycles
from memory.decisions import Decisions
from memory.distilled import Distillations
from memory.erasing import Erasing
from memory.faults import translated
from memory.jobs import Jobs
from memory.journal import Calls, Events
from memory.keys import Keys
from memory.ledger import Ledger
from memory.link import Link
from memory.mandates import Mandates
from memory.migrate import migrate, version_of
from memory.money import Accounts, Equity, Fills, Orders, Positions
from memory.outbox import Outbox
from memory.pairings import Pairings
from memory.passage_store import Passages
from memory.people import People
from memory.preferences import Preferences
from memory.prompt_runs import PromptRuns
from memory.risk import Risk
from memory.runners import Runners
from memory.runs import Runs
from memory.skill_settings import SkillSettings
from memory.sqlite_file import fold
from memory.strategies import OwnStrategies
from memory.summaries import Summaries
from memory.trade_log import TradeLog
from memory.watchlist import Watchlist
from memory.webhooks import WebhookRows
from trading.stores import (
    AccountStore,
    ApprovalStore,
    EquityStore,
    FillStore,
    LedgerStore,
    MandateStore,
    OrderStore,
    PositionStore,
    RiskStore,
)

CHECKPOINTS = "checkpoints.db"
"""The file beside a SQLite database in which running turns are."""


class UnitOfWork:
    """Every store over one transaction; what `trading.ports.UnitOfWork` asks for, and the conversations."""

    def __init__(self, connection: Link) -> None:
        self.link = connection
        self.orders: OrderStore = Orders(connection)
        self.fills: FillStore = Fills(connection)
        self.ledger: LedgerStore = Ledger(connection)
        self.accounts: AccountStore = Accounts(connection)
        self.equity: EquityStore = Equity(connection)
        self.positions: PositionStore = Positions(connection)
        self.risk: RiskStore = Risk(connection)
        self.approvals: ApprovalStore = Approvals(connection)
        self.mandates: MandateStore = Mandates(connection)
        self.notices = Outbox(connection)
        self.people = People(connection)
        self.pairings = Pairings(connection)
        self.keys = Keys(connection)
        self.sessions = Sessions(connection)
        self.messages = Messages(connection)
        self.turns = Turns(connection)
        self.summaries = Summaries(connection)
        self.events = Events(connection)
        self.calls = Calls(connection)
        self.jobs = Jobs(connection)
        self.strategies = OwnStrategies(connection)
        self.skill_settings = SkillSettings(connection)
        self.arrivals = Arrivals(connection)
        self.cards = Cards(connection)
        self.chats = Chats(connection)
        self.config = Config(connection)
        self.preferences = Preferences(connection)
        self.watchlist = Watchlist(connection)
        self.alerts = Alerts(connection)
        self.webhooks = WebhookRows(connection)
        self.cron_jobs = CronJobs(connection)
        self.prompt_runs = PromptRuns(connection)
        self.passages = Passages(connection)
        self.distilled = Distillations(connection)
        self.decisions = Decisions(connection)
        self.contests = Contests(connection)
        self.runs = Runs(connection)
        self.runners = Runners(connection)
        self.cycles = Cycles(connection)
        self.entries = Entries(connection)
        self.trade_log = TradeLog(connection)
        self.erasing = Erasing(connection)
        self.on_commit: list[Callable[[], None]] = []
        """What to do right after the commit, before anybody else's transaction begins here."""


@dataclass(frozen=True, slots=True)
class _Around:
    """The transaction that others are parts of."""

    database: "Database"
    uow: UnitOfWork

    @asynccontextmanager
    async def part(self, durable: bool) -> AsyncIterator[UnitOfWork]:
        """Hold a part of it, undone alone when the block raises."""
        if durable:
            raise RuntimeError(
                "this would be on disk no sooner than what it is a part of, which does not wait"
            )
        later = len(self.uow.on_commit)
        whole = False
        try:
            async with self.uow.link.begin_nested():
                yield self.uow
            whole = True
        finally:
            if not whole:
                del self.uow.on_commit[later:]


_around: ContextVar[_Around | None] = ContextVar("around", default=None)


class Backend(Protocol):
    """How one kind of database opens its transactions."""

    def write(self, durable: bool = True) -> AbstractAsyncContextManager[Link]:
        """Hold a write transaction, committed at the end of the block."""
        ...

    def snapshot(self, brief: bool = False) -> AbstractAsyncContextManager[Link]:
        """Read one unchanging state; `brief` for a few rows that an index finds."""
        ...

    def alone(self) -> AbstractAsyncContextManager[Link]:
        """Hold a write transaction that no other process has beside it."""
        ...

    async def scrub(self) -> None:
        """Leave nothing behind of what was deleted."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


class Database:
    """One database, ready for use. A failing block raises what `memory.errors` names, at its end."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.beside: list[Path] = []
        """Files of SQLite that others keep, in which what is deleted is to leave nothing behind either."""

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator["Database"]:
        """Bring the database at `url` up to date, serve it, and close it at the end of the block.

        Takes sqlite:///path and postgresql://…, with or without the driver's name. Any number of processes
        may do so at once. Raises BadDatabaseUrl, DatabaseUnavailable, ReadOnly or DatabaseTooNew.
        """
        backend = backend_of(url)
        try:
            with translated():
                await migrate(backend)
            yield cls(backend)
        finally:
            await backend.close()

    @asynccontextmanager
    async def transact(self, durable: bool = True) -> AsyncIterator[UnitOfWork]:
        """Hold a write transaction: committed when the block ends, rolled back when it raises.

        Without `durable` the commit does not wait for the disk: it outlives this process in any case, but not
        always a failure of the machine, up to the next durable commit.

        In a block of `together` it is a part of that one.
        """
        around = _around.get()
        if around is not None and around.database is self:
            async with around.part(durable) as uow:
                yield uow
            return
        with translated():
            async with self._backend.write(durable) as connection:
                uow = UnitOfWork(connection)
                yield uow
            for work in uow.on_commit:
                work()

    @asynccontextmanager
    async def read(self, brief: bool = False) -> AsyncIterator[UnitOfWork]:
        """Read one unchanging state, without keeping anybody from writing; writes are refused.

        A `brief` look at a few rows that an index finds waits for no thread. In a block of `together` what
        was written there is seen.
        """
        around = _around.get()
        if around is not None and around.database is self:
            yield around.uow
            return
        with translated():
            async with self._backend.snapshot(brief) as connection:
                yield UnitOfWork(connection)

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Make one transaction of all that the block does one after the other; it does not wait for the disk.

        A transaction in it that raises is undone alone, and the others are committed when the block ends.
        """
        async with self.transact(durable=False) as uow:
            token = _around.set(_Around(self, uow))
            try:
                yield
            finally:
                _around.reset(token)

    async def scrub(self) -> None:
        """Leave nothing behind of what was deleted, as far as the database lets us."""
        with translated():
            await self._backend.scrub()
            for each in self.beside:
                await asyncio.to_thread(fold, each)

    async def ping(self) -> None:
        """Return when the database answers; raise DatabaseUnavailable when it does not."""
        with translated():
            async with self._backend.snapshot() as connection:
                await version_of(connection)
