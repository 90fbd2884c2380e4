"""What a run decided before in a market like this, found by meaning and words in its own decisions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from memory.memory_index import MemoryIndex
from memory.passages import Kind, Query
from tools.chronicle import run_memory
from trading.runs.record import Run
from trading.runs.snapshot import MarketView, Snapshot

MOST = 5
MOVED = Decimal("0.01")
OPENING = re.compile(r"^(On \S+ at \S+ UTC) .+?(, [^,]+ sure,)? decided on account [^:]+: ")
"""How a decision begins that is told in words: when, by which model, how sure, on which account."""

STRETCHED = {"overbought": Decimal(70), "oversold": Decimal(30)}


@dataclass(frozen=True, slots=True)
class Recalling:
    """Looks into the memories of runs."""

    index: MemoryIndex

    async def __call__(self, run: Run, snapshot: Snapshot) -> Sequence[str]:
        """Return past decisions of this run alone in words, the most alike first, none from later."""
        query = Query(
            text=described(snapshot),
            limit=MOST,
            kinds=frozenset({Kind.DECISION}),
            as_of=snapshot.at,
        )
        found = await self.index.search(run_memory(run.id), query)
        return [addressed(each.passage.text) for each in found.hits]


def addressed(text: str) -> str:
    """Return a decision as it is told to whoever made it, without names: who plays alike hears alike."""
    return OPENING.sub(lambda found: f"{found[1]} you{found[2] or ''} decided: ", text)


def described(snapshot: Snapshot) -> str:
    """Return a market in the words in which decisions give their reasons."""
    return " ".join(_described(each) for each in snapshot.markets)


def _described(seen: MarketView) -> str:
    words = [str(seen.symbol)]
    change, rsi = seen.change_24h, seen.indicators.get("rsi_14")
    if change is not None and abs(change) >= MOVED:
        words.append("rising" if change > 0 else "falling")
    if rsi is not None and rsi >= STRETCHED["overbought"]:
        words.append(f"overbought, RSI {rsi:.0f}")
    elif rsi is not None and rsi <= STRETCHED["oversold"]:
        words.append(f"oversold, RSI {rsi:.0f}")
    histogram = seen.indicators.get("macd_histogram")
    if histogram is not None:
        words.append("MACD above its signal" if histogram > 0 else "MACD below its signal")
    return ", ".join(words) + "."
