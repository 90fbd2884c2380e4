"""What can go wrong with a run, named by what the caller should do about it."""

from trading.errors import TradingError


class InvalidRun(TradingError):
    """Change the run: what it should be contradicts itself or a bound."""


class ImpossibleMove(TradingError):
    """Look at the run again: it is not in a state that allows this."""


class RunActive(ImpossibleMove):
    """Stop the run first, or let it go on: it has been started already."""


class RunStarting(ImpossibleMove):
    """Wait a moment: the run is still starting."""


class RunAlreadyPaused(ImpossibleMove):
    """Resume the run, or leave it: it is paused already."""


class RunNotPaused(ImpossibleMove):
    """Pause the run first: there is nothing to resume."""


class RunNotActive(ImpossibleMove):
    """Start the run first: it is not going."""


class RunEnded(ImpossibleMove):
    """Reset the run first: it has ended."""
