"""Contests, their accounts, cycles and leaderboard as callers see them."""

from collections.abc import Mapping
from typing import Any

from tools.wire import IsoTime, Millis, Num, Pair, Result, unless_none


class CycleView(Result):
    """A cycle. `status` is `running`, `completed`, `failed` or `interrupted`; `seconds` is how long it took.

    `asked` counts the deciders that were asked, `errors` those that gave no decision, `opened` and `closed`
    positions. `digest` is the SHA-256 of its market.
    """

    cycle_id: str
    number: int
    kind: str
    status: str
    at: Millis
    started_at: Millis
    ended_at: Millis | None
    seconds: float | None
    asked: int
    errors: int
    opened: int
    closed: int
    digest: str | None
    reason: str | None = unless_none()


class ArenaStatus(Result):
    """How the arena stands.

    `state` is `running`, `paused` or `off`; `cycle` is the one that runs now. Prices are `simulated` or
    `live` by `source`. `failed` are the cycles without a market or that were cut off, `errors` the answers
    that were no decision, in all cycles.
    """

    state: str
    contest_id: str | None = None
    name: str | None = None
    season: int | None = None
    since: Millis | None = None
    paused_at: Millis | None = None
    pairs: tuple[Pair, ...] = ()
    timeframe: str | None = None
    interval_minutes: float | None = None
    source: str
    entrants: int = 0
    cycles: int = 0
    failed: int = 0
    errors: int = 0
    next_at: Millis | None = None
    last: CycleView | None = None
    cycle: CycleView | None = None


class ArenaStatistics(Result):
    """How the cycles of the arena went; times are seconds, None before the first has ended.

    `successRate` is a fraction. `entrants` compete; baselines are asked in a cycle as well. `recent` holds
    the latest ten, newest first.
    """

    entrants: int
    cycles: int
    completed: int
    failed: int
    errors: int
    success_rate: float
    mean_seconds: float | None
    least_seconds: float | None
    most_seconds: float | None
    recent: list[CycleView]


class RunPosition(Result):
    """An open position of a run. Money in quote; `unrealizedFraction` is the share of its margin."""

    position_id: str
    name: str
    provider: str
    baseline: bool
    pair: Pair
    side: str
    entry_price: Num
    current_price: Num
    amount: Num
    leverage: Num
    margin: Num
    unrealized: Num
    unrealized_fraction: Num
    liquidation_price: Num | None
    stop_loss: Num | None
    take_profit: Num | None
    opened_at: Millis
    seconds: float
    reasoning: str


class RunTrade(Result):
    """A closed position of a run. `pnl` is net of `fees`, `pnlFraction` its share of the initial margin.

    `reason` is `decision`, `stop_loss`, `take_profit`, `liquidation` or `manual`.
    """

    trade_id: str
    name: str
    baseline: bool
    pair: Pair
    side: str
    entry_price: Num
    exit_price: Num
    amount: Num
    leverage: Num
    pnl: Num
    pnl_fraction: Num
    fees: Num
    reason: str
    opened_at: Millis
    closed_at: Millis
    seconds: float
    reasoning: str


class RunAccount(Result):
    """The account of a run at the prices of this moment, in its currency; fractions where the name says so.

    `balance` is the initial money and what closed trades made of it, `available` what of that may be spent,
    `equity` the balance with what is open at its marks. `provider` is a vendor, or `offline` for what is no
    language model. In `safeMode` it opens nothing, because its decider gave no answer too often.
    """

    run_id: str
    name: str
    provider: str
    model: str
    baseline: bool
    state: str
    enabled: bool
    safe_mode: bool
    initial: Num
    balance: Num
    available: Num
    margin: Num
    unrealized: Num
    equity: Num
    realized: Num
    pnl: Num
    pnl_fraction: Num
    trades: int
    won: int
    lost: int
    win_rate: Num
    fees: Num
    positions: list[RunPosition]


class RunAccounts(Result):
    """Accounts of runs by name."""

    accounts: list[RunAccount]


class RunPositions(Result):
    """Open positions, the oldest first."""

    positions: list[RunPosition]


class RunTrades(Result):
    """Closed positions, newest first."""

    trades: list[RunTrade]


class Span(Result):
    """A 95 % interval of a total return, as fractions."""

    low: float
    high: float


