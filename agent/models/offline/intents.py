"""What a person can want, as values."""

from dataclasses import dataclass, field
from enum import StrEnum

from tools.words.alerts import AlertRead
from tools.words.pairs import Pair
from tools.words.schedules import JobRead
from tools.words.trials import Trial
from tools.words.wishes import Close, Order
from trading.timeframes import Timeframe


class Kind(StrEnum):
    """Everything a message can ask for."""

    PRICE = "price"
    ANALYSIS = "analysis"
    ADVICE = "advice"
    OVERVIEW = "overview"
    CHART = "chart"
    ORDER = "order"
    MARGIN = "margin"
    OCO = "oco"
    """A limit and a stop, of which the first that fills cancels the other."""
    CLOSE = "close"
    ORDERS = "orders"
    CANCEL_ORDER = "cancel_order"
    CANCEL_ALL = "cancel_all"
    MOVE_STOP = "move_stop"
    MOVE_TARGET = "move_target"
    DROP_STOP = "drop_stop"
    DROP_TARGET = "drop_target"
    TRAIL = "trail"
    WAITING = "waiting"
    LIMITS = "limits"
    PORTFOLIO = "portfolio"
    HOLDING = "holding"
    POSITIONS = "positions"
    PNL = "pnl"
    HISTORY = "history"
    REPORT = "report"
    WATCH = "watch"
    UNWATCH = "unwatch"
    WATCHLIST = "watchlist"
    ALERT_NEW = "alert_new"
    ALERT_LIST = "alert_list"
    ALERT_DELETE = "alert_delete"
    ALERT_CLEAR = "alert_clear"
    ALERT_PAUSE = "alert_pause"
    ALERT_RESUME = "alert_resume"
    ALERT_HISTORY = "alert_history"
    JOB_NEW = "job_new"
    JOB_LIST = "job_list"
    JOB_DELETE = "job_delete"
    JOB_PAUSE = "job_pause"
    JOB_RESUME = "job_resume"
    JOB_RUN = "job_run"
    JOB_HISTORY = "job_history"
    BRIEFING = "briefing"
    REMINDER = "reminder"
    HEARTBEAT = "heartbeat"
    BACKTEST = "backtest"
    OPTIMIZE = "optimize"
    COMPARE = "compare"
    STRATEGIES = "strategies"
    BACKTEST_LIST = "backtest_list"
    BACKTEST_LAST = "backtest_last"
    BACKTEST_CANCEL = "backtest_cancel"
    AUTONOMY = "autonomy"
    RUNS = "runs"
    PAUSE = "pause"
    RESUME = "resume"
    RUN_STOP = "run_stop"
    REDUCE = "reduce"
    """Trading goes on, but nothing new is opened."""
    HALT = "halt"
    LEADERBOARD = "leaderboard"
    WHY = "why"
    REMEMBER = "remember"
    RECALL = "recall"
    FORGET = "forget"
    UNDO = "undo"
    """What was just remembered is taken back."""
    APPROVE = "approve"
    DENY = "deny"
    STATUS = "status"
    HELP = "help"
    EXPLAIN = "explain"
    SKILLS = "skills"
    PLATFORMS = "platforms"
    MODEL = "model"
    SETTINGS = "settings"
    IDENTITY = "identity"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    DROPPED = "dropped"
    """A question of ours is not answered but withdrawn."""
    BAD_TIMEFRAME = "bad_timeframe"
    NEAR_MISS = "near_miss"
    """It would make sense if a word were the name of a coin that it resembles."""
    UNCLEAR_ORDER = "unclear_order"
    """It begins as an order or a close, but not all of it is understood."""
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a message asks for, with what it names.

    `term` is a word of the glossary, `rest` free text in folded words, `state` how orders are to stand,
    `meant` what a near miss may have been. `said` are the words of an alert, job or memory, `confirmed` when
    it was shown and agreed to, or was just kept. `text` is what a memory is of, as it was written, `shown`
    the one that was chosen.
    """

    kind: Kind
    pairs: tuple[Pair, ...] = ()
    timeframe: Timeframe | None = None
    period: str | None = None
    number: int | None = None
    term: str = ""
    rest: str = ""
    state: str = ""
    order: Order = field(default_factory=Order)
    close: Close = field(default_factory=Close)
    trial: Trial = field(default_factory=Trial)
    alert: AlertRead | None = None
    job: JobRead | None = None
    said: str = ""
    minutes: int = 0
    confirmed: bool = False
    text: str = ""
    shown: str = ""
    meant: "Intent | None" = None
