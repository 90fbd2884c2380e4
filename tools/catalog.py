"""What is served."""

from tools import (
    analysis,
    approvals,
    chat,
    live,
    market,
    marketdata,
    orders,
    portfolio,
    risk,
    sessions,
    skills,
    switch,
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
    orders.orders,
    orders.cancel,
    orders.cancel_all,
    orders.amend,
    orders.close_all,
    approvals.list_approvals,
    approvals.approve,
    approvals.deny,
    switch.status,
    switch.halt,
    switch.reduce,
    switch.rearm,
    risk.limits,
    risk.set_limits,
    live.accounts,
    live.arm,
    live.disarm,
    live.check,
    live.adopt,
    portfolio.get,
    portfolio.pnl,
    portfolio.snapshot,
)


def build_registry() -> Registry:
    """Return the door to everything that is served."""
    return Registry(CATALOG, tool.FAMILIES)
