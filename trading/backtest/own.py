"""A person's own strategies: Python files that are run in a worker process, never in the service."""

import hashlib
from pathlib import Path
from typing import Any

from trading.backtest.strategy import Strategy
from trading.errors import InvalidBacktest

LARGEST = 256 * 1024


def digest(content: bytes) -> str:
    """Return what names exactly this content."""
    return hashlib.sha256(content).hexdigest()


def load(path: Path, expected: str | None) -> Strategy:
    """Run a file and return its `STRATEGY`; raise InvalidBacktest that says what is wrong with it.

    What is run is what was read and compared with the digest its owner has enabled.
    """
    content = path.read_bytes() if path.is_file() else None
    if content is None or len(content) > LARGEST:
        raise InvalidBacktest(f"there is no strategy file {path.name} of at most {LARGEST // 1024} KiB")
    if expected is not None and digest(content) != expected:
        raise InvalidBacktest(f"{path.name} has changed since its owner enabled it: enable it again")
    space: dict[str, Any] = {"__name__": f"strategy_{path.stem}", "__file__": str(path)}
    try:
        exec(compile(content, path.name, "exec"), space)
    except (SyntaxError, ImportError, NameError, TypeError, ValueError, AttributeError, LookupError) as error:
        raise InvalidBacktest(f"{path.name}: {type(error).__name__}: {str(error)[:200]}") from None
    found = space.get("STRATEGY")
    if not isinstance(found, Strategy):
        raise InvalidBacktest(f"{path.name} has to set STRATEGY to a trading.backtest.strategy.Strategy")
    return found
