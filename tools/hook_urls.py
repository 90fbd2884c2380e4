"""Which addresses messages may be posted to: nothing that only this machine or its network can reach."""

from collections.abc import Container
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from tools.errors import InvalidParams

PORTS = {"http": 80, "https": 443}
# An address of IPv4 in the words of IPv6, for networks that have no other way to it.
TRANSLATED = IPv6Network("64:ff9b::/96")
# What looks like anybody's: a cloud's metadata, protocols of a network, ways into IPv4, a site's own.
INNER = tuple(map(ip_network, ("168.63.129.16/32", "192.0.0.0/24", "2002::/16", "fec0::/10")))


def place_of(host: str, port: int) -> str:
    """Return a host and port as KIT_WEBHOOK_HOSTS lists them."""
    return f"[{host.lower()}]:{port}" if ":" in host else f"{host.lower()}:{port}"


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the internet at large."""
    found: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(found, IPv6Address) and found in TRANSLATED:
        found = IPv4Address(int(found) & 0xFFFFFFFF)
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return False
    inner = any(found in each for each in INNER)
    return found.is_global and not (found.is_multicast or found.is_reserved or inner)


def refusal(scheme: str, host: str, port: int, listed: Container[str]) -> str | None:
    """Return why nothing is posted to an address, None where nothing speaks against it.

    What a name stands for is another question, which each delivery asks anew.
    """
    if place_of(host, port) in listed:
        return None
    if scheme != "https":
        return f"{host} is not reached by https, and not listed in KIT_WEBHOOK_HOSTS"
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost") or not _may_be_public(name):
        return f"{host} is an address of this machine or its network, and not listed in KIT_WEBHOOK_HOSTS"
    return None


def check_url(url: str, listed: Container[str]) -> None:
    """Raise InvalidParams for an address that nothing can ever be posted to."""
    parts, port = _parts(url)
    if parts.scheme not in PORTS:
        raise InvalidParams("webhook: the address has to begin with https://")
    if not parts.hostname or not url.isprintable() or " " in url or "\\" in url:
        raise InvalidParams("webhook: this is not the address of a server, like https://example.com/hook")
    if "@" in parts.netloc:
        raise InvalidParams("webhook: leave user and password out of the address; what is posted is signed")
    reason = refusal(parts.scheme, parts.hostname, port or PORTS[parts.scheme], listed)
    if reason is not None:
        raise InvalidParams(f"webhook: {reason}")


def _parts(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError as error:
        raise InvalidParams(f"webhook: this is not an address: {error}") from None


def _may_be_public(host: str) -> bool:
    """Tell whether a host is a name, or a public address."""
    try:
        return is_public(host)
    except ValueError:
        return True
