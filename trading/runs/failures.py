"""What becomes of a run whose decider gives no answer: after a few in a row it opens nothing."""

from dataclasses import replace

from trading.runs.record import Run


def answered(run: Run) -> Run:
    """Return a run whose decider has given an answer that could be read: it is out of safe mode."""
    return replace(run, failures=0, version=run.version + 1) if run.failures else run


def unanswered(run: Run) -> Run:
    """Return a run whose decider has once more given none."""
    return replace(run, failures=run.failures + 1, version=run.version + 1)


def is_safe(run: Run) -> bool:
    """Tell whether a run is in safe mode: it closes and guards what is open, and opens nothing."""
    return run.failures >= run.rules.failures


def enters_safe_mode(before: Run, after: Run) -> bool:
    """Tell whether a run has just come into safe mode, of which its owner is told once."""
    return is_safe(after) and not is_safe(before)
