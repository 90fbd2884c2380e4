"""What the arena tells, in the names and units of the leaderboard reference."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest

from gateway.dialects.llm_trading import cycles, feed, markets, trading
from gateway.dialects.llm_trading.routes import LLM_TRADING
from gateway.dialects.llm_trading.wording import error
from gateway.plain import json_of
from gateway.rest.failure import failure_of
from tests.gateway.dialects.samples import (
    AT,
    EARLIER,
    ETH,
    account,
    cycle,
    decision,
    leaderboard,
    position,
    standing,
    trade,
)
from tools.contests.views import (
    ArenaPaused,
    ArenaResumed,
    ArenaStatistics,
    ArenaStatus,
    RunAccounts,
    RunTrades,
    Triggered,
)
from tools.errors import CallError, Code, InvalidParams, NotFound
from tools.market import PriceReport, PriceReports
from tools.system import SocketTraffic, Status
from trading.symbols import parse_symbol

NOW = "2026-03-02T12:00:00Z"
THEN = "2026-03-02T11:30:00Z"

BASELINE = account("Cash", baseline=True)
OPEN: dict[str, Any] = {
    "id": "pos_1",
    "symbol": "ETHUSDT",
    "side": "LONG",
    "entry_price": 2000.0,
    "current_price": 2050.0,
    "quantity": 0.01,
    "leverage": 5,
    "unrealized_pnl": 0.5,
    "unrealized_pnl_pct": 12.5,
    "opened_at": THEN,
    "duration_seconds": 1800.0,
}
BRIEF: dict[str, Any] = {
    "llm_id": "LLM-A",
    "provider": "anthropic",
    "model_name": "claude-sonnet-4-20250514",
    "balance_usdt": 105.2,
    "available_balance": 90.2,
    "margin_used": 15.0,
    "equity_usdt": 108.5,
    "total_pnl": 8.5,
    "total_pnl_pct": 8.5,
    "total_trades": 15,
    "win_rate": 66.6667,
    "open_positions_count": 1,
    "is_trading_enabled": True,
}
WHOLE: dict[str, Any] = {
    **BRIEF,
    "unrealized_pnl": 3.3,
    "winning_trades": 10,
    "losing_trades": 5,
    "total_realized_pnl": 5.2,
    "open_positions": [OPEN],
}


def told(value: Any) -> Any:
    return orjson.loads(json_of(value))


def test_accounts_are_shown_without_the_baselines() -> None:
    both = RunAccounts(accounts=[account(), BASELINE])
    assert told(trading.accounts(both, AT)) == [WHOLE]
    assert told(trading.account(both, AT)) == {**WHOLE, "timestamp": NOW}
    with pytest.raises(NotFound):
        trading.account(RunAccounts(accounts=[BASELINE]), AT)


def test_the_status_adds_accounts_up_and_takes_the_mean_of_those_that_traded() -> None:
    idle = account(
        "LLM-B",
        enabled=False,
        equity=Decimal(100),
        pnl=Decimal(0),
        trades=0,
        win_rate=Decimal(0),
        positions=[],
    )
    shown = told(trading.status(RunAccounts(accounts=[account(), idle, BASELINE]), AT))
    totals = {
        "total_equity_usdt": 208.5,
        "total_pnl": 8.5,
        "total_pnl_pct": 4.25,
        "total_trades": 15,
        "average_win_rate": 66.6667,
    }
    assert {key: shown[key] for key in totals} == shown["summary"] == totals
    assert (shown["active_llms"], shown["timestamp"]) == (1, NOW)
    assert shown["accounts"][0] == BRIEF
    assert [each["llm_id"] for each in shown["accounts"]] == ["LLM-A", "LLM-B"]
    empty = told(trading.status(RunAccounts(accounts=[]), AT))
    assert (empty["total_pnl_pct"], empty["average_win_rate"], empty["accounts"]) == (0.0, 0.0, [])


def test_positions_are_the_oldest_first_and_each_says_whose_it_is() -> None:
    older = position("LLM-B", position_id="pos_9", opened_at=EARLIER - timedelta(hours=1))
    both = RunAccounts(accounts=[account(), account("LLM-B", positions=[older]), BASELINE])
    shown = told(trading.positions(both, AT))
    assert [each["id"] for each in shown] == ["pos_9", "pos_1"]
    assert shown[1] == {
        **OPEN,
        "llm_id": "LLM-A",
        "provider": "anthropic",
        "margin": 4.0,
        "liquidation_price": 1608.0,
        "stop_loss": 1960.0,
        "take_profit": None,
    }
    assert told(trading.positions_of_one(RunAccounts(accounts=[account(positions=[])]), AT)) == []
    with pytest.raises(NotFound):
        trading.positions_of_one(RunAccounts(accounts=[BASELINE]), AT)


def test_trades_say_how_they_were_opened_and_why_they_ended() -> None:
    shown = told(trading.trades(RunTrades(trades=[trade(), trade("Cash", baseline=True)]), AT))
    assert shown == [
        {
            "id": "pos_0",
            "llm_id": "LLM-A",
            "symbol": "ETHUSDT",
            "action": "SELL",
            "side": "SHORT",
            "entry_price": 2000.0,
            "exit_price": 1950.0,
            "quantity": 0.01,
            "leverage": 2.5,
            "realized_pnl": 0.45,
            "pnl_percentage": 5.625,
            "fees": 0.05,
            "exit_reason": "TAKE_PROFIT",
            "executed_at": THEN,
            "closed_at": NOW,
            "duration_seconds": 1800.0,
        }
    ]


def test_the_leaderboard_counts_its_places_without_the_baselines() -> None:
    flat = standing("LLM-B", 3, max_drawdown=Decimal(0))
    board = leaderboard(standing("Hold ETH", 1, baseline=True), standing("LLM-A", 2), flat)
    first, second = told(trading.leaderboard(board, AT))
    assert first == {
        "rank": 1,
        "llm_id": "LLM-A",
        "provider": "offline",
        "model_name": "macd",
        "balance_usdt": 108.5,
        "equity_usdt": 108.5,
        "total_pnl": 8.5,
        "roi_percentage": 8.5,
        "total_trades": 15,
        "win_rate": 66.6667,
        "sharpe_ratio": 1.25,
        "max_drawdown": -5.2,
    }
    assert (second["rank"], str(second["max_drawdown"])) == (2, "0.0")


def price(pair: str, last: int, **more: Any) -> PriceReport:
    fields: dict[str, Any] = {
        "pair": parse_symbol(pair),
        "exchange": "paper",
        "source": "simulated",
        "price": Decimal(last),
        "bid": Decimal(last) - 1,
        "ask": Decimal(last) + 1,
        "last": Decimal(last),
        "open_24h": Decimal(2000),
        "high_24h": Decimal(2080),
        "low_24h": Decimal(1980),
        "volume_24h": Decimal(10),
        "turnover_24h": Decimal(10) * last,
        "change_24h": Decimal("2.5"),
        "timestamp": EARLIER,
    }
    return PriceReport(**{**fields, **more})


def test_markets_are_told_by_their_joined_names_and_in_usdt() -> None:
    both = PriceReports(
        prices=[
            price("ETH/USDT", 2050),
            price("BNB/USDT", 300, change_24h=Decimal("-1.5"), timestamp=AT),
        ]
    )
    all_six = PriceReports(prices=[price(pair, 5) for pair in markets.SYMBOLS.values()])
    assert told(markets.prices(all_six, AT)) == {**dict.fromkeys(markets.SYMBOLS, 5.0), "timestamp": THEN}
    day = {
        "price": 2050.0,
        "price_change_pct_24h": 2.5,
        "volume_24h": 20500.0,
        "high_24h": 2080.0,
        "low_24h": 1980.0,
    }
    shown = told(markets.snapshot(both, AT))
    assert shown["symbols"]["ETHUSDT"] == day
    assert shown["summary"] == {
        "total_symbols": 2,
        "average_change_24h": 0.5,
        "total_volume_24h": 23500.0,
        "last_updated": NOW,
    }
    one = both.prices[0]
    assert told(markets.price(one, AT)) == {"symbol": "ETHUSDT", "price": 2050.0, "timestamp": THEN}
    assert told(markets.ticker(one, AT)) == {
        **day,
        "symbol": "ETHUSDT",
        "bid": 2049.0,
        "ask": 2051.0,
        "price_change_24h": 50.0,
        "timestamp": THEN,
    }


@pytest.mark.parametrize("symbol", ["INVALID", "", "USDT", "x" * 41])
def test_what_is_no_symbol_is_refused(symbol: str) -> None:
    with pytest.raises(InvalidParams) as caught:
        markets.of_one({"pair": symbol})
    assert (caught.value.message, caught.value.details) == (
        f"Invalid trading symbol '{symbol[:40]}'",
        {"fields": ["symbol"]},
    )


def test_what_is_asked_of_a_market() -> None:
    assert markets.of_one({"pair": "ethusdt"}) == {"pair": "ETH/USDT"}
    assert markets.of_one({"pair": "BTCUSDT"}) == {"pair": "BTC/USDT"}
    asked = markets.of_indicators({"pair": "ETHUSDT"})
    assert (asked["pair"], asked["timeframe"]) == ("ETH/USDT", "1h")
    for interval in ("7q", "", "1 h"):
        with pytest.raises(InvalidParams) as caught:
            markets.of_indicators({"pair": "ETHUSDT", "timeframe": interval})
        assert caught.value.details == {"fields": ["interval"]}


ARENA = ArenaStatus(
    state="running",
    contest_id="cst_1",
    interval_minutes=5.0,
    source="simulated",
    entrants=3,
    cycles=142,
    failed=3,
    errors=9,
    next_at=AT + timedelta(minutes=5),
    last=cycle(status="interrupted"),
)


def test_the_scheduler_says_what_the_arena_says() -> None:
    assert told(cycles.status(ARENA, AT)) == {
        "is_running": True,
        "is_paused": False,
        "total_executions": 142,
        "total_errors": 3,
        "last_execution_at": THEN,
        "last_execution_duration_seconds": 2.0,
        "last_execution_status": "INTERRUPTED",
        "next_run_at": "2026-03-02T12:05:00Z",
        "interval_minutes": 5,
        "timestamp": NOW,
    }
    assert told(cycles.next_run(ARENA, AT)) == {
        "next_run_at": "2026-03-02T12:05:00Z",
        "seconds_until_next_run": 300.0,
        "interval_minutes": 5,
        "timestamp": NOW,
    }
    late = cycles.next_run(ARENA, AT + timedelta(hours=1))
    assert late.seconds_until_next_run == 0.0


def test_a_scheduler_that_is_paused_or_off_knows_no_next_run() -> None:
    paused = ARENA.model_copy(update={"state": "paused", "next_at": None, "last": None})
    shown = told(cycles.status(paused, AT))
    assert (shown["is_running"], shown["is_paused"], shown["last_execution_at"]) == (True, True, None)
    assert told(cycles.next_run(paused, AT))["seconds_until_next_run"] is None
    off = told(cycles.status(ArenaStatus(state="off", source="simulated"), AT))
    assert (off["is_running"], off["is_paused"], off["interval_minutes"]) == (False, False, 0)


def test_statistics_are_of_cycles_that_have_ended_and_of_models_alone() -> None:
    found = ArenaStatistics(
        entrants=3,
        cycles=143,
        completed=139,
        failed=3,
        errors=9,
        success_rate=139 / 142,
        mean_seconds=2.3,
        least_seconds=None,
        most_seconds=4.2,
        recent=[cycle(), cycle(status="failed", asked=0, seconds=None)],
    )
    shown = told(cycles.statistics(found, AT))
    assert [each["llms_processed"] for each in shown.pop("last_10_executions")] == [3, 0]
    assert shown == {
        "total_executions": 142,
        "successful_executions": 139,
        "failed_executions": 3,
        "success_rate": 97.8873,
        "total_errors": 3,
        "average_duration_seconds": 2.3,
        "min_duration_seconds": 0.0,
        "max_duration_seconds": 4.2,
        "timestamp": NOW,
    }


def test_what_was_done_with_the_scheduler_is_confirmed() -> None:
    begun = told(cycles.triggered(Triggered(cycle_id="cyc_1", triggered_at=AT), AT))
    assert (begun["status"], begun["cycle_id"], begun["triggered_at"]) == ("triggered", "cyc_1", NOW)
    held = told(cycles.paused(ArenaPaused(paused_at=AT), AT))
    assert (held["status"], held["paused_at"]) == ("paused", NOW)
    on = told(cycles.resumed(ArenaResumed(resumed_at=AT, next_at=AT), AT))
    assert (on["status"], on["resumed_at"], on["next_run_at"]) == ("resumed", NOW, NOW)


def test_only_the_feed_is_counted() -> None:
    traffic = {"/": SocketTraffic(open=9, opened=9, sent=9, received=9)}
    figures = {"clients": 1, "skills": 1, "tools": 1, "uptime": 60.0}
    service = Status(gateway="running", version="1", build="2", database=True, **figures, sockets=traffic)
    assert told(cycles.sockets(service, AT))["active_connections"] == 0
    here = {**traffic, "/ws": SocketTraffic(open=3, opened=15, sent=1250, received=45)}
    assert told(cycles.sockets(service.model_copy(update={"sockets": here}), AT)) == {
        "active_connections": 3,
        "total_connections_made": 15,
        "messages_sent": 1250,
        "messages_received": 45,
        "uptime_seconds": 60.0,
        "timestamp": NOW,
    }


def event(view: Any) -> Any:
    return view.model_dump(mode="json")


def test_a_decision_is_told_with_what_came_of_it() -> None:
    assert told(feed.llm_decision(event(decision()), AT)) == {
        "type": "llm_decision",
        "data": {
            "llm_id": "LLM-A",
            "decision": {
                "action": "BUY",
                "symbol": "ETHUSDT",
                "side": "LONG",
                "size_usd": 20.0,
                "leverage": 5,
                "confidence": 0.75,
                "reasoning": "Bullish",
            },
            "approved": True,
            "executed": True,
        },
        "timestamp": NOW,
    }


@pytest.mark.parametrize(
    ("outcome", "approved", "executed"),
    [
        ("executed", True, True),
        ("hold", True, False),
        ("failed", True, False),
        ("held", False, False),
        ("refused", False, False),
        ("silent", False, False),
    ],
)
def test_what_the_rules_were_against_is_not_approved(outcome: str, approved: bool, executed: bool) -> None:
    shown = told(feed.llm_decision(event(decision(outcome=outcome)), AT))["data"]
    assert (shown["approved"], shown["executed"]) == (approved, executed)


def test_a_model_without_an_answer_holds_and_a_baseline_is_not_told_of() -> None:
    nothing = dict.fromkeys(("action", "pair", "side", "size", "leverage", "confidence"))
    silent = decision(**nothing, reasoning="", reason="no answer in time", outcome="silent")
    assert told(feed.llm_decision(event(silent), AT))["data"]["decision"] == {
        "action": "HOLD",
        "symbol": None,
        "side": None,
        "size_usd": None,
        "leverage": None,
        "confidence": 0.0,
        "reasoning": "no answer in time",
    }
    assert feed.llm_decision(event(decision(baseline=True)), AT) is None


@pytest.mark.parametrize("action", ["OPENED", "UPDATED", "CLOSED"])
def test_a_position_is_told_with_what_became_of_it(action: str) -> None:
    closed = action == "CLOSED"
    shown: Any = trade if closed else position
    message = told(feed.position_update({"action": action, "position": event(shown())}, AT))
    assert message["data"]["action"] == action
    assert message["data"]["position"] == {
        "id": "pos_0" if closed else "pos_1",
        "llm_id": "LLM-A",
        "symbol": "ETHUSDT",
        "side": "SHORT" if closed else "LONG",
        "entry_price": 2000.0,
        "quantity": 0.01,
        "leverage": 2.5 if closed else 5,
        "margin": 8.0 if closed else 4.0,
    }
    hidden = {"action": action, "position": event(shown("Cash", baseline=True))}
    assert feed.position_update(hidden, AT) is None


def test_cycles_are_told_as_they_begin_and_end() -> None:
    moment = int(AT.timestamp() * 1000)
    started = {"cycleId": "cyc_1", "number": 4, "at": moment, "startedAt": moment, "kind": "slot"}
    assert told(feed.cycle_start(started, AT))["data"] == {"cycle_id": "cyc_1", "started_at": NOW}
    counts = {"asked": 3, "opened": 2, "closed": 1}
    ended = {"cycleId": "cyc_1", "status": "completed", "seconds": 2.5, "asked": 7, "endedAt": moment}
    assert told(feed.cycle_complete({**ended, "entrants": counts}, AT))["data"] == {
        "cycle_id": "cyc_1",
        "status": "SUCCESS",
        "duration_seconds": 2.5,
        "llms_processed": 3,
        "positions_opened": 2,
        "positions_closed": 1,
        "completed_at": NOW,
    }
    failed = {**ended, "status": "failed", "seconds": None, "entrants": counts}
    shown = told(feed.cycle_complete(failed, AT))["data"]
    assert (shown["status"], shown["duration_seconds"]) == ("FAILED", 0.0)


def test_a_client_of_the_feed_is_answered() -> None:
    assert told(feed.greeting("conn_1", AT)) == {
        "type": "connection",
        "data": {"client_id": "conn_1", "connected_at": NOW},
        "timestamp": NOW,
    }
    assert told(feed.answer({"type": "ping"}, AT)) == {"type": "pong", "data": {}, "timestamp": NOW}
    assert told(feed.answer({"type": "subscribe"}, AT))["type"] == "error"


def worded(problem: CallError, capability: str | None = None, **given: str) -> tuple[int, Any]:
    failure = failure_of(problem, "/", "http_1", AT, capability=capability, given=given)
    meant = LLM_TRADING.meant(failure)
    return meant.status, told(error(meant))


CONFLICT = CallError("no", code=Code.CONFLICT)


@pytest.mark.parametrize(
    ("problem", "capability", "given", "status", "kind", "message"),
    [
        (
            NotFound("no"),
            "arena.accounts",
            {"llm_id": "LLM-X"},
            404,
            "NotFound",
            "LLM ID 'LLM-X' not found",
        ),
        (NotFound("no arena"), "arena.accounts", {}, 404, "NotFound", "no arena"),
        (
            NotFound("no"),
            "market.price",
            {"symbol": "ETHUSDT"},
            400,
            "BadRequest",
            "Invalid trading symbol 'ETHUSDT'",
        ),
        (CONFLICT, "arena.trigger", {}, 409, "Conflict", "Trading cycle already in progress"),
        (CONFLICT, "arena.pause", {}, 400, "BadRequest", "Scheduler already paused"),
        (CONFLICT, "arena.resume", {}, 400, "BadRequest", "Scheduler is not paused"),
        (
            CallError("down", code=Code.EXCHANGE_ERROR),
            "market.prices",
            {},
            503,
            "ServiceUnavailable",
            "down",
        ),
        (CallError("fault"), "arena.status", {}, 500, "InternalServerError", "fault"),
    ],
)
def test_a_failure_has_this_apis_status_kind_and_words(
    problem: CallError, capability: str, given: dict[str, str], status: int, kind: str, message: str
) -> None:
    assert worded(problem, capability, **given) == (
        status,
        {"error": kind, "message": message, "timestamp": NOW},
    )


def test_a_wrong_field_is_named() -> None:
    wrong = InvalidParams("limit: a number is needed", details={"fields": ["limit", "name"]})
    assert worded(wrong)[1]["details"] == {"field": "limit"}


def test_the_pairs_are_those_of_the_arena() -> None:
    assert markets.SYMBOLS[ETH.joined] == str(ETH)
