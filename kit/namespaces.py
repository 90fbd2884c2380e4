"""The methods of the service by name: `client.trade.execute(...)` sends `trade.execute`.

Fields go by keyword, in the documented camelCase or in snake_case (`amount_type`, and `from_` for `from`),
or as one mapping. A field that is None is left out. Every call takes `timeout` in seconds.
"""

from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from kit.answers import Answer
from kit.turns import CHAT_SECONDS, Turn

Number = int | float | Decimal
Reply = Coroutine[Any, Any, Answer]

DEFAULTS: Mapping[str, str] = {
    "access": "list",
    "account": "list",
    "agents": "list",
    "alert": "create",
    "approval": "list",
    "arena": "leaderboard",
    "backtest": "run",
    "books": "orders",
    "chart": "candles",
    "config": "get",
    "cron": "add",
    "data": "list",
    "decisions": "list",
    "keys": "list",
    "ledger": "verify",
    "live": "check",
    "market": "data",
    "memory": "search",
    "notices": "list",
    "platforms": "list",
    "portfolio": "snapshot",
    "risk": "limits",
    "runner": "status",
    "runs": "list",
    "sessions": "list",
    "settings": "get",
    "skill": "list",
    "strategies": "list",
    "tool": "invoke",
    "trade": "execute",
    "trading": "status",
    "watchlist": "list",
}
"""What a namespace does when it is called itself: `client.trade(...)` is `client.trade.execute(...)`."""


