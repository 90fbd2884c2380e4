"""Messages posted to people's own addresses, signed by the Standard Webhooks scheme."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Container, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from kit.background.outbox import told
from memory.database import UnitOfWork
from memory.records import Delivery, Webhook
from tools.delivering import NotDelivered, Progress
from tools.hook_urls import is_public, place_of, refusal
from tools.webhooks import Webhooks, is_webhook
from trading.clock import Clock
from trading.notices import Notice

LIMITS = ClientTimeout(total=10.0, connect=5.0)
KEPT_OF_ANSWER = 4096
"""Bytes that are taken in of an answer: its status says all."""

LONGEST_WAIT = 3600.0
"""Seconds for which a server may put us off."""

MOST_REFUSALS = 8
"""Tries that a server may turn down as wrong, which take some four minutes.

A server that is being set up or replaced does so for a while. For longer than that it is its settled view,
and what comes after this message should not wait for it.
"""

PASSING = frozenset({408, 425, 429})
"""What a server says of the moment and not of the request, besides every 5xx."""

GONE = 410

Lookup = Callable[..., Sequence[tuple[Any, ...]]]
"""Finds the addresses of a name, as socket.getaddrinfo does."""


class Forbidden(OSError):
    """A name stands for an address that nothing is posted to."""


class Resolver(AbstractResolver):
    """Finds the addresses of names, and none that is not public, unless the place is listed.

    A connection goes to what is returned here, so that no later answer for the name counts.
    """

    def __init__(self, listed: Container[str], lookup: Lookup) -> None:
        self._listed = listed
        self._lookup = lookup
        # Names that nobody answers for keep nothing else waiting for a thread.
        self._threads = ThreadPoolExecutor(8, "webhook-names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a host; raise Forbidden where one of them is not public."""
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: self._lookup(host, port, family=family, type=socket.SOCK_STREAM)
        )
        addresses = {str(each[4][0]): each[0] for each in found}
        inner = [each for each in addresses if not is_public(each)]
        if inner and place_of(host, port) not in self._listed:
            # Which one it is would tell strangers of this network.
            raise Forbidden("this name stands for an address of this machine or its network")
        return [
            ResolveResult(
                hostname=host, host=each, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST
            )
            for each, kind in addresses.items()
        ]

    async def close(self) -> None:
        """Let go of the threads; one that still waits for an answer ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class WebhookChannel:
    """To addresses that people have named, each message by one POST that its receiver can check.

    The id of a message stays the same with each try, so that receivers can drop what they have.
    """

    def __init__(self, webhooks: Webhooks, session: ClientSession, clock: Clock) -> None:
        self.webhooks = webhooks
        self._session = session
        self._clock = clock

    def reaches(self, recipient: str) -> bool:
        """Tell whether a message goes to an address."""
        return is_webhook(recipient)

    async def send(self, notice: Delivery, progress: Progress) -> str:
        """Post a message; return the status of the answer and the message's id."""
        webhook = await self.webhooks.find(notice.recipient)
        if webhook is None:
            raise NotDelivered("nothing is posted to this webhook any more", final=True)
        url = self._url(webhook)
        body = orjson.dumps(told(notice))
        try:
            async with self._session.post(
                url, data=body, headers=self._headers(webhook, notice.id, body), allow_redirects=False
            ) as answer:
                self._judge(answer, notice.failures)
                return f"{answer.status} {notice.id}"
        except TimeoutError:
            raise NotDelivered(f"{url.host} did not answer in time") from None
        except ClientConnectorError as error:
            # Names change what they stand for, so that another try may do.
            raise NotDelivered(f"{url.host}: {_why(error)}") from None
        except (ClientError, ValueError) as error:
            raise NotDelivered(f"{url.host}: {type(error).__name__}") from None

    async def note(self, uow: UnitOfWork, notice: Notice) -> None:
        """Write down nothing: the status of the answer is all there is to know."""

    def _url(self, webhook: Webhook) -> URL:
        """Return where to post to, as the client reads it, which says what it would connect to."""
        try:
            url = URL(webhook.url)
        except ValueError:
            raise NotDelivered("the webhook is no address", final=True) from None
        reason = refusal(url.scheme, url.host or "", url.port or 0, self.webhooks.listed)
        if reason is not None:
            raise NotDelivered(reason, final=True)
        return url

    def _headers(self, webhook: Webhook, notice_id: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(self._clock.now().timestamp()))
        return {
            "content-type": "application/json",
            "user-agent": "KIT-Webhooks/1",
            "webhook-id": notice_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": self.webhooks.sign(webhook, f"{notice_id}.{timestamp}.".encode() + body),
        }

    def _judge(self, answer: ClientResponse, failures: int) -> None:
        """Raise NotDelivered for every status but a 2xx; a redirect is not followed."""
        status = answer.status
        if 200 <= status < 300:
            return
        reason = f"{answer.url.host} answered {status}"
        if status == GONE:
            raise NotDelivered(reason, final=True)
        if status in PASSING or status >= 500:
            wait = retry_after(answer.headers.get("Retry-After"), self._clock.now())
            raise NotDelivered(reason, wait=wait)
        raise NotDelivered(reason, final=failures + 1 >= MOST_REFUSALS)


def _why(error: ClientConnectorError) -> str:
    if isinstance(error.os_error, Forbidden):
        return str(error.os_error)
    if isinstance(error, ClientConnectorCertificateError):
        return "its certificate is not to be trusted"
    return "it cannot be reached"


def retry_after(header: str | None, now: datetime) -> float:
    """Return how many seconds a server asks to be left alone for, at most LONGEST_WAIT; 0 if it does not."""
    if header is None:
        return 0.0
    if header.strip().isdecimal():
        return min(float(header), LONGEST_WAIT)
    try:
        then = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    aware = then if then.tzinfo else then.replace(tzinfo=UTC)
    return min(max((aware - now) / timedelta(seconds=1), 0.0), LONGEST_WAIT)


@asynccontextmanager
async def posting(
    webhooks: Webhooks, clock: Clock, lookup: Lookup | None = None, limits: ClientTimeout = LIMITS
) -> AsyncIterator[WebhookChannel]:
    """Keep a client for posts until the block ends. Nothing of one post is kept for another."""
    resolver = Resolver(webhooks.listed, lookup or socket.getaddrinfo)
    connector = TCPConnector(limit=0, resolver=resolver, use_dns_cache=False, force_close=True)
    session = ClientSession(
        connector=connector,
        cookie_jar=DummyCookieJar(),
        timeout=limits,
        read_bufsize=KEPT_OF_ANSWER,
        auto_decompress=False,
        trust_env=False,
    )
    async with session:
        try:
            yield WebhookChannel(webhooks, session, clock)
        finally:
            await resolver.close()
