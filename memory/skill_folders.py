"""Folders with a SKILL.md, read so that nothing in them can hurt: no links, no devices, nothing endless."""

import codecs
import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from memory.skill_sheet import SKILL_ID, BadSkill, SkillSheet, read_sheet

SHEET = "SKILL.md"
MOST_SKILLS = 64
MOST_ENTRIES = 256
"""How many names of a folder are looked at; of more, nobody knows which."""

MAX_SHEET_BYTES = 32_768
MAX_DATA_BYTES = 65_536

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# Opening a pipe without O_NONBLOCK would wait for a writer.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")

Signature = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class FoundSkill:
    """A folder as it was found: what it says, or the `problem` that a person can mend.

    `missing` are the files that it names and that are not there to be read.
    """

    id: str
    sheet: SkillSheet | None
    problem: str | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataText:
    """The beginning of a data file, whole unless `truncated`; `size` is the file's, in bytes."""

    text: str
    size: int
    truncated: bool


@dataclass(frozen=True, slots=True)
class _Read:
    """A SKILL.md as it was read when it had this signature."""

    signature: Signature
    sheet: SkillSheet | None
    problem: str | None


class SkillFolders:
    """The skills of one folder; a file is read again when it has changed, and only then."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read: dict[str, _Read] = {}

    def look(self) -> Sequence[FoundSkill]:
        """Return every skill as it is on disk now, by name; one that is broken says why."""
        try:
            with _opened(self._root, _FOLDER) as root:
                names = _names(root)
                found = [self._find(root, name) for name in names[:MOST_SKILLS]]
        except FileNotFoundError:
            return ()
        except OSError as error:
            return (FoundSkill(_shown(self._root.name), None, f"the folder of skills: {_reason(error)}"),)
        self._read = {each.id: self._read[each.id] for each in found if each.id in self._read}
        full = f"there is room for {MOST_SKILLS} skills, and this is one too many"
        return [*found, *(FoundSkill(_shown(name), None, full) for name in names[MOST_SKILLS:])]

    def data(self, skill_id: str, name: str) -> DataText:
        """Return a file beside a SKILL.md as text; raise BadSkill when it cannot be read."""
        try:
            with (
                _opened(self._root, _FOLDER) as root,
                _opened(skill_id, _FOLDER | os.O_NOFOLLOW, root) as folder,
            ):
                size, content = _content(folder, name, MAX_DATA_BYTES)
        except OSError as error:
            raise BadSkill(f"{name}: {_reason(error)}") from None
        return DataText(_as_text(name, content, whole=size <= MAX_DATA_BYTES), size, size > MAX_DATA_BYTES)

    def _find(self, root: int, name: str) -> FoundSkill:
        if not SKILL_ID.fullmatch(name):
            odd = "a skill's folder is named by small letters, digits and hyphens, such as my-skill"
            return FoundSkill(_shown(name), None, odd)
        try:
            with _opened(name, _FOLDER | os.O_NOFOLLOW, root) as folder:
                read = self._sheet(folder, name)
                missing = tuple(
                    each for each in (read.sheet.data if read.sheet else ()) if _gone(folder, each)
                )
        except BadSkill as error:
            return FoundSkill(name, None, str(error))
        except OSError as error:
            return FoundSkill(name, None, _reason(error))
        self._read[name] = read
        return FoundSkill(name, read.sheet, read.problem, missing)

    def _sheet(self, folder: int, name: str) -> _Read:
        try:
            found = os.stat(SHEET, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            raise BadSkill(f"there is no {SHEET} in it") from None
        known = self._read.get(name)
        if known is not None and known.signature == _signature(found):
            return known
        try:
            sheet = read_sheet(name, _whole(folder))
        except BadSkill as error:
            return _Read(_signature(found), None, str(error))
        return _Read(_signature(found), sheet, None)


def _names(root: int) -> list[str]:
    """Return what may be meant as a skill; files that lie about are no skills."""
    with os.scandir(root) as entries:
        looked = list(islice(entries, MOST_ENTRIES))
    return sorted(
        each.name
        for each in looked
        if not each.name.startswith(".") and not each.is_file(follow_symlinks=False)
    )


def _whole(folder: int) -> str:
    size, content = _content(folder, SHEET, MAX_SHEET_BYTES)
    if size > MAX_SHEET_BYTES:
        raise BadSkill(f"{SHEET} has {size} bytes; at most {MAX_SHEET_BYTES} are read")
    return _as_text(SHEET, content, whole=True).removeprefix("\ufeff").replace("\r\n", "\n")


def _content(folder: int, name: str, most: int) -> tuple[int, bytes]:
    """Return the size of a file and its first bytes; raise BadSkill for what is not a file."""
    # A device may act when it is merely opened.
    if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        raise BadSkill(f"{name} is a link, a folder or a device; put the file itself there")
    with _opened(name, _FILE, folder) as file:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise BadSkill(f"{name} is not a file")
        with os.fdopen(os.dup(file), "rb") as stream:
            return found.st_size, stream.read(most)


def _as_text(name: str, content: bytes, *, whole: bool) -> str:
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(content, final=whole)
    except UnicodeDecodeError:
        raise BadSkill(f"{name} is not text in UTF-8") from None
    if _CONTROL.search(text):
        raise BadSkill(f"{name} is not text: it has control characters")
    return text


def _gone(folder: int, name: str) -> bool:
    try:
        return not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return True


def _signature(found: os.stat_result) -> Signature:
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _shown(name: str) -> str:
    """Return the name of a folder as it can be shown: it may be any bytes."""
    known = name.encode("utf-8", "replace").decode()
    return "".join(each if each.isprintable() else "?" for each in known)[:64]


_REASONS = {
    errno.EACCES: "may not be read by this service: change its permissions",
    errno.ELOOP: "is a link; put the folder or file itself here",
    errno.ENOENT: "is not there",
    errno.ENOTDIR: "is not a folder (or a link to one); put the folder itself here",
}


def _reason(error: OSError) -> str:
    return _REASONS.get(error.errno or 0, f"cannot be read: {error.strerror}")


@contextmanager
def _opened(path: Path | str, flags: int, folder: int | None = None) -> Iterator[int]:
    file = os.open(path, flags, dir_fd=folder)
    try:
        yield file
    finally:
        os.close(file)
