"""What is served."""

from tools import (
    access,
    analysis,
    chat,
    market,
    marketdata,
    notices,
    portfolio,
    sessions,
    skills,
    system,
    tool,
    trade,
)
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
    notices.list_notices,
    access.create_key,
    access.list_keys,
    access.revoke_key,
    access.list_people,
    access.set_role,
    access.revoke_person,
)


def build_registry() -> Registry:
    """Return the door to everything that is served."""
    return Registry(CATALOG, tool.FAMILIES)
