"""Discord's Markdown as its users see it, read with other rules than those that write it."""

import re
from dataclasses import dataclass, field

FENCE = re.compile(r"```([A-Za-z0-9_+\-.#]+)?\n(.*?)\n```", re.DOTALL)
CODE = re.compile(r"(`+)(.*?[^`])\1(?!`)", re.DOTALL)
BARE = re.compile(r"<(https?://[^\s<>]+)>")
TARGET = re.compile(r"\]\(<(https?://[^\s<>()*~|`\\]+)>\)")
# Discord takes the longest label, over whatever is between, if the brackets in it can be read so.
LABEL = re.compile(r"\[(?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*\]\(")
LINE_MARKUP = re.compile(r"[ \t]*(>|#{1,3}\s|-#\s|[-+*] |\d+[.)]\s)")
PING = re.compile(r"@everyone|@here|<@[!&]?\d")
ESCAPABLE = re.compile(r"\\([^0-9A-Za-z\s])")


@dataclass
class Reader:
    """Reads one message; whatever Discord would show otherwise than meant is a problem."""

    text: str
    place: int = 0
    shown: list[str] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)
    fences: list[tuple[str | None, str]] = field(default_factory=list)
    label_end: int | None = None
    links: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def visible(self) -> str:
        return "".join(self.shown).replace("\u200b", "")

    def read(self) -> "Reader":
        if PING.search(self.text):
            self.problems.append("somebody is pinged")
        while self.place < len(self.text):
            self.step()
        if self.opened:
            self.problems.append(f"never closed: {self.opened}")
        return self

    def take(self, length: int, shown: str = "") -> None:
        self.place += length
        self.shown.append(shown)

    def step(self) -> None:
        rest = self.text[self.place : self.place + 4]
        line_start = not self.place or self.text[self.place - 1] == "\n"
        if line_start and rest.startswith("> "):
            self.take(2)
            line_start = True
        elif line_start and (markup := LINE_MARKUP.match(self.text, self.place)):
            self.problems.append(f"markup at the start of a line: {markup[0]!r}")
            self.take(len(markup[0]), markup[0])
        elif rest.startswith("```"):
            self.block(line_start)
        elif rest[0] in READERS:
            READERS[rest[0]](self)
        else:
            plain = re.compile(r"[^\\`<\[\]*~_|\n]+|.", re.DOTALL).match(self.text, self.place)
            assert plain
            if "://" in plain[0]:
                self.problems.append("an address that may reach too far")
            self.take(len(plain[0]), plain[0])

    def block(self, line_start: bool) -> None:
        fence = FENCE.match(self.text, self.place)
        if fence is None or not line_start:
            self.problems.append("a fence out of place or never closed")
            self.take(3)
            return
        self.fences.append((fence[1], fence[2]))
        self.take(len(fence[0]), fence[2])

    def code(self) -> None:
        code = CODE.match(self.text, self.place)
        if code is None:
            self.problems.append("a stray backtick")
            self.take(1)
            return
        inside = re.sub(r"^ (?=`)|(?<=`) $", "", code[2])
        self.take(len(code[0]), inside)

    def escape(self) -> None:
        escape = ESCAPABLE.match(self.text, self.place)
        if escape is None:
            self.problems.append("a backslash that shows")
            self.take(1)
            return
        self.take(2, escape[1])

    def angle(self) -> None:
        bare = BARE.match(self.text, self.place)
        if bare is None:
            self.problems.append("a stray <")
            self.take(1)
            return
        self.take(len(bare[0]), bare[1])

    def label(self) -> None:
        if "[" in self.opened:
            self.problems.append("a link within a link")
        label = LABEL.match(self.text, self.place)
        self.label_end = label.end() if label else None
        self.opened.add("[")
        self.take(1)

    def target(self) -> None:
        if "[" not in self.opened:
            self.take(1, "]")
            return
        target = TARGET.match(self.text, self.place)
        if target is None or self.label_end != self.place + 2:
            self.problems.append("a link without a target, or with more of a label")
            self.take(1)
            return
        self.opened.discard("[")
        self.links.append(target[1])
        self.take(len(target[0]))

    def stars(self) -> None:
        run = re.compile(r"\*+").match(self.text, self.place)
        assert run
        length = len(run[0])
        if length > 3:
            self.problems.append("a row of asterisks")
        for marker in {1: ("*",), 2: ("**",)}.get(length, ("*", "**")):
            self.opened ^= {marker}
        self.take(length)

    def tilde(self) -> None:
        if self.text.startswith("~~", self.place) and not self.text.startswith("~~~", self.place):
            self.opened ^= {"~~"}
            self.take(2)
            return
        self.problems.append("a stray tilde")
        self.take(1)

    def never(self) -> None:
        self.problems.append(f"not escaped: {self.text[self.place]}")
        self.take(1)


READERS = {
    "`": Reader.code,
    "\\": Reader.escape,
    "<": Reader.angle,
    "[": Reader.label,
    "]": Reader.target,
    "*": Reader.stars,
    "~": Reader.tilde,
    "_": Reader.never,
    "|": Reader.never,
}
