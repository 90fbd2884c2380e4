"""The key from which the secrets of webhooks are derived: set by a person, else made in the home."""

import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from kit.errors import CannotStart
from kit.settings import Settings
from memory.database import Database
from tools.webhooks import Webhooks
from trading.clock import Clock
from trading.ports import NewId

FILE = "webhook.key"
KEY_BYTES = 32

Entropy = Callable[[int], bytes]


def build_webhooks(
    settings: Settings, database: Database, new_id: NewId, clock: Clock, entropy: Entropy
) -> Webhooks:
    """Return the webhooks of a service; raise CannotStart for a key that is unfit."""
    listed = frozenset(each.lower() for each in settings.webhook_hosts)
    return Webhooks(database, webhook_key(settings, entropy), new_id, clock, listed)


def webhook_key(settings: Settings, entropy: Entropy) -> Callable[[], bytes]:
    """Return what gives the key, which is made when it is first asked for.

    Raises CannotStart for one that is unfit.
    """
    if settings.webhook_key is not None:
        given = settings.webhook_key.get_secret_value().encode()
        return lambda: given
    path = settings.home / FILE
    if path.exists():
        _read(path)

    @cache
    def kept() -> bytes:
        if not path.exists():
            _make(path, entropy)
        return _read(path)

    return kept


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        key = b""
    if len(key) < KEY_BYTES:
        raise CannotStart(f"{path} holds no key: put it back, or remove it and hand out new webhook secrets")
    return key


def _make(path: Path, entropy: Entropy) -> None:
    """Put a new key in place, whole, unless another process is first."""
    # Readable by its owner only, as all that this makes.
    file, draft = tempfile.mkstemp(prefix=f"{FILE}.", dir=path.parent)
    try:
        with os.fdopen(file, "w", encoding="ascii") as out:
            out.write(entropy(KEY_BYTES).hex())
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        os.unlink(draft)
