"""The one holder of a ccxt exchange with keys: it asks once, and tells failures in our words.

No word of ccxt's or of the exchange's leaves this module, neither in an error nor as its cause: either may
quote a request, and with it the keys.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

from trading.clock import Clock, epoch_ms
from trading.errors import ExchangeUnavailable, UnknownExchange
from trading.exchanges.ccxt_client import BROKEN, build, read_markets, readable
from trading.exchanges.ccxt_live_failures import READING, Table, absent, failure
from trading.exchanges.ccxt_live_venues import Venue, refusal


@dataclass(frozen=True, slots=True)
class Keys:
    """What an exchange knows an account by; none of it is ever shown."""

    api_key: str = field(repr=False)
    secret: str = field(repr=False)
    password: str | None = field(default=None, repr=False)
    uid: str | None = field(default=None, repr=False)

    def settings(self) -> dict[str, str]:
        """Return them as ccxt wants them."""
        given = {
            "apiKey": self.api_key,
            "secret": self.secret,
            "password": self.password,
            "uid": self.uid,
        }
        return {name: value for name, value in given.items() if value is not None}


class LiveClient:
    """A ccxt exchange with keys, spot only, that never asks twice by itself."""

    def __init__(
        self,
        exchange: str,
        keys: Keys,
        venue: Venue,
        clock: Clock,
        urls: Mapping[str, str] | None,
        timeout: float,
        pause: float | None,
    ) -> None:
        self.id = exchange
        self._keys = keys
        self._venue = venue
        self._clock = clock
        self._urls = urls
        self._settings: dict[str, Any] = {"enableRateLimit": True, "timeout": round(timeout * 1000)}
        if pause is not None:
            self._settings["rateLimit"] = pause
        self._exchange: Any = None
        self._loading = asyncio.Lock()
        self._turn: AbstractAsyncContextManager[object] = asyncio.Lock() if venue.serial else nullcontext()
        self._closed = False

    async def open(self) -> None:
        """Load ccxt and the markets; raise UnknownExchange for an unfit one, or ExchangeUnavailable."""
        async with self._loading:
            if self._closed:
                raise ExchangeUnavailable(f"{self.id} has been closed")
            if self._exchange is None:
                reason = await asyncio.to_thread(refusal, self.id)
                if reason is not None:
                    raise UnknownExchange(reason)
                self._exchange = await self._load()

    async def has(self) -> Mapping[str, object]:
        """Return what ccxt says this exchange has, in its own spelling."""
        await self.open()
        found: Mapping[str, object] = self._exchange.has
        return found

    async def ask(self, method: str, *arguments: Any, table: Table = READING) -> Any:
        """Return what a unified ccxt method answers; raise what `table` says of a failure."""
        await self.open()
        found, error = await self._asked(method, arguments)
        if error is not None:
            raise failure(error, self.id, table)
        return found

    async def look(self, method: str, *arguments: Any) -> Any | None:
        """Return what a unified ccxt method answers; None when the exchange knows no such order."""
        await self.open()
        found, error = await self._asked(method, arguments)
        if error is not None and not absent(error):
            raise failure(error, self.id, READING)
        return found

    async def aclose(self) -> None:
        """Close the connections; every later question raises ExchangeUnavailable."""
        async with self._loading:
            self._closed = True
            if self._exchange is not None:
                await self._exchange.close()

    async def _asked(self, method: str, arguments: tuple[Any, ...]) -> tuple[Any, BaseException | None]:
        """Return an answer or what went wrong: raised from here, it would stay in the context of ours."""
        from ccxt.base.errors import BaseError

        try:
            async with self._turn:
                return await getattr(self._exchange, method)(*arguments), None
        except (BaseError, RuntimeError, *BROKEN) as error:
            return None, error

    async def _load(self) -> Any:
        from ccxt.base.errors import BaseError

        made = await asyncio.to_thread(self._build)
        problem: BaseException | None = None
        try:
            # Public data is read without the keys: with them ccxt would ask for more than is needed.
            reader, _ = await asyncio.to_thread(read_markets, self.id, self._urls, self._settings)
            made.set_markets_from_exchange(reader)
        except (BaseError, RuntimeError, *BROKEN) as error:
            problem = error
        if problem is not None:
            await made.close()
            raise failure(problem, self.id, READING)
        return made

    def _build(self) -> Any:
        settings = {**self._settings, **self._keys.settings()}
        made = build(self.id, self._urls, settings, _quiet(self._clock))
        made.options.update(self._venue.options)
        made.options["maxRetriesOnFailure"] = 0
        made.exceptions = _taught(made.exceptions, self._venue.errors)
        if self._venue.exact:
            # ccxt computes with text and makes figures of it at the very end.
            made.number = str
        return made


_SILENT: Final = logging.CRITICAL + 1


def _quiet(clock: Clock) -> Any:
    """Return what makes a class of ccxt's strict, silent, and a user of our clock."""

    def strict(base: Any) -> Any:
        from ccxt.base.errors import BaseError

        def handle_errors(self: Any, code: int, *rest: Any) -> Any:
            try:
                return base.handle_errors(self, code, *rest)
            except BaseError as error:
                error.http_status = code
                raise

        def handle_http_status_code(self: Any, code: int, *rest: Any) -> Any:
            try:
                return base.handle_http_status_code(self, code, *rest)
            except BaseError as error:
                error.http_status = code
                raise

        def milliseconds(self: Any) -> int:
            return epoch_ms(clock.now())

        changed = {
            "handle_errors": handle_errors,
            "handle_http_status_code": handle_http_status_code,
            "milliseconds": milliseconds,
            # ccxt logs every request with its headers, and the key is one of them.
            "logger": logging.Logger("ccxt", _SILENT),
        }
        return type(base.__name__, (readable(base),), changed)

    return strict


def _taught(known: Any, errors: Mapping[str, str]) -> Any:
    """Return ccxt's table of errors with more of them in it."""
    import ccxt

    if not errors:
        return known
    more = {text: getattr(ccxt, name) for text, name in errors.items()}
    return {**known, "broad": {**known.get("broad", {}), **more}}
