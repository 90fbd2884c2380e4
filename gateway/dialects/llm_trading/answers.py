"""What this API answers: its own names, percent instead of fractions, USDT, and ISO times."""

from pydantic import BaseModel, ConfigDict

from tools.wire import IsoTime, Num


class Told(BaseModel):
    """Part of an answer."""

    model_config = ConfigDict(frozen=True, protected_namespaces=(), defer_build=True)


class OpenPosition(Told):
    """A position in its account; `unrealized_pnl_pct` is percent of its margin."""

    id: str
    symbol: str
    side: str
    entry_price: Num
    current_price: Num
    quantity: Num
    leverage: int | float
    unrealized_pnl: Num
    unrealized_pnl_pct: Num
    opened_at: IsoTime
    duration_seconds: float


class Position(OpenPosition):
    """A position by itself."""

    llm_id: str
    provider: str
    margin: Num
    liquidation_price: Num | None
    stop_loss: Num | None
    take_profit: Num | None


class AccountInBrief(Told):
    """An account; `balance_usdt` is the initial money and what closed trades made of it."""

    llm_id: str
    provider: str
    model_name: str
    balance_usdt: Num
    available_balance: Num
    margin_used: Num
    equity_usdt: Num
    total_pnl: Num
    total_pnl_pct: Num
    total_trades: int
    win_rate: Num
    open_positions_count: int
    is_trading_enabled: bool


class Account(AccountInBrief):
    """An account with what is open."""

    unrealized_pnl: Num
    winning_trades: int
    losing_trades: int
    total_realized_pnl: Num
    open_positions: list[OpenPosition]


class AccountNow(Account):
    """One account."""

    timestamp: IsoTime


class Totals(Told):
    """All accounts in one; `average_win_rate` is the mean of those that have closed trades."""

    total_equity_usdt: Num
    total_pnl: Num
    total_pnl_pct: Num
    total_trades: int
    average_win_rate: Num


class TradingStatus(Totals):
    """All accounts, and their totals twice."""

    active_llms: int
    accounts: list[AccountInBrief]
    summary: Totals
    timestamp: IsoTime


class Trade(Told):
    """A closed position; `realized_pnl` is net of `fees`, `pnl_percentage` percent of the margin."""

    id: str
    llm_id: str
    symbol: str
    action: str
    side: str
    entry_price: Num
    exit_price: Num
    quantity: Num
    leverage: int | float
    realized_pnl: Num
    pnl_percentage: Num
    fees: Num
    exit_reason: str
    executed_at: IsoTime
    closed_at: IsoTime
    duration_seconds: float


class Standing(Told):
    """A line of the leaderboard; `balance_usdt` is the equity here, `max_drawdown` percent, 0 or less."""

    rank: int
    llm_id: str
    provider: str
    model_name: str
    balance_usdt: Num
    equity_usdt: Num
    total_pnl: Num
    roi_percentage: Num
    total_trades: int
    win_rate: Num
    sharpe_ratio: float
    max_drawdown: Num


class Day(Told):
    """A market and its last 24 hours; `volume_24h` is in USDT."""

    price: Num
    price_change_pct_24h: Num
    volume_24h: Num
    high_24h: Num
    low_24h: Num


class MarketSummary(Told):
    """All markets in one."""

    total_symbols: int
    average_change_24h: Num
    total_volume_24h: Num
    last_updated: IsoTime


class MarketSnapshot(Told):
    """All markets."""

    symbols: dict[str, Day]
    summary: MarketSummary
    timestamp: IsoTime


class Prices(Told):
    """The prices of all markets, and the moment among them."""

    ETHUSDT: Num
    BNBUSDT: Num
    XRPUSDT: Num
    DOGEUSDT: Num
    ADAUSDT: Num
    AVAXUSDT: Num
    timestamp: IsoTime


class Price(Told):
    """The price of one market."""

    symbol: str
    price: Num
    timestamp: IsoTime


class Ticker(Day):
    """One market."""

    symbol: str
    bid: Num
    ask: Num
    price_change_24h: Num
    timestamp: IsoTime


class Indicators(Told):
    """Indicators in price units, RSI from 0 to 100; null before there are enough candles."""

    sma_20: float | None
    sma_50: float | None
    ema_12: float | None
    ema_26: float | None
    rsi_14: float | None
    macd: float | None
    macd_signal: float | None
    bollinger_upper: float | None
    bollinger_middle: float | None
    bollinger_lower: float | None


class IndicatorsOf(Told):
    """The indicators of one market."""

    symbol: str
    interval: str
    indicators: Indicators
    timestamp: IsoTime


class SchedulerStatus(Told):
    """How the cycles stand; errors are cycles that failed."""

    is_running: bool
    is_paused: bool
    total_executions: int
    total_errors: int
    last_execution_at: IsoTime | None
    last_execution_duration_seconds: float | None
    last_execution_status: str | None
    next_run_at: IsoTime | None
    interval_minutes: int | float
    timestamp: IsoTime


class Execution(Told):
    """A cycle that has ended."""

    cycle_id: str
    status: str
    duration_seconds: float
    executed_at: IsoTime
    llms_processed: int


class SchedulerStatistics(Told):
    """How the cycles went; `success_rate` is percent."""

    total_executions: int
    successful_executions: int
    failed_executions: int
    success_rate: float
    total_errors: int
    average_duration_seconds: float
    min_duration_seconds: float
    max_duration_seconds: float
    last_10_executions: list[Execution]
    timestamp: IsoTime


class NextRun(Told):
    """When the next cycle is; nothing is known while they are paused."""

    next_run_at: IsoTime | None
    seconds_until_next_run: float | None
    interval_minutes: int | float
    timestamp: IsoTime


class Triggered(Told):
    """A cycle that has begun."""

    status: str = "triggered"
    message: str = "Trading cycle triggered manually"
    cycle_id: str
    triggered_at: IsoTime
    timestamp: IsoTime


class Paused(Told):
    """Cycles that begin no more."""

    status: str = "paused"
    message: str = "Scheduler paused successfully"
    paused_at: IsoTime
    timestamp: IsoTime


class Resumed(Told):
    """Cycles that go on."""

    status: str = "resumed"
    message: str = "Scheduler resumed successfully"
    resumed_at: IsoTime
    next_run_at: IsoTime
    timestamp: IsoTime


class SocketStatistics(Told):
    """What went over the WebSocket."""

    active_connections: int
    total_connections_made: int
    messages_sent: int
    messages_received: int
    uptime_seconds: float
    timestamp: IsoTime


class Root(Told):
    """What this is."""

    message: str = "Crypto LLM Trading API"
    version: str
    status: str
    timestamp: IsoTime


class Services(Told):
    """What the service depends on, each in a word."""

    database: str
    binance_api: str
    scheduler: str


class ServiceHealth(Told):
    """How the service is."""

    status: str
    uptime_seconds: float
    services: Services
    timestamp: IsoTime
