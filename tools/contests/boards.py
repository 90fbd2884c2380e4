"""The leaderboards of contests, reckoned once for each cycle."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tools.contests.parts import Parts
from tools.contests.reading import Book, book_of
from tools.contests.telling import provider_of
from tools.contests.views import Leaderboard, Span, Standing
from tools.words.language import Language
from tools.words.standings import STRICTNESS, Rival, meaning
from trading.model import EquityPoint
from trading.runs.comparing import Strictness
from trading.runs.contest import Contest
from trading.runs.cycle import Spending
from trading.runs.failures import is_safe
from trading.runs.performance import Entrant
from trading.runs.record import Run
from trading.runs.standings import Line, standings


@dataclass(frozen=True, slots=True)
class _Known:
    number: int
    lines: tuple[Line, ...]


class Boards:
    """Makes leaderboards. One that was asked for before the next cycle has ended is given again."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._known: dict[str, _Known] = {}
        self._one_at_a_time = asyncio.Lock()

    async def of(self, contest: Contest) -> Leaderboard:
        """Return the leaderboard of a contest as of its last cycle that has ended."""
        async with self._one_at_a_time:
            known = await self._reckoned(contest)
        async with self._parts.database.read() as uow:
            runs = {each.name: each for each in await uow.runs.of_contest(contest.id)}
        lines = [self._line(each, runs[each.entrant.name]) for each in known.lines]
        cycles = max((each.figures.cycles for each in known.lines), default=0)
        points = [each.entrant.points[-1].at for each in known.lines if each.entrant.points]
        return Leaderboard(
            contest_id=contest.id,
            name=contest.name,
            season=contest.season,
            source=self._parts.market.source.value,
            since=contest.created_at,
            at=max(points, default=None),
            cycles=cycles,
            interval_minutes=contest.every.total_seconds() / 60,
            next_look=next_look(cycles, STRICTNESS),
            says=meaning(rivals_of(lines), cycles, Language.EN),
            lines=lines,
        )

    async def _reckoned(self, contest: Contest) -> _Known:
        async with self._parts.database.read() as uow:
            recent = await uow.cycles.recent(contest.id, 2)
            number = max((each.number for each in recent if each.ended_at is not None), default=0)
            known = self._known.get(contest.id)
            if known is not None and known.number == number:
                return known
            runs = await uow.runs.of_contest(contest.id)
            points = await uow.entries.points(contest.id)
            spent = await uow.entries.spending(contest.id)
        found = [
            entrant_of(
                run, await book_of(self._parts.database, run), points.get(run.id, ()), spent.get(run.id)
            )
            for run in runs
        ]
        seed = int.from_bytes(hashlib.sha256(f"{contest.id}:{number}".encode()).digest()[:8])
        # Resampling hundreds of cycles takes longer than others should wait.
        lines = await asyncio.to_thread(
            standings, found, contest.every, np.random.default_rng(seed), STRICTNESS
        )
        fresh = _Known(number, lines)
        self._known[contest.id] = fresh
        return fresh

    def _line(self, line: Line, run: Run) -> Standing:
        figures, entrant = line.figures, line.entrant
        provider, model = provider_of(self._parts.deciders, run)
        return Standing(
            rank=line.rank,
            run_id=run.id,
            name=run.name,
            provider=provider,
            model=model,
            baseline=entrant.baseline,
            state=run.state.value,
            safe_mode=is_safe(run),
            initial=entrant.initial,
            equity=figures.equity,
            pnl=figures.pnl,
            total_return=figures.total_return,
            max_drawdown=figures.max_drawdown,
            sharpe=figures.sharpe,
            sharpe_per_cycle=figures.sharpe_per_cycle,
            trades=figures.trades,
            won=figures.won,
            lost=figures.lost,
            win_rate=figures.win_rate,
            fees=figures.fees,
            input_tokens=entrant.input_tokens,
            output_tokens=entrant.output_tokens,
            model_cost=entrant.model_cost,
            interval=None if line.interval is None else Span(low=line.interval.low, high=line.interval.high),
            verdict=None if line.verdict is None else line.verdict.value,
            finding=None if line.finding is None else ("above" if line.finding.is_above else "below"),
        )


def entrant_of(run: Run, book: Book, points: Sequence[EquityPoint], spent: Spending | None) -> Entrant:
    """Return a run as it is measured."""
    spent = spent or Spending()
    return Entrant(
        name=run.name,
        initial=book.initial,
        points=points,
        trades=book.closed,
        fees=book.fees,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        model_cost=spent.cost,
        baseline=run.is_baseline,
    )


def next_look(cycles: int, strictness: Strictness) -> int | None:
    """Return at how many cycles it is tested next whether somebody is better than chance."""
    look = strictness.cycles
    while look <= cycles:
        look *= 2
    return look


def rivals_of(lines: Sequence[Standing]) -> Sequence[Rival]:
    """Return those of a leaderboard who compete, with what is known of them."""
    return [Rival(each.name, each.verdict, each.finding) for each in lines if not each.baseline]
