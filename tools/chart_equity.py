"""A picture of what an account was worth over a time."""

from tools.chart import SHOWN, PictureReport, drawn
from tools.chart_words import figure, percent
from tools.context import Context
from tools.portfolio import OverPeriod
from tools.registry import capability
from tools.trade import account_of
from trading.charts.pictures import EquityPicture
from trading.clock import epoch_ms

MOST_POINTS = 1_000


@capability("chart.equity", surfaces=SHOWN, personal=True)
async def equity(ctx: Context, params: OverPeriod) -> PictureReport:
    """Draw what an account was worth over 24h, 7d, 30d, ytd or all."""
    found = await ctx.services.portfolio.pnl(account_of(ctx, params.account), params.period)
    points = await ctx.services.portfolio.history(found.account.id, found.start)
    every = -(-len(points) // MOST_POINTS) or 1
    worth = {each.at: each.equity for each in points[::every]}
    # A curve from the first moment of the time to the last, however little was noted in between.
    worth = {found.start: found.start_value, **worth, found.end: found.end_value}
    mode = found.account.mode.value.upper()
    change = percent(float((found.fraction or 0) * 100))
    picture = EquityPicture(
        title=f"{mode} {found.account.id}, {params.period.value}",
        subtitle=change,
        initial=float(found.start_value),
        times=[epoch_ms(each) for each in worth],
        equity=[float(each) for each in worth.values()],
        hold=None,
        marks=[],
    )
    caption = (
        f"{mode}: account {found.account.id} went from {figure(float(found.start_value))} to "
        f"{figure(float(found.end_value))} {found.account.currency} within {params.period.value}: {change}."
    )
    return await drawn(ctx, picture, caption)
