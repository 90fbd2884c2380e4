"""What a person can want, as values."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from agent.models.offline.pairs import Pair
from agent.models.offline.trials import Trial
from trading.model import Side
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
    JOB_NEW = "job_new"
    JOB_LIST = "job_list"
    JOB_DELETE = "job_delete"
    BACKTEST = "backtest"
    OPTIMIZE = "optimize"
    COMPARE = "compare"
    STRATEGIES = "strategies"
    BACKTEST_LIST = "backtest_list"
    BACKTEST_LAST = "backtest_last"
    BACKTEST_CANCEL = "backtest_cancel"
    AUTONOMY = "autonomy"
    PAUSE = "pause"
    RESUME = "resume"
    HALT = "halt"
    LEADERBOARD = "leaderboard"
    WHY = "why"
    REMEMBER = "remember"
    RECALL = "recall"
    FORGET = "forget"
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


class Unit(StrEnum):
    """What an amount counts."""

    QUOTE = "quote"
    BASE = "base"
    SHARE = "share"
    """A fraction of what is held, 1 for all of it."""
    BARE = "bare"
    """Nothing said: it could be either side of the pair."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much; `currency` as named (usd, eur, usdt ...), or the coin's ticker for a base amount."""

    value: Decimal
    unit: Unit
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """A price, in `currency` when one was named, or a distance from the entry in percent."""

    value: Decimal
    percent: bool = False
    currency: str | None = None


class Form(StrEnum):
    """What kind of order the words name, beyond what its figures tell."""

    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    TRAILING = "trailing"
    """A trailing stop that may also open something."""
    OCO = "oco"


@dataclass(frozen=True, slots=True)
class Order:
    """What is known of an order so far; `margin` when it was worded as a long or short.

    `price` is its limit, `trigger` the price that starts it, `trail` how far it follows behind the best price
    (without a unit it is not known what that counts). `stop` and `target` protect what it opens. `reduce`
    when it may only reduce what is held.
    """

    side: Side | None = None
    pair: Pair | None = None
    amount: Amount | None = None
    price: Level | None = None
    stop: Level | None = None
    target: Level | None = None
    leverage: Decimal | None = None
    exchange: str | None = None
    margin: bool = False
    trigger: Level | None = None
    trail: Level | None = None
    form: Form | None = None
    reduce: bool = False

    @property
    def at_once(self) -> bool:
        """Whether it trades at the market and now."""
        return self.price is None and self.trigger is None and self.trail is None and self.form is None

    @property
    def opens(self) -> bool:
        """Whether it may open or add to something."""
        return not self.reduce and (self.margin or self.side is Side.BUY)


@dataclass(frozen=True, slots=True)
class Close:
    """What to close: a pair's positions or everything, a share of each, perhaps of one direction only."""

    pair: Pair | None = None
    everything: bool = False
    share: Decimal = Decimal(1)
    direction: str | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """What a message asks for, with what it names.

    `term` is a word of the glossary, `rest` free text in folded words, `state` how orders are to stand,
    `meant` what a near miss may have been.
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
    meant: "Intent | None" = None
