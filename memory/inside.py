"""Files inside one folder: reached step by step, so that no name, link or device leads out of it."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 1_000_000
"""What a file may hold to be read."""

MOST_NAME = 255
MOST_DEPTH = 8

_STEP = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class Outside(Exception):
    """Name a file inside the folder: this leads elsewhere."""


class Unreadable(Exception):
    """Look at the file: it is there, and no text that can be read."""


@dataclass(frozen=True, slots=True)
class Text:
    """What a file holds; `size` in bytes, `changed` its modification time in nanoseconds."""

    text: str
    size: int
    changed: int


def parts_of(path: str) -> tuple[str, ...]:
    """Return the steps of a relative path; raise Outside for one that is not plainly inside."""
    if "\0" in path or "\\" in path or path.startswith(("/", "~")) or not path.strip():
        raise Outside("a path is relative, such as memory/2026-11-26.md")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if not parts or ".." in parts or len(parts) > MOST_DEPTH:
        raise Outside("a path stays inside the workspace")
    if any(len(part.encode("utf-8", "replace")) > MOST_NAME for part in parts):
        raise Outside("no file has so long a name")
    return parts


def read(root: Path, path: str) -> Text:
    """Return the text of a file under `root`; raise Outside, Unreadable or FileNotFoundError."""
    with _opened(root, parts_of(path)) as file:
        known = os.fstat(file)
        if not stat.S_ISREG(known.st_mode):
            raise Unreadable("it is no file of text")
        if known.st_size > MOST_BYTES:
            raise Unreadable(f"it holds {known.st_size:,} bytes, and {MOST_BYTES:,} are read at most")
        with os.fdopen(os.dup(file), "rb") as stream:
            body = stream.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES or b"\0" in body:
        raise Unreadable("it is no text" if b"\0" in body else "it is too large")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("it is no text in UTF-8") from None
    return Text(text, known.st_size, known.st_mtime_ns)


def write(root: Path, path: str, text: str) -> None:
    """Put a file under `root` in one step: a reader, also after a crash, sees the old one or the new one.

    Raises Outside or Unreadable for what may not be written over.
    """
    *folders, name = parts_of(path)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = root
    for each in folders:
        folder = folder / each
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink():
            raise Outside("a link leads out of the workspace")
    target = folder / name
    if target.is_symlink() or (target.exists() and not target.is_file()):
        raise Outside("what is there is a link or no file")
    fresh = folder / f".{name}.new"
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "wb") as stream:
        stream.write(text.encode("utf-8", "replace"))
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(target)
    entry = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)


@contextmanager
def _opened(root: Path, parts: tuple[str, ...]) -> Iterator[int]:
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            below = _step(here, part)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


def _step(folder: int, name: str) -> int:
    try:
        return os.open(name, _STEP, dir_fd=folder)
    except FileNotFoundError:
        raise
    except NotADirectoryError:
        raise FileNotFoundError(name) from None
    except OSError as error:
        # Linux tells a link that was not followed by ELOOP; a socket or a device without a driver by others.
        if _is_link(folder, name):
            raise Outside("a link leads out of the workspace") from None
        raise Unreadable(f"it cannot be opened: {error.strerror}") from None


def _is_link(folder: int, name: str) -> bool:
    return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
