"""The one holder of a ccxt exchange: it loads the library late, asks, and tells failures in our words.

ccxt takes seconds to import, and up to one to parse the markets of a large exchange. So both happen in a
thread, and only when somebody asks for the first time.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

from trading.errors import ExchangeUnavailable, UnknownExchange, UnknownSymbol
from trading.exchanges.ccxt_reading import Grid

_ID: Final = re.compile(r"[a-z][a-z0-9]*")

BROKEN: Final = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)
"""What ccxt's parsers raise when an answer is not shaped as documented, besides its own errors."""


def known_exchanges() -> frozenset[str]:
    """Return the id of every exchange that ccxt knows, without importing it."""
    spec = find_spec("ccxt")
    folders = spec.submodule_search_locations if spec is not None else None
    names = {file.stem for folder in folders or () for file in Path(folder, "async_support").glob("*.py")}
    return frozenset(name for name in names if _ID.fullmatch(name))


class Listing(NamedTuple):
    """The markets of an exchange in ccxt's words: how precision is meant, and tickers where it needs them."""

    markets: Mapping[str, Any]
    grid: Grid
    prices: Mapping[str, Any]


class CcxtClient:
    """A ccxt exchange without keys, spot markets only.

    `urls` replaces ccxt's addresses of the exchange (ccxt's own keys, such as `public`); `timeout` is in
    seconds, `pause` the least milliseconds between two requests (None: what the exchange publishes).
    Raises UnknownExchange for an id that ccxt does not have.
    """

    def __init__(
        self,
        exchange: str,
        urls: Mapping[str, str] | None = None,
        timeout: float = 10.0,
        pause: float | None = None,
    ) -> None:
        if exchange not in known_exchanges():
            raise UnknownExchange(f"there is no exchange {exchange[:40]!r}")
        self.id = exchange
        self._urls = urls
        self._settings: dict[str, Any] = {"enableRateLimit": True, "timeout": round(timeout * 1000)}
        if pause is not None:
            self._settings["rateLimit"] = pause
        self._exchange: Any = None
        self._loading = asyncio.Lock()
        self._closed = False

    async def exchange(self) -> Any:
        """Return the ccxt object, importing the library on the first call."""
        async with self._loading:
            if self._closed:
                raise ExchangeUnavailable(f"{self.id} has been closed")
            if self._exchange is None:
                self._exchange = await asyncio.to_thread(build, self.id, self._urls, self._settings)
        return self._exchange

    async def ask(self, method: str, *arguments: Any) -> Any:
        """Return what a unified ccxt method answers; raise UnknownSymbol or ExchangeUnavailable."""
        exchange = await self.exchange()
        with _told(self.id):
            return await getattr(exchange, method)(*arguments)

    async def aside(self, method: str) -> Any:
        """Return what a unified method about all markets answers, read in a thread: that may take long.

        The markets have to be known. Raises ExchangeUnavailable.
        """
        exchange = await self.exchange()
        with _told(self.id):
            return await asyncio.to_thread(_ask_aside, exchange, method, self.id, self._urls, self._settings)

    async def listing(self) -> Listing:
        """Read every market anew; raise ExchangeUnavailable."""
        exchange = await self.exchange()
        with _told(self.id):
            reader, prices = await asyncio.to_thread(read_markets, self.id, self._urls, self._settings)
            exchange.set_markets_from_exchange(reader)
            return Listing(exchange.markets, _grid(exchange), prices)

    async def aclose(self) -> None:
        """Close the connections; every later question raises ExchangeUnavailable."""
        async with self._loading:
            self._closed = True
            if self._exchange is not None:
                await self._exchange.close()


