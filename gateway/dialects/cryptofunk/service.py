"""The service itself: what it is, whether it is well, and its parts."""

from datetime import datetime

from gateway.dialects.cryptofunk.decision_answers import Told
from tools.system import Health, Status

NAME = "CryptoFunk Trading API"
SOCKET = "/api/v1/ws"


class Front(Told):
    """What this is."""

    name: str = NAME
    version: str
    status: str = "running"


class Healthy(Told):
    """The service is well; `uptime` as Go writes it."""

    status: str = "healthy"
    version: str
    uptime: str


class Unhealthy(Told):
    """The service cannot work."""

    status: str = "unhealthy"
    error: str = "database connection failed"
    version: str


class Components(Told):
    """How each part is."""

    database: str
    api: str = "healthy"
    websocket: str = "healthy"


class Socket(Told):
    """Who listens."""

    connected_clients: int


class SystemStatus(Told):
    """How the service is."""

    status: str
    version: str
    uptime: str
    components: Components
    websocket: Socket


def front(told: Status, at: datetime) -> Front:
    """Return what this is."""
    return Front(version=told.version)


def health(told: Health, at: datetime) -> Healthy | Unhealthy:
    """Return whether the database answers."""
    if unwell(told):
        return Unhealthy(version=told.version)
    return Healthy(version=told.version, uptime=duration(told.uptime))


def unwell(told: Health) -> bool:
    """Tell whether the database does not answer, of which a probe is told by the status of the answer."""
    return not told.database


def status(told: Status, at: datetime) -> SystemStatus:
    """Return how the service is."""
    return SystemStatus(
        status="operational" if told.database else "degraded",
        version=told.version,
        uptime=duration(told.uptime),
        components=Components(database="healthy" if told.database else "unhealthy"),
        websocket=Socket(connected_clients=_listening(told)),
    )


def duration(seconds: float) -> str:
    """Return a time span in whole seconds as Go writes it: 2h15m30s, 5m0s, 7s."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours}h"] * bool(hours) + [f"{minutes}m"] * bool(hours or minutes)
    return "".join([*parts, f"{rest}s"])


def _listening(told: Status) -> int:
    """Return how many listen to the feed, at whichever address."""
    return sum(each.open for path, each in told.sockets.items() if path.endswith(SOCKET))
