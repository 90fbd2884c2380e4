"""A picture of what every account of the arena made since its season began."""

from collections.abc import Sequence
from decimal import Decimal

from tools.chart import SHOWN, PictureReport, drawn
from tools.chart_words import percent
from tools.contests.views import Leaderboard, Standing
from tools.context import Context
from tools.registry import capability
from tools.wire import NoParams
from tools.words.standings import brief
from trading.charts.pictures import Curve, CurvesPicture
from trading.clock import epoch_ms
from trading.errors import NotFound
from trading.model import EquityPoint

MOST_POINTS = 1_000


@capability("chart.leaderboard", surfaces=SHOWN)
async def leaderboard(ctx: Context, params: NoParams) -> PictureReport:
    """Draw what each account of the arena made since its season began, the baselines in grey."""
    contests = ctx.services.contests
    board = await contests.boards.of(await contests.season())
    if board.at is None:
        raise NotFound("no cycle of this season has ended yet: there is nothing to draw")
    async with contests.parts.database.read() as uow:
        points = await uow.entries.points(board.contest_id)
    picture = CurvesPicture(
        title=f"{board.name.capitalize()} season {board.season} · {_cycles(board)} · {board.source} prices",
        subtitle=brief(board.says),
        curves=[_curve(board, each, points.get(each.run_id, ())) for each in board.lines],
        unit=" %",
    )
    return await drawn(ctx, picture, _told(board))


def _curve(board: Leaderboard, line: Standing, points: Sequence[EquityPoint]) -> Curve:
    # A cycle may have ended since the leaderboard was made.
    known = [each for each in points if board.at is not None and each.at <= board.at]
    every = -(-len(known) // (MOST_POINTS - 2)) or 1
    made = {each.at: _made(line.initial, each.equity) for each in (*known[:-1:every], *known[-1:])}
    made = {board.since: 0.0, **made}
    name = f"{line.rank}  {line.name}  {_return(line)}"
    return Curve(name, [epoch_ms(each) for each in made], list(made.values()), line.baseline)


def _made(initial: Decimal, equity: Decimal) -> float:
    return float((equity / initial - 1) * 100)


def _return(line: Standing) -> str:
    return percent(float(line.total_return * 100))


def _cycles(board: Leaderboard) -> str:
    return f"{board.cycles:,} cycle{'' if board.cycles == 1 else 's'}"


def _told(board: Leaderboard) -> str:
    shown = [f"{each.rank} {each.name} {_return(each)}" for each in board.lines if not each.baseline]
    held = [f"{each.name} {_return(each)}" for each in board.lines if each.baseline]
    return (
        f"{board.name.capitalize()} season {board.season} after {_cycles(board)} on {board.source} prices. "
        f"{board.says} In percent of the start: {', '.join(shown)}; baselines: {', '.join(held)}."
    )
