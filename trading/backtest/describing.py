"""What a strategy says of itself."""

from trading.backtest.outcome import Described
from trading.backtest.strategy import Strategy


def describe(strategy: Strategy) -> Described:
    """Return what a strategy says of itself."""
    parameters = [
        {
            "name": each.name,
            "default": each.default,
            "least": each.least,
            "most": each.most,
            "whole": each.whole,
            "aliases": list(each.aliases),
            "help": each.help,
            "tries": list(each.candidates()),
        }
        for each in strategy.parameters
    ]
    return Described(strategy.name, strategy.summary, parameters, strategy.aliases)