class Standing(Result):
    """One line of the leaderboard. Fractions, money in the account's currency, `modelCost` in US dollars.

    `sharpe` is annualised, `sharpePerCycle` is not. `maxDrawdown` is 0 or more. `verdict` is `too_early`,
    `not_distinguishable` or `distinguishable` from the baselines by more than chance, None for a baseline;
    `finding` then says `above` or `below` them. `interval` is None before there are enough cycles.
    """

    rank: int
    run_id: str
    name: str
    provider: str
    model: str
    baseline: bool
    state: str
    safe_mode: bool
    initial: Num
    equity: Num
    pnl: Num
    total_return: Num
    max_drawdown: Num
    sharpe: float
    sharpe_per_cycle: float
    trades: int
    won: int
    lost: int
    win_rate: Num
    fees: Num
    input_tokens: int
    output_tokens: int
    model_cost: Num | None
    interval: Span | None
    verdict: str | None
    finding: str | None


class Leaderboard(Result):
    """Who is ahead, best return first, as of the last cycle; `says` tells in words what that means.

    `nextLook` is the number of cycles at which it is tested again whether somebody is better than chance.
    """

    contest_id: str
    name: str
    season: int
    source: str
    since: Millis
    at: Millis | None
    cycles: int
    interval_minutes: float
    next_look: int | None
    says: str
    lines: list[Standing]


class RunDecisionView(Result):
    """What a run decided in a cycle, and what came of it.

    `size` is the notional in quote; it is null with everything else of an entry where nothing is opened.
    `outcome` is `executed`, `held`, `hold`, `refused`, `silent`, `failed` or `measured`; `fault` is the code
    of what was against it, `reason` says it in words. `decisionId` names the record of what it rests on.
    """

    cycle_id: str
    number: int
    run_id: str
    name: str
    baseline: bool
    at: Millis
    action: str | None
    pair: Pair | None
    side: str | None
    size: Num | None
    leverage: Num | None
    stop_loss: Num | None
    take_profit: Num | None
    confidence: Num | None
    reasoning: str
    style: str | None
    outcome: str | None
    fault: str | None
    reason: str | None
    order_ids: list[str]
    decision_id: str | None
    equity: Num | None


class RunDecisions(Result):
    """Decisions of runs, newest first; `hasMore` tells of older ones."""

    decisions: list[RunDecisionView]
    has_more: bool


class Triggered(Result):
    """A cycle that has begun."""

    cycle_id: str
    triggered_at: IsoTime


class ArenaPaused(Result):
    """The arena has no cycles until it is resumed."""

    paused_at: IsoTime


class ArenaResumed(Result):
    """The arena goes on."""

    resumed_at: IsoTime
    next_at: IsoTime


class Replayed(Result):
    """What came of reckoning every curve again from the stored markets and decisions.

    `equal` tells whether all points were the same to the last digit; `difference` names the first that is
    not.
    """

    contest_id: str
    cycles: int
    points: int
    equal: bool
    difference: Mapping[str, Any] | None = None


class RunView(Result):
    """A run. `state` is `idle`, `starting`, `running`, `paused`, `completed`, `stopped` or `failed`.

    `decider` names what decides: `strategy:NAME`, `baseline:NAME` or `model:VENDOR:MODEL`.
    """

    run_id: str
    name: str
    account: str
    state: str
    mode: str
    decider: str
    provider: str
    model: str
    settings: Mapping[str, Any]
    pairs: list[Pair]
    timeframe: str
    interval_minutes: float
    initial: Num
    equity: Num | None
    pnl: Num | None
    cycles: int
    trades: int
    won: int
    safe_mode: bool
    created_at: Millis
    started_at: Millis | None
    paused_at: Millis | None
    ended_at: Millis | None
    next_at: Millis | None
    ending: str | None
    reason: str | None


class RunList(Result):
    """Runs, newest first; `hasMore` tells of older ones."""

    runs: list[RunView]
    has_more: bool


class EquityAt(Result):
    """What an account was worth at one moment."""

    at: Millis
    equity: Num
    cash: Num


class RunShown(Result):
    """A run, its account and its curve: of a long one evenly spaced points, with the first and the last.

    `maxDrawdown` is a fraction, 0 or more, `sharpe` annualised; both are by all its cycles.
    """

    run: RunView
    account: RunAccount | None
    max_drawdown: Num
    sharpe: float
    curve: list[EquityAt]
