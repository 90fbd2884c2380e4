"""Which pages may reach the gateway from a browser."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from gateway.settings import GatewaySettings, is_loopback


def host_allowed(headers: Mapping[str, str], settings: GatewaySettings) -> bool:
    """Tell whether the Host header names this machine, so that no foreign name was bent to point here.

    Only a loopback port is checked; elsewhere the token guards.
    """
    host = headers.get("Host")
    if host is None or not settings.loopback:
        return True
    name = _host_of(f"//{host}")
    return name is not None and (is_loopback(name) or name in settings.allowed_hosts)


def origin_allowed(headers: Mapping[str, str], settings: GatewaySettings) -> bool:
    """Tell whether a WebSocket may be opened: not from a browser, from our own page, or from a known one."""
    origin = headers.get("Origin")
    if origin is None or origin in settings.allowed_origins:
        return True
    name = _host_of(origin)
    if name is None or not origin.lower().startswith(("http://", "https://")):
        return False
    if settings.loopback and is_loopback(name):
        return True
    return urlsplit(origin).netloc.lower() == headers.get("Host", "").lower()


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
