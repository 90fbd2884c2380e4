"""The workspace: Markdown files that people edit and the agent reads at the start of every turn.

The house's rules and character are the same for everybody. What the agent knows of somebody is theirs: the
owner's lies in the workspace itself, that of everybody else in a folder of their own under `people`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote, unquote

from memory.inside import BEGUN, Outside, Unreadable, read
from memory.markdown import pieces_of

OWNER = "owner"
PEOPLE = "people"
NOTES = "memory"
"""Where daily notes lie."""

RULES = ("SOUL.md", "AGENTS.md", "TOOLS.md")
HEARTBEAT = "HEARTBEAT.md"
USER = "USER.md"
MEMORY = "MEMORY.md"

FILES = (*RULES, USER, HEARTBEAT, MEMORY)
"""Every file that the first start makes."""

OF_THE_HOUSE = frozenset((*RULES, HEARTBEAT))
"""Files of the owner's folder that are no memories."""

OF_THE_BOOKS = frozenset({"trades", "decisions"})
"""Folders that are in no workspace: what is found in them is made from the books."""

LEFT_OUT = "… ({} characters are left out here; memory_search finds them)"


@dataclass(frozen=True, slots=True)
class Share:
    """How many characters of a file are put before a model, and whether those at its end."""

    characters: int
    newest: bool = False


# About 12,000 tokens in all, at four characters each, and usually a tenth of it.
SHARES: Mapping[str, Share] = {
    "SOUL.md": Share(8_000),
    "AGENTS.md": Share(8_000),
    "USER.md": Share(6_000),
    "TOOLS.md": Share(6_000),
    "MEMORY.md": Share(10_000, newest=True),
}
TODAY = Share(6_000, newest=True)
YESTERDAY = Share(3_000, newest=True)


class Workspace:
    """The files of one folder, read anew whenever they have changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[Path, tuple[tuple[int, int], str]] = {}
        self.printed: frozenset[str] = frozenset()
        """What the files said that the first start made: nobody wrote that."""

    def make(self, templates: Mapping[str, str]) -> None:
        """Create the folder and each file that is not there yet."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.printed = frozenset(
            each.text for name, text in templates.items() for each in pieces_of(name, text)
        )
        # What was begun when the service last ended may hold what has been forgotten since.
        for begun in self.folder.rglob(f".*{BEGUN}"):
            begun.unlink(missing_ok=True)
        for name, text in templates.items():
            path = self.folder / name
            if not path.exists():
                path.write_text(text, encoding="utf-8")

    def of(self, person: str) -> Path:
        """Return the folder of what the agent knows of somebody."""
        return self.folder.joinpath(*self.steps(person))

    def steps(self, person: str) -> Sequence[str]:
        """Return the steps to it from the workspace."""
        # No step is one that leads up again.
        name = quote(person, safe="").replace("%3A", "=").replace(".", "%2E")
        return () if person == OWNER else (PEOPLE, name)

    def people(self) -> list[str]:
        """Return everybody who has a folder, the owner first."""
        folder = self.folder / PEOPLE
        if folder.is_symlink():
            return [OWNER]
        try:
            names = sorted(each.name for each in folder.iterdir() if each.is_dir() and not each.is_symlink())
        except OSError:
            names = []
        return [OWNER, *(unquote(name.replace("=", ":")) for name in names if not name.startswith("."))]

    def documents(self, person: str, today: date) -> Mapping[str, str]:
        """Return what every turn of somebody starts with, by name; what is missing is empty."""
        found = {
            name: self._read(OWNER if name in OF_THE_HOUSE else person, name, share)
            for name, share in SHARES.items()
        }
        days = ((today - timedelta(days=1), YESTERDAY), (today, TODAY))
        return found | {note_of(day): self._read(person, note_of(day), share) for day, share in days}

    def rules(self) -> Mapping[str, str]:
        """Return only what is the same for everybody."""
        return {name: self._read(OWNER, name, SHARES[name]) for name in RULES}

    def heartbeat(self) -> str:
        """Return what the agent is to look at now and then."""
        return self._read(OWNER, HEARTBEAT, SHARES["AGENTS.md"])

    def _read(self, person: str, name: str, share: Share) -> str:
        path = self.of(person) / name
        try:
            stat = path.lstat()
            known = self._known.get(path)
            if known is None or known[0] != (stat.st_ctime_ns, stat.st_size):
                text = read(self.folder, name, self.steps(person)).text
                known = (stat.st_ctime_ns, stat.st_size), _bounded(text, share)
                self._known[path] = known
        except FileNotFoundError:
            return ""
        except (Outside, Unreadable, OSError) as error:
            if name in RULES:
                raise
            return f"({name} cannot be read: {error})"
        return known[1]


def note_of(day: date) -> str:
    """Return the path of a day's note."""
    return f"{NOTES}/{day.isoformat()}.md"


def _bounded(text: str, share: Share) -> str:
    left = len(text) - share.characters
    if left <= 0:
        return text
    if share.newest:
        return f"{LEFT_OUT.format(left)}\n{text[-share.characters :]}"
    return f"{text[: share.characters]}\n{LEFT_OUT.format(left)}"