def build(
    exchange: str,
    urls: Mapping[str, str] | None,
    settings: Mapping[str, Any],
    strict: Callable[[Any], Any] | None = None,
) -> Any:
    """Return the ccxt object of an exchange, spot markets only; `strict` makes its class out of ccxt's."""
    import ccxt.async_support

    made = (strict or _strict)(getattr(ccxt.async_support, exchange))(dict(settings))
    if urls is not None:
        made.urls["api"] = dict(urls)
    made.options["defaultType"] = "spot"
    # Some load futures and options too, from other hosts, which cost seconds and are never asked for.
    wanted = made.options.get("fetchMarkets")
    if (
        isinstance(wanted, dict)
        and "spot" in (wanted.get("types") or ())
        and isinstance(wanted["types"], list)
    ):
        wanted["types"] = ["spot"]
    # ccxt lingers on closing for the sake of WebSockets, of which there are none here.
    made.timeout_on_exit = 0
    return made


def read_markets(
    exchange: str, urls: Mapping[str, str] | None, settings: Mapping[str, Any]
) -> tuple[Any, Mapping[str, Any]]:
    """Return a ccxt object that knows its markets, and tickers where precision needs them; blocks."""
    reader = build(exchange, urls, settings)

    async def read() -> Mapping[str, Any]:
        try:
            await reader.load_markets()
            return await reader.fetch_tickers() if _grid(reader) is Grid.DIGITS else {}
        finally:
            await reader.close()

    return reader, asyncio.run(read())


def _ask_aside(
    known: Any, method: str, exchange: str, urls: Mapping[str, str] | None, settings: Mapping[str, Any]
) -> Any:
    reader = build(exchange, urls, settings)
    reader.set_markets_from_exchange(known)

    async def ask() -> Any:
        try:
            return await getattr(reader, method)()
        finally:
            await reader.close()

    return asyncio.run(ask())


def _grid(exchange: Any) -> Grid:
    import ccxt

    grids = {
        ccxt.TICK_SIZE: Grid.TICKS,
        ccxt.DECIMAL_PLACES: Grid.DECIMALS,
        ccxt.SIGNIFICANT_DIGITS: Grid.DIGITS,
    }
    return grids[exchange.precisionMode]


def readable(base: Any) -> Any:
    """Return the exchange class, refusing answers that cannot be read.

    ccxt hands what is no JSON on to its parsers, which find nothing in it: half a page of trades would read
    as "no trades".
    """
    from ccxt.base.errors import BadResponse

    async def fetch(self: Any, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        answer = await base.fetch(self, url, method, headers, body)
        if not isinstance(answer, dict | list) or answer == {}:
            raise BadResponse(f"{base.__name__} gave no answer that could be read")
        return answer

    return type(base.__name__, (base,), {"fetch": fetch})


def _strict(base: Any) -> Any:
    """Return the exchange class, refusing also what has no time: ccxt drops it as too early."""
    from ccxt.base.errors import BadResponse

    def parse_ohlcv(self: Any, ohlcv: Any, market: Any = None) -> Any:
        row = base.parse_ohlcv(self, ohlcv, market)
        if not isinstance(row, list) or not row or not _is_time(row[0]):
            raise BadResponse(f"{base.__name__} gave a candle without a time")
        return row

    def parse_trade(self: Any, trade: Any, market: Any = None) -> Any:
        row = base.parse_trade(self, trade, market)
        if not _is_time(row.get("timestamp")):
            raise BadResponse(f"{base.__name__} gave a trade without a time")
        return row

    return type(base.__name__, (readable(base),), {"parse_ohlcv": parse_ohlcv, "parse_trade": parse_trade})


def _is_time(value: Any) -> bool:
    return isinstance(value, int) and value > 0


@contextmanager
def _told(exchange: str) -> Iterator[None]:
    """Raise what goes wrong inside as an error of ours; the exchange's own words stay in its cause."""
    from ccxt.base.errors import BadSymbol, BaseError

    try:
        yield
    except BadSymbol as error:
        raise UnknownSymbol(f"{exchange} does not trade that pair") from error
    except (BaseError, *BROKEN) as error:
        raise ExchangeUnavailable(f"{exchange} did not answer: {type(error).__name__}") from error
