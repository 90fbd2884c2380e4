"""The table of cards: which capability's answer is shown how, and what can be done about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.asking import Action
from bot.cards import (
    alerts,
    arena,
    backtests,
    jobs,
    lists,
    market,
    memories,
    money,
    orders,
    own_runs,
    safety,
)
from bot.voice import Voice
from tools.wire import Result

Show = Callable[[Any, Voice], str]
Buttons = tuple[tuple[Action, ...], ...]


def _no_actions(found: Any, voice: Voice) -> Buttons:
    return ()


@dataclass(frozen=True, slots=True)
class Card:
    """How an answer is shown.

    `balances` tells that it shows what somebody has or made, beyond the order that they asked for: what is
    done is refused then where others read along, unless `aloud` shows it without that.
    """

    show: Show
    balances: bool = False
    aloud: Show | None = None
    actions: Callable[[Any, Voice], Buttons] = _no_actions


CARDS: Mapping[str, Card] = {
    "market.price": Card(market.price),
    "market.analyze": Card(market.analysis),
    "chart.candles": Card(market.picture),
    "chart.backtest": Card(market.picture),
    "chart.optimization": Card(market.picture),
    "chart.equity": Card(market.picture, True),
    "chart.leaderboard": Card(market.picture),
    "portfolio.get": Card(money.portfolio, True),
    "portfolio.pnl": Card(money.pnl, True),
    "trade.positions": Card(money.positions, True, actions=money.position_actions),
    "trade.history": Card(money.history, True),
    "trade.preview": Card(orders.wanted),
    "trade.execute": Card(orders.order, actions=orders.order_actions),
    "trade.oco": Card(orders.both),
    "trade.orders": Card(orders.listing, True, actions=orders.listing_actions),
    "trade.cancel": Card(orders.order),
    "trade.cancelAll": Card(orders.canceled, True),
    "trade.close": Card(orders.closed, True),
    "trade.closeAll": Card(orders.all_closed, True),
    "trade.amend": Card(orders.amended, True),
    "approval.list": Card(orders.approvals, True, actions=orders.approvals_actions),
    "approval.approve": Card(orders.approved, True, actions=orders.approved_actions),
    "approval.deny": Card(orders.approval, True),
    "approval.revoke": Card(orders.approval, True),
    "trading.status": Card(safety.switch),
    "trading.halt": Card(safety.halted, True, safety.switch),
    "trading.reduce": Card(safety.halted, True, safety.switch),
    "trading.rearm": Card(safety.switch),
    "status": Card(safety.status),
    "health": Card(safety.health),
    "platforms.list": Card(safety.platforms, True),
    "backtest.run": Card(backtests.ran),
    "backtest.optimize": Card(backtests.optimized),
    "backtest.compare": Card(backtests.compared),
    "backtest.list": Card(backtests.listing),
    "strategies.list": Card(backtests.strategies),
    "market.overview": Card(lists.overview),
    "watchlist.add": Card(lists.on_list),
    "watchlist.remove": Card(lists.on_list),
    "watchlist.list": Card(lists.watched),
    "alert.preview": Card(alerts.preview, True, alerts.preview_aloud),
    "alert.create": Card(alerts.created, True, alerts.created_aloud, alerts.of_one),
    "alert.list": Card(alerts.listing, True, actions=alerts.of_listing),
    "alert.get": Card(alerts.shown, True, actions=alerts.of_one),
    "alert.update": Card(alerts.shown, True, alerts.shown_aloud, alerts.of_one),
    "alert.pause": Card(alerts.shown, True, alerts.shown_aloud, alerts.of_one),
    "alert.resume": Card(alerts.shown, True, alerts.shown_aloud, alerts.of_one),
    "alert.delete": Card(alerts.deleted),
    "alert.clear": Card(alerts.cleared),
    "alert.history": Card(alerts.firings, True),
    "cron.add": Card(jobs.added, True, actions=jobs.of_one),
    "cron.list": Card(jobs.listing, True, actions=jobs.of_listing),
    "cron.get": Card(jobs.shown, True, actions=jobs.of_one),
    "cron.update": Card(jobs.shown, True, actions=jobs.of_one),
    "cron.run": Card(jobs.ran, True),
    "cron.remove": Card(jobs.removed),
    "cron.history": Card(jobs.runs, True),
    "cron.templates": Card(jobs.templates, actions=jobs.of_templates),
    "memory.list": Card(memories.listing, True, actions=memories.of_listing),
    "memory.search": Card(memories.results, True, actions=memories.of_results),
    "memory.forget": Card(memories.forgotten, True),
    "memory.undo": Card(memories.forgotten, True),
    "arena.leaderboard": Card(arena.leaderboard),
    "runs.list": Card(own_runs.listing, True, actions=own_runs.of_listing),
    "runs.get": Card(own_runs.shown, True, actions=own_runs.of_one),
    "runs.pause": Card(own_runs.changed, True, actions=own_runs.of_listing),
    "runs.resume": Card(own_runs.changed, True, actions=own_runs.of_listing),
    "runs.stop": Card(own_runs.changed, True),
    "access.list": Card(lists.access, True, actions=lists.access_actions),
    "access.approve": Card(lists.person, True),
    "access.setRole": Card(lists.person, True),
    "access.revoke": Card(lists.person, True),
    "access.deny": Card(lists.request, True),
}


PLAIN = Card(lists.anything, True)
"""The card of what has none of its own."""


def show(capability: str, found: Result, voice: Voice, shared: bool = False) -> str:
    """Return the card of an answer, in a `shared` place as it may be read by others."""
    card = CARDS.get(capability, PLAIN)
    return (card.aloud if shared and card.aloud is not None else card.show)(found, voice)


def shows_balances(capability: str) -> bool:
    """Tell whether an answer is for a person's own eyes alone; one without a card is."""
    card = CARDS.get(capability, PLAIN)
    return card.balances and card.aloud is None


def actions(capability: str, found: Result, voice: Voice) -> Buttons:
    """Return the rows of buttons under the card of an answer."""
    return CARDS.get(capability, PLAIN).actions(found, voice)
