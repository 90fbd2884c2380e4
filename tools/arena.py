"""The arena: models that compete with paper money, and the leaderboard that says who is ahead."""

from typing import Annotated

from pydantic import Field

from memory.database import UnitOfWork
from tools.contests.reading import book_of
from tools.contests.replaying import replay
from tools.contests.service import Contests
from tools.contests.showing import accounts_of, cycle_view
from tools.contests.telling import decision_view, trade_view
from tools.contests.views import (
    ArenaPaused,
    ArenaResumed,
    ArenaStatistics,
    ArenaStatus,
    Leaderboard,
    Replayed,
    RunAccounts,
    RunDecisions,
    RunPositions,
    RunTrades,
    Triggered,
)
from tools.context import Context
from tools.errors import CallError, Code, NotFound
from tools.market import EVERYWHERE
from tools.policy import Scope, Surface
from tools.registry import capability
from tools.wire import Flag, NoParams, Params
from trading.runs.contest import Contest, paused, resumed
from trading.runs.record import Run

Name = Annotated[
    str | None, Field(min_length=1, max_length=64, description="an account such as LLM-A; all when left out")
]


class OfEntrant(Params):
    """Whose: of one account, or of all."""

    name: Name = None


class NewestOfEntrant(Params):
    """Whose, and how many: the newest come first; `before` is the number of a cycle to go on from."""

    name: Name = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100
    before: Annotated[int | None, Field(ge=1)] = None


class TradesOfEntrant(Params):
    """Whose, and how many: the newest come first. Without `baselines` only of those who compete."""

    name: Name = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100
    baselines: Flag = True


@capability("arena.status", surfaces=EVERYWHERE)
async def status(ctx: Context, params: NoParams) -> ArenaStatus:
    """Show whether the arena is on, when its next cycle is, and how the last one went."""
    contests = ctx.services.contests
    source = contests.parts.market.source.value
    season = await contests.arena.season() if contests.arena is not None else None
    if season is None:
        return ArenaStatus(state="off", source=source)
    async with contests.parts.database.read() as uow:
        recent = await uow.cycles.recent(season.id, 2)
        statistics = await uow.cycles.statistics(season.id)
        runs = await uow.runs.of_contest(season.id)
    ended = [each for each in recent if each.ended_at is not None]
    going = [each for each in recent if each.ended_at is None]
    return ArenaStatus(
        state="running" if season.paused_at is None else "paused",
        contest_id=season.id,
        name=season.name,
        season=season.season,
        since=season.created_at,
        paused_at=season.paused_at,
        pairs=season.symbols,
        timeframe=season.timeframe.value,
        interval_minutes=season.every.total_seconds() / 60,
        source=source,
        entrants=sum(not each.is_baseline for each in runs),
        cycles=statistics.total,
        failed=statistics.failed,
        errors=statistics.errors,
        next_at=season.next_at,
        last=cycle_view(ended[0]) if ended else None,
        cycle=cycle_view(going[0]) if going else None,
    )


@capability("arena.stats", surfaces=Surface.WIRE)
async def stats(ctx: Context, params: NoParams) -> ArenaStatistics:
    """Show how the cycles of the arena's season went: how many, how many failed, how long they took."""
    contests = ctx.services.contests
    season = await contests.season()
    async with contests.parts.database.read() as uow:
        found = await uow.cycles.statistics(season.id)
        recent = await uow.cycles.recent(season.id, 11)
        runs = await uow.runs.of_contest(season.id)
    over = found.completed + found.failed
    return ArenaStatistics(
        entrants=sum(not each.is_baseline for each in runs),
        cycles=found.total,
        completed=found.completed,
        failed=found.failed,
        errors=found.errors,
        success_rate=found.completed / over if over else 0.0,
        mean_seconds=found.mean_seconds,
        least_seconds=found.min_seconds,
        most_seconds=found.max_seconds,
        recent=[cycle_view(each) for each in recent if each.ended_at is not None][:10],
    )


@capability("arena.leaderboard", surfaces=EVERYWHERE)
async def leaderboard(ctx: Context, params: NoParams) -> Leaderboard:
    """Show who is ahead in the arena, by how much, and whether that is more than luck."""
    contests = ctx.services.contests
    return await contests.boards.of(await contests.season())


@capability("arena.accounts", surfaces=EVERYWHERE)
async def accounts(ctx: Context, params: OfEntrant) -> RunAccounts:
    """Show the accounts of the arena with their open positions, as of its last cycle."""
    contests = ctx.services.contests
    season, runs = await _entrants(contests, params.name)
    return RunAccounts(accounts=await accounts_of(contests.parts, season, runs))


@capability("arena.positions", surfaces=Surface.WIRE)
async def positions(ctx: Context, params: OfEntrant) -> RunPositions:
    """Show the open positions of the arena, the oldest first."""
    contests = ctx.services.contests
    season, runs = await _entrants(contests, params.name)
    found = await accounts_of(contests.parts, season, runs)
    shown = [each for account in found for each in account.positions]
    return RunPositions(positions=sorted(shown, key=lambda each: (each.opened_at, each.name, str(each.pair))))


