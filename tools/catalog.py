"""What is served."""

from tools import analysis, chat, market, marketdata, portfolio, sessions, skills, system, tool, trade
from tools.registry import AnyCapability, Registry

CATALOG: tuple[AnyCapability, ...] = (
    system.health,
    system.status,
    chat.send,
    chat.history,
    chat.abort,
    sessions.list_sessions,
    sessions.get_session,
    sessions.create_session,
    skills.list_skills,
    tool.invoke,
    market.price,
    market.candles,
    marketdata.data,
    analysis.analyze,
    trade.execute,
    trade.positions,
    trade.close,
    trade.history,
    portfolio.get,
    portfolio.pnl,
    portfolio.snapshot,
)


def build_registry() -> Registry:
    """Return the door to everything that is served."""
    return Registry(CATALOG, tool.FAMILIES)
