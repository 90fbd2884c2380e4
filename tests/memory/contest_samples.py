"""Contests, runs, cycles and entries to store."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from memory.database import Database, UnitOfWork
from tests.memory.samples import BTC, ETH, START, account, later
from trading.model import Mode
from trading.runs.contest import Contest, ContestKind
from trading.runs.cycle import Cycle, CycleKind, CycleStatus, Entry, Outcome, Stage, Task
from trading.runs.decision import Action, RunDecision, plain
from trading.runs.record import DeciderKind, DeciderSpec, Ending, Run, RunState, Schedule
from trading.runs.rules import RunRules
from trading.timeframes import Timeframe

MARKET: Mapping[str, Any] = {
    "snapshot": {"at": "2026-03-01", "markets": []},
    "marks": {"BTC/USDT": "50000.10"},
}


def contest(contest_id: str = "c1", /, **more: Any) -> Contest:
    """Return an arena of two pairs."""
    values: dict[str, Any] = {
        "owner": "ada",
        "name": f"Arena {contest_id}",
        "kind": ContestKind.ARENA,
        "symbols": (BTC, ETH),
        "timeframe": Timeframe.M5,
        "every": timedelta(minutes=5),
        "created_at": START,
    }
    return Contest(contest_id, **(values | more))


def run(run_id: str = "r1", /, **more: Any) -> Run:
    """Return a run of a baseline in the contest c1, on the account main."""
    values: dict[str, Any] = {
        "name": f"Run {run_id}",
        "contest": "c1",
        "account": "main",
        "owner": "ada",
        "decider": DeciderSpec(DeciderKind.BASELINE, "cash"),
        "symbols": (BTC,),
        "timeframe": Timeframe.H1,
        "created_at": START,
    }
    return Run(run_id, **(values | more))


def cycle(number: int = 1, /, **more: Any) -> Cycle:
    """Return a cycle of the contest c1 that has just begun."""
    values: dict[str, Any] = {
        "id": f"y{number}",
        "contest": "c1",
        "number": number,
        "kind": CycleKind.REGULAR,
        "at": later(number),
        "status": CycleStatus.RUNNING,
        "started_at": later(number),
    }
    return Cycle(**(values | more))


def entry(number: int = 1, run_id: str = "r1", /, **more: Any) -> Entry:
    """Return what a run has to do in a cycle of the contest c1."""
    values: dict[str, Any] = {
        "cycle": f"y{number}",
        "run": run_id,
        "contest": "c1",
        "number": number,
        "at": later(number),
        "task": Task.DECIDE,
    }
    return Entry(**(values | more))


def said(reasoning: str) -> Mapping[str, Any]:
    """Return a decision with these words, as it is stored."""
    return plain(RunDecision(Action.BUY, BTC, Decimal("20.10"), Decimal(2), reasoning=reasoning))


def done(number: int, run_id: str = "r1", /, **more: Any) -> Entry:
    """Return an entry that is done with, and cost nothing."""
    values: dict[str, Any] = {
        "stage": Stage.DONE,
        "outcome": Outcome.HOLD,
        "equity": Decimal(100),
        "cash": Decimal("1.10"),
        "cost": Decimal(0),
    }
    return entry(number, run_id, **(values | more))


FULL_CONTEST = contest(
    "full",
    name="Größte ₿",
    kind=ContestKind.SINGLE,
    every=timedelta(minutes=1, microseconds=7),
    season=3,
    number=12,
    next_at=later(5),
    paused_at=later(6),
    ended_at=later(7),
    terms={"fees": {"maker": "0.00100"}, "pairs": [{"symbol": "BTC/USDT", "tick": "0.01"}], "none": None},
    version=4,
)
FULL_RUN = run(
    "full",
    decider=DeciderSpec(
        DeciderKind.MODEL, "vendor:model", {"seed": 2**62, "heat": 0.1, "on": True, "no": None, "text": "ü\0"}
    ),
    symbols=(ETH, BTC),
    mode=Mode.CONTEST,
    schedule=Schedule(timedelta(hours=1, microseconds=1), 7, later(0.000001)),
    rules=RunRules(Decimal("10.10"), Decimal("40.0000000001"), positions=5, failures=2),
    state=RunState.STOPPED,
    started_at=later(1),
    paused_at=later(2),
    ended_at=later(3),
    ending=Ending.KEEP,
    reason="enough",
    failures=2,
    version=9,
)
FULL_CYCLE = cycle(
    7,
    kind=CycleKind.TRIGGERED,
    worker="w1",
    lease=later(60),
    market=MARKET,
    digest="abc",
    asked=3,
    errors=1,
    opened=2,
    closed=1,
    reason="late",
)
FULL_ENTRY = entry(
    task=Task.CLOSE,
    stage=Stage.DONE,
    outcome=Outcome.EXECUTED,
    decision=said("It has fallen ₿"),
    decision_id="dec_1",
    fault="size_too_small",
    reason="too small",
    orders=("o1", "o2"),
    equity=Decimal("100.0000000000000000010"),
    cash=Decimal("-0.1"),
    input_tokens=1,
    output_tokens=2,
    cost=Decimal("0.000123"),
    latency_ms=3,
    answer={"prompt": {"system": "Be brief."}, "response": {"text": "ü"}},
)


async def populate(uow: UnitOfWork, *names: str, numbers: int = 3) -> None:
    """Store the contest c1, unless it is there, with runs of these names and cycles that have ended."""
    await uow.accounts.add(account())
    await uow.contests.add(contest())
    for each in names or ("r1",):
        assert await uow.runs.add(run(each))
    for number in range(1, numbers + 1):
        at = later(number + 1)
        assert await uow.cycles.begin(cycle(number, status=CycleStatus.COMPLETED, ended_at=at))


async def changed(database: Database, stored: Cycle, **values: Any) -> Cycle:
    """Store a running cycle as it is with these values, and return it."""
    fresh = replace(stored, **values)
    async with database.transact() as uow:
        assert await uow.cycles.change(fresh)
    return fresh
