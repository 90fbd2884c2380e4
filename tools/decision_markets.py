"""What the market was like when a run decided: that of the cycle in which it was asked."""

from collections.abc import Iterable, Mapping

from memory.database import UnitOfWork
from memory.decision_records import Decision, DecisionSource
from tools.wire import Num, Result
from trading.runs.cycle_market import from_plain
from trading.runs.snapshot import MarketView
from trading.symbols import Symbol

CYCLE = "cycleId"
"""Under which name a decision keeps its cycle with what it was shown."""


class Market(Result):
    """One pair at the moment of a cycle: `change24h` is a fraction, `volume24h` in base units.

    An indicator that was not warm is null.
    """

    price: Num
    change_24h: Num | None
    volume_24h: Num
    indicators: dict[str, Num | None]


async def markets_of(
    uow: UnitOfWork, decisions: Iterable[Decision]
) -> Mapping[str, Mapping[Symbol, MarketView]]:
    """Return the market of each decision that a run made, by their ids; of a HOLD it is that of all pairs."""
    made = {each.id: each for each in decisions if each.source is DecisionSource.RUN}
    contexts = await uow.decisions.contexts(made)
    cycles = {name: shown[CYCLE] for name, shown in contexts.items() if CYCLE in shown}
    seen = {each: await _market(uow, each) for each in dict.fromkeys(cycles.values())}
    return {
        name: {
            symbol: market
            for symbol, market in seen[cycle].items()
            if not made[name].symbols or symbol in made[name].symbols
        }
        for name, cycle in cycles.items()
    }


def market_view(market: Mapping[Symbol, MarketView]) -> dict[str, Market]:
    """Return a market in the words of the wire."""
    return {
        str(symbol): Market(
            price=each.price,
            change_24h=each.change_24h,
            volume_24h=each.volume_24h,
            indicators=dict(each.indicators),
        )
        for symbol, each in market.items()
    }


async def _market(uow: UnitOfWork, cycle: str) -> Mapping[Symbol, MarketView]:
    stored = await uow.cycles.market(cycle)
    found = () if stored is None else from_plain(stored).snapshot.markets
    return {each.symbol: each for each in found}
