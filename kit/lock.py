"""One service per home: a second one would trade on the same books without knowing of the first."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kit.errors import CannotStart


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold a home until the block ends; raise CannotStart while another service does.

    The system lets go of it when the process dies, however it does.
    """
    with (home / "service.lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"another K.I.T. runs in {home}; stop it or set another KIT_HOME") from None
        yield
