"""Pairs as they are typed: what a beginning may become."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.chat import Complete
from tools.errors import CallError
from tools.wire import Result
from tools.words.language import fold
from tools.words.pairs import DEFAULT_QUOTE, TICKERS

Ask = Callable[[str, Mapping[str, Any]], Awaitable[Result]]
"""Calls a capability by the door for whoever is typing; raises CallError."""

MOST = 25
LONGEST = 40
LISTED = ("most_traded", "gainers", "losers")

_KNOWN = tuple(f"{ticker}/{DEFAULT_QUOTE}" for ticker in dict.fromkeys(TICKERS.values()))


def completing(ask: Ask, served: bool) -> Complete:
    """Return what completes pairs: those that trade most first, then those of coins known by name.

    `served` tells whether `market.overview` can be asked for what trades.
    """

    async def complete(typed: str) -> Sequence[str]:
        return matching(typed, [*(await _traded(ask) if served else ()), *_KNOWN])

    return complete


def matching(typed: str, pairs: Sequence[str]) -> Sequence[str]:
    """Return the pairs that begin as it was typed, by ticker, spelled pair or name of the coin."""
    begun = fold(typed[:LONGEST]).replace("-", "/").replace("_", "/").replace(" ", "")
    named = {ticker for name, ticker in TICKERS.items() if begun and name.startswith(begun)}
    found = [
        pair
        for pair in dict.fromkeys(pairs)
        if pair.lower().startswith(begun)
        or pair.lower().replace("/", "").startswith(begun)
        or pair.partition("/")[0] in named
    ]
    exact = [pair for pair in found if pair.partition("/")[0].lower() == begun]
    return list(dict.fromkeys([*exact, *found]))[:MOST]


async def _traded(ask: Ask) -> Sequence[str]:
    try:
        found: Any = await ask("market.overview", {"limit": 50})
    except CallError:
        # What is typed is completed from the coins known by name all the same.
        return ()
    return [str(each.pair) for name in LISTED for each in getattr(found, name)]
