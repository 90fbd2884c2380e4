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


class ContestAlreadyPaused(TradingError):
    """Resume it, or leave it: it is paused already."""


class ContestNotPaused(TradingError):
    """Pause it first: there is nothing to resume."""


class CycleRunning(TradingError):
    """Wait until the cycle that runs now has ended."""


class UnknownDecider(TradingError):
    """Name a decider that is there: a strategy, a baseline, or a model that is configured."""
