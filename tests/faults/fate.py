"""The end of a process, at a moment that it is told."""

import os
import signal


class Fate:
    """Ends the process when it has come to a moment often enough."""

    def __init__(self, moment: str = "", left: int = 0) -> None:
        self.moment = moment
        self._left = left

    def come(self, moment: str) -> None:
        """Come to a moment; there may be nothing after it."""
        if moment == self.moment:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
