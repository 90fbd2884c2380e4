"""What this API says of the service itself."""

from datetime import datetime

from gateway.dialects.llm_trading.answers import Root, ServiceHealth, Services
from tools.system import Health, Status


def root(told: Status, at: datetime) -> Root:
    """Return what this is."""
    return Root(version=told.version, status=told.gateway, timestamp=at)


def health(told: Health, at: datetime) -> ServiceHealth:
    """Return how the service is."""
    return ServiceHealth(
        status=told.status,
        uptime_seconds=told.uptime,
        services=services(told),
        timestamp=told.timestamp,
    )


def unwell(told: Health) -> bool:
    """Tell whether something has to be mended."""
    return not told.ok


def services(told: Health) -> Services:
    """Return how everything that this depends on stands."""
    connected = all(each.connected for each in told.exchanges.values())
    market = "down" if not connected else "connected" if told.source == "live" else told.source
    return Services(
        database="connected" if told.database else "down",
        # The name that this API has for where prices come from, whichever that is.
        binance_api=market,
        scheduler=told.arena,
    )
