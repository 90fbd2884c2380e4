"""The skills that are written down, and how they stand by what is served."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SkillSheet:
    """A skill as it is written down: what it is for and which capabilities make it up."""

    id: str
    name: str
    description: str
    capabilities: tuple[str, ...]
    version: str = "1.0.0"


CORE_SKILLS = (
    SkillSheet(
        "exchange-connector",
        "Exchange Connector",
        "Connects to exchanges and their prices",
        ("market.price", "market.candles", "market.data", "health"),
    ),
    SkillSheet(
        "portfolio-tracker",
        "Portfolio Tracker",
        "Watches holdings, value and profit",
        ("portfolio.get", "portfolio.pnl", "portfolio.snapshot", "trade.positions"),
    ),
    SkillSheet(
        "auto-trader",
        "Auto Trader",
        "Places and closes trades",
        (
            "trade.execute",
            "trade.oco",
            "trade.orders",
            "trade.cancel",
            "trade.amend",
            "trade.close",
            "trade.closeAll",
            "trade.positions",
            "trade.history",
        ),
    ),
    SkillSheet(
        "market-analysis",
        "Market Analysis",
        "Reads trend, momentum and levels from candles",
        ("market.analyze", "market.candles"),
    ),
    SkillSheet(
        "alert-system",
        "Alert System",
        "Tells you when a condition is met",
        (
            "alert.preview",
            "alert.create",
            "alert.list",
            "alert.update",
            "alert.pause",
            "alert.resume",
            "alert.delete",
            "alert.history",
        ),
    ),
    SkillSheet(
        "backtester",
        "Backtester",
        "Tries strategies on past prices",
        (
            "backtest.run",
            "backtest.optimize",
            "backtest.compare",
            "backtest.verify",
            "backtest.list",
            "backtest.get",
            "backtest.cancel",
            "strategies.list",
            "chart.backtest",
            "chart.optimization",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill as it stands: `loaded` when any of its capabilities is served, with those that are."""

    sheet: SkillSheet
    status: str
    capabilities: tuple[str, ...]


class Skills:
    """The skills of a service, by what it really serves."""

    def __init__(self, served: Collection[str], sheets: Sequence[SkillSheet] = CORE_SKILLS) -> None:
        self._skills = tuple(_assess(sheet, served) for sheet in sheets)

    def all(self) -> Sequence[Skill]:
        """Return every skill as it stands."""
        return self._skills


def _assess(sheet: SkillSheet, served: Collection[str]) -> Skill:
    real = tuple(name for name in sheet.capabilities if name in served)
    return Skill(sheet, "loaded" if real else "disabled", real)
