"""Runs by themselves: one strategy or model on pairs of its own, with money of its own, cycle by cycle."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from memory.database import UnitOfWork
from tools.contests.parts import Parts
from tools.contests.telling import tell_changed
from tools.contests.timekeeping import Timekeeper
from trading.accounts import open_account
from trading.errors import NotFound
from trading.model import Account, Mode
from trading.runs import states
from trading.runs.contest import Contest, ContestKind, ended
from trading.runs.cycle import CycleKind
from trading.runs.errors import CycleRunning, ImpossibleMove, RunActive, RunEnded
from trading.runs.record import DeciderSpec, Ending, Run, RunState, Schedule
from trading.runs.rules import RunRules
from trading.runs.states import ENDED
from trading.symbols import Symbol
from trading.timeframes import Timeframe

CURRENCY = "USDT"
LIVE = "live"
PAUSABLE = frozenset({RunState.RUNNING})
PAUSED = frozenset({RunState.PAUSED})

PAGE = 200
LOOKS = 2
"""How often all runs of somebody are looked for, so that none slips through."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run that somebody wants.

    `initial` is the paper money it gets, in an account with these `limits`; live it trades on the live one.
    """

    name: str
    decider: DeciderSpec
    symbols: tuple[Symbol, ...]
    timeframe: Timeframe
    schedule: Schedule
    mode: Mode
    initial: Decimal
    rules: RunRules
    limits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Singles:
    """Starts, holds and ends runs by themselves."""

    parts: Parts
    keeper: Timekeeper

    async def start(self, owner: str, wanted: Wanted) -> Run:
        """Start a new run of this name; its first cycle is due at once.

        Raises UnknownDecider, UnknownSymbol, RunActive or RunEnded for the name of one that is there, and
        NotFound for a live account that is not.
        """
        parts = self.parts
        parts.deciders.of(wanted.decider)
        for symbol in wanted.symbols:
            await parts.market.instrument(symbol)
        async with parts.database.read() as uow:
            same = await uow.runs.named(owner, wanted.name)
        if same is not None and same.state is not RunState.IDLE:
            kind = RunEnded if same.state in ENDED else RunActive
            raise kind(f"there is a run called {wanted.name!r} already: it is {same.state}", run=same.id)
        run = Run(
            id=same.id if same else parts.new_id("run"),
            name=wanted.name,
            contest="",
            account=LIVE if wanted.mode is Mode.LIVE else "",
            owner=owner,
            decider=wanted.decider,
            symbols=wanted.symbols,
            timeframe=wanted.timeframe,
            created_at=parts.clock.now(),
            mode=wanted.mode,
            schedule=wanted.schedule,
            rules=wanted.rules,
            version=same.version if same else 0,
        )
        return await self._begun(run, wanted.initial, wanted.limits, fresh=same is None)

    async def again(self, owner: str, name: str) -> Run:
        """Start an idle run once more, with the money it had; raise NotFound, RunActive or RunEnded."""
        async with self.parts.database.read() as uow:
            run = await _own(uow, owner, name)
            account = await uow.accounts.get(run.account)
            now = self.parts.clock.now()
            limits = (await uow.risk.state(run.account, now, now)).limits
        states.start(run, now)
        initial = account.initial if account else Decimal(0)
        return await self._begun(run, initial, limits, fresh=False)

    async def _begun(self, run: Run, initial: Decimal, limits: Mapping[str, str], fresh: bool) -> Run:
        parts, now = self.parts, self.parts.clock.now()
        account = run.account if run.mode is Mode.LIVE else parts.new_id("acc")
        if run.mode is not Mode.LIVE:
            opened = Account(account, run.owner, CURRENCY, run.mode, initial, now)
            await open_account(parts.database.transact, opened, parts.new_id)
        async with parts.database.transact() as uow:
            if await uow.accounts.get(account) is None:
                raise NotFound("there is no live account here: live trading is not switched on")
            if limits and run.mode is not Mode.LIVE:
                await uow.risk.set_limits(account, limits, run.owner, now)
            before = await uow.contests.named(run.owner, f"run:{run.name}")
            contest = Contest(
                id=parts.new_id("cst"),
                owner=run.owner,
                name=f"run:{run.name}",
                kind=ContestKind.SINGLE,
                symbols=run.symbols,
                timeframe=run.timeframe,
                every=run.schedule.every,
                created_at=now,
                season=before.season + 1 if before else 1,
                next_at=now,
            )
            run = replace(run, contest=contest.id, account=account)
            run = states.begin(states.start(run, now))
            stored = await uow.contests.add(contest)
            if fresh:
                stored = stored and await uow.runs.add(run)
            else:
                # Two moves at once: the store takes one step of the version.
                run = replace(run, version=run.version - 1)
                stored = stored and await uow.runs.change(run)
            if not stored:
                raise RunActive(f"{run.name!r} was started by somebody else at this moment", run=run.id)
            await tell_changed(parts, uow, run)
        return run

    async def pause(self, owner: str, name: str | None = None) -> Sequence[Run]:
        """Have a run decide nothing until it is resumed; its stops stay. Raise as `states.pause`.

        Without a name it is all of somebody's that are running, however few.
        """
        return await self._each(owner, name, PAUSABLE, lambda each: self._moved(owner, each, states.pause))

    async def resume(self, owner: str, name: str | None = None) -> Sequence[Run]:
        """Have a paused run go on, or all that are paused; raise as `states.resume`."""

        async def resumed(name: str) -> Run:
            return await self._moved(owner, name, lambda run, now: states.resume(run))

        return await self._each(owner, name, PAUSED, resumed)

    async def stop(
        self, owner: str, name: str | None, ending: Ending, reason: str | None = None
    ) -> Sequence[Run]:
        """End a run, or all that have not ended, positions closed or kept; raise as `states.stop`.

        What a cycle that runs now has decided and not carried out yet is left undone. Positions are closed by
        a cycle of their own at once, or by the next slot where another runs.
        """
        return await self._each(
            owner, name, states.ACTIVE, lambda each: self._stopped(owner, each, ending, reason)
        )

    async def _stopped(self, owner: str, name: str, ending: Ending, reason: str | None) -> Run:
        run = await self._moved(owner, name, lambda run, now: states.stop(run, now, ending, reason))
        async with self.parts.database.transact() as uow:
            contest = await uow.contests.get(run.contest)
            holds = bool(await uow.positions.open(run.account))
            # A cycle that runs may be about to open something, and ends the contest itself.
            runs = await uow.cycles.running(run.contest) is not None
            through = not runs and (ending is Ending.KEEP or not holds)
            if through and contest is not None and _is_alone(contest):
                await uow.contests.change(ended(contest, self.parts.clock.now()))
        if ending is Ending.CLOSE and holds:
            # Where another cycle runs, the next slot closes what is left.
            with suppress(CycleRunning):
                await self.keeper.trigger(run.contest, CycleKind.CLOSING)
        return run

    async def _each(
        self,
        owner: str,
        name: str | None,
        states_: Collection[RunState],
        move: Callable[[str], Awaitable[Run]],
    ) -> Sequence[Run]:
        """Move the run of a name; without one all of somebody's that are in some states."""
        if name is not None:
            return [await move(name)]
        moved: list[Run] = []
        for _ in range(LOOKS):
            # A cycle may have changed one at this very moment: it is still there at the next look.
            for run in await self._going(owner, states_):
                with suppress(ImpossibleMove):
                    moved.append(await move(run.id))
        return moved

    async def _going(self, owner: str, states_: Collection[RunState]) -> Sequence[Run]:
        found: list[Run] = []
        async with self.parts.database.read() as uow:
            page = await uow.runs.of(owner, PAGE)
            while page:
                found += page
                page = await uow.runs.of(owner, PAGE, page[-1].id)
        # The accounts of an arena are held by its own pause.
        return [each for each in found if each.state in states_ and each.mode is not Mode.CONTEST]

    async def reset(self, owner: str, name: str) -> Run:
        """Return an ended run as if it had never been started, to be started with fresh money.

        What it did stays on record. Raises NotFound, RunActive, or ImpossibleMove for a seat of an arena.
        """
        return await self._moved(owner, name, lambda run, now: states.reset(_by_itself(run)))

    async def _moved(self, owner: str, name: str, move: Callable[[Run, datetime], Run]) -> Run:
        async with self.parts.database.transact() as uow:
            run = await _own(uow, owner, name)
            after = move(run, self.parts.clock.now())
            if after is not run and not await uow.runs.change(after):
                raise RunActive(f"{name!r} was changed by somebody else at this moment", run=run.id)
            await tell_changed(self.parts, uow, after)
        return after


def _by_itself(run: Run) -> Run:
    if run.mode is Mode.CONTEST:
        raise ImpossibleMove(f"{run.name} sits in an arena: its next season begins anew", run=run.id)
    return run


def _is_alone(contest: Contest) -> bool:
    return contest.kind is ContestKind.SINGLE and contest.ended_at is None


async def _own(uow: UnitOfWork, owner: str, name: str) -> Run:
    run = await uow.runs.named(owner, name) or await uow.runs.get(name)
    if run is None or run.owner != owner:
        raise NotFound(f"there is no run {name!r}; runs.list shows those there are", run=name)
    return run
