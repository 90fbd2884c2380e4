"""What the decisions of models come to."""

from memory.decision_records import PnlStatistics
from tools.context import Context
from tools.decisions import WhichDecisions
from tools.policy import Surface
from tools.registry import capability
from tools.wire import Num, Result


class PnlView(Result):
    """How decisions ended whose positions are closed, in one currency; `winRate` is a fraction."""

    currency: str
    closed: int
    won: int
    win_rate: Num
    mean: Num
    pnl: Num


class DecisionTotals(Result):
    """How many decisions there are, by what, and what they came to.

    `confidence` is the mean of those that say one. Of answers in which several were made each counts once:
    `latencyMs` is their mean, `cost` the sum in US dollars of those whose price is known, and `unpriced` how
    many others there are.
    """

    total: int
    by_result: dict[str, int]
    by_source: dict[str, int]
    by_action: dict[str, int]
    by_model: dict[str, int]
    confidence: float | None
    latency_ms: float | None
    cost: Num
    unpriced: int
    by_currency: list[PnlView]


@capability("decisions.stats", surfaces=Surface.WIRE | Surface.MODEL, personal=True)
async def stats(ctx: Context, params: WhichDecisions) -> DecisionTotals:
    """Count what models have decided about your money, and reckon what came of it."""
    async with ctx.services.database.read() as uow:
        found = await uow.decisions.figures(ctx.principal.id, params.filter())
    return DecisionTotals(
        total=found.total,
        by_result={key.value: many for key, many in found.by_result.items()},
        by_source={key.value: many for key, many in found.by_source.items()},
        by_action={key.value: many for key, many in found.by_action.items()},
        by_model=dict(found.by_model),
        confidence=found.confidence,
        latency_ms=found.latency_ms,
        cost=found.cost,
        unpriced=found.unpriced,
        by_currency=[_pnl(each) for each in found.by_currency],
    )


def _pnl(each: PnlStatistics) -> PnlView:
    return PnlView(
        currency=each.currency,
        closed=each.closed,
        won=each.wins,
        win_rate=each.win_rate,
        mean=each.average_pnl,
        pnl=each.pnl,
    )
