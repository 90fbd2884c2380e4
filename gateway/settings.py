"""How a gateway is to behave."""

from dataclasses import dataclass, field
from ipaddress import ip_address


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """What the gateway allows and how long it waits. Sizes in bytes, times in seconds.

    `token` is the owner's key; without one everybody who reaches the port is the owner, so the port has to
    be a loopback one. `allowed_origins` are whole origins (`https://desk.example`), `allowed_hosts` names
    without port. `account` is traded by whoever names none. `limited` and `limit_factor` switch off or
    multiply the request limits.
    """

    token: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    account: str = "main"
    allowed_origins: frozenset[str] = frozenset()
    allowed_hosts: frozenset[str] = frozenset()
    max_connections: int = 50
    max_frame_bytes: int = 1 << 20
    max_depth: int = 32
    max_in_flight: int = 300
    """Requests of one connection under way at a time: room for all that the limits allow at once."""
    queue_frames: int = 2_048
    queue_bytes: int = 16 << 20
    limited: bool = True
    limit_factor: int = 1
    writes_per_minute: int | None = None
    """How many requests that change something each key may make over HTTP, of an API that has limits."""
    heartbeat_seconds: float = 30.0
    stall_seconds: float = 30.0
    """How long a client may leave its full queue, or an answer over HTTP, unread before it is cut."""
    resume_grace_seconds: float = 1.0
    """How long events wait on a new connection for its `connect` to say what it missed."""
    body_seconds: float = 10.0
    """How long the body of a request over HTTP may take to arrive."""
    drain_seconds: float = 10.0
    close_seconds: float = 5.0

    def __post_init__(self) -> None:
        if self.token is None and not self.loopback:
            raise ValueError(f"binding {self.host} lets others in: set a gateway token or bind 127.0.0.1")

    @property
    def loopback(self) -> bool:
        """Tell whether only this machine reaches the port."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address, without port, means this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
