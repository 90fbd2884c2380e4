"""Every capability, one good and one bad call, tells the same through every door it has."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.memory.samples import basis, decision
from tests.service import Running
from tests.surfaces.doors import DOORS, Door, Opened, Outcome
from tools.catalog import CATALOG
from tools.context import Context
from tools.policy import LOCAL_OWNER
from tools.registry import AnyCapability
from tools.wire import camel
from trading.held import Answer
from trading.mandates import Terms
from trading.model import Origin

Params = dict[str, Any]

BUY: Params = {"action": "buy", "pair": "BTC/USDT", "type": "market", "amount": 100}

# In the order they run: what is bought first is closed and listed after it.
ALERT_VERBS = ("create", "list", "get", "update", "pause", "resume", "delete")
DROP = {"type": "price", "pair": "BTC/USDT", "condition": "below", "value": 1}
DROPS = {**DROP, "channels": ["websocket"]}

CALLS: dict[str, tuple[Params, Params, str]] = {
    "health": ({}, {"deep": True}, "INVALID_PARAMS"),
    "status": ({}, {"deep": True}, "INVALID_PARAMS"),
    "platforms.list": ({}, {"deep": True}, "INVALID_PARAMS"),
    "skill.list": ({}, {"deep": True}, "INVALID_PARAMS"),
    "skill.get": ({"id": "market-analysis"}, {"id": "palm-reading"}, "NOT_FOUND"),
    "skill.disable": ({"id": "backtester"}, {"id": "palm-reading"}, "NOT_FOUND"),
    "skill.enable": ({"id": "backtester"}, {"id": "palm-reading"}, "NOT_FOUND"),
    "notices.list": ({"limit": 5}, {"limit": 0}, "INVALID_PARAMS"),
    "market.price": ({"pair": "btc-usdt"}, {"pair": "NOPE/USDT"}, "NOT_FOUND"),
    "market.prices": ({"pairs": ["btc-usdt", "ETHUSDT"]}, {"pairs": ["NOPE/USDT"]}, "NOT_FOUND"),
    "market.candles": (
        {"pair": "ETHUSDT", "timeframe": "4h", "limit": 5},
        {"pair": "ETHUSDT", "timeframe": "7q"},
        "INVALID_PARAMS",
    ),
    "market.overview": ({"quote": "usdt", "limit": 3}, {"quote": "XAU"}, "NOT_FOUND"),
    "market.exchanges": ({}, {"deep": True}, "INVALID_PARAMS"),
    "watchlist.add": ({"pair": "sol-usdt"}, {"pair": "NOPE/USDT"}, "NOT_FOUND"),
    "watchlist.list": ({}, {"pair": "BTC/USDT"}, "INVALID_PARAMS"),
    "watchlist.remove": ({"pair": "SOL/USDT"}, {"pair": "ETH/USDT"}, "NOT_FOUND"),
    "alert.preview": (
        {"any": [DROP, {**DROP, "condition": "change", "value": 5, "window": "1h"}]},
        {**DROPS, "condition": "near"},
        "INVALID_PARAMS",
    ),
    "alert.create": (DROPS, {**DROPS, "value": -1}, "INVALID_PARAMS"),
    "alert.list": ({}, {"limit": 3}, "INVALID_PARAMS"),
    "alert.get": ({"alertId": "{alert}"}, {"alertId": "alert_none"}, "NOT_FOUND"),
    "alert.update": ({"alertId": "{alert}", "value": 2}, {"alertId": "alert_none", "value": 2}, "NOT_FOUND"),
    "alert.pause": ({"alertId": "{alert}", "minutes": 60}, {"alertId": "alert_none"}, "NOT_FOUND"),
    "alert.resume": ({"alertId": "{alert}"}, {"alertId": "alert_none"}, "NOT_FOUND"),
    "alert.history": ({"alertId": "{alert}"}, {"limit": 0}, "INVALID_PARAMS"),
    "alert.delete": ({"alertId": "{alert}"}, {"alertId": "{alert}"}, "NOT_FOUND"),
    "alert.clear": ({}, {"deep": True}, "INVALID_PARAMS"),
    "chart.leaderboard": ({}, {"season": 1}, "INVALID_PARAMS"),
    "chart.equity": ({"period": "24h"}, {"period": "1y"}, "INVALID_PARAMS"),
    "chart.candles": (
        {"pair": "BTC/USDT", "limit": 30, "indicators": ["sma:5", "rsi"]},
        {"pair": "BTC/USDT", "indicators": ["astrology"]},
        "INVALID_PARAMS",
    ),
    "market.data": (
        {"action": "orderbook", "pair": "BTC/USDT", "limit": 3},
        {"pair": "BTC/USDT"},
        "MISSING_PARAMS",
    ),
    "market.analyze": (
        {"pair": "BTC/USDT", "exchange": "binance"},
        {"pair": "BTC/USDT", "exchange": "mtgox"},
        "INVALID_PARAMS",
    ),
    "data.download": (
        {"pair": "BTC/USDT", "timeframe": "4h", "from": "2026-11-01", "to": "2026-11-03"},
        {"pair": "BTC/USDT", "timeframe": "4h", "from": "2026-11-31"},
        "INVALID_PARAMS",
    ),
    "data.list": ({}, {"deep": True}, "INVALID_PARAMS"),
    "backtest.run": (
        {"strategy": "ma_cross", "pair": "BTC/USDT", "from": "2026-10-01", "to": "2026-10-31", "points": 3},
        {"strategy": "ma_cross", "pair": "BTC/USDT", "params": {"fastPeriod": 20, "slowPeriod": 20}},
        "INVALID_PARAMS",
    ),
    "chart.backtest": ({"backtestId": "{backtest}"}, {"backtestId": "bt_none"}, "NOT_FOUND"),
    "backtest.optimize": (
        {"strategy": "rsi", "pair": "BTC/USDT", "paramGrid": {"period": [7, 14]}, "limit": 2},
        {"strategy": "rsi", "pair": "BTC/USDT", "paramGrid": {"period": []}},
        "INVALID_PARAMS",
    ),
    "chart.optimization": ({"backtestId": "{backtest}"}, {"backtestId": "opt_none"}, "NOT_FOUND"),
    "backtest.compare": (
        {"strategies": ["macd", "hold"], "pair": "BTC/USDT", "from": "2026-10-01", "to": "2026-10-31"},
        {"strategies": ["macd"], "pair": "BTC/USDT"},
        "INVALID_PARAMS",
    ),
    "backtest.get": ({"backtestId": "{backtest}"}, {"backtestId": "bt_none"}, "NOT_FOUND"),
    "backtest.list": ({"limit": 1}, {"limit": 0}, "INVALID_PARAMS"),
    "backtest.cancel": ({"backtestId": "{backtest}"}, {"backtestId": "bt_none"}, "NOT_FOUND"),
    # Not every door can verify: what all of them list and get comes before it.
    "backtest.verify": (
        {"strategy": "macd", "pair": "BTC/USDT", "from": "2026-10-01", "to": "2026-10-31"},
        {"strategy": "peek", "pair": "BTC/USDT"},
        "INVALID_PARAMS",
    ),
    "strategies.list": ({}, {"deep": True}, "INVALID_PARAMS"),
    "strategies.enable": ({"file": "example.py"}, {"file": "../own.py"}, "INVALID_PARAMS"),
    "strategies.disable": ({"name": "buy_the_dip"}, {"name": "buy_the_dip"}, "INVALID_PARAMS"),
    "agents.list": ({}, {"deep": True}, "INVALID_PARAMS"),
    "agents.get": ({"name": "risk"}, {"name": "oracle"}, "NOT_FOUND"),
    "arena.status": ({}, {"deep": True}, "INVALID_PARAMS"),
    "arena.stats": ({}, {"deep": True}, "INVALID_PARAMS"),
    "arena.leaderboard": ({}, {"deep": True}, "INVALID_PARAMS"),
    "arena.accounts": ({"name": "llm-a"}, {"name": "LLM-X"}, "NOT_FOUND"),
    "arena.positions": ({}, {"name": "LLM-X"}, "NOT_FOUND"),
    "arena.trades": ({"limit": 3}, {"limit": 0}, "INVALID_PARAMS"),
    "arena.decisions": ({"name": "Hold ETH"}, {"name": "LLM-X"}, "NOT_FOUND"),
    "arena.replay": ({}, {"deep": True}, "INVALID_PARAMS"),
    "arena.pause": ({}, {"deep": True}, "INVALID_PARAMS"),
    "arena.resume": ({}, {"deep": True}, "INVALID_PARAMS"),
    "arena.trigger": ({}, {"deep": True}, "INVALID_PARAMS"),
    "arena.season": ({}, {"deep": True}, "INVALID_PARAMS"),
    "runs.start": (
        {"name": "quiet", "strategy": "ma_crossover", "pairs": ["BTC/USDT"], "timeframe": "1h"},
        {"name": "loud", "strategy": "astrology", "pairs": ["BTC/USDT"]},
        "INVALID_PARAMS",
    ),
    "runs.pause": ({"name": "quiet"}, {"name": "nobody"}, "NOT_FOUND"),
    "runs.resume": ({"name": "quiet"}, {"name": "nobody"}, "NOT_FOUND"),
    "runs.get": ({"name": "quiet"}, {"name": "nobody"}, "NOT_FOUND"),
    "runs.stop": ({"name": "quiet"}, {"name": "quiet"}, "CONFLICT"),
    "runs.reset": ({"name": "quiet"}, {"name": "nobody"}, "NOT_FOUND"),
    "runs.list": ({"limit": 5}, {"limit": 0}, "INVALID_PARAMS"),
    "trade.preview": (BUY, {**BUY, "amount": 1_000_000}, "INSUFFICIENT_FUNDS"),
    "trade.execute": (BUY, {**BUY, "amount": 1_000_000}, "INSUFFICIENT_FUNDS"),
    "trade.positions": ({}, {"exchange": "mtgox"}, "INVALID_PARAMS"),
    "trade.close": ({"positionId": "{position}", "percentage": 50}, {"positionId": "pos_none"}, "NOT_FOUND"),
    "trade.history": ({"pair": "BTC/USDT", "limit": 10}, {"limit": 0}, "INVALID_PARAMS"),
    "trade.orders": ({"status": "all"}, {"status": "lost"}, "INVALID_PARAMS"),
    "trade.oco": (
        {"action": "sell", "pair": "BTC/USDT", "amount": 0.0007, "price": 500_000, "stopPrice": 10_000},
        {"action": "sell", "pair": "BTC/USDT", "amount": 0.0007, "price": 10_000, "stopPrice": 500_000},
        "INVALID_ORDER",
    ),
    "trade.amend": (
        {"positionId": "{position}", "stopLoss": 1_000},
        {"positionId": "{position}", "stopLoss": 10_000_000},
        "INVALID_ORDER",
    ),
    "trade.cancel": ({"orderId": "{order}"}, {"orderId": "ord_none"}, "NOT_FOUND"),
    "trade.cancelAll": ({}, {"pair": 5}, "INVALID_PARAMS"),
    "trade.closeAll": ({}, {"account": "nobody"}, "NOT_FOUND"),
    "decisions.list": ({"model": "planted:model"}, {"limit": 0}, "INVALID_PARAMS"),
    "decisions.get": ({"decisionId": "planted"}, {"decisionId": "dec_none"}, "NOT_FOUND"),
    "decisions.similar": ({"decisionId": "planted"}, {"decisionId": "dec_none"}, "NOT_FOUND"),
    "decisions.stats": ({"model": "planted:model"}, {"result": "drawn"}, "INVALID_PARAMS"),
    "ledger.verify": ({}, {"deep": True}, "INVALID_PARAMS"),
    "risk.limits": ({}, {"account": "nobody"}, "NOT_FOUND"),
    "risk.set": ({"order": 0.3, "symbols": ["BTC/USDT"]}, {"order": 7}, "INVALID_PARAMS"),
    "config.get": ({}, {"deep": True}, "INVALID_PARAMS"),
    "config.set": (
        {"position": 0.15, "stopLoss": 0.03, "temperature": 0.8},
        {"position": 5, "stopLoss": 0.03},
        "INVALID_PARAMS",
    ),
    "account.list": ({}, {"deep": True}, "INVALID_PARAMS"),
    # A model cannot do these, and shows what runs before there is one more.
    "runs.open": ({"pair": "BTC/USDT", "mode": "paper"}, {"pair": "BTC/USDT", "mode": "live"}, "NOT_ARMED"),
    "books.place": (
        {"action": "buy", "pair": "BTC/USDT", "type": "limit", "amount": 0.001, "price": 10_000},
        {"action": "buy", "pair": "BTC/USDT", "type": "limit", "amount": 0.001},
        "MISSING_PARAMS",
    ),
    "books.orders": ({"states": ["filled"]}, {"states": ["lost"]}, "INVALID_PARAMS"),
    "books.order": ({"orderId": "{order}"}, {"orderId": "ord_none"}, "NOT_FOUND"),
    "books.positions": ({"base": "BTC"}, {"base": ""}, "INVALID_PARAMS"),
    "books.cancel": ({"orderId": "{order}"}, {"orderId": "ord_none"}, "NOT_FOUND"),
    "live.arm": ({}, {"account": "main"}, "INVALID_ORDER"),
    "live.check": ({}, {"account": "nobody"}, "NOT_FOUND"),
    "live.adopt": ({}, {"account": "main"}, "INVALID_ORDER"),
    "live.disarm": ({}, {"account": "main"}, "INVALID_ORDER"),
    "trading.status": ({}, {"deep": True}, "INVALID_PARAMS"),
    "trading.reduce": ({"reason": "sleep"}, {"reason": 5}, "INVALID_PARAMS"),
    "trading.halt": ({"reason": "panic"}, {"reason": 5}, "INVALID_PARAMS"),
    "trading.rearm": ({}, {"reason": 5}, "INVALID_PARAMS"),
    "portfolio.get": ({"includeHistory": True, "currency": "EUR"}, {"currency": "XXX"}, "INVALID_PARAMS"),
    "portfolio.pnl": ({"period": "24h"}, {"period": "2w"}, "INVALID_PARAMS"),
    "portfolio.snapshot": ({"action": "balance"}, {"action": "burn"}, "INVALID_PARAMS"),
    "sessions.create": ({"name": "Swing", "mode": "readonly"}, {"mode": "yolo"}, "INVALID_PARAMS"),
    "sessions.list": ({}, {"limit": 3}, "INVALID_PARAMS"),
    "sessions.get": ({"sessionId": "{session}"}, {"sessionId": "sess_none"}, "NOT_FOUND"),
    "sessions.compact": ({"sessionId": "{session}"}, {"sessionId": "sess_none"}, "NOT_FOUND"),
    "tool.invoke": (
        {"tool": "market_price", "args": {"pair": "BTC/USDT"}},
        {"tool": "withdraw"},
        "NOT_FOUND",
    ),
    "keys.create": (
        {"name": "ci", "role": "trader", "days": 30},
        {"name": "ci", "days": 30, "expiresAt": 4e11},
        "INVALID_PARAMS",
    ),
    "keys.list": ({}, {"role": "owner"}, "INVALID_PARAMS"),
    "keys.revoke": ({"id": "{key}"}, {"id": "key_none"}, "NOT_FOUND"),
    "access.own": ({}, {"role": "owner"}, "INVALID_PARAMS"),
    "access.approve": ({"code": "{code}", "role": "trader"}, {"code": "{code}"}, "NOT_FOUND"),
    "access.deny": ({"id": "discord:78"}, {"id": "discord:78"}, "NOT_FOUND"),
    "access.setRole": (
        {"id": "telegram:123", "role": "viewer", "name": "Ann"},
        {"id": "owner", "role": "viewer"},
        "INVALID_PARAMS",
    ),
    "access.list": ({}, {"role": "owner"}, "INVALID_PARAMS"),
    "access.revoke": ({"id": "telegram:123"}, {"id": "telegram:124"}, "NOT_FOUND"),
    # A model may look and not set: it looks at what everybody begins with.
    "settings.get": ({}, {"deep": True}, "INVALID_PARAMS"),
    "settings.set": (
        {"notifications": {"fills": "silent"}, "quietHours": {"from": "22:00", "to": "07:00"}},
        {"notifications": {"approvals": "off"}},
        "INVALID_PARAMS",
    ),
    "cron.templates": ({}, {"deep": True}, "INVALID_PARAMS"),
    "cron.add": (
        {"name": "hello", "schedule": "0 9 * * *", "prompt": '{"tool": "status", "args": {}}'},
        {"name": "hello", "schedule": "0 9 31 2 *", "prompt": "Hello"},
        "INVALID_PARAMS",
    ),
    "cron.list": ({}, {"deep": True}, "INVALID_PARAMS"),
    "cron.get": ({"name": "hello"}, {"name": "nobody"}, "NOT_FOUND"),
    "cron.update": (
        {"name": "hello", "timezone": "Europe/Berlin"},
        {"name": "hello", "timezone": "Europe/Atlantis"},
        "INVALID_PARAMS",
    ),
    "cron.run": ({"name": "hello"}, {"name": "nobody"}, "NOT_FOUND"),
    "cron.history": ({"name": "hello"}, {"name": "hello", "limit": 0}, "INVALID_PARAMS"),
    "cron.remove": ({"name": "hello"}, {"name": "hello"}, "NOT_FOUND"),
    "chat.history": ({"sessionId": "nobody"}, {"sessionId": "nobody", "limit": -1}, "INVALID_PARAMS"),
    "chat.abort": ({"sessionId": "nobody"}, {"sessionId": "nobody", "deep": True}, "INVALID_PARAMS"),
    "chat.send": (
        {"message": '{"tool": "status", "args": {}}', "sessionId": "talk"},
        {"message": ""},
        "INVALID_PARAMS",
    ),
    "memory.sync": ({}, {"rebuild": "perhaps"}, "INVALID_PARAMS"),
    "memory.add": (
        {"text": "My star is Sirius", "quote": "my star is Sirius"},
        {"text": " "},
        "INVALID_PARAMS",
    ),
    "memory.search": ({"query": "Sirius"}, {"query": "Sirius", "limit": 0}, "INVALID_PARAMS"),
    "memory.list": ({"limit": 1}, {"kind": "secret"}, "INVALID_PARAMS"),
    "memory.get": ({"path": "MEMORY.md"}, {"path": "../config.toml"}, "FORBIDDEN"),
    "memory.forget": ({"ids": "{memories}"}, {"ids": ["mem_forgotten"]}, "NOT_FOUND"),
    "memory.undo": ({}, {"deep": True}, "INVALID_PARAMS"),
    "approval.list": ({}, {"limit": 0}, "INVALID_PARAMS"),
    "approval.approve": ({"approvalId": "{first}"}, {"approvalId": "{first}"}, "CONFLICT"),
    "approval.deny": ({"approvalId": "{second}", "reason": "no"}, {"approvalId": "apr_none"}, "NOT_FOUND"),
    "approval.revoke": ({"approvalId": "{run}"}, {"approvalId": "{run}"}, "CONFLICT"),
    # Not every door has it, and it opens an account: what lists those comes before it.
    "runner.status": ({}, {"deep": True}, "INVALID_PARAMS"),
    "runner.details": ({}, {"deep": True}, "INVALID_PARAMS"),
    "runner.trade": (
        {"strategy": "TestStrategy", "pairs": ["BTC/USDT"], "timeframe": "1h", "mode": "paper"},
        {"strategy": "TestStrategy", "pairs": ["BTC/USDT"], "timeframe": "1h", "mode": "live"},
        "NOT_ARMED",
    ),
    "runner.stop": ({}, {}, "CONFLICT"),
    "runner.results": ({}, {"deep": True}, "INVALID_PARAMS"),
    "runner.reset": ({}, {"deep": True}, "INVALID_PARAMS"),
    "runner.backtest": (
        {"strategy": "TestStrategy", "pairs": ["BTC/USDT"], "timeframe": "1h", "from": "2026-11-01"},
        {"strategy": "TestStrategy", "pairs": ["NOPE/USDT"], "timeframe": "1h"},
        "NOT_FOUND",
    ),
}

# Told by a door that talks to the agent first, acts by it or is itself a client, and so not comparable.
DIFFERENT_BY_NATURE = {
    # How often a run has had its turn meanwhile hangs on what a door offers.
    **dict.fromkeys(("agents.list", "agents.get"), ("beats",)),
    # How far it has come when it is looked at.
    "runner.results": ("curve", "metrics"),
    "runner.backtest": ("status",),
    "status": ("clients", "sockets"),
    "chat.send": ("message", "model", "usage"),
    "trade.orders": ("origin",),
    # It is made up of an id.
    "runs.open": ("name",),
    "keys.create": ("key",),
    # An id is new, and the doors do not all have the same calls before it.
    **{f"alert.{verb}": ("alertId", "id") for verb in ALERT_VERBS},
    # A model talks in a conversation.
    **{f"memory.{verb}": ("sessionId",) for verb in ("add", "search", "list")},
    # What the account stands at by then: not every door has every call before it.
    "approval.list": ("limits",),
}


# Each dialect of the wire adds the time of an order in its own form.
WIRE_ONLY = {name: ("timestamp", "executedPrice") for name in ("trade.execute", "trade.close")}

# A model is not told what is too long for it.
FOR_PEOPLE = {
    each.name: tuple(camel(name) for name in getattr(each.result, "not_for_models", ())) for each in CATALOG
}


def test_every_capability_has_its_calls() -> None:
    assert set(CALLS) == {each.name for each in CATALOG}


@pytest.fixture(scope="module")
def reference() -> dict[str, tuple[Outcome, Outcome]]:
    return {}


# The doors are compared with each other, so one process has to open them all.
@pytest.mark.xdist_group("doors")
@pytest.mark.parametrize("door", DOORS, ids=[door.name for door in DOORS])
async def test_a_door_tells_what_the_first_door_tells(
    door: Door, tmp_path: Path, reference: dict[str, tuple[Outcome, Outcome]]
) -> None:
    offered = {each.name: each for each in CATALOG if door.has(each)}
    assert len(offered) >= 5
    async with door.open(tmp_path) as opened:
        outcomes = await walk(opened, offered)
    for name, (good, bad) in outcomes.items():
        assert good.code is None, name
        assert bad == Outcome(code=CALLS[name][2]), name
        first_good, first_bad = reference.setdefault(name, (good, bad))
        assert (comparable(name, good), bad) == (comparable(name, first_good), first_bad), name


async def ask_for_two(service: Running) -> None:
    """Let the model want two orders that its person is to be asked for."""
    door, services = service.app.registry, service.app.services
    person = Context(LOCAL_OWNER, services, door)
    # A door that can stop trading need not be one that can let it go on.
    await door.call("trading.rearm", {}, person)
    await door.call("risk.set", {"askOnPaper": True}, person)
    for _ in range(2):
        await door.call("trade.execute", BUY, replace(person, origin=Origin.MODEL))


async def ask_to_be_let_in(service: Running) -> str:
    """Let two unknown people write, and return the code of the first."""
    pairing = service.app.services.pairing
    first = await pairing.ask("discord:77", "Eve", "discord:77")
    assert await pairing.ask("discord:78", "Bob", "discord:78")
    assert first is not None
    assert first.code is not None
    return first.code


async def have_a_season(service: Running) -> None:
    """Let the arena have one cycle, to its end."""
    contests = service.app.services.contests
    assert contests.arena is not None
    season = await contests.arena.ensure()
    await contests.keeper.trigger(season.id)
    await contests.keeper.settled()


async def keep_a_fact(service: Running) -> None:
    """Keep a fact that can be taken back."""
    context = Context(LOCAL_OWNER, service.app.services, service.app.registry)
    await context.door.call("memory.add", {"text": "I like oranges"}, context)


async def allow_a_run(service: Running) -> str:
    """Let a run trade by itself, and return what was approved."""
    mandates = service.app.services.desk.mandates
    asked = await mandates.ask("main", "run_1", Terms(Decimal(10), Decimal(50), Decimal(5)), LOCAL_OWNER.id)
    return (await mandates.approve(asked.id, Answer(LOCAL_OWNER.id))).mandate.id


async def plant_a_decision(service: Running) -> None:
    """Store what a model might have decided: not every door has a model behind it."""
    async with service.app.services.database.transact() as uow:
        await uow.decisions.add(
            decision("planted", principal=LOCAL_OWNER.id, model="planted:model"), basis("planted")
        )


async def walk(opened: Opened, offered: dict[str, AnyCapability]) -> dict[str, tuple[Outcome, Outcome]]:
    """Make both calls of everything offered, in order, and return what they came to."""
    outcomes = {}
    ids: dict[str, Any] = {}
    await have_a_season(opened.service)
    for name, (good, bad, _) in CALLS.items():
        if name in offered:
            if name == "approval.list":
                await ask_for_two(opened.service)
            if name == "decisions.list":
                await plant_a_decision(opened.service)
            if name == "access.approve":
                ids["{code}"] = await ask_to_be_let_in(opened.service)
            if name == "memory.undo":
                await keep_a_fact(opened.service)
            if name == "approval.revoke":
                ids["{run}"] = await allow_a_run(opened.service)
            both = [{key: ids.get(str(value), value) for key, value in each.items()} for each in (good, bad)]
            outcomes[name] = (
                await opened.call(offered[name], both[0]),
                await opened.call(offered[name], both[1]),
            )
            ids |= call_ids(outcomes[name][0])
    return outcomes


def call_ids(outcome: Outcome) -> dict[str, Any]:
    """Return the ids that later calls need."""
    answer = outcome.raw or {}
    ids: dict[str, Any] = {}
    if answer.get("memories"):
        ids["{memories}"] = [answer["memories"][0]["id"]]
    if answer.get("positions") and "id" in answer["positions"][0]:
        ids["{position}"] = answer["positions"][0]["id"]
    if answer.get("approvals"):
        ids["{first}"], ids["{second}"] = [each["approvalId"] for each in answer["approvals"]]
    if "backtestId" in answer:
        ids["{backtest}"] = answer["backtestId"]
    if "alertId" in answer:
        ids["{alert}"] = answer["alertId"]
    if "executedQty" in answer:
        ids["{order}"] = answer["orderId"]
    if "session" in answer:
        ids["{session}"] = answer["session"]["id"]
    if "key" in answer:
        ids["{key}"] = answer["id"]
    return ids


def comparable(name: str, outcome: Outcome) -> Any:
    """Return a result without what differs by the nature of the door."""
    dropped = {*DIFFERENT_BY_NATURE.get(name, ()), *WIRE_ONLY.get(name, ()), *FOR_PEOPLE[name]}
    return without(outcome.result, dropped)


def without(value: Any, dropped: set[str]) -> Any:
    """Return a value without some fields, wherever they are."""
    if isinstance(value, dict):
        return {key: without(each, dropped) for key, each in value.items() if key not in dropped}
    return [without(each, dropped) for each in value] if isinstance(value, list) else value
