"""Opening a WebSocket, and saying what is wrong when nobody answers."""

import aiohttp

from kit.addresses import DEFAULT_URL, shown
from kit.answers import CONNECTION_FAILED, KitError

HEARTBEAT_SECONDS = 20.0
CLOSE_SECONDS = 2.0
MAX_FRAME_BYTES = 16 * 1024 * 1024

REFUSALS = {401: "AUTH_INVALID", 403: "FORBIDDEN"}


async def dial(session: aiohttp.ClientSession, url: str) -> aiohttp.ClientWebSocketResponse:
    """Open a WebSocket; raise KitError, retryable when the service may be there a moment later."""
    try:
        return await session.ws_connect(
            url,
            heartbeat=HEARTBEAT_SECONDS,
            max_msg_size=MAX_FRAME_BYTES,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
        )
    except aiohttp.WSServerHandshakeError as error:
        raise _refused(url, error) from error
    except aiohttp.InvalidURL as error:
        raise KitError(CONNECTION_FAILED, f"{shown(url)} is not an address like {DEFAULT_URL}") from error
    except (aiohttp.ClientError, OSError) as error:
        raise nobody(url) from error


def nobody(url: str) -> KitError:
    """Return the error for an address where K.I.T. does not answer."""
    message = f"no K.I.T. answers at {shown(url)}; start it with `kit start`, or give its url to KitClient"
    return KitError(CONNECTION_FAILED, message, retryable=True)


def _refused(url: str, error: aiohttp.WSServerHandshakeError) -> KitError:
    after = error.headers.get("Retry-After", "") if error.headers else ""
    return KitError(
        REFUSALS.get(error.status, CONNECTION_FAILED),
        f"{shown(url)} refused the WebSocket with HTTP {error.status}",
        retryable=error.status == 429 or error.status >= 500,
        retry_after_ms=int(after) * 1000 if after.isdecimal() else None,
        details={"http": error.status},
    )
