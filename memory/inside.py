"""Files inside one folder: reached step by step, so that no name, link or device leads out of it."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 1_000_000
"""What a file may hold to be read."""

MOST_NAME = 255
MOST_DEPTH = 8

BEGUN = ".kit-new"
"""How the name of a file ends that is being written; it begins with a dot."""

_MARK = "\ufeff"
_STEP = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class Outside(Exception):
    """Name a file inside the folder: this leads elsewhere."""


class Unreadable(Exception):
    """Look at the file: it is there, and no text that can be read."""


class Overtaken(Exception):
    """Read the file again: somebody else has changed it meanwhile."""


@dataclass(frozen=True, slots=True)
class Text:
    """What a file holds; `size` in bytes, `changed` when it was last, in nanoseconds, which nobody can set.

    `marked` tells whether it begins with a byte order mark, which is not in the text.
    """

    text: str
    size: int
    changed: int
    marked: bool = False


def parts_of(path: str) -> tuple[str, ...]:
    """Return the steps of a relative path; raise Outside for one that is not plainly inside."""
    if "\0" in path or "\\" in path or path.startswith(("/", "~")) or not path.strip():
        raise Outside("a path is relative, such as memory/2026-11-26.md")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if not parts or ".." in parts or len(parts) > MOST_DEPTH:
        raise Outside("a path stays inside the workspace")
    if any(_bytes_of(part) > MOST_NAME for part in parts):
        raise Outside("no file has such a name")
    return parts


def read(root: Path, path: str, under: Sequence[str] = ()) -> Text:
    """Return the text of a file of a folder: `root`, or that which these steps lead to from there.

    Raises Outside, Unreadable or FileNotFoundError. The folder itself may be a link, its steps may not.
    """
    with _told("read"), _opened(root, (*under, *parts_of(path))) as file:
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
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("it is no text in UTF-8") from None
    return Text(text.removeprefix(_MARK), known.st_size, known.st_ctime_ns, text.startswith(_MARK))


def write(root: Path, path: str, text: str, was: Text | None, under: Sequence[str] = ()) -> None:
    """Put a file there in one step: a reader, also after a crash, sees the old one or the new one.

    Raises Overtaken where what is there is not what was read, Outside or Unreadable for what may not be
    written.
    """
    *folders, name = parts_of(path)
    body = (_MARK if was is not None and was.marked else "").encode() + text.encode("utf-8", "replace")
    if len(body) > MOST_BYTES:
        raise Unreadable(f"it would hold {len(body):,} bytes, and {MOST_BYTES:,} are read at most")
    with _told("written"):
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _opened(root, (*under, *folders), make=True) as folder:
            _put(folder, name, body, was)


def _put(folder: int, name: str, body: bytes, was: Text | None) -> None:
    there = _look(folder, name)
    if there is not None and not stat.S_ISREG(there.st_mode):
        raise Outside("what is there is a link or no file")
    fresh = f".{name[:60]}{BEGUN}"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(fresh, dir_fd=folder)
    mode = stat.S_IMODE(there.st_mode) if there else 0o600
    try:
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode, dir_fd=folder)
        with os.fdopen(file, "wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        there = _look(folder, name)
        if (there and (there.st_size, there.st_ctime_ns)) != (was and (was.size, was.changed)):
            raise Overtaken(name)
        os.replace(fresh, name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(fresh, dir_fd=folder)
    os.fsync(folder)


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Tell callers what keeps a file from being read or written."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unreadable(f"it cannot be {what}: {error.strerror}") from error


@contextlib.contextmanager
def _opened(root: Path, parts: Sequence[str], make: bool = False) -> Iterator[int]:
    try:
        here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except NotADirectoryError:
        raise FileNotFoundError(str(root)) from None
    try:
        for part in parts:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, mode=0o700, dir_fd=here)
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
        # A system tells a link that was not followed by one of these.
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise Outside("a link leads out of the workspace") from None
        raise


def _look(folder: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _bytes_of(part: str) -> int:
    try:
        return len(os.fsencode(part))
    except UnicodeEncodeError:
        return MOST_NAME + 1