class Call(Protocol):
    """Sends a method with its params."""

    def __call__(
        self, method: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> Reply:
        """Return the answer; raise KitError."""
        ...


class Converse(Protocol):
    """Makes a turn of the agent."""

    def __call__(self, message: str, session_id: str, queue: bool, timeout: float) -> Turn:
        """Return a turn that has not begun."""
        ...


def camel(name: str) -> str:
    """Return the documented spelling of a field: amount_type is amountType, from_ is from."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def fields(named: Mapping[str, Any]) -> dict[str, Any]:
    """Return keyword arguments as params of the wire, without those that are None."""
    return {camel(name): value for name, value in named.items() if value is not None}


class Namespace:
    """A group of methods; those without a definition here are sent by the name they are asked for."""

    def __init__(self, call: Call, name: str) -> None:
        self._call = call
        self._name = name

    def __call__(
        self, params: Mapping[str, Any] | None = None, /, *, timeout: float | None = None, **named: Any
    ) -> Reply:
        """Do what this namespace is mostly for (see DEFAULTS)."""
        return self._send(DEFAULTS[self._name], {**(params or {}), **fields(named)}, timeout)

    if not TYPE_CHECKING:
        # What is known of a service has a definition; what a newer one can do besides goes through here.
        def __getattr__(self, verb: str) -> "Method":
            if verb.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} has no attribute {verb!r}")
            return Method(self._call, f"{self._name}.{camel(verb)}")

    def __repr__(self) -> str:
        return f"<{self._name}.*>"

    def _send(self, verb: str, named: Mapping[str, Any], timeout: float | None) -> Reply:
        return self._call(f"{self._name}.{verb}", fields(named), timeout=timeout)


class Method:
    """One method of the service, to be called."""

    def __init__(self, call: Call, name: str) -> None:
        self._call = call
        self._name = name

    def __call__(self, *given: Any, timeout: float | None = None, **named: Any) -> Reply:
        """Send it with one mapping or with fields by name and return its answer; raise KitError."""
        params: Any = given[0] if len(given) == 1 else given
        if params in ((), None):
            params = {}
        if isinstance(params, Mapping):
            params = {**params, **fields(named)}
        return self._call(self._name, params, timeout=timeout)

    def __repr__(self) -> str:
        return f"<{self._name}>"


class Portfolio(Namespace):
    """What is owned and what it earned. Called itself, it returns the snapshot."""

    def get(
        self,
        *,
        include_history: bool | None = None,
        currency: str | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Return totals, assets and positions, and their history if asked."""
        return self._send("get", {"include_history": include_history, "currency": currency, **more}, timeout)

    def pnl(self, *, period: str | None = None, timeout: float | None = None, **more: Any) -> Reply:
        """Return profit and loss over `24h`, `7d`, `30d`, `ytd` or `all`."""
        return self._send("pnl", {"period": period, **more}, timeout)

    def snapshot(self, *, timeout: float | None = None, **more: Any) -> Reply:
        """Return everything at this moment, with its time."""
        return self._send("snapshot", more, timeout)


class Market(Namespace):
    """Prices and what they say. Called itself, it is `data`."""

    def price(
        self, pair: str, *, exchange: str | None = None, timeout: float | None = None, **more: Any
    ) -> Reply:
        """Return bid, ask, last price and the day's range."""
        return self._send("price", {"pair": pair, "exchange": exchange, **more}, timeout)

    def candles(
        self,
        pair: str,
        *,
        timeframe: str | None = None,
        limit: int | None = None,
        exchange: str | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Return candles, oldest first."""
        named = dict(pair=pair, timeframe=timeframe, limit=limit, exchange=exchange)
        return self._send("candles", {**named, **more}, timeout)

    def data(
        self,
        action: str,
        pair: str,
        *,
        timeframe: str | None = None,
        limit: int | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Return `price`, `ohlcv`, `orderbook`, `ticker`, `trades` or `analyze` of a pair."""
        named = dict(action=action, pair=pair, timeframe=timeframe, limit=limit)
        return self._send("data", {**named, **more}, timeout)

    def analyze(
        self,
        pair: str,
        *,
        timeframe: str | None = None,
        indicators: list[str] | None = None,
        exchange: str | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Return trend, indicators, supports, resistances and a signal."""
        named = dict(pair=pair, timeframe=timeframe, indicators=indicators, exchange=exchange)
        return self._send("analyze", {**named, **more}, timeout)

    def prices(
        self,
        pairs: Sequence[str],
        *,
        exchange: str | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Return the prices of several pairs, in their order."""
        return self._send("prices", {"pairs": pairs, "exchange": exchange, **more}, timeout)

    def overview(
        self,
        *,
        quote: str | None = None,
        limit: int | None = None,
        exchange: str | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Return which pairs rose, fell and traded most within a day."""
        named = dict(quote=quote, limit=limit, exchange=exchange)
        return self._send("overview", {**named, **more}, timeout)

    def exchanges(self, *, timeout: float | None = None, **more: Any) -> Reply:
        """Return which exchanges can be named."""
        return self._send("exchanges", more, timeout)


class Sessions(Namespace):
    """Conversations. Called itself, it lists them."""

    def list(self, *, timeout: float | None = None, **more: Any) -> Reply:
        """Return every conversation."""
        return self._send("list", more, timeout)

    def get(self, session_id: str, *, timeout: float | None = None, **more: Any) -> Reply:
        """Return one conversation."""
        return self._send("get", {"sessionId": session_id, **more}, timeout)

    def create(
        self,
        *,
        name: str | None = None,
        mode: str | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Begin a conversation; `mode` is `auto`, `manual` or `readonly`."""
        return self._send("create", {"name": name, "mode": mode, **more}, timeout)

    def compact(self, session_id: str, *, timeout: float | None = CHAT_SECONDS, **more: Any) -> Reply:
        """Summarise all but the newest part of a conversation for the agent."""
        return self._send("compact", {"sessionId": session_id, **more}, timeout)


class Skills(Namespace):
    """What K.I.T. knows how to do. Called itself, it lists that."""

    def list(self, *, timeout: float | None = None, **more: Any) -> Reply:
        """Return every skill."""
        return self._send("list", more, timeout)

    def get(self, id: str, *, file: str | None = None, timeout: float | None = None, **more: Any) -> Reply:
        """Return a skill with its text; with `file` also a data file of it."""
        return self._send("get", {"id": id, "file": file, **more}, timeout)

    def enable(self, id: str, *, timeout: float | None = None, **more: Any) -> Reply:
        """Let a skill be used again."""
        return self._send("enable", {"id": id, **more}, timeout)

    def disable(self, id: str, *, timeout: float | None = None, **more: Any) -> Reply:
        """Let a skill be used no more."""
        return self._send("disable", {"id": id, **more}, timeout)


class Tools(Namespace):
    """The registered tools. Called itself, it runs one."""

    def invoke(
        self, tool: str, args: Mapping[str, Any] | None = None, *, timeout: float | None = None, **more: Any
    ) -> Reply:
        """Run a tool with its arguments."""
        return self._send("invoke", {"tool": tool, "args": args or {}, **more}, timeout)


class Chat(Namespace):
    """The agent. Called itself with a message, it is a turn to iterate over or to await."""

    def __init__(self, call: Call, converse: Converse) -> None:
        super().__init__(call, "chat")
        self._converse = converse

    def __call__(  # type: ignore[override]  # a turn, which is more than a reply
        self,
        message: str,
        /,
        *,
        session_id: str = "main",
        queue: bool = False,
        timeout: float = CHAT_SECONDS,
    ) -> Turn:
        """Return a turn: `async for` yields its text, `await` returns it whole.

        `queue` waits for a busy session instead of failing with AGENT_BUSY.
        """
        return self._converse(message, session_id, queue, timeout)

    def stream(
        self, message: str, *, session_id: str = "main", queue: bool = False, timeout: float = CHAT_SECONDS
    ) -> AsyncIterator[str]:
        """Yield the agent's answer as it is written."""
        return aiter(self._converse(message, session_id, queue, timeout))

    def send(
        self,
        message: str,
        *,
        session_id: str | None = None,
        queue: bool | None = None,
        timeout: float | None = CHAT_SECONDS,
        **more: Any,
    ) -> Reply:
        """Return the agent's answer with all that the service tells of it."""
        named = dict(message=message, session_id=session_id, queue=queue)
        return self._send("send", {**named, **more}, timeout)

    def history(
        self,
        *,
        session_id: str | None = None,
        limit: int | None = None,
        before: str | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Return a page of a conversation, oldest first; `before` is a message's id."""
        named = dict(session_id=session_id, limit=limit, before=before)
        return self._send("history", {**named, **more}, timeout)

    def abort(
        self,
        *,
        session_id: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Stop a running turn, by its session or its request."""
        return self._send("abort", {"session_id": session_id, "request_id": request_id, **more}, timeout)
