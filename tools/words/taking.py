"""A text from which one thing after another is taken until nothing with a meaning is left."""

import re
from collections.abc import Set


class Text:
    """Words with a blank before each, folded; what was taken leaves a gap that no pattern reaches across."""

    def __init__(self, words: str) -> None:
        self._words = "".join(f" {word}" for word in words.split())

    def __str__(self) -> str:
        return self._words

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return the first match of a pattern and take it out."""
        match = pattern.search(self._words)
        if match:
            self._words = f"{self._words[: match.start()]} |{self._words[match.end() :]}"
        return match

    def take_all(self, pattern: re.Pattern[str]) -> tuple[re.Match[str], ...]:
        """Return every match of a pattern and take them out."""
        found: list[re.Match[str]] = []
        while match := self.take(pattern):
            found.append(match)
        return tuple(found)

    def has(self, pattern: re.Pattern[str]) -> bool:
        """Tell whether a pattern still matches."""
        return pattern.search(self._words) is not None

    def left(self, fillers: Set[str]) -> tuple[str, ...]:
        """Return the words that nothing has taken and that mean something."""
        return tuple(word for word in self._words.split() if word != "|" and word not in fillers)
