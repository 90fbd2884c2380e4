"""The methods of the service that look at the past: backtests, strategies, candles and pictures.

A backtest goes on when its caller stops waiting: `client.backtest.list()` finds it again.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from kit.namespaces import Namespace, Number, Reply

BACKTEST_SECONDS = 660.0
"""A little more than the service gives a backtest by default."""

Moment = datetime | date | str | int


class Backtests(Namespace):
    """Strategies on past candles. Called itself, it runs one."""

    def run(
        self,
        strategy: str,
        pair: str,
        *,
        params: Mapping[str, Any] | None = None,
        pairs: Sequence[str] | None = None,
        timeframe: str | None = None,
        from_: Moment | None = None,
        to: Moment | None = None,
        initial_balance: Number | None = None,
        timeout: float | None = BACKTEST_SECONDS,
        **more: Any,
    ) -> Reply:
        """Return what a strategy made of a range: figures, trades and the equity curve.

        `more` are costs, sizing and stops, such as `fee_percent`, `sizing` and `stop_loss_percent`.
        """
        named = dict(
            strategy=strategy,
            pair=pair,
            params=params,
            pairs=pairs,
            timeframe=timeframe,
            from_=from_,
            to=to,
            initial_balance=initial_balance,
        )
        return self._send("run", {**named, **more}, timeout)

    def optimize(
        self,
        strategy: str,
        pair: str,
        param_grid: Mapping[str, Sequence[Any]] | None = None,
        *,
        metric: str | None = None,
        timeframe: str | None = None,
        from_: Moment | None = None,
        to: Moment | None = None,
        out_of_sample_percent: Number | None = None,
        walk_forward: int | None = None,
        timeout: float | None = BACKTEST_SECONDS,
        **more: Any,
    ) -> Reply:
        """Return every combination of a grid of parameters, best first, and how far to trust the best.

        Without a grid the strategy's usual values are tried.
        """
        named = dict(
            strategy=strategy,
            pair=pair,
            param_grid=param_grid,
            metric=metric,
            timeframe=timeframe,
            from_=from_,
            to=to,
            out_of_sample_percent=out_of_sample_percent,
            walk_forward=walk_forward,
        )
        return self._send("optimize", {**named, **more}, timeout)

    def compare(
        self,
        strategies: Sequence[str],
        pair: str,
        *,
        timeframe: str | None = None,
        from_: Moment | None = None,
        to: Moment | None = None,
        timeout: float | None = BACKTEST_SECONDS,
        **more: Any,
    ) -> Reply:
        """Return several strategies over the same candles, best first."""
        named = dict(strategies=strategies, pair=pair, timeframe=timeframe, from_=from_, to=to)
        return self._send("compare", {**named, **more}, timeout)

    def verify(
        self,
        strategy: str,
        pair: str,
        *,
        params: Mapping[str, Any] | None = None,
        timeframe: str | None = None,
        from_: Moment | None = None,
        to: Moment | None = None,
        timeout: float | None = BACKTEST_SECONDS,
        **more: Any,
    ) -> Reply:
        """Return whether a strategy keeps from looking ahead, and where it does not."""
        named = dict(strategy=strategy, pair=pair, params=params, timeframe=timeframe, from_=from_, to=to)
        return self._send("verify", {**named, **more}, timeout)

    def get(self, backtest_id: str, *, timeout: float | None = None, **more: Any) -> Reply:
        """Return one of your backtests, with its result once it is done."""
        return self._send("get", {"backtest_id": backtest_id, **more}, timeout)

    def list(self, *, limit: int | None = None, timeout: float | None = None, **more: Any) -> Reply:
        """Return your newest backtests, newest first."""
        return self._send("list", {"limit": limit, **more}, timeout)

    def cancel(self, backtest_id: str, *, timeout: float | None = None, **more: Any) -> Reply:
        """End a backtest that waits or runs."""
        return self._send("cancel", {"backtest_id": backtest_id, **more}, timeout)


class StrategyCatalog(Namespace):
    """The strategies there are. Called itself, it lists them."""

    def list(self, *, timeout: float | None = None, **more: Any) -> Reply:
        """Return every strategy with its parameters."""
        return self._send("list", more, timeout)

    def enable(self, file: str, *, timeout: float | None = None, **more: Any) -> Reply:
        """Let a strategy file of your own be run, exactly as it is now."""
        return self._send("enable", {"file": file, **more}, timeout)

    def disable(self, name: str, *, timeout: float | None = None, **more: Any) -> Reply:
        """Let a strategy of your own be run no more."""
        return self._send("disable", {"name": name, **more}, timeout)


class Candles(Namespace):
    """The candles that are kept. Called itself, it lists them."""

    def download(
        self,
        pair: str,
        *,
        from_: Moment,
        to: Moment | None = None,
        timeframe: str | None = None,
        exchange: str | None = None,
        timeout: float | None = BACKTEST_SECONDS,
        **more: Any,
    ) -> Reply:
        """Fetch the candles of a range ahead, and return what there is and what is missing."""
        named = dict(pair=pair, from_=from_, to=to, timeframe=timeframe, exchange=exchange)
        return self._send("download", {**named, **more}, timeout)

    def list(self, *, timeout: float | None = None, **more: Any) -> Reply:
        """Return which candles are kept, and which files of your own there are."""
        return self._send("list", more, timeout)


class Charts(Namespace):
    """Pictures as PNG in base64, each with a caption. Called itself, it draws candles."""

    def candles(
        self,
        pair: str,
        *,
        timeframe: str | None = None,
        limit: int | None = None,
        indicators: Sequence[str] | None = None,
        exchange: str | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Draw the latest candles with indicators such as `sma:50` and `rsi`."""
        named = dict(pair=pair, timeframe=timeframe, limit=limit, indicators=indicators, exchange=exchange)
        return self._send("candles", {**named, **more}, timeout)

    def backtest(self, backtest_id: str, *, timeout: float | None = None, **more: Any) -> Reply:
        """Draw the equity of one of your backtests against buy & hold, its trades and its drawdown."""
        return self._send("backtest", {"backtest_id": backtest_id, **more}, timeout)

    def optimization(self, backtest_id: str, *, timeout: float | None = None, **more: Any) -> Reply:
        """Draw the scores of one of your optimizations over its parameters."""
        return self._send("optimization", {"backtest_id": backtest_id, **more}, timeout)

    def equity(
        self,
        *,
        period: str | None = None,
        account: str | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Draw what an account was worth over `24h`, `7d`, `30d`, `ytd` or `all`."""
        return self._send("equity", {"period": period, "account": account, **more}, timeout)

    def leaderboard(self, *, timeout: float | None = None, **more: Any) -> Reply:
        """Draw what each account of the arena made."""
        return self._send("leaderboard", more, timeout)
