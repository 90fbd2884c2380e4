"""One service per home, and where it is found: a second one would trade on the same books without knowing."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kit.errors import CannotStart

LOCK = "service.lock"
ADDRESSES = "service.addresses"
"""One address a line, as long as the service runs; without a held lock they are of one that died."""


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold a home until the block ends; raise CannotStart while another service does.

    The system lets go of it when the process dies, however it does.
    """
    with (home / LOCK).open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"another K.I.T. runs in {home}; stop it or set another KIT_HOME") from None
        (home / ADDRESSES).unlink(missing_ok=True)
        yield


@contextmanager
def announced(home: Path, urls: Sequence[str]) -> Iterator[None]:
    """Tell other processes until the block ends where the service that holds this home is found."""
    place, draft = home / ADDRESSES, home / f"{ADDRESSES}.new"
    draft.write_text("".join(f"{url}\n" for url in urls), encoding="utf-8")
    os.replace(draft, place)
    try:
        yield
    finally:
        place.unlink(missing_ok=True)


def addresses_of(home: Path) -> Sequence[str]:
    """Return where the service that holds this home is found; nothing when none does."""
    # Asking takes the lock for a moment, which a service that starts just now must not meet for nothing.
    if not (home / ADDRESSES).exists():
        return ()
    try:
        return (home / ADDRESSES).read_text(encoding="utf-8").split() if _held(home / LOCK) else ()
    except FileNotFoundError:
        return ()


def _held(lock: Path) -> bool:
    with lock.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
