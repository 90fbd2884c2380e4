"""Where K.I.T. is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

DEFAULT_URL = "ws://127.0.0.1:18799"


def shown(url: str) -> str:
    """Return an address without what could be a secret: no user, password, query or fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "that address"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a service can be reached."""

    host: str
    ports: Sequence[int]

    @property
    def urls(self) -> Sequence[str]:
        """The WebSocket addresses."""
        return [f"ws://{_in_url(self.host)}:{port}" for port in self.ports]

    @property
    def url(self) -> str:
        """The first WebSocket address."""
        return self.urls[0]

    @property
    def http(self) -> str:
        """The HTTP address."""
        return f"http://{_in_url(self.host)}:{self.ports[0]}"


def _in_url(host: str) -> str:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{reachable}]" if ":" in reachable else reachable