@capability("arena.trades", surfaces=EVERYWHERE)
async def trades(ctx: Context, params: TradesOfEntrant) -> RunTrades:
    """Show closed positions of the arena with what each won and why it was closed, newest first."""
    contests = ctx.services.contests
    _, runs = await _entrants(contests, params.name, params.baselines)
    books = [(run, await book_of(contests.parts, run)) for run in runs]
    found = [trade_view(run, each) for run, book in books for each in book.closed]
    newest = sorted(found, key=lambda each: (each.closed_at, each.name, str(each.pair)), reverse=True)
    return RunTrades(trades=newest[: params.limit])


@capability("arena.decisions", surfaces=EVERYWHERE)
async def decisions(ctx: Context, params: NewestOfEntrant) -> RunDecisions:
    """Show what the models of the arena decided, why, and what came of it, newest first."""
    contests = ctx.services.contests
    season, runs = await _entrants(contests, params.name)
    known = {each.id: each for each in runs}
    most = params.limit + 1
    async with contests.parts.database.read() as uow:
        if params.name is None:
            entries = await uow.entries.of_contest(season.id, most * (len(runs) or 1), params.before)
        else:
            entries = await uow.entries.of_run(runs[0].id, most, params.before)
    shown = [decision_view(each, known[each.run]) for each in entries if each.run in known and each.outcome]
    page, rest = shown[: params.limit], shown[params.limit :]
    if rest and rest[0].number == page[-1].number != page[0].number:
        # Who goes on before a cycle has seen all of it.
        page = [each for each in page if each.number != rest[0].number]
    return RunDecisions(decisions=page, has_more=bool(rest))


@capability("arena.trigger", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def trigger(ctx: Context, params: NoParams) -> Triggered:
    """Begin a cycle of the arena now; it goes on by itself. Refused while one runs."""
    contests = ctx.services.contests
    cycle = await contests.keeper.trigger((await contests.season()).id)
    return Triggered(cycle_id=cycle.id, triggered_at=cycle.started_at)


@capability("arena.pause", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def pause(ctx: Context, params: NoParams) -> ArenaPaused:
    """Have the arena begin no more cycles until it is resumed; one that runs comes to its end."""
    contests, now = ctx.services.contests, ctx.services.clock.now()
    season = await contests.season()
    async with contests.parts.database.transact() as uow:
        await _change(uow, paused(await uow.contests.get(season.id) or season, now))
    return ArenaPaused(paused_at=now)


@capability("arena.resume", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def resume(ctx: Context, params: NoParams) -> ArenaResumed:
    """Have a paused arena go on with its next slot."""
    contests, now = ctx.services.contests, ctx.services.clock.now()
    season = await contests.season()
    async with contests.parts.database.transact() as uow:
        after = resumed(await uow.contests.get(season.id) or season, now)
        await _change(uow, after)
    assert after.next_at is not None
    return ArenaResumed(resumed_at=now, next_at=after.next_at)


@capability("arena.season", scope=Scope.ADMIN, surfaces=Surface.WIRE | Surface.CHAT, effects=True)
async def season(ctx: Context, params: NoParams) -> ArenaStatus:
    """End the season of the arena and begin the next, with fresh accounts for everybody."""
    contests = ctx.services.contests
    if contests.arena is None:
        await contests.season()
    else:
        await contests.arena.begin()
    return await status.run(ctx, params)


@capability("arena.replay", scope=Scope.READ, surfaces=Surface.WIRE)
async def replay_season(ctx: Context, params: NoParams) -> Replayed:
    """Reckon every curve of the season again from its stored markets and decisions, and compare."""
    contests = ctx.services.contests
    season = await contests.season()
    found = await replay(contests.parts.database, contests.copy, season, contests.parts.new_id)
    return Replayed(
        contest_id=season.id,
        cycles=found.cycles,
        points=found.points,
        equal=found.difference is None,
        difference=None if found.difference is None else found.difference.told(),
    )


async def _change(uow: UnitOfWork, contest: Contest) -> None:
    if not await uow.contests.change(contest):
        raise CallError("the arena was changed at this very moment: try again", code=Code.CONFLICT)


async def _entrants(
    contests: Contests, name: str | None, baselines: bool = True
) -> tuple[Contest, list[Run]]:
    """Return the season and its runs, or the one of a name in any spelling; raise NotFound."""
    season = await contests.season()
    async with contests.parts.database.read() as uow:
        runs = [each for each in await uow.runs.of_contest(season.id) if baselines or not each.is_baseline]
    if name is None:
        return season, runs
    found = [each for each in runs if each.name.casefold() == name.casefold()]
    if not found:
        known = ", ".join(each.name for each in runs)
        raise NotFound(f"nobody called {name!r} is in the arena; there are {known}")
    return season, found
