"""The scheduler of cycles, and what went over the WebSocket."""

from datetime import datetime

from gateway.dialects.llm_trading import answers
from gateway.dialects.llm_trading.answers import (
    Execution,
    NextRun,
    Paused,
    Resumed,
    SchedulerStatistics,
    SchedulerStatus,
    SocketStatistics,
)
from gateway.dialects.llm_trading.words import STATUSES, whole
from tools.contests.views import (
    ArenaPaused,
    ArenaResumed,
    ArenaStatistics,
    ArenaStatus,
    CycleView,
    Triggered,
)
from tools.system import SocketTraffic, Status

SOCKET = "/ws"


def status(told: ArenaStatus, at: datetime) -> SchedulerStatus:
    """Return how the cycles stand."""
    last = told.last
    return SchedulerStatus(
        is_running=told.state != "off",
        is_paused=told.state == "paused",
        total_executions=told.cycles,
        total_errors=told.failed,
        last_execution_at=None if last is None else last.started_at,
        last_execution_duration_seconds=None if last is None else last.seconds,
        last_execution_status=None if last is None else STATUSES[last.status],
        next_run_at=told.next_at,
        interval_minutes=whole(told.interval_minutes or 0),
        timestamp=at,
    )


def statistics(told: ArenaStatistics, at: datetime) -> SchedulerStatistics:
    """Return how the cycles that have ended went."""
    return SchedulerStatistics(
        total_executions=told.completed + told.failed,
        successful_executions=told.completed,
        failed_executions=told.failed,
        success_rate=round(100 * told.success_rate, 4),
        total_errors=told.failed,
        average_duration_seconds=told.mean_seconds or 0.0,
        min_duration_seconds=told.least_seconds or 0.0,
        max_duration_seconds=told.most_seconds or 0.0,
        last_10_executions=[_execution(each, told.entrants) for each in told.recent],
        timestamp=at,
    )


def next_run(told: ArenaStatus, at: datetime) -> NextRun:
    """Return when the next cycle is."""
    after = told.next_at
    return NextRun(
        next_run_at=after,
        seconds_until_next_run=None if after is None else max((after - at).total_seconds(), 0.0),
        interval_minutes=whole(told.interval_minutes or 0),
        timestamp=at,
    )


def triggered(told: Triggered, at: datetime) -> answers.Triggered:
    """Return the cycle that has begun."""
    return answers.Triggered(cycle_id=told.cycle_id, triggered_at=told.triggered_at, timestamp=at)


def paused(told: ArenaPaused, at: datetime) -> Paused:
    """Return since when there are no cycles."""
    return Paused(paused_at=told.paused_at, timestamp=at)


def resumed(told: ArenaResumed, at: datetime) -> Resumed:
    """Return since when there are cycles again, and the next one."""
    return Resumed(resumed_at=told.resumed_at, next_run_at=told.next_at, timestamp=at)


def sockets(told: Status, at: datetime) -> SocketStatistics:
    """Return what went over the WebSocket of this API."""
    traffic = told.sockets.get(SOCKET, SocketTraffic(open=0, opened=0, sent=0, received=0))
    return SocketStatistics(
        active_connections=traffic.open,
        total_connections_made=traffic.opened,
        messages_sent=traffic.sent,
        messages_received=traffic.received,
        uptime_seconds=told.uptime,
        timestamp=at,
    )


def _execution(told: CycleView, entrants: int) -> Execution:
    return Execution(
        cycle_id=told.cycle_id,
        status=STATUSES[told.status],
        duration_seconds=told.seconds or 0.0,
        executed_at=told.started_at,
        # Baselines are asked as well.
        llms_processed=min(told.asked, entrants),
    )
