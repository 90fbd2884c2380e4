"""The terms of a contest, frozen when it begins: what its pairs trade by, and what a taker loses."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from trading.exchanges.paper.exchange import SLIPPAGE
from trading.model import Instrument
from trading.runs.snapshot import text_of
from trading.symbols import Symbol, parse_symbol

_RULES = ("tick", "step", "min_amount", "min_notional", "maker_fee", "taker_fee")


@dataclass(frozen=True, slots=True)
class ContestTerms:
    """The rules of each pair at its venue; `slippage` is a fraction of the price."""

    instruments: Mapping[Symbol, Instrument]
    slippage: Decimal = SLIPPAGE


def plain(terms: ContestTerms) -> dict[str, Any]:
    """Return terms in their canonical form: figures as text."""
    return {
        "instruments": {
            str(symbol): {name: text_of(getattr(each, name)) for name in _RULES}
            for symbol, each in terms.instruments.items()
        },
        "slippage": text_of(terms.slippage),
    }


def from_plain(stored: Mapping[str, Any]) -> ContestTerms:
    """Return the terms of a canonical form."""
    named = {parse_symbol(name): rules for name, rules in stored["instruments"].items()}
    return ContestTerms(
        {
            symbol: Instrument(symbol, **{name: Decimal(rules[name]) for name in _RULES})
            for symbol, rules in named.items()
        },
        Decimal(stored["slippage"]),
    )
