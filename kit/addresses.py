"""Where K.I.T. is found."""

from urllib.parse import urlsplit, urlunsplit

DEFAULT_URL = "ws://127.0.0.1:18799"


def shown(url: str) -> str:
    """Return an address without what could be a secret: no user, password, query or fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "that address"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
