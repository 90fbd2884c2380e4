"""Where the runs of a contest trade: the frozen market of its cycles, or the market of the moment."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from trading.model import EquityPoint
from trading.placing import OrderOutcome
from trading.runs.cycle_market import CycleMarket
from trading.runs.decision import RunDecision
from trading.runs.record import Run
from trading.runs.view import AccountView


class Floor(Protocol):
    """Carries out what runs decide, in one cycle after the other.

    Doing something again with the same key does nothing new and returns what came of it the first time.
    """

    async def open(self, market: CycleMarket) -> None:
        """Make this the market of now, and do to what is open whatever the market did up to it.

        Stop-losses, take-profits and liquidations happen here, before anybody decides.
        """
        ...

    async def view(self, run: Run) -> AccountView:
        """Return the account of a run at this market; its reasoning is left empty."""
        ...

    async def views(self, runs: Sequence[Run]) -> Mapping[str, AccountView]:
        """Return the accounts of runs by the ids of these, as `view` does."""
        ...

    async def execute(self, run: Run, decision: RunDecision, key: str) -> OrderOutcome:
        """Carry out an entry or a close that no rule of the run is against.

        Raises what the desk raises: a TradingError that says why it cannot be done.
        """
        ...

    async def close_all(self, run: Run, key: str) -> Sequence[OrderOutcome]:
        """Close everything that a run holds, and take back what it has in the market; raise as `execute`."""
        ...

    async def worth(self, run: Run) -> EquityPoint:
        """Return what the account of a run is worth at this market, dated to it."""
        ...
