"""What stops the service from starting, in words a person can act on."""

from collections.abc import Sequence


class WrongSettings(Exception):
    """Mend the settings named."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class CannotStart(Exception):
    """Mend what the message names, then start again."""
