"""The gateway of a service: every API that it serves, and how it behaves."""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from gateway.app import Gateway
from gateway.dialects.cracktrader.routes import CRACKTRADER
from gateway.dialects.cryptofunk.routes import CRYPTOFUNK
from gateway.dialects.llm_trading.routes import LLM_TRADING
from gateway.rest.routes import OWN
from gateway.settings import GatewaySettings
from kit.javascript import MODULE
from kit.settings import Settings
from tools.registry import Registry
from tools.services import Services
from trading.clock import Clock, SystemClock

APIS = (OWN, LLM_TRADING, CRYPTOFUNK, CRACKTRADER)
"""Our own API, and the foreign ones."""


def build_gateway(settings: Settings, registry: Registry, services: Services) -> Gateway:
    """Return what clients connect to."""
    return Gateway(
        registry,
        services,
        _settings(settings),
        clock=_nanoseconds(services.clock),
        dialects=APIS,
        modules={"/kit.js": MODULE.read_bytes()},
    )


def _settings(settings: Settings) -> GatewaySettings:
    token = settings.gateway_token
    return GatewaySettings(
        token=token.get_secret_value() if token else None,
        host=settings.gateway_host,
        allowed_hosts=_hosts(settings),
        account=settings.account,
        allowed_origins=frozenset(settings.allowed_origins),
        max_connections=settings.max_connections,
        limited=settings.limits,
        writes_per_minute=settings.rest_write_per_min,
    )


def _hosts(settings: Settings) -> frozenset[str]:
    """Return the names by which others may reach this service."""
    name = urlsplit(settings.telegram_webhook_url or "").hostname
    return frozenset({name} if name else ())


def _nanoseconds(clock: Clock) -> Callable[[], int]:
    """Return the count that limits are measured by; a test's clock drives them too."""
    if isinstance(clock, SystemClock):
        return time.monotonic_ns
    return lambda: int(clock.now().timestamp() * 1_000_000_000)
