"""The groups of methods that need no definition of their own; made by `python -m kit.documents`."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from kit.namespaces import Call, Namespace, Number, Reply

class _Access(Namespace):
    def own(self, *, timeout: float | None = ...) -> Reply:
        """Tell who you are here and what you may do."""
    def list(self, *, timeout: float | None = ...) -> Reply:
        """List the people of chat platforms who were let in, and who waits to be."""
    def approve(
        self,
        *,
        code: str,
        role: Literal["viewer", "trader", "owner"] | None = ...,
        name: str | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Let somebody in who shows the code they were given in a chat."""
    def deny(self, *, code: str | None = ..., id: str | None = ..., timeout: float | None = ...) -> Reply:
        """Make the code of somebody who waits to be let in good for nothing."""
    def set_role(
        self,
        *,
        id: str,
        role: Literal["viewer", "trader", "owner"],
        name: str | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Let somebody of a chat platform in as viewer, trader or owner, or change what they are."""
    def revoke(self, *, id: str, timeout: float | None = ...) -> Reply:
        """Shut somebody of a chat platform out."""

class _Account(Namespace):
    def list(self, *, timeout: float | None = ...) -> Reply:
        """List the accounts that can be traded: paper or live, armed or not, locked or not."""

class _Agents(Namespace):
    def list(self, *, timeout: float | None = ...) -> Reply:
        """List the parts of the trading engine with when each was last at work."""
    def get(self, *, name: str, timeout: float | None = ...) -> Reply:
        """Show one part of the trading engine."""

class _Alert(Namespace):
    def preview(
        self,
        *,
        message: str | None = ...,
        channels: Sequence[Literal["telegram", "discord", "websocket", "webhook"]] | None = ...,
        webhook: str | None = ...,
        frequency: Literal["once", "once_per_bar", "once_per_bar_close", "every"] | None = ...,
        cooldown_seconds: int | None = ...,
        expires_at: str | Number | None = ...,
        quiet_hours: Mapping[str, Any] | None = ...,
        prompt: str | None = ...,
        trade: Mapping[str, Any] | None = ...,
        type: Literal["price", "indicator", "portfolio"] | None = ...,
        pair: str | None = ...,
        condition: Literal["above", "below", "cross", "change", "trailing"] | None = ...,
        value: Number | None = ...,
        direction: Literal["up", "down", "either"] | None = ...,
        window: str | None = ...,
        timeframe: Literal["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d"]
        | None = ...,
        indicator: Mapping[str, Any] | None = ...,
        against: Mapping[str, Any] | None = ...,
        figure: Literal["value", "drawdown", "pnl"] | None = ...,
        all: Sequence[Mapping[str, Any]] | None = ...,
        any: Sequence[Mapping[str, Any]] | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Show an alert as it would be made, and whether its condition holds already; nothing is made."""
    def create(
        self,
        *,
        message: str | None = ...,
        channels: Sequence[Literal["telegram", "discord", "websocket", "webhook"]] | None = ...,
        webhook: str | None = ...,
        frequency: Literal["once", "once_per_bar", "once_per_bar_close", "every"] | None = ...,
        cooldown_seconds: int | None = ...,
        expires_at: str | Number | None = ...,
        quiet_hours: Mapping[str, Any] | None = ...,
        prompt: str | None = ...,
        trade: Mapping[str, Any] | None = ...,
        type: Literal["price", "indicator", "portfolio"] | None = ...,
        pair: str | None = ...,
        condition: Literal["above", "below", "cross", "change", "trailing"] | None = ...,
        value: Number | None = ...,
        direction: Literal["up", "down", "either"] | None = ...,
        window: str | None = ...,
        timeframe: Literal["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d"]
        | None = ...,
        indicator: Mapping[str, Any] | None = ...,
        against: Mapping[str, Any] | None = ...,
        figure: Literal["value", "drawdown", "pnl"] | None = ...,
        all: Sequence[Mapping[str, Any]] | None = ...,
        any: Sequence[Mapping[str, Any]] | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Make an alert: people are told when its condition is met, also after a restart."""
    def list(self, *, timeout: float | None = ...) -> Reply:
        """List your alerts, oldest first, with what each looks at right now."""
    def get(self, *, alert_id: str, timeout: float | None = ...) -> Reply:
        """Show one of your alerts."""
    def update(
        self,
        *,
        alert_id: str,
        value: Number | None = ...,
        message: str | None = ...,
        channels: Sequence[Literal["telegram", "discord", "websocket", "webhook"]] | None = ...,
        webhook: str | None = ...,
        frequency: Literal["once", "once_per_bar", "once_per_bar_close", "every"] | None = ...,
        cooldown_seconds: int | None = ...,
        expires_at: str | Number | None = ...,
        quiet_hours: Mapping[str, Any] | None = ...,
        prompt: str | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Change one of your alerts; it starts anew from now on."""
    def pause(self, *, alert_id: str, minutes: int | None = ..., timeout: float | None = ...) -> Reply:
        """Stop looking at an alert, for some minutes or until it is resumed."""
    def resume(self, *, alert_id: str, timeout: float | None = ...) -> Reply:
        """Look at an alert again from now on, also at one that has fired for the last time."""
    def delete(self, *, alert_id: str, timeout: float | None = ...) -> Reply:
        """Delete one of your alerts; its firings stay on record."""
    def clear(self, *, timeout: float | None = ...) -> Reply:
        """Delete all of your alerts."""
    def history(
        self,
        *,
        alert_id: str | None = ...,
        limit: int | None = ...,
        before: str | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Show when your alerts fired, newest first, and whether the messages arrived."""

class _Approval(Namespace):
    def list(
        self, *, pending: bool | None = ..., limit: int | None = ..., timeout: float | None = ...
    ) -> Reply:
        """List the orders and runs that wait for a person's approval, or that did."""
    def approve(self, *, approval_id: str, reason: str | None = ..., timeout: float | None = ...) -> Reply:
        """Let an order go that waits for approval, exactly as it was asked for, or a run trade in its bounds."""
    def deny(self, *, approval_id: str, reason: str | None = ..., timeout: float | None = ...) -> Reply:
        """Take back what waits for approval: nothing of an order is sent, each order of a run asks."""
    def revoke(self, *, approval_id: str, reason: str | None = ..., timeout: float | None = ...) -> Reply:
        """Take back what a run was allowed: from now on each order that it opens asks."""

class _Arena(Namespace):
    def status(self, *, timeout: float | None = ...) -> Reply:
        """Show whether the arena is on, when its next cycle is, and how the last one went."""
    def stats(self, *, timeout: float | None = ...) -> Reply:
        """Show how the cycles of the arena's season went: how many, how many failed, how long they took."""
    def leaderboard(self, *, timeout: float | None = ...) -> Reply:
        """Show who is ahead in the arena, by how much, and whether that is more than luck."""
    def accounts(self, *, name: str | None = ..., timeout: float | None = ...) -> Reply:
        """Show the accounts of the arena with their open positions, as of its last cycle."""
    def positions(self, *, name: str | None = ..., timeout: float | None = ...) -> Reply:
        """Show the open positions of the arena, the oldest first."""
    def trades(
        self,
        *,
        name: str | None = ...,
        limit: int | None = ...,
        baselines: bool | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Show closed positions of the arena with what each won and why it was closed, newest first."""
    def decisions(
        self,
        *,
        name: str | None = ...,
        limit: int | None = ...,
        before: int | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Show what the models of the arena decided, why, and what came of it, newest first."""
    def trigger(self, *, timeout: float | None = ...) -> Reply:
        """Begin a cycle of the arena now; it goes on by itself. Refused while one runs."""
    def pause(self, *, timeout: float | None = ...) -> Reply:
        """Have the arena begin no more cycles until it is resumed; one that runs comes to its end."""
    def resume(self, *, timeout: float | None = ...) -> Reply:
        """Have a paused arena go on with its next slot."""
    def season(self, *, timeout: float | None = ...) -> Reply:
        """End the season of the arena and begin the next, with fresh accounts for everybody."""
    def replay(self, *, timeout: float | None = ...) -> Reply:
        """Reckon every curve of the season again from its stored markets and decisions, and compare."""

class _Books(Namespace):
    def orders(
        self,
        *,
        run: str | None = ...,
        pair: str | None = ...,
        states: Sequence[
            Literal[
                "held",
                "intent",
                "sent",
                "accepted",
                "partial",
                "filled",
                "canceled",
                "expired",
                "rejected",
                "denied",
                "unknown",
            ]
        ]
        | None = ...,
        limit: int | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """List orders of your own account and of your runs, whatever became of them, newest first."""
    def order(self, *, order_id: str, timeout: float | None = ...) -> Reply:
        """Show one order of your own account or of one of your runs as it stands."""
    def positions(
        self,
        *,
        run: str | None = ...,
        pair: str | None = ...,
        base: str | None = ...,
        quote: str | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """List what is held open on your own account and by your runs, at the price of this moment."""
    def place(
        self,
        *,
        action: Literal["buy", "sell"],
        pair: str,
        type: Literal["market", "limit"],
        amount: Number,
        price: Number | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Place an order where your paper run of this pair trades, or else on your own account."""
    def cancel(self, *, order_id: str, timeout: float | None = ...) -> Reply:
        """Cancel what is unfilled of an open order of yours; one that is closed by then is refused."""

class _Config(Namespace):
    def get(self, *, timeout: float | None = ...) -> Reply:
        """Show what holds for the whole service: risk, and what runs begin with."""
    def set(
        self,
        *,
        mode: str | None = ...,
        initial_capital: Number | None = ...,
        max_positions: int | None = ...,
        position: Number | None = ...,
        daily_loss: Number | None = ...,
        drawdown: Number | None = ...,
        approval: bool | None = ...,
        stop_loss: Number | None = ...,
        take_profit: Number | None = ...,
        min_confidence: Number | None = ...,
        temperature: Number | None = ...,
        max_tokens: int | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Set what holds for the whole service: all of it, or nothing where anything is wrong."""

class _Cron(Namespace):
    def add(
        self,
        *,
        name: str,
        schedule: str | None = ...,
        prompt: str | None = ...,
        template: str | None = ...,
        enabled: bool | None = ...,
        timezone: str | None = ...,
        model: str | None = ...,
        session: Literal["main", "isolated"] | None = ...,
        channels: Sequence[Literal["telegram", "discord", "websocket", "webhook"]] | None = ...,
        webhook: str | None = ...,
        missed: Literal["skip", "once", "all"] | None = ...,
        jitter_seconds: int | None = ...,
        retries: int | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Make a job that asks the agent something at set times; one of the same name is replaced."""
    def list(self, *, timeout: float | None = ...) -> Reply:
        """Show your own jobs, when each runs next and how its last run ended."""
    def get(self, *, name: str, timeout: float | None = ...) -> Reply:
        """Show one of your jobs."""
    def update(
        self,
        *,
        name: str,
        schedule: str | None = ...,
        prompt: str | None = ...,
        template: str | None = ...,
        enabled: bool | None = ...,
        timezone: str | None = ...,
        model: str | None = ...,
        session: Literal["main", "isolated"] | None = ...,
        channels: Sequence[Literal["telegram", "discord", "websocket", "webhook"]] | None = ...,
        webhook: str | None = ...,
        missed: Literal["skip", "once", "all"] | None = ...,
        jitter_seconds: int | None = ...,
        retries: int | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Change something of a job, or switch it on or off with `enabled`."""
    def run(self, *, name: str, timeout: float | None = ...) -> Reply:
        """Run a job now, whatever its schedule, and return what came of it."""
    def remove(self, *, name: str, timeout: float | None = ...) -> Reply:
        """Remove a job; what it ran stays on record."""
    def history(
        self, *, name: str, limit: int | None = ..., before: str | None = ..., timeout: float | None = ...
    ) -> Reply:
        """Show the runs of a job: what each came to, and whether its answer arrived."""
    def templates(self, *, timeout: float | None = ...) -> Reply:
        """Show the jobs that are ready to be added, such as daily_report."""

class _Decisions(Namespace):
    def list(
        self,
        *,
        pair: str | None = ...,
        sources: Sequence[Literal["chat", "job", "run"]] | None = ...,
        model: str | None = ...,
        action: Literal["BUY", "SELL", "CLOSE", "HOLD", "CANCEL", "AMEND", "UNCLEAR"] | None = ...,
        account: str | None = ...,
        run: str | None = ...,
        result: Literal["won", "lost", "pending"] | None = ...,
        from_: Number | None = ...,
        to: Number | None = ...,
        as_of: Number | None = ...,
        before: str | None = ...,
        offset: int | None = ...,
        limit: int | None = ...,
        market: bool | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """List what models have decided about your money, why, and how each came out."""
    def get(self, *, decision_id: str, embedding: bool | None = ..., timeout: float | None = ...) -> Reply:
        """Show one decision with the prompt that the model heard and what it answered."""
    def similar(self, *, decision_id: str, limit: int | None = ..., timeout: float | None = ...) -> Reply:
        """Find your decisions that are most like one of them, whichever run or chat they were made in."""
    def stats(
        self,
        *,
        pair: str | None = ...,
        sources: Sequence[Literal["chat", "job", "run"]] | None = ...,
        model: str | None = ...,
        action: Literal["BUY", "SELL", "CLOSE", "HOLD", "CANCEL", "AMEND", "UNCLEAR"] | None = ...,
        account: str | None = ...,
        run: str | None = ...,
        result: Literal["won", "lost", "pending"] | None = ...,
        from_: Number | None = ...,
        to: Number | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Count what models have decided about your money, and reckon what came of it."""

class _Keys(Namespace):
    def create(
        self,
        *,
        name: str,
        role: Literal["viewer", "trader", "owner"] | None = ...,
        days: int | None = ...,
        expires_at: Number | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Make an API key for a program or a person, and show it once."""
    def list(self, *, timeout: float | None = ...) -> Reply:
        """List API keys and whether they are good, without the keys themselves."""
    def revoke(self, *, id: str, timeout: float | None = ...) -> Reply:
        """Revoke an API key: whoever holds it is refused from the next request on."""

class _Ledger(Namespace):
    def verify(self, *, timeout: float | None = ...) -> Reply:
        """Check every entry of the ledger against its hash, and every balance against the entries."""

class _Live(Namespace):
    def arm(self, *, account: str | None = ..., timeout: float | None = ...) -> Reply:
        """Let an account trade real money from now on, once its books agree with the exchange's."""
    def disarm(self, *, account: str | None = ..., timeout: float | None = ...) -> Reply:
        """Let an account trade no real money any more."""
    def check(self, *, account: str | None = ..., timeout: float | None = ...) -> Reply:
        """Compare an account's books with the exchange's now."""
    def adopt(self, *, account: str | None = ..., timeout: float | None = ...) -> Reply:
        """Take over the exchange's balances where our books differ, as deposits and withdrawals."""

class _Notices(Namespace):
    def list(
        self, *, limit: int | None = ..., before: str | None = ..., timeout: float | None = ...
    ) -> Reply:
        """List what you were told of your account and this service, newest first."""

class _Platforms(Namespace):
    def list(self, *, timeout: float | None = ...) -> Reply:
        """Tell what is connected: exchanges, real money, models and chat platforms."""

class _Risk(Namespace):
    def limits(self, *, account: str | None = ..., timeout: float | None = ...) -> Reply:
        """Show how much an account may risk, and whether anything keeps it from trading."""
    def set(
        self,
        *,
        account: str | None = ...,
        order: Number | None = ...,
        position: Number | None = ...,
        exposure: Number | None = ...,
        open_positions: int | None = ...,
        leverage: Number | None = ...,
        orders_per_minute: int | None = ...,
        daily_loss: Number | None = ...,
        drawdown: Number | None = ...,
        reference_distance: Number | None = ...,
        symbols: Sequence[str] | None = ...,
        ask_on_paper: bool | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Set how much an account may risk."""

class _Runner(Namespace):
    def status(self, *, timeout: float | None = ...) -> Reply:
        """Tell what your runner is at, since when, and what it has made of the money."""
    def details(self, *, timeout: float | None = ...) -> Reply:
        """Tell the same with the latest fills, the curve, what is held, and figures."""
    def backtest(
        self,
        *,
        strategy: str,
        pairs: Sequence[str],
        timeframe: Literal["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d"],
        params: Mapping[str, Any] | None = ...,
        exchange: str | None = ...,
        from_: str | Number | None = ...,
        to: str | Number | None = ...,
        initial_capital: Number | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Give your runner a strategy to run over past candles, and return at once."""
    def trade(
        self,
        *,
        strategy: str,
        pairs: Sequence[str],
        timeframe: Literal["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d"],
        mode: str,
        params: Mapping[str, Any] | None = ...,
        exchange: str | None = ...,
        initial_capital: Number | None = ...,
        own_keys: bool | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Give your runner a strategy to trade from now on, with paper money unless it is to be real."""
    def stop(self, *, timeout: float | None = ...) -> Reply:
        """End what your runner runs at once; positions that it holds are closed."""
    def results(self, *, timeout: float | None = ...) -> Reply:
        """Show everything that came of what your runner ran last, once that has ended."""
    def reset(self, *, timeout: float | None = ...) -> Reply:
        """Put away what your runner ran last, so that it is idle; it stays on record as a backtest or a run."""

class _Runs(Namespace):
    def start(
        self,
        *,
        name: str,
        strategy: str | None = ...,
        model: str | None = ...,
        settings: Mapping[str, Any] | None = ...,
        pairs: Sequence[str] | None = ...,
        timeframe: Literal["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d"]
        | None = ...,
        interval_minutes: Number | None = ...,
        mode: str | None = ...,
        initial_capital: Number | None = ...,
        cycles: int | None = ...,
        until: Number | None = ...,
        max_size: Number | None = ...,
        max_leverage: Number | str | None = ...,
        max_positions: int | None = ...,
        budget: Mapping[str, Any] | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Have a strategy or a model trade by itself from now on, on paper unless it is to be live."""
    def open(
        self,
        *,
        pair: str,
        initial_capital: Number | None = ...,
        mode: Literal["paper", "live"] | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Have what decides here by default trade one pair by itself from now on."""
    def list(
        self,
        *,
        limit: int | None = ...,
        before: str | None = ...,
        arena: bool | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """List what trades by itself for you, the newest first."""
    def get(self, *, name: str, timeout: float | None = ...) -> Reply:
        """Show a run with its account, its open positions and its curve."""
    def pause(self, *, name: str | None = ..., timeout: float | None = ...) -> Reply:
        """Have a run, or all of yours, decide nothing until resumed; stops and targets stay in force."""
    def resume(
        self, *, name: str | None = ..., going: bool | None = ..., timeout: float | None = ...
    ) -> Reply:
        """Have a paused run, or all of yours that are paused, go on."""
    def stop(
        self,
        *,
        name: str | None = ...,
        positions: Literal["close", "keep"] | None = ...,
        reason: str | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """End a run, or all of yours, and close their positions unless they are to be kept."""
    def reset(self, *, name: str, timeout: float | None = ...) -> Reply:
        """Make an ended run idle again: it can be started with fresh money, and what it did stays on record."""

class _Settings(Namespace):
    def get(self, *, timeout: float | None = ...) -> Reply:
        """Show your own settings: notifications, quiet hours, confirmations, language."""
    def set(
        self,
        *,
        notifications: Mapping[str, Any] | None = ...,
        quiet_hours: Mapping[str, Any] | None = ...,
        confirm: Mapping[str, Any] | None = ...,
        busy: Literal["queue", "steer", "collect"] | None = ...,
        language: Literal["auto", "en", "de"] | None = ...,
        group_balances: bool | None = ...,
        timeout: float | None = ...,
    ) -> Reply:
        """Change your own settings; what is left out stays."""

class _Trading(Namespace):
    def status(self, *, timeout: float | None = ...) -> Reply:
        """Tell whether trading is active, reducing or halted, and what that means."""
    def halt(self, *, reason: str | None = ..., timeout: float | None = ...) -> Reply:
        """Stop trading at once: open entries are canceled, protective stops stay, only the owner re-arms it."""
    def reduce(self, *, reason: str | None = ..., timeout: float | None = ...) -> Reply:
        """Open nothing new: open entries are canceled, closing goes on, only the owner re-arms it."""
    def rearm(self, *, reason: str | None = ..., timeout: float | None = ...) -> Reply:
        """Let everything trade again."""

class _Watchlist(Namespace):
    def add(self, *, pair: str, timeout: float | None = ...) -> Reply:
        """Put a pair on your own list."""
    def remove(self, *, pair: str, timeout: float | None = ...) -> Reply:
        """Take a pair off your own list."""
    def list(self, *, timeout: float | None = ...) -> Reply:
        """Show the pairs on your own list, with their prices."""

class Groups:
    access: _Access
    account: _Account
    agents: _Agents
    alert: _Alert
    approval: _Approval
    arena: _Arena
    books: _Books
    config: _Config
    cron: _Cron
    decisions: _Decisions
    keys: _Keys
    ledger: _Ledger
    live: _Live
    notices: _Notices
    platforms: _Platforms
    risk: _Risk
    runner: _Runner
    runs: _Runs
    settings: _Settings
    trading: _Trading
    watchlist: _Watchlist
    def __init__(self, call: Call) -> None: ...
