"""What the adapters of the SDKs share: time-outs, a usable key, and closing what was opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.models.errors import ModelKeyRejected

if TYPE_CHECKING:
    import httpx2


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds: to be connected, for the first byte, and between two pieces."""

    connect: float = 10
    first_byte: float = 60
    between: float = 60

    def for_client(self) -> "httpx2.Timeout":
        """Return what holds until an answer begins."""
        import httpx2

        return httpx2.Timeout(self.first_byte, connect=self.connect, pool=self.connect)

    def begun(self, response: "httpx2.Response") -> None:
        """From here on the limit between two pieces holds; whatever arrives counts, also a mere ping."""
        response.request.extensions["timeout"]["read"] = self.between


def usable_key(vendor: str, key: str) -> str:
    """Return the key as it goes into a header.

    Raises ModelKeyRejected when there is none or it cannot stand in a header.
    """
    stripped = key.strip()
    if not stripped:
        raise ModelKeyRejected(f"{vendor}: there is no key")
    if not (stripped.isascii() and stripped.isprintable()) or " " in stripped:
        raise ModelKeyRejected(f"{vendor}: the key holds characters that no key has")
    return stripped


@asynccontextmanager
async def closing(stream: AsyncIterator[Any]) -> AsyncIterator[None]:
    """Close a model's stream at the end, also when its reader leaves early."""
    try:
        yield
    finally:
        aclose = getattr(stream, "aclose", None)
        if aclose is not None:
            await aclose()
