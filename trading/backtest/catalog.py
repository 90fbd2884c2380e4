"""The strategies that come with the house."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from trading.backtest.strategies import breakouts, crossovers, ladders, reversions
from trading.backtest.strategy import Strategy, plain
from trading.errors import UnknownStrategy

BUILT_IN: tuple[Strategy, ...] = (
    *crossovers.STRATEGIES,
    *reversions.STRATEGIES,
    *breakouts.STRATEGIES,
    *ladders.STRATEGIES,
)


class Strategies:
    """Finds a strategy by any of its names."""

    def __init__(self, known: Iterable[Strategy] = BUILT_IN) -> None:
        self.all = tuple(known)
        self._by_name: Mapping[str, Strategy] = {
            plain(name): each for each in self.all for name in (each.name, *each.aliases)
        }

    def find(self, name: str) -> Strategy:
        """Return the strategy of a name, however it is spelled; raise UnknownStrategy."""
        key = plain(name)
        found = self._by_name.get(key)
        if found is None:
            near = get_close_matches(key, self._by_name, n=1)
            hint = f"did you mean {self._by_name[near[0]].name}?" if near else "see strategies.list"
            raise UnknownStrategy(f"there is no strategy {name[:40]!r}; {hint}", strategy=name[:40])
        return found
