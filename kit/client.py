"""KitClient: K.I.T. from a Python program, over its WebSocket."""

import os
import uuid
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Literal, TypeVar, overload

from kit.addresses import DEFAULT_URL, shown
from kit.answers import EVENTS_LOST, Answer, KitError, unknown_method
from kit.backoff import Backoff
from kit.dealing import Trade
from kit.groups import Groups
from kit.memories import Memory
from kit.namespaces import Chat, Market, Portfolio, Reply, Sessions, Skills, Tools
from kit.research import Backtests, Candles, Charts, StrategyCatalog
from kit.subscriptions import Handler, OnError, Subscriptions
from kit.transport import Transport
from kit.turns import CHAT_SECONDS, Turn, TurnBook

API_VERSION = "1.0.0"
CALL_SECONDS = 30.0
CONNECT_SECONDS = 10.0

Dialect = Literal["000", "001"]
H = TypeVar("H", bound=Handler)


def new_uuid() -> str:
    """Return an id that nobody else has."""
    return str(uuid.uuid4())


class KitClient(Groups):
    """A connection to K.I.T.: methods by name, streamed chat and events, kept alive over cuts.

    `url` defaults to KIT_GATEWAY_URL, else to ws://127.0.0.1:18799; `token` to KIT_GATEWAY_TOKEN. `dialect`
    is how the client introduces itself: "000" as a device, with times of orders as Unix milliseconds, or
    "001" as a client, with ISO times and the error codes of that dialect; every method works in both.
    `timeout` is in seconds and can be given to each call. `on_error` hears of errors that no caller waits
    for: what an event handler raises, events that were lost (EVENTS_LOST), a connection that does not come
    back (CONNECTION_LOST).

    After a cut it connects again and goes on: events follow where they stopped, without loss or repetition,
    chat streams continue, and calls without an answer are sent again under their frame id where the service
    knows them by it. Where it does not, they fail with ANSWER_LOST.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        dialect: Dialect = "000",
        name: str = "K.I.T. Python client",
        device_id: str | None = None,
        timeout: float = CALL_SECONDS,
        connect_timeout: float = CONNECT_SECONDS,
        backoff: Backoff | None = None,
        on_error: OnError | None = None,
        new_id: Callable[[], str] = new_uuid,
    ) -> None:
        self.url = url or os.environ.get("KIT_GATEWAY_URL") or DEFAULT_URL
        self.device_id = device_id or f"py-{new_id()}"
        self.hello: Answer | None = None
        """What the service said of itself when the client connected."""
        self._token = token if token is not None else os.environ.get("KIT_GATEWAY_TOKEN")
        self._dialect = dialect
        self._name = name
        self._timeout = timeout
        self._new_id = new_id
        self._subscriptions = Subscriptions(on_error)
        self._turns = TurnBook()
        self._transport = Transport(
            url=self.url,
            greeting=self._greeting,
            deliver=self._deliver,
            report=self._report,
            new_id=new_id,
            backoff=backoff or Backoff(),
            connect_timeout=connect_timeout,
        )
        super().__init__(self.call)
        self.trade = Trade(self.call, "trade")
        self.portfolio = Portfolio(self.call, "portfolio")
        self.market = Market(self.call, "market")
        self.chat = Chat(self.call, self._converse)
        self.sessions = Sessions(self.call, "sessions")
        self.skill = Skills(self.call, "skill")
        self.tool = Tools(self.call, "tool")
        self.backtest = Backtests(self.call, "backtest")
        self.strategies = StrategyCatalog(self.call, "strategies")
        self.chart = Charts(self.call, "chart")
        self.data = Candles(self.call, "data")
        self.memory = Memory(self.call, "memory")

    def __repr__(self) -> str:
        secret = ", token=***" if self._token else ""
        return f"KitClient(url={shown(self.url)!r}{secret})"

    async def __aenter__(self) -> "KitClient":
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.disconnect()

    @property
    def connected(self) -> bool:
        """Tell whether the connection is there at this moment."""
        return self._transport.connected

    @property
    def last_seq(self) -> int | None:
        """The number of the last event; `connect(last_seq=...)` goes on from it, also in another process."""
        return self._transport.last_seq

    async def connect(self, *, last_seq: int | None = None) -> Answer:
        """Connect and return the service's hello; raise KitError.

        With `last_seq` the events after that number follow, as far as the service still has them.
        """
        self.hello = await self._transport.open(last_seq)
        return self.hello

    async def disconnect(self) -> None:
        """Say goodbye and close; calls still waiting fail with CONNECTION_LOST."""
        await self._transport.close()
        await self._subscriptions.drain()

    def call(
        self, method: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> Reply:
        """Send any method with its documented params and return its answer; raise KitError."""
        if params is not None and not isinstance(params, Mapping):
            raise self._not_fields(method, params)
        default = CHAT_SECONDS if method == "chat.send" else self._timeout
        return self._transport.request(method, params or {}, default if timeout is None else timeout)

    async def get_balance(self) -> Answer:
        """Return `total_balance` in US dollars and, by exchange, how much of each asset is held."""
        told = await self.portfolio.get()
        exchanges = Answer()
        for asset in told.assets:
            exchanges.setdefault(asset.exchange, Answer())[asset.symbol] = asset.total
        return Answer(total_balance=told.totalValueUsd, exchanges=exchanges)

    async def health(self) -> Answer:
        """Return whether the service is well, and its parts."""
        return await self.call("health")

    async def status(self) -> Answer:
        """Return how many clients, skills and tools there are."""
        return await self.call("status")

    async def ping(self) -> Answer:
        """Return the service's time, as Unix milliseconds in `pong`."""
        return await self.call("ping")

    @overload
    def on(self, event: str) -> Callable[[H], H]:
        """Decorate a handler."""

    @overload
    def on(self, event: str, handler: Handler) -> Callable[[], None]:
        """Add a handler; return what removes it."""

    def on(self, event: str, handler: Handler | None = None) -> Any:
        """Call `handler(payload)` for each such event; return what stops that.

        `trade:executed` and `trade.executed` are one name. The handler may be async. Without a handler this
        is a decorator.
        """
        if handler is not None:
            return self._subscriptions.add(event, handler)

        def decorate(decorated: H) -> H:
            self._subscriptions.add(event, decorated)
            return decorated

        return decorate

    def _not_fields(self, method: str, params: object) -> KitError:
        """Return the error for params that name no fields; most often the method does not exist either."""
        known = self._transport.methods
        if known and method not in known:
            return unknown_method(method, known)
        return KitError("INVALID_PARAMS", f"{method} takes fields by name or one mapping, not {params!r}")

    def _converse(self, message: str, session_id: str, queue: bool, timeout: float) -> Turn:
        params: dict[str, Any] = {"message": message, "sessionId": session_id}
        if queue:
            params["queue"] = True
        return Turn(self._transport.request, self._turns, params, self._new_id(), timeout)

    def _greeting(self, last_seq: int | None) -> dict[str, Any]:
        if self._dialect == "001":
            who = {"client": {"id": self.device_id, "displayName": self._name, "version": API_VERSION}}
        else:
            who = {"device": {"id": self.device_id, "name": self._name, "type": "desktop"}}
        return {
            **who,
            "role": "operator",
            **({"auth": {"token": self._token}} if self._token else {}),
            **({"resume": {"lastSeq": last_seq}} if last_seq is not None else {}),
        }

    def _deliver(self, event: str, payload: Answer) -> None:
        self._turns.take(event, payload)
        self._subscriptions.deliver(event, payload)

    def _report(self, error: KitError) -> None:
        if error.code == EVENTS_LOST:
            self._turns.miss()
        self._subscriptions.failed(error)
